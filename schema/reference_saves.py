"""Saving references: creating, changing and deleting them, and looking at a save beforehand."""

from typing import Annotated

import strawberry

from app.services import results
from resolvers import reference_saves as resolve
from resolvers.context import Info
from resolvers.reading import by_key
from schema import problems
from schema.credentials import CredentialImpact, NewPasswordInput
from schema.enums import CredentialEffect, PortalPermission, SharedUsernameRule
from schema.fields import EXPECTED_VERSION, LEFT_OUT, SHOWN_ONCE, shown_as
from schema.reference import Reference
from schema.registry import shows

_SHARED_USERNAME = (
    "What is to happen to the password of a username that others have already, where no new password is given. "
)
_EXPECTED_EFFECT = (
    "What you saw in `previewReference`. If the save would have another effect by now, it is refused with "
    "SharedUsername."
)
_EXPECTED_REFERENCES = (
    "The ids of the references you saw in `previewReference`. If the save would touch one that isn't among them, it is "
    "refused with SharedUsername."
)


@strawberry.input(description="A new reference, and what it is to do to a password that others share.")
class CreateReferenceInput:
    customer_id: strawberry.ID = strawberry.field(description="The customer the person orders for.")
    name: str = strawberry.field(description="For example `Anna Holm`.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The username: `anna@jensen-transport.dk`. Left out, the person orders by phone and has no login.",
    )
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="For example `+45 33 12 34 56`.")
    mobile: str | None = strawberry.field(default=strawberry.UNSET, description="For example `+45 20 12 34 56`.")
    settings_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Internet order settings of its own; left out, the customer's apply."
    )
    new_password: NewPasswordInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="A password for the username. It becomes everyone's who has the username. It needs an `email`.",
    )
    internet_user: bool | None = strawberry.field(
        default=False, description="Ticks “Internet bruger”: the person may log in to the portal. It needs an `email`."
    )
    denied_permissions: list[PortalPermission] | None = strawberry.field(
        default_factory=list, description="The permissions to untick for this person, for example `[VIEW_PRICES]`."
    )
    shared_username: SharedUsernameRule | None = strawberry.field(
        default=strawberry.UNSET,
        description=_SHARED_USERNAME + "Left out, what the service is set to: CLEAR_PASSWORD, unless it was changed "
        "(`ADGANG_SHARED_USERNAME`).",
    )
    expected_effect: CredentialEffect | None = strawberry.field(default=strawberry.UNSET, description=_EXPECTED_EFFECT)
    expected_references: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description=_EXPECTED_REFERENCES
    )


@strawberry.input(
    description="What to change of a reference. " + LEFT_OUT + " The password is left alone unless a new "
    "one is given or the username becomes another one."
)
class UpdateReferenceInput:
    id: strawberry.ID = strawberry.field(description="Which reference.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Another name. It can't be null.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Another username; null: none any longer, where Internet user isn't ticked. A changed username "
        "ends the person's sessions. Other capitals alone are the same username.",
    )
    phone: str | None = strawberry.field(default=strawberry.UNSET, description="Another phone number; null: none.")
    mobile: str | None = strawberry.field(default=strawberry.UNSET, description="Another mobile number; null: none.")
    settings_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Internet order settings of its own; null: none, the customer's apply."
    )
    new_password: NewPasswordInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="A new password for the username. It becomes everyone's who has the username, and whoever is "
        "logged in has to log in again.",
    )
    internet_user: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Ticks “Internet bruger”, or unticks it, which ends the person's sessions for this customer.",
    )
    denied_permissions: list[PortalPermission] | None = strawberry.field(
        default=strawberry.UNSET,
        description="All the permissions to be unticked for this person from now on; the others are ticked.",
    )
    shared_username: SharedUsernameRule | None = strawberry.field(
        default=strawberry.UNSET,
        description=_SHARED_USERNAME
        + "It only matters where `email` is new to the reference. Left out, KEEP_PASSWORD.",
    )
    expected_effect: CredentialEffect | None = strawberry.field(default=strawberry.UNSET, description=_EXPECTED_EFFECT)
    expected_references: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description=_EXPECTED_REFERENCES
    )


