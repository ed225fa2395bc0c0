"""The session rows: making, moving, renewing and ending them, inside a transaction that has the owner locked.

The rules, "Logging in" 10 and 11. A session belongs to a login or to a member of staff, its owner; both have an epoch,
and a session made under an older one is dead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.clock import Clock
from app.database import Executor, Transaction, placeholders
from app.models import Session, StaffMember
from app.models.enums import SessionTransport
from app.security.tokens import ACCESS_TOKEN_PREFIX, digest, new_secret
from app.services.caller import Caller, Client, Person, PortalUser
from app.services.entrance import Entrance
from app.services.lifetimes import Lifetime, temporary_until
from app.services.results import IssuedToken
from app.settings import Settings

Owner = Literal["login_id", "staff_id"]

_ROWS = "SELECT id, epoch, expires_at, last_seen_at FROM session"


@dataclass(frozen=True, slots=True)
class PreviousLogIn:
    """When a username was last logged in to, and how many tries have failed since: shown to whoever logs in now."""

    at: datetime | None
    failures: int


def own_session(caller: Caller) -> int | None:
    """The session that a request carried, if any."""
    return caller.session_id if isinstance(caller, Person) else None


def session_secret() -> str:
    """A new session's secret; the one in millions that looks like an access token's is thrown away."""
    secret = new_secret()
    while secret.startswith(ACCESS_TOKEN_PREFIX):
        secret = new_secret()
    return secret


class SessionRows:
    """Writes session rows."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lifetimes: dict[Owner, Lifetime] = {
            "login_id": Lifetime.of_portal(settings),
            "staff_id": Lifetime.of_staff(settings),
        }

    async def open_portal(
        self,
        tx: Transaction,
        entrance: Entrance,
        reference_id: int,
        *,
        cookie: bool,
        client: Client,
        previous: PreviousLogIn,
        replaces: int | None,
    ) -> tuple[int, IssuedToken]:
        """Makes a portal session, ending the one that the request carried and those beyond the bound."""
        await self._make_room(tx, "login_id", entrance.login_id, entrance.epoch, replaces)
        until = temporary_until(self._settings, entrance.temporary_since)
        values: dict[str, object] = {
            "login_id": entrance.login_id,
            "reference_id": reference_id,
            "epoch": entrance.epoch,
        }
        values |= {"previous_login_at": previous.at, "failed_since": previous.failures}
        return await self._insert(tx, self._lifetimes["login_id"], values, until=until, cookie=cookie, client=client)

    async def open_staff(
        self, tx: Transaction, member: StaffMember, *, cookie: bool, client: Client, replaces: int | None
    ) -> tuple[int, IssuedToken]:
        """Makes a staff session, ending the one that the request carried and those beyond the bound."""
        await self._make_room(tx, "staff_id", member.id, member.epoch, replaces)
        values: dict[str, object] = {"staff_id": member.id, "epoch": member.epoch, "failed_since": 0}
        return await self._insert(tx, self._lifetimes["staff_id"], values, until=None, cookie=cookie, client=client)

    async def lock_live(
        self, tx: Transaction, session_id: int, epoch: int, *, all_of: tuple[Owner, int] | None = None
    ) -> Session | None:
        """Locks a session that lives under this epoch, which is its owner's now.

        Where others of its owner are to end after it, all of them are locked, in the order of their keys.
        """
        if all_of is not None:
            await tx.fetch(
                f"SELECT id FROM session WHERE {all_of[0]} = $1 ORDER BY id{tx.dialect.for_update}", all_of[1]
            )
        session = await Session.filter(id=session_id).select_for_update().using_db(tx.client).first()
        if session is None or session.epoch != epoch:
            return None
        return session if self._is_live(_owner_of(session), session.last_seen_at, session.expires_at) else None

    async def renew(self, tx: Transaction, session: Session, epoch: int) -> IssuedToken:
        """Gives a locked session a new secret under a new epoch: its old one is dead, its transport stays."""
        secret, now = session_secret(), self._clock.now()
        lifetime = self._lifetimes[_owner_of(session)]
        session.token_hash, session.epoch, session.wrong_passwords = digest(secret), epoch, 0
        session.last_seen_at = now
        session.expires_at = session.created_at + lifetime.longest  # no longer cut short by a temporary password
        await session.save(using_db=tx.client)
        return _issued(secret, lifetime, now, session.expires_at, cookie=session.cookie)

    async def end(self, tx: Transaction, session_id: int) -> bool:
        """Ends a session; says whether it was still there."""
        return await tx.execute("DELETE FROM session WHERE id = $1", session_id) > 0

    async def end_own(self, tx: Transaction, person: Person, session_id: int) -> bool:
        """Ends a session of the same username or member of staff; says whether there was such a live one."""
        owner: tuple[Owner, int] = (
            ("login_id", person.login_id) if isinstance(person, PortalUser) else ("staff_id", person.staff_id)
        )
        condition = f"id = $1 AND {owner[0]} = $2"
        return await self.end_where(tx, owner[0], condition, session_id, owner[1]) > 0

    async def end_all_of_staff(self, tx: Transaction, staff_id: int, *, but: int | None = None) -> int:
        """Ends a staff member's sessions (but one), in the order of their keys; says how many were alive."""
        return await self.end_where(tx, "staff_id", "staff_id = $1 AND id <> $2", staff_id, but or 0)

    async def end_where(self, tx: Transaction, owner: Owner, condition: str, *args: int) -> int:
        """Ends the sessions that a condition is true of; says how many were alive.

        They are locked in the order of their keys, so that two who end the same ones don't deadlock.
        """
        rows = await tx.fetch(f"{_ROWS} WHERE {condition} ORDER BY id{tx.dialect.for_update}", *args)
        await self._delete(tx, [row["id"] for row in rows])
        return sum(self._is_live_row(tx, owner, row) for row in rows)

    async def count_where(self, executor: Executor, owner: Owner, condition: str, *args: int) -> int:
        """How many of the sessions that a condition is true of are alive."""
        rows = await executor.fetch(f"{_ROWS} WHERE {condition}", *args)
        return sum(self._is_live_row(executor, owner, row) for row in rows)

    async def _make_room(self, tx: Transaction, owner: Owner, key: int, epoch: int, replaces: int | None) -> None:
        """Ends the session that is replaced, the owner's dead ones, and its oldest ones beyond the bound less one.

        Nobody else makes one meanwhile or moves one to another epoch: the owner is locked.
        """
        rows = await tx.fetch(f"{_ROWS} WHERE {owner} = $1 OR id = $2 ORDER BY id", key, replaces or 0)
        live = [
            row["id"]
            for row in rows
            if row["id"] != replaces and row["epoch"] == epoch and self._is_live_row(tx, owner, row)
        ]
        kept = set(live[max(0, len(live) + 1 - self._settings.sessions_per_username) :])
        gone = [row["id"] for row in rows if row["id"] not in kept]
        if gone:
            locked = f"SELECT id FROM session WHERE {tx.dialect.any_of('id', '$1')} ORDER BY id{tx.dialect.for_update}"
            await tx.execute(f"DELETE FROM session WHERE id IN ({locked})", gone)

    async def _delete(self, tx: Transaction, keys: list[int]) -> None:
        if keys:
            await tx.execute(f"DELETE FROM session WHERE {tx.dialect.any_of('id', '$1')}", keys)

    async def _insert(
        self,
        tx: Transaction,
        lifetime: Lifetime,
        values: dict[str, object],
        *,
        until: datetime | None,
        cookie: bool,
        client: Client,
    ) -> tuple[int, IssuedToken]:
        secret, now = session_secret(), self._clock.now()
        expires_at = min(now + lifetime.longest, until or datetime.max.replace(tzinfo=now.tzinfo))
        values |= {"token_hash": digest(secret), "cookie": cookie, "wrong_passwords": 0}
        values |= {"created_at": now, "last_seen_at": now, "expires_at": expires_at}
        values |= {"user_agent": client.user_agent, "ip_address": client.address}
        sql = f"INSERT INTO session ({', '.join(values)}) VALUES ({placeholders(len(values))}) RETURNING id"
        (row,) = await tx.fetch(sql, *values.values())
        return row["id"], _issued(secret, lifetime, now, expires_at, cookie=cookie)

    def _is_live_row(self, executor: Executor, owner: Owner, row: Mapping[str, Any]) -> bool:
        moment = executor.dialect.moment
        return self._is_live(owner, moment(row["last_seen_at"]), moment(row["expires_at"]))

    def _is_live(self, owner: Owner, last_seen_at: datetime, expires_at: datetime) -> bool:
        return self._clock.now() < self._lifetimes[owner].ends_at(last_seen_at, expires_at)


def _owner_of(session: Session) -> Owner:
    return "login_id" if session.staff_id is None else "staff_id"


def _issued(
    secret: str, lifetime: Lifetime, last_seen_at: datetime, expires_at: datetime, *, cookie: bool
) -> IssuedToken:
    transport = SessionTransport.COOKIE if cookie else SessionTransport.BEARER
    return IssuedToken(secret, transport, lifetime.ends_at(last_seen_at, expires_at), expires_at)
