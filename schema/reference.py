"""References: the people who order for a customer, and what each of them may do on the portal."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.services import permissions
from app.services.tables import ReferenceRow
from resolvers import reference as resolve
from resolvers.reading import related
from schema.connection import CountedConnection, Edge
from schema.enums import LoginCheckKind, MenuItem, PasswordStatus, PortalPermission
from schema.fields import VERSION
from schema.node import Node
from schema.registry import shows
from schema.settings import InternetOrderSettings

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.session import Session


@shows(
    permissions.PermissionState,
    description="One permission of one reference: where it is ticked, and whether it is in effect.",
)
class PermissionState:
    permission: PortalPermission = strawberry.field(description="Which permission.")
    label: str = strawberry.field(
        resolver=resolve.permission_label,
        description="The text beside the box, in the caller's language, for example `Create orders`.",
    )
    requires: PortalPermission | None = strawberry.field(
        description="The permission without which this one has no effect; null where it stands alone."
    )
    allowed_by_settings: bool = strawberry.field(
        description="Whether it is ticked in the internet order settings that apply."
    )
    allowed_here: bool = strawberry.field(
        description="Whether it is ticked on the reference. It is, unless somebody unticked it (`deniedPermissions`)."
    )
    effective: bool = strawberry.field(
        description="Whether the person has it: ticked in both places, and what it requires is in effect too."
    )


@shows(permissions.LoginCheck, description="One thing that has to hold for a person to log in.")
class LoginCheck:
    check: LoginCheckKind = strawberry.field(description="Which one, for programs.")
    passed: bool = strawberry.field(description="Whether it holds.")
    message: str = strawberry.field(
        resolver=resolve.check_message,
        description="What to read out on the phone, in the caller's language, for example `The customer is active.`",
    )


@shows(
    permissions.PortalPermissionInfo, description="One permission of the catalogue, whoever it is or isn't given to."
)
class PortalPermissionInfo:
    permission: PortalPermission = strawberry.field(description="Which permission.")
    label: str = strawberry.field(
        resolver=resolve.permission_label, description="The text beside its box, in the caller's language."
    )
    requires: PortalPermission | None = strawberry.field(
        description="The permission without which it has no effect; null where it stands alone."
    )
    menu_item: MenuItem | None = strawberry.field(description="The item of the portal's menu that it shows, if any.")


@shows(
    ReferenceRow,
    description=(
        "A customer reference (“kundereference”, “bestiller”): a person who orders for a customer. The e-mail is the "
        "username. References of several customers can have the same one: then they share one password, and the person "
        "chooses a company when logging in."
    ),
)
class Reference(Node):
    customer: Annotated["Customer", strawberry.lazy("schema.customer")] = strawberry.field(
        resolver=related, description="The company the person orders for."
    )
    name: str = strawberry.field(description="For example `Anna Holm`.")
    email: str | None = strawberry.field(
        description="The username, as it was typed: `anna@jensen-transport.dk`. null: the person orders by phone and "
        "has no login."
    )
    password_status: PasswordStatus = strawberry.field(
        description="Whether the username has a password: “Krypteret adgangskode”, or an empty field."
    )
    internet_user: bool = strawberry.field(
        description="Whether “Internet bruger” is ticked: the person may log in to the portal for this customer."
    )
    can_log_in: bool = strawberry.field(
        description="Whether logging in works: Internet user is ticked, the username has a password and the customer "
        "is active. `loginChecks` says what is missing."
    )
    own_settings: InternetOrderSettings | None = strawberry.field(
        resolver=related,
        description="Internet order settings for this reference alone; null: the customer's apply, or the default.",
    )
    settings: InternetOrderSettings = strawberry.field(
        resolver=related,
        description="The internet order settings that apply: its own, or its customer's, or the default ones.",
    )
    permissions: list[PermissionState] = strawberry.field(
        description="What the person may see and do: every permission, in order, and why it is in effect or not."
    )
    login_checks: list[LoginCheck] = strawberry.field(
        description="Why the person can or can't log in, in the order in which support asks."
    )
    phone: str | None = strawberry.field(description="For example `+45 33 12 34 56`.")
    mobile: str | None = strawberry.field(description="For example `+45 20 12 34 56`.")
    shared_with: list[Annotated["Reference", strawberry.lazy("schema.reference")]] = strawberry.field(
        resolver=related,
        description="The other customers' references with the same username, and so with the same password, by "
        "customer name. Empty to portal users.",
    )
    last_login_at: datetime | None = strawberry.field(
        description="When the person last logged in for this customer; null: never."
    )
    locked_until: datetime | None = strawberry.field(
        description="Until when the username has to wait after too many wrong passwords; null: it hasn't. "
        "`unlockLogin` lifts it."
    )
    password_restorable_until: datetime | None = strawberry.field(
        description="Until when `restorePassword` can put the cleared password back; null: there is none to put back."
    )
    sessions: list[Annotated["Session", strawberry.lazy("schema.session")]] = strawberry.field(
        resolver=related, description="Where the person is logged in for this customer now, as staff see it."
    )
    version: int = strawberry.field(description=VERSION)
    created_at: datetime = strawberry.field(description="When it was entered in the register.")
    updated_at: datetime = strawberry.field(description="When its own fields were last changed.")


@strawberry.type(description="A reference's place in a list.")
class ReferenceEdge(Edge):
    node: Reference = strawberry.field(description="The reference.")


@strawberry.type(description="A page of references.")
class ReferenceConnection(CountedConnection):
    edges: list[ReferenceEdge] = strawberry.field(description="The references of this page, in the order asked for.")


@strawberry.input(description="Which references to list: those for which all that is given holds.")
class ReferenceFilter:
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The start of the e-mail, or of any word of the name, whatever the case or the accents: `holm` "
        "finds `Anna Holm`.",
    )
    username: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Exactly this username, whatever the case: everyone who shares the password of "
        "`anna@jensen-transport.dk`.",
    )
    customer_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Only this customer's.")
    settings_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only those to whom these internet order settings apply."
    )
    password_status: PasswordStatus | None = strawberry.field(
        default=strawberry.UNSET, description="Only those with a password, or those without."
    )
    internet_user: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those where Internet user is ticked, or isn't."
    )
    can_log_in: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those who can log in, or who can't."
    )
    shared: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Only those who share their username with others, or who don't."
    )
    locked_out: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only those who have to wait after too many wrong passwords, or who don't.",
    )


WHICH_REFERENCES = strawberry.argument(description="Which of them to list; left out, all.")
REFERENCES_BY = strawberry.argument(description="What to order them by; left out, by name.")
