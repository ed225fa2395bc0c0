"""Internet order settings: which boxes are ticked for whole groups of references."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.services import results
from app.services.tables import InternetOrderSettingsRow
from resolvers import settings as resolve
from resolvers.context import Info
from resolvers.reading import by_key
from schema import problems
from schema.enums import PortalPermission
from schema.fields import EXPECTED_VERSION, LEFT_OUT, VERSION, shown_as
from schema.node import Node
from schema.registry import shows


@shows(
    InternetOrderSettingsRow,
    description=(
        "Internet order settings (“internetordreindstillinger”): a named set of ticked permissions. A reference uses "
        "its own, or else its customer's, or else the default ones. There is always exactly one default."
    ),
)
class InternetOrderSettings(Node):
    name: str = strawberry.field(description="Unique, for example `Standard`.")
    is_default: bool = strawberry.field(
        description="Whether these apply where neither the reference nor its customer has its own. They can't be "
        "deleted."
    )
    permissions: list[PortalPermission] = strawberry.field(description="The permissions that are ticked here.")
    used_by: int | None = strawberry.field(
        description="How many references they apply to now; null to portal users. Counted only when you ask for it."
    )
    version: int = strawberry.field(description=VERSION)
    updated_at: datetime = strawberry.field(description="When they were last changed.")


@strawberry.input(description="New internet order settings.")
class CreateInternetOrderSettingsInput:
    name: str = strawberry.field(description="A name that none has yet, for example `Orders without prices`.")
    permissions: list[PortalPermission] = strawberry.field(
        description="The permissions to tick, for example `[CREATE_ORDERS, TRACK_SHIPMENTS]`. The others are not."
    )


@strawberry.input(description="What to change of internet order settings. " + LEFT_OUT)
class UpdateInternetOrderSettingsInput:
    id: strawberry.ID = strawberry.field(description="Which ones.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Another name, which none has yet. It can't be null."
    )
    permissions: list[PortalPermission] | None = strawberry.field(
        default=strawberry.UNSET, description="All the permissions to be ticked from now on; the others are not."
    )
    is_default: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "`true` makes these the default ones, in the place of those that were. `false` on the default ones is "
            "InvalidInput: make others the default instead."
        ),
    )


@strawberry.input(description="Which internet order settings to delete.")
class DeleteInternetOrderSettingsInput:
    id: strawberry.ID = strawberry.field(
        description="Which ones. They must not be the default ones, nor anybody's own."
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)


@shows(results.CreateInternetOrderSettingsSuccess, description="The settings were created.")
class CreateInternetOrderSettingsSuccess:
    settings: InternetOrderSettings = strawberry.field(
        resolver=by_key("InternetOrderSettings", "settings_key"), description="The new settings."
    )


@shows(
    results.UpdateInternetOrderSettingsSuccess,
    description="The settings were changed. It holds for everyone they apply to from their next request on.",
)
class UpdateInternetOrderSettingsSuccess:
    settings: InternetOrderSettings = strawberry.field(
        resolver=by_key("InternetOrderSettings", "settings_key"), description="The settings as they are now."
    )


@shows(results.DeleteInternetOrderSettingsSuccess, description="The settings are gone.")
class DeleteInternetOrderSettingsSuccess:
    settings_id: strawberry.ID = strawberry.field(description="The id they had.")


CreateInternetOrderSettingsResult = Annotated[
    CreateInternetOrderSettingsSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.AlreadyExists,
    strawberry.union("CreateInternetOrderSettingsResult", description="What `createInternetOrderSettings` can end in."),
]

UpdateInternetOrderSettingsResult = Annotated[
    UpdateInternetOrderSettingsSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.AlreadyExists
    | problems.NotFound
    | problems.VersionConflict,
    strawberry.union("UpdateInternetOrderSettingsResult", description="What `updateInternetOrderSettings` can end in."),
]

DeleteInternetOrderSettingsResult = Annotated[
    DeleteInternetOrderSettingsSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.NotFound
    | problems.InUse
    | problems.VersionConflict,
    strawberry.union("DeleteInternetOrderSettingsResult", description="What `deleteInternetOrderSettings` can end in."),
]


@strawberry.type
class SettingsMutations:
    @shown_as(
        CreateInternetOrderSettingsResult,
        "Creates internet order settings. For ADMIN.",
    )
    async def create_internet_order_settings(
        self,
        info: Info,
        input: Annotated[CreateInternetOrderSettingsInput, strawberry.argument(description="The new settings.")],
    ) -> object:
        return await resolve.create_settings(info, input)

    @shown_as(
        UpdateInternetOrderSettingsResult,
        "Changes internet order settings, or makes them the default ones. For ADMIN.",
    )
    async def update_internet_order_settings(
        self,
        info: Info,
        input: Annotated[
            UpdateInternetOrderSettingsInput, strawberry.argument(description="Which ones, and what to change.")
        ],
    ) -> object:
        return await resolve.update_settings(info, input)

    @shown_as(
        DeleteInternetOrderSettingsResult,
        "Deletes internet order settings that nobody has as their own; with some it is InUse. For ADMIN.",
    )
    async def delete_internet_order_settings(
        self,
        info: Info,
        input: Annotated[DeleteInternetOrderSettingsInput, strawberry.argument(description="Which ones.")],
    ) -> object:
        return await resolve.delete_settings(info, input)
