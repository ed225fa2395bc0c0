"""Access tokens: what tools show instead of logging in."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.services import results
from app.services.tables import AccessTokenRow
from resolvers import staff as resolve
from resolvers.context import Info
from resolvers.reading import by_key
from schema import problems
from schema.enums import StaffRole
from schema.fields import shown_as
from schema.node import Node
from schema.registry import shows


@shows(
    AccessTokenRow,
    description=(
        "What a tool shows as `Authorization: Bearer adg_…` instead of logging in. It does what its role may, but "
        "nothing about staff or access tokens. It ends when it expires or is revoked, or when its maker is no longer "
        "an active ADMIN."
    ),
)
class AccessToken(Node):
    name: str = strawberry.field(description="What it is for, for example `Nightly import`.")
    role: StaffRole = strawberry.field(description="What the tool may do.")
    created_by: str = strawberry.field(description="Who made it: their e-mail.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends by itself.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used; null: never. One that isn't used any longer should be revoked."
    )


@strawberry.input(description="A new access token.")
class CreateAccessTokenInput:
    name: str = strawberry.field(description="What it is for, for example `Nightly import`.")
    role: StaffRole = strawberry.field(description="What the tool may do: the least that is enough.")
    expires_at: datetime = strawberry.field(
        description="When it is to end, at most a year away, for example `2027-06-30T00:00:00.000Z`."
    )


@shows(results.CreateAccessTokenSuccess, description="The access token was made.")
class CreateAccessTokenSuccess:
    access_token: AccessToken = strawberry.field(
        resolver=by_key("AccessToken", "access_token_key"), description="The new access token."
    )
    secret: str = strawberry.field(
        description="What the tool has to show. It begins with `adg_`, is shown this once and can't be read again."
    )


@shows(results.RevokeAccessTokenSuccess, description="The access token counts no longer.")
class RevokeAccessTokenSuccess:
    access_token_id: strawberry.ID = strawberry.field(description="The id it had.")


CreateAccessTokenResult = Annotated[
    CreateAccessTokenSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.InvalidInput,
    strawberry.union("CreateAccessTokenResult", description="What `createAccessToken` can end in."),
]

RevokeAccessTokenResult = Annotated[
    RevokeAccessTokenSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound,
    strawberry.union("RevokeAccessTokenResult", description="What `revokeAccessToken` can end in."),
]


@strawberry.type
class AccessTokenMutations:
    @shown_as(
        CreateAccessTokenResult,
        "Makes an access token for a tool. For ADMIN, never for a tool.",
    )
    async def create_access_token(
        self,
        info: Info,
        input: Annotated[CreateAccessTokenInput, strawberry.argument(description="The new access token.")],
    ) -> object:
        return await resolve.create_access_token(info, input)

    @shown_as(
        RevokeAccessTokenResult,
        "Takes an access token back: the tool gets NotLoggedIn from now on. For ADMIN, never for a tool.",
    )
    async def revoke_access_token(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Which access token.")]
    ) -> object:
        return await resolve.revoke_access_token(info, id)
