"""Who is logged in, and what they log in with."""

from datetime import datetime

import strawberry

from app.services.tables import PortalViewerRow, StaffViewerRow
from resolvers.reading import public_id, related
from schema.customer import Customer
from schema.enums import MenuItem, PortalPermission, StaffRole
from schema.reference import Reference
from schema.registry import shows
from schema.session import Session


@strawberry.interface(description="Whoever is logged in: a portal user, a member of staff, or a tool.")
class Viewer:
    name: str = strawberry.field(description="For example `Anna Holm`.")
    email: str = strawberry.field(description="What they log in with; for a tool, its maker's.")
    sessions: list[Session] = strawberry.field(
        resolver=related, description="Where they are logged in, this session first. A tool has none."
    )


@strawberry.type(description="A company that a person may order for with their log-in.")
class CustomerChoiceOption:
    reference_id: strawberry.ID = strawberry.field(
        resolver=public_id("Reference", "reference_id"),
        description="What to send to `chooseCustomer` or `switchCustomer`.",
    )
    customer_name: str = strawberry.field(description="For example `Jensens Vognmandsforretning ApS`.")
    customer_number: str = strawberry.field(description="For example `10432`.")
    reference_name: str = strawberry.field(description="What the person is called there, for example `Anna Holm`.")
    current: bool = strawberry.field(description="Whether the session stands there now.")


@shows(
    PortalViewerRow,
    description="A portal user: a person who is logged in for one of the companies they order for.",
)
class PortalViewer(Viewer):
    reference: Reference = strawberry.field(resolver=related, description="The reference they are logged in as.")
    customer: Customer = strawberry.field(resolver=related, description="The company they are logged in for.")
    permissions: list[PortalPermission] = strawberry.field(
        description="What they may see and do: the permissions that are in effect, worked out at each request."
    )
    menu: list[MenuItem] = strawberry.field(description="The items to show in the portal's menu, in order.")
    choices: list[CustomerChoiceOption] = strawberry.field(
        resolver=related,
        description="All the companies they may order for with this log-in, the present one too, by name. "
        "`switchCustomer` goes to another.",
    )
    must_change_password: bool = strawberry.field(
        description="Whether the password is a temporary one that staff gave out: then only `changePassword` is open."
    )
    previous_login_at: datetime | None = strawberry.field(
        description="When somebody last logged in with this username before; null: never."
    )
    failed_logins_since: int = strawberry.field(
        description="How many wrong passwords were tried between that log-in and this one. Show it: if it wasn't the "
        "person, somebody is guessing."
    )


@shows(
    StaffViewerRow,
    description="A member of staff, or a tool with an access token: then the name and the role are the token's.",
)
class StaffViewer(Viewer):
    role: StaffRole = strawberry.field(description="What they may do.")
    second_factor: bool = strawberry.field(
        description="Whether their log-in asks for a code of an authenticator app. A tool has none."
    )
    must_enrol_second_factor: bool = strawberry.field(
        description="Whether they have no authenticator app where their role must have one: then only `enrolTotp` and "
        "`confirmTotp`, `changeStaffPassword` and leaving are open."
    )
    recovery_codes_left: int = strawberry.field(
        description="How many of their recovery codes are unused. With few left, ask for others with "
        "`renewRecoveryCodes`."
    )
