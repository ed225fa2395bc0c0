"""How the firm's own people come in. Nothing of it touches the portal's logins, whatever e-mail they use.

The rules, "Logging in" 2 and 7: as for portal users, one answer and the same work for whatever is wrong. Who has an
authenticator app is asked for a code in a second step, and only after a right password: nobody else learns of it.
"""

from app import ids
from app.database import Transaction, Write
from app.models import StaffMember
from app.models.enums import AuditAction, SessionTransport
from app.services.audit import Event
from app.services.caller import Caller, StaffUser
from app.services.inputs import ConfirmStaffLogin, StaffLogin
from app.services.log_in_try import Account, LogInTry
from app.services.problems import Refused, TicketExpired, WrongCode, refusable
from app.services.resources import Resources
from app.services.results import SecondFactorRequired, StaffLoginSuccess
from app.services.second_factor import Proof, SecondFactors, is_required
from app.services.second_factor_tickets import StaffTickets
from app.services.session_rows import SessionRows, own_session
from app.services.staff_rows import lock_member

_MEMBER = "SELECT id, epoch, password_hash, active FROM staff_member WHERE email_key = $1"
_NOTE_LOG_IN = "UPDATE staff_member SET last_login_at = $1, failures = 0, locked_until = $2 WHERE id = $3"


class StaffLogIn:
    """Logs staff in."""

    def __init__(self, resources: Resources, rows: SessionRows) -> None:
        self._resources = resources
        self._rows = rows
        self._factors = SecondFactors(resources)
        self._tickets = StaffTickets(resources.database, resources.clock)

    @refusable
    async def staff_login(
        self, caller: Caller, given: StaffLogin, device_cookie: str | None = None
    ) -> StaffLoginSuccess | SecondFactorRequired:
        """Logs in with an e-mail and its password, or asks for a code where the member has an authenticator app."""
        attempt = LogInTry(self._resources, caller, "staff", given.email, device_cookie)
        cookie = given.transport is SessionTransport.COOKIE

        async def enter(account: Account, tx: Transaction) -> StaffLoginSuccess | SecondFactorRequired | None:
            member = await lock_member(tx, account.id)
            if member is None or not member.active or not account.is_still(member):
                return None
            if account.replacement is not None:
                member.password_hash, member.hash_scheme = account.replacement.text, account.replacement.scheme
                await member.save(using_db=tx.client, update_fields=["password_hash", "hash_scheme"])
            if await self._factors.asked_of(tx, member.id):
                return await self._tickets.create(tx, member, cookie=cookie)
            held = is_required(self._resources.settings, member.role)
            return await self._enter(
                tx, caller, attempt, member, cookie=cookie, device_cookie=device_cookie, must_enrol=held
            )

        answer: StaffLoginSuccess | SecondFactorRequired = await attempt.logged_in(self._read, given.password, enter)
        if isinstance(answer, SecondFactorRequired):
            await attempt.give_back()
        return answer

    @refusable
    async def confirm_staff_login(
        self,
        caller: Caller,
        given: ConfirmStaffLogin,
        ticket_cookie: str | None = None,
        device_cookie: str | None = None,
    ) -> StaffLoginSuccess:
        """Goes on to a session, with the ticket of the first step and a code of the app or a recovery code.

        Each code is a try like a password's, counted on the same. The counts are emptied here and not at the first
        step: a right password would else buy its finder another handful of codes each time.
        """
        ticket = await self._tickets.find(given.ticket, ticket_cookie)
        if ticket is None:
            raise Refused(TicketExpired())
        attempt = LogInTry(self._resources, caller, "staff", ticket.email_key, device_cookie)
        await attempt.take(ticket.epoch)

        async def work(tx: Transaction) -> StaffLoginSuccess:
            member = await lock_member(tx, ticket.staff_id)
            if member is None or not member.active or member.epoch != ticket.epoch:
                raise Refused(TicketExpired())
            factor = await self._factors.of(tx, member.id)
            if factor is None or not factor.confirmed or not await self._tickets.use(tx, ticket):
                raise Refused(TicketExpired())
            proof = await self._factors.accept(tx, factor, given.code)
            if proof is None:
                raise Refused(WrongCode())
            return await self._enter(
                tx, caller, attempt, member, cookie=ticket.cookie, device_cookie=device_cookie, proof=proof
            )

        try:
            return await attempt.transact(work)
        except Refused as refusal:
            if isinstance(refusal.problem, WrongCode):
                await attempt.failed(known=True, wrongCode=True)
            else:
                await attempt.give_back()
            raise

    async def _enter(
        self,
        tx: Transaction,
        caller: Caller,
        attempt: LogInTry,
        member: StaffMember,
        *,
        cookie: bool,
        device_cookie: str | None,
        must_enrol: bool = False,
        proof: Proof | None = None,
    ) -> StaffLoginSuccess:
        """Makes a session for a locked member."""
        session_id, token = await self._rows.open_staff(
            tx, member, cookie=cookie, client=caller.client, replaces=own_session(caller)
        )
        user = StaffUser(session_id, member.id, member.email, member.role, caller.client, must_enrol)
        emptied = await attempt.succeeded(tx)
        actions = [AuditAction.LOGIN_SUCCEEDED]
        if proof is Proof.RECOVERY_CODE:
            actions.insert(0, AuditAction.RECOVERY_CODE_USED)
        subject = (ids.encode("StaffMember", member.id),)
        events = [Event(action, subject, username=member.email_key) for action in actions]
        noted = Write(_NOTE_LOG_IN, self._resources.clock.now(), emptied.locked_until, member.id)
        await self._resources.audit.write(tx, user, events, beside=(noted, *emptied.writes))
        devices = self._resources.devices
        device = devices.issue("staff", member.email_key, member.epoch, device_cookie) if cookie else None
        return StaffLoginSuccess(token, user, device)

    async def _read(self, email: str | None) -> Account | None:
        """The member with a canonical e-mail; None where nobody has it."""
        rows = await self._resources.database.fetch(_MEMBER, email or "")
        if not rows:
            return None
        row = rows[0]
        return Account(row["id"], row["epoch"], row["password_hash"], lets_in=bool(row["active"]))
