"""How the firm's own people come in. Nothing of it touches the portal's logins, whatever e-mail they use.

The rules, "Logging in" 2 and 7: as for portal users, one answer and the same work for whatever is wrong.
"""

from app import ids
from app.database import Transaction
from app.models.enums import AuditAction, SessionTransport
from app.security.passwords import StoredHash
from app.services import usernames
from app.services.audit import Event
from app.services.caller import Caller, StaffUser
from app.services.inputs import StaffLogin
from app.services.password_check import TRIES, PasswordCheck
from app.services.problems import NoUserFound, Overloaded, Refused, refusable
from app.services.resources import Resources
from app.services.results import StaffLoginSuccess
from app.services.session_rows import SessionRows, own_session
from app.services.staff_rows import lock_member

_MEMBER = "SELECT id, password_hash, active, locked_until FROM staff_member WHERE email_key = $1"


class StaffLogIn:
    """Logs staff in."""

    def __init__(self, resources: Resources, rows: SessionRows) -> None:
        self._resources = resources
        self._check = PasswordCheck(resources)
        self._rows = rows

    @refusable
    async def staff_login(self, caller: Caller, given: StaffLogin) -> StaffLoginSuccess:
        """Logs in with an e-mail and its password."""
        for _ in range(TRIES):
            staff_id, stored = await self._verified(caller, given)
            better = await self._check.replacement(caller, stored, given.password)
            answer = await self._enter(caller, given, staff_id, stored, better)
            if answer is not None:
                return answer
        raise Refused(Overloaded(1))

    async def _enter(
        self, caller: Caller, given: StaffLogin, staff_id: int, stored: str, better: StoredHash | None
    ) -> StaffLoginSuccess | None:
        """Makes a session, unless the member changed while the hash was verified."""

        async def work(tx: Transaction) -> StaffLoginSuccess | None:
            member = await lock_member(tx, staff_id)
            if member is None or not member.active or member.password_hash != stored:
                return None
            member.last_login_at, member.failures = self._resources.clock.now(), 0
            if better is not None:
                member.password_hash, member.hash_scheme = better.text, better.scheme
            await member.save(
                using_db=tx.client, update_fields=["last_login_at", "failures", "password_hash", "hash_scheme"]
            )
            cookie = given.transport is SessionTransport.COOKIE
            session_id, token = await self._rows.open_staff(
                tx, member, cookie=cookie, client=caller.client, replaces=own_session(caller)
            )
            user = StaffUser(session_id, member.id, member.email, member.role, caller.client)
            await self._resources.audit.write(
                tx,
                user,
                [
                    Event(
                        AuditAction.LOGIN_SUCCEEDED, (ids.encode("StaffMember", member.id),), username=member.email_key
                    )
                ],
            )
            return StaffLoginSuccess(token, user)

        return await self._resources.database.transact(work)

    async def _verified(self, caller: Caller, given: StaffLogin) -> tuple[int, str]:
        """The member whose password this is, and its stored hash.

        Raises:
            Refused: NoUserFound, TooManyAttempts or Overloaded.
        """
        email, database = usernames.canonical(given.email), self._resources.database
        rows = await database.fetch(_MEMBER, email or "")
        row = rows[0] if rows else None
        if row is not None:
            self._check.refuse_locked(database.dialect.moment(row["locked_until"]))
        stored: str | None = row["password_hash"] if row is not None else None
        right = await self._check.verify(caller, stored, given.password)
        if row is None or stored is None or not right or not row["active"]:
            await self._check.count_failure(caller, "staff", email, given.email, known=row is not None)
            raise Refused(NoUserFound())
        return row["id"], stored
