"""How sessions end by the will of whoever has them: log-out, the other ones, one of the list.

A tool has no session: to it there is none to find, and logging out ends nothing ("Who may do what" 6).
"""

from app import ids, refusals
from app.database import Transaction
from app.models.enums import AuditAction
from app.services.audit import Event
from app.services.caller import Caller, Person, PortalUser, require_logged_in
from app.services.logins import Logins, lock_by_id
from app.services.problems import NotFound, NotLoggedIn, Refused, refusable
from app.services.resources import Resources
from app.services.results import LogoutSuccess, RevokeSessionSuccess
from app.services.session_rows import SessionRows
from app.services.staff_rows import lock_member
from app.services.validation import existing_key


class SignOut:
    """Ends the caller's own sessions."""

    def __init__(self, resources: Resources, logins: Logins, rows: SessionRows) -> None:
        self._resources = resources
        self._logins = logins
        self._rows = rows

    @refusable
    async def logout(self, caller: Caller, everywhere: bool = False) -> LogoutSuccess:
        """Ends the session that asks; `everywhere` all of the username's, those of log-ins under way too."""
        person = _person(caller)
        if person is None:
            return LogoutSuccess(0)

        async def work(tx: Transaction) -> LogoutSuccess:
            if everywhere:
                ended = await self._end_all(tx, person, raises_epoch=True)
            else:
                ended = int(await self._rows.end(tx, person.session_id))
                if not ended:  # somebody else ended it while this request was on its way
                    raise Refused(NotLoggedIn())
            await self._record(tx, person, AuditAction.LOGGED_OUT, ended, everywhere=everywhere)
            return LogoutSuccess(ended)

        return await self._resources.database.transact(work)

    @refusable
    async def end_other_sessions(self, caller: Caller) -> LogoutSuccess:
        """Ends the username's sessions, but the one that asks."""
        person = _person(caller)
        if person is None:
            return LogoutSuccess(0)

        async def work(tx: Transaction) -> LogoutSuccess:
            ended = await self._end_all(tx, person, but=person.session_id)
            await self._record(tx, person, AuditAction.SESSIONS_ENDED, ended)
            return LogoutSuccess(ended)

        return await self._resources.database.transact(work)

    @refusable
    async def revoke_session(self, caller: Caller, public_id: str) -> RevokeSessionSuccess:
        """Ends one of the caller's sessions; the one that asks is a log-out."""
        person = _person(caller)
        if person is None:
            raise Refused(NotFound(public_id))
        key = existing_key(public_id, "Session")
        current = key == person.session_id

        async def work(tx: Transaction) -> RevokeSessionSuccess:
            if not await self._rows.end_own(tx, person, key):
                refusals.note(refusals.Kind.FOREIGN_ID, type="Session", id=key, session=person.session_id)
                raise Refused(NotFound(public_id))
            action = AuditAction.LOGGED_OUT if current else AuditAction.SESSION_REVOKED
            await self._record(tx, person, action, 1, session=public_id)
            return RevokeSessionSuccess(public_id, current)

        return await self._resources.database.transact(work)

    async def _end_all(
        self, tx: Transaction, person: Person, *, but: int | None = None, raises_epoch: bool = False
    ) -> int:
        """Ends a person's sessions, with the owner locked; a raised epoch kills those of log-ins under way too."""
        if isinstance(person, PortalUser):
            login = await lock_by_id(tx, person.login_id)
            if login is None:
                raise Refused(NotLoggedIn())
            if raises_epoch:
                await self._logins.raise_epoch(tx, login)
            return await self._logins.end_sessions_of_login(tx, login, but=but)
        member = await lock_member(tx, person.staff_id)
        if member is None:
            raise Refused(NotLoggedIn())
        if raises_epoch:
            member.epoch += 1
            await member.save(using_db=tx.client, update_fields=["epoch"])
        return await self._rows.end_all_of_staff(tx, member.id, but=but)

    async def _record(
        self,
        tx: Transaction,
        person: Person,
        action: AuditAction,
        ended: int,
        *,
        session: str | None = None,
        everywhere: bool = False,
    ) -> None:
        data: dict[str, int | bool] = {"sessionsRevoked": ended}
        if everywhere:
            data["everywhere"] = True
        subjects = (session or ids.encode("Session", person.session_id),)
        await self._resources.audit.write(tx, person, [Event(action, subjects, username=person.username, data=data)])


def _person(caller: Caller) -> Person | None:
    """Who has sessions, of those who are somebody.

    Raises:
        Refused: NotLoggedIn.
    """
    require_logged_in(caller)
    return caller if isinstance(caller, Person) else None
