"""People's data: everything stored about a person, given out or erased, by the e-mail that is their username.

The rules, "The audit" 4. A member of staff with the same e-mail is somebody else to an erasure: they keep account,
sessions and what the audit tells of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from app import ids
from app.database import DatabaseUnavailable, Executor, Transaction
from app.models.enums import AuditAction
from app.services import usernames
from app.services.audit import Event
from app.services.audit_checkpoints import Heads, read_heads
from app.services.caller import ADMINS, Caller, require_person_with_role
from app.services.logins import Logins, lock_existing
from app.services.person_export import everything_about
from app.services.person_findings import Findings, find
from app.services.person_trail import BATCH, Entry, Trail
from app.services.problems import refusable
from app.services.resources import Resources
from app.services.validation import Checks

TABLES: Final = ("reference", "reference_search", "login", "session", "ticket", "throttle", "audit_event")
"""What an erasure takes from, to be scrubbed."""


class AuditUnchangeable(Exception):
    """The database role that asks may only read the audit and add to it."""


@dataclass(frozen=True, slots=True)
class PersonExport:
    """Everything that is stored about a person, as JSON can hold it; `nothing` says that it is empty."""

    document: dict[str, Any]
    nothing: bool


@dataclass(frozen=True, slots=True)
class PersonErased:
    """What was erased; `scrubbed` says whether the files are rid of it, too, as far as the database can do that."""

    found: Findings
    sessions_revoked: int
    scrubbed: bool


class People:
    """Exports and erases. Only a person who is ADMIN may, or whoever runs the command line."""

    def __init__(self, resources: Resources, logins: Logins) -> None:
        self._resources = resources
        self._logins = logins

    @refusable
    async def export(self, caller: Caller, email: str) -> PersonExport:
        """Everything stored about a person, what is stored of them as a member of staff included."""
        username = _username(caller, email)
        trail = Trail(self._resources.audit, username)
        heads, named = await self._look_through(trail)

        async def work(tx: Transaction) -> PersonExport:
            newer = await trail.between(tx, heads, await read_heads(tx))
            found = await self._find(tx, username, trail, [*named, *newer])
            nothing = found.nothing and found.staff_id is None
            document = await everything_about(tx, self._resources, found)
            event = Event(AuditAction.PERSON_EXPORTED, _subjects(found), username=username, username_known=not nothing)
            await self._resources.audit.write(tx, caller, [event])
            return PersonExport(document, nothing)

        return await self._resources.database.transact(work)

    @refusable
    async def preview_erasure(self, caller: Caller, email: str) -> Findings:
        """What `erase` would erase now; changes nothing.

        Raises:
            AuditUnchangeable: It couldn't.
        """
        username = _username(caller, email)
        await self._require_changeable_audit()
        trail = Trail(self._resources.audit, username)
        _, named = await self._look_through(trail)
        return (await self._find(self._resources.database, username, trail, named)).but_of_staff()

    @refusable
    async def erase(self, caller: Caller, email: str) -> PersonErased:
        """Erases a person for good, in one transaction, and then what is left of them in the database's files.

        Where nothing is stored the files are scrubbed all the same: so an erasure that was cut short is ended.

        Raises:
            AuditUnchangeable: The role that asks may not; nothing has happened.
        """
        username = _username(caller, email)
        await self._require_changeable_audit()
        trail = Trail(self._resources.audit, username)
        heads, named = await self._look_through(trail)

        async def work(tx: Transaction) -> tuple[Findings, int]:
            revoked = await self._lock(tx, username)
            newer = await trail.between(tx, heads, await read_heads(tx))
            found = (await self._find(tx, username, trail, [*named, *newer])).but_of_staff()
            if not found.nothing:
                await self._erase(tx, caller, found, revoked)
            return found, revoked

        database = self._resources.database
        found, revoked = await database.transact(work)
        try:
            scrubbed = await database.scrub(*TABLES)
        except DatabaseUnavailable:
            scrubbed = False
        return PersonErased(found, revoked, scrubbed)

    async def _require_changeable_audit(self) -> None:
        database = self._resources.database
        (answer,) = await database.fetch(database.dialect.may_update("audit_event"))
        if not database.dialect.boolean(answer["allowed"]):
            raise AuditUnchangeable

    async def _look_through(self, trail: Trail) -> tuple[Heads, list[Entry]]:
        """The events that name the person, found before any lock is taken: there may be many to go through."""
        heads = await read_heads(self._resources.database)
        return heads, await trail.everywhere(self._resources.database)

    async def _lock(self, tx: Transaction, username: str) -> int:
        """Locks what is the person's in the order that all keep, and ends their sessions; says how many were alive.

        From here on nobody else writes an event about this username, but of log-ins that fail.
        """
        login = await lock_existing(tx, username)
        if login is None:
            return 0
        await tx.fetch(f"SELECT id FROM reference WHERE login_id = $1 ORDER BY id{tx.dialect.for_update}", login.id)
        return await self._logins.end_sessions_of_login(tx, login)

    async def _find(self, executor: Executor, username: str, trail: Trail, named: Iterable[Entry]) -> Findings:
        return await find(executor, self._resources.throttle, username, trail, named)

    async def _erase(self, tx: Transaction, caller: Caller, found: Findings, revoked: int) -> None:
        """Deletes the rows and, in the audit, what names the person; digests cover that through a salted hash alone."""
        keys = [reference.id for reference in found.references]
        await tx.execute(f"DELETE FROM reference WHERE {tx.dialect.any_of('id', '$1')}", keys)
        await tx.execute("DELETE FROM login WHERE id = $1", found.login_id or 0)
        for application in found.counted:
            await self._resources.throttle.empty(tx, application, found.username)
        named = [entry.id for entry in found.entries]
        for start in range(0, len(named), BATCH):
            await tx.execute(
                "UPDATE audit_event SET person = NULL, person_salt = NULL, actor_key = NULL, username_key = NULL"
                f" WHERE {tx.dialect.any_of('id', '$1')}",
                named[start : start + BATCH],
            )
        counts = {"references": len(keys), "events": len(named), "sessionsRevoked": revoked}
        await self._resources.audit.write(tx, caller, [Event(AuditAction.PERSON_ERASED, _subjects(found), data=counts)])


def _username(caller: Caller, email: str) -> str:
    """The username that is meant, by somebody who may ask.

    Raises:
        Refused: NotLoggedIn, NotAllowed, or InvalidInput for what is no e-mail.
    """
    require_person_with_role(caller, ADMINS)
    checks = Checks()
    checked = checks.email("email", email)
    checks.done()
    return usernames.canonical(checked) or ""


def _subjects(found: Findings) -> tuple[str, ...]:
    """The person's references, by ids that name nobody: so the audit still tells what became of each."""
    return tuple(ids.encode("Reference", reference.id) for reference in found.references)