@strawberry.input(
    description="A save to look at beforehand: the change of a reference (`id`) or a new one (`customerId`), exactly "
    "one."
)
class PreviewReferenceInput:
    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The reference that `updateReference` would change."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The customer for whom `createReference` would create one."
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The e-mail it would be saved with; null: none. Left out, it keeps the one it has.",
    )
    sets_password: bool = strawberry.field(description="Whether a new password would be given with it.")
    shared_username: SharedUsernameRule | None = strawberry.field(
        default=strawberry.UNSET, description="The rule that would be given with it, if any."
    )


@strawberry.input(description="Which reference to delete.")
class DeleteReferenceInput:
    id: strawberry.ID = strawberry.field(description="Which reference.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)


@shows(results.CreateReferenceSuccess, description="The reference was created.")
class CreateReferenceSuccess:
    reference: Reference = strawberry.field(
        resolver=by_key("Reference", "reference_key"), description="The new reference."
    )
    generated_password: str | None = strawberry.field(description=SHOWN_ONCE)
    impact: CredentialImpact = strawberry.field(description="What it did to the password of the username.")


@shows(results.UpdateReferenceSuccess, description="The reference was changed.")
class UpdateReferenceSuccess:
    reference: Reference = strawberry.field(
        resolver=by_key("Reference", "reference_key"), description="The reference as it is now."
    )
    generated_password: str | None = strawberry.field(description=SHOWN_ONCE)
    impact: CredentialImpact = strawberry.field(description="What it did to the password of the username.")


@shows(results.DeleteReferenceSuccess, description="The reference is gone, and its sessions have ended.")
class DeleteReferenceSuccess:
    reference_id: strawberry.ID = strawberry.field(description="The id it had.")
    impact: CredentialImpact = strawberry.field(
        description="What it did to the password: it goes with the last reference of the username."
    )


CreateReferenceResult = Annotated[
    CreateReferenceSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.WeakPassword
    | problems.AlreadyExists
    | problems.SharedUsername
    | problems.NotFound
    | problems.Overloaded,
    strawberry.union("CreateReferenceResult", description="What `createReference` can end in."),
]

UpdateReferenceResult = Annotated[
    UpdateReferenceSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.WeakPassword
    | problems.AlreadyExists
    | problems.SharedUsername
    | problems.NotFound
    | problems.VersionConflict
    | problems.Overloaded,
    strawberry.union("UpdateReferenceResult", description="What `updateReference` can end in."),
]

DeleteReferenceResult = Annotated[
    DeleteReferenceSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound | problems.VersionConflict,
    strawberry.union("DeleteReferenceResult", description="What `deleteReference` can end in."),
]


@strawberry.type
class ReferenceMutations:
    @shown_as(
        CreateReferenceResult,
        "Creates a reference: a person who orders for a customer. **If others have the username already "
        "and no new password is given, their password is removed**, unless `sharedUsername` says otherwise; look at "
        "`previewReference` before. For ADMIN and EDITOR.",
    )
    async def create_reference(
        self, info: Info, input: Annotated[CreateReferenceInput, strawberry.argument(description="The new reference.")]
    ) -> object:
        return await resolve.create_reference(info, input)

    @shown_as(
        UpdateReferenceResult,
        "Changes a reference. A new password counts for everyone with the username. For ADMIN and EDITOR.",
    )
    async def update_reference(
        self,
        info: Info,
        input: Annotated[UpdateReferenceInput, strawberry.argument(description="Which reference, and what to change.")],
    ) -> object:
        return await resolve.update_reference(info, input)

    @shown_as(
        DeleteReferenceResult,
        "Deletes a reference and ends its sessions. The password goes with the last reference of the "
        "username. For ADMIN and EDITOR.",
    )
    async def delete_reference(
        self, info: Info, input: Annotated[DeleteReferenceInput, strawberry.argument(description="Which reference.")]
    ) -> object:
        return await resolve.delete_reference(info, input)
