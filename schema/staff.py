"""Staff: the people who keep the register."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.services import results
from app.services.tables import StaffMemberRow
from resolvers import staff as resolve
from resolvers.context import Info
from resolvers.reading import by_key
from schema import problems
from schema.credentials import NewPasswordInput
from schema.enums import StaffRole
from schema.fields import EXPECTED_VERSION, LEFT_OUT, SHOWN_ONCE, VERSION, shown_as
from schema.node import Node
from schema.registry import shows


@shows(
    StaffMemberRow,
    description=(
        "Somebody who keeps the register. Staff have log-ins of their own and are never portal users, whatever e-mail "
        "they have. Nobody is deleted; who leaves is made inactive."
    ),
)
class StaffMember(Node):
    name: str = strawberry.field(description="For example `Kirsten Bak`.")
    email: str = strawberry.field(description="What they log in with, for example `kirsten@example.com`. Unique.")
    role: StaffRole = strawberry.field(description="What they may do.")
    active: bool = strawberry.field(description="Whether they can log in.")
    last_login_at: datetime | None = strawberry.field(description="When they last logged in; null: never.")
    second_factor: bool = strawberry.field(description="Whether their log-in asks for a code of an authenticator app.")
    version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A new member of staff.")
class CreateStaffInput:
    name: str = strawberry.field(description="For example `Kirsten Bak`.")
    email: str = strawberry.field(
        description="What they will log in with, for example `kirsten@example.com`. Nobody else on the staff has it."
    )
    role: StaffRole = strawberry.field(description="What they may do.")
    new_password: NewPasswordInput = strawberry.field(description="Their first password; they should change it.")


@strawberry.input(description="What to change of a member of staff. " + LEFT_OUT)
class UpdateStaffInput:
    id: strawberry.ID = strawberry.field(description="Which member of staff.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Another name. It can't be null.")
    role: StaffRole | None = strawberry.field(
        default=strawberry.UNSET,
        description="Another role. It ends their sessions. The last active ADMIN can't have another one.",
    )
    active: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="`false` ends their sessions and the access tokens they made. The last active ADMIN can't be made "
        "inactive.",
    )
    new_password: NewPasswordInput | None = strawberry.field(
        default=strawberry.UNSET, description="A new password. It ends their sessions, and any lock-out."
    )


@shows(results.CreateStaffSuccess, description="The member of staff was created.")
class CreateStaffSuccess:
    staff: StaffMember = strawberry.field(
        resolver=by_key("StaffMember", "staff_key"), description="The new member of staff."
    )
    generated_password: str | None = strawberry.field(description=SHOWN_ONCE)


@shows(results.UpdateStaffSuccess, description="The member of staff was changed.")
class UpdateStaffSuccess:
    staff: StaffMember = strawberry.field(
        resolver=by_key("StaffMember", "staff_key"), description="The member of staff as they are now."
    )
    generated_password: str | None = strawberry.field(description=SHOWN_ONCE)
    sessions_revoked: int = strawberry.field(description="How many of their sessions ended.")


CreateStaffResult = Annotated[
    CreateStaffSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.WeakPassword
    | problems.AlreadyExists
    | problems.Overloaded,
    strawberry.union("CreateStaffResult", description="What `createStaff` can end in."),
]

UpdateStaffResult = Annotated[
    UpdateStaffSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.WeakPassword
    | problems.NotFound
    | problems.VersionConflict
    | problems.Overloaded,
    strawberry.union("UpdateStaffResult", description="What `updateStaff` can end in."),
]


@strawberry.type
class StaffMutations:
    @shown_as(
        CreateStaffResult,
        "Creates a member of staff. For ADMIN, never for a tool.",
    )
    async def create_staff(
        self,
        info: Info,
        input: Annotated[CreateStaffInput, strawberry.argument(description="The new member of staff.")],
    ) -> object:
        return await resolve.create_staff(info, input)

    @shown_as(
        UpdateStaffResult,
        "Changes a member of staff, or makes them inactive. For ADMIN, never for a tool.",
    )
    async def update_staff(
        self,
        info: Info,
        input: Annotated[
            UpdateStaffInput, strawberry.argument(description="Which member of staff, and what to change.")
        ],
    ) -> object:
        return await resolve.update_staff(info, input)
