"""Sessions: where people are logged in."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.services import results
from app.services.tables import SessionRow
from resolvers import session as resolve
from resolvers.context import Info
from resolvers.reading import related
from schema import problems
from schema.fields import shown_as
from schema.node import Node
from schema.registry import shows

if TYPE_CHECKING:
    from schema.customer import Customer


@shows(
    SessionRow,
    description=(
        "A log-in that still holds, in one browser or tool. If you don't recognise one of yours, end it with "
        "`revokeSession` and change the password."
    ),
)
class Session(Node):
    current: bool = strawberry.field(description="Whether it is the one this request came with.")
    created_at: datetime = strawberry.field(description="When the person logged in.")
    last_seen_at: datetime = strawberry.field(description="When it was last used, to the minute.")
    expires_at: datetime = strawberry.field(
        description="When it ends by itself: some time after it was last used, and some time after the log-in at the "
        "latest."
    )
    user_agent: str | None = strawberry.field(
        description="What the browser or tool called itself, for example `Mozilla/5.0 (X11; Linux x86_64) …`."
    )
    ip_address: str | None = strawberry.field(description="Where the log-in came from, for example `192.0.2.17`.")
    customer: Annotated["Customer", strawberry.lazy("schema.customer")] | None = strawberry.field(
        resolver=related,
        description="The company it stands at; null for staff, and where it is another one than the portal user's.",
    )
    customer_name: str | None = strawberry.field(description="The name of that company; null for staff.")


@shows(results.LogoutSuccess, description="The sessions have ended.")
class LogoutSuccess:
    sessions_revoked: int = strawberry.field(description="How many there were. An access token has none: 0.")


@shows(results.RevokeSessionSuccess, description="The session has ended.")
class RevokeSessionSuccess:
    session_id: strawberry.ID = strawberry.field(description="The id it had.")


LogoutResult = Annotated[
    LogoutSuccess | problems.NotLoggedIn,
    strawberry.union("LogoutResult", description="What `logout` and `endOtherSessions` can end in."),
]

RevokeSessionResult = Annotated[
    RevokeSessionSuccess | problems.NotLoggedIn | problems.NotFound,
    strawberry.union("RevokeSessionResult", description="What `revokeSession` can end in."),
]


@strawberry.type
class SessionMutations:
    @shown_as(LogoutResult, "Ends this session. It stands alone in its operation.")
    async def logout(
        self,
        info: Info,
        everywhere: Annotated[
            bool | None,
            strawberry.argument(description="`true` ends every session of the caller's, wherever it is."),
        ] = False,
    ) -> object:
        return await resolve.logout(info, everywhere)

    @shown_as(
        RevokeSessionResult,
        "Ends one of the caller's own sessions; the one that asks too, which is logging out. It stands alone in its "
        "operation.",
    )
    async def revoke_session(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A session from `viewer.sessions`.")],
    ) -> object:
        return await resolve.revoke_session(info, id)

    @shown_as(
        LogoutResult,
        "Ends every session of the caller's but this one. It stands alone in its operation.",
    )
    async def end_other_sessions(self, info: Info) -> object:
        return await resolve.end_other_sessions(info)
