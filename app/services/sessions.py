"""Who asks: from the secret that a request shows to the caller that the services are given.

One statement a request, shared with those that come at the same time. A secret works only by the transport it was made
for: a cookie's is worth nothing in an Authorization header, a portal's nothing in staff's cookie, nor the other way
round.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from app.database import SharedStatement
from app.models.enums import StaffRole
from app.security.tokens import ACCESS_TOKEN_PREFIX, digest
from app.services.caller import Caller, Client, Nobody, PortalUser, StaffUser, TokenUser
from app.services.last_seen import SESSIONS, TOKENS, LastSeen
from app.services.lifetimes import Lifetime, temporary_until
from app.services.resources import Resources
from app.services.second_factor import is_required
from app.services.staff_rows import ACTIVE_ADMIN

Kind = Literal["bearer", "portal cookie", "staff cookie"]
"""How a credential came: in the Authorization header, or as the cookie of one of the two applications."""

_SESSION = SharedStatement(
    "SELECT s.id, s.cookie, s.login_id, s.reference_id, s.staff_id, s.last_seen_at, s.expires_at, l.username_key,"
    " l.temporary_since, r.customer_id, m.email, m.role, f.confirmed_at FROM session s"
    " LEFT JOIN login l ON l.id = s.login_id AND l.epoch = s.epoch"
    " LEFT JOIN reference r ON r.id = s.reference_id"
    " LEFT JOIN staff_member m ON m.id = s.staff_id AND m.epoch = s.epoch AND m.active"
    " LEFT JOIN staff_second_factor f ON f.staff_id = m.id"
    " WHERE s.token_hash = $1",
    ("bytea",),
)
_TOOL = SharedStatement(
    "SELECT t.id, t.name, t.role, t.last_used_at FROM access_token t"
    " JOIN staff_member ON staff_member.id = t.created_by_id"
    f" WHERE t.secret_hash = $1 AND t.expires_at > $2 AND {ACTIVE_ADMIN}",
    ("bytea", "timestamptz"),
)
_ROLES = {role.value: role for role in StaffRole}


class Sessions:
    """Works out callers, and has it written down when their sessions and tokens were used."""

    def __init__(self, resources: Resources, last_seen: LastSeen) -> None:
        self._database = resources.database
        self._moment = resources.database.dialect.moment
        self._clock = resources.clock
        self._settings = resources.settings
        self.last_seen = last_seen
        self._portal = Lifetime.of_portal(resources.settings)
        self._staff = Lifetime.of_staff(resources.settings)

    async def caller_of(self, credential: str, kind: Kind, client: Client) -> Caller:
        """Whose credential this is now; nobody's where it is dead or never was alive."""
        if kind == "bearer" and credential.startswith(ACCESS_TOKEN_PREFIX):
            return await self._tool(credential, client)
        rows = await self._database.fetch_shared(_SESSION, digest(credential))
        if not rows or bool(rows[0]["cookie"]) is (kind == "bearer"):
            return Nobody(client)
        row, now = rows[0], self._clock.now()
        if row["staff_id"] is not None:
            return Nobody(client) if kind == "portal cookie" else self._staff_user(row, now, client)
        return Nobody(client) if kind == "staff cookie" else self._portal_user(row, now, client)

    def _portal_user(self, row: Mapping[str, Any], now: datetime, client: Client) -> Caller:
        if row["username_key"] is None or not self._lives(row, now, self._portal):
            return Nobody(client)
        until = temporary_until(self._settings, self._moment(row["temporary_since"]))
        if until is not None and until <= now:
            return Nobody(client)
        return PortalUser(
            session_id=row["id"],
            login_id=row["login_id"],
            reference_id=row["reference_id"],
            customer_id=row["customer_id"],
            username=row["username_key"],
            must_change_password=until is not None,
            client=client,
        )

    def _staff_user(self, row: Mapping[str, Any], now: datetime, client: Client) -> Caller:
        if row["email"] is None or not self._lives(row, now, self._staff):
            return Nobody(client)
        role = _ROLES[row["role"]]
        must_enrol = row["confirmed_at"] is None and is_required(self._settings, role)
        return StaffUser(row["id"], row["staff_id"], row["email"], role, client, must_enrol)

    def _lives(self, row: Mapping[str, Any], now: datetime, lifetime: Lifetime) -> bool:
        last_seen_at = self._moment(row["last_seen_at"])
        if lifetime.ends_at(last_seen_at, self._moment(row["expires_at"])) <= now:
            return False
        self.last_seen.note(SESSIONS, row["id"], last_seen_at)
        return True

    async def _tool(self, credential: str, client: Client) -> Caller:
        rows = await self._database.fetch_shared(_TOOL, digest(credential), self._clock.now())
        if not rows:
            return Nobody(client)
        row = rows[0]
        self.last_seen.note(TOKENS, row["id"], self._moment(row["last_used_at"]))
        return TokenUser(row["id"], row["name"], _ROLES[row["role"]], client)
