"""How portal users come in, choose a company, and move to another.

The rules, "Logging in" 1 to 4. A log-in goes: read the login, verify the hash outside any transaction, then one
transaction that locks the login, finds it as it was read, and makes a session or a ticket.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from app import ids, refusals
from app.database import Transaction, Write
from app.models.enums import AuditAction, SessionTransport
from app.services.audit import Event
from app.services.caller import Caller, Nobody, PortalUser, not_allowed, require_portal_user
from app.services.entrance import Entrance, hold_entrance
from app.services.inputs import Login
from app.services.lifetimes import is_outdated, temporary_until
from app.services.log_in_try import Account, LogInTry
from app.services.logins import lock_by_id
from app.services.places import IS_PLACE, Place, hold_place
from app.services.problems import NotFound, NotLoggedIn, Refused, TicketExpired, refusable
from app.services.resources import Resources
from app.services.results import CustomerChoice, LoginSuccess, SwitchCustomerSuccess
from app.services.session_rows import PreviousLogIn, SessionRows, own_session
from app.services.tickets import Tickets
from app.services.validation import existing_key

_ACCOUNT = (
    "SELECT id, password_hash, epoch, temporary_since, EXISTS (SELECT 1 FROM reference"
    f" JOIN customer ON customer.id = reference.customer_id WHERE reference.login_id = login.id AND {IS_PLACE})"
    " AS has_place FROM login WHERE username_key = $1"
)
"""One statement whatever is wrong: unknown username, no password, nowhere to log in."""

_NOTE_LOG_IN = (
    "UPDATE login SET last_login_at = $1, failures = 0, locked_until = $2, password_hash = COALESCE($3, password_hash),"
    " hash_scheme = COALESCE($4, hash_scheme) WHERE id = $5"
)
_NOTE_PLACE = "UPDATE reference SET last_login_at = $1 WHERE id = $2"


@dataclass(frozen=True, slots=True)
class _Entry:
    """How somebody comes in: what the request carried, and the try that stands behind it, if it isn't a choice."""

    caller: Caller
    cookie: bool
    previous: PreviousLogIn
    device_cookie: str | None = field(repr=False)
    attempt: LogInTry | None = None
    account: Account | None = None

    async def settled(self, tx: Transaction, now: datetime) -> tuple[Write, ...]:
        """What is to be written because the password was right; of the log-in before, the session has told."""
        if self.attempt is None or self.account is None:
            return ()
        emptied, replacement = await self.attempt.succeeded(tx), self.account.replacement
        text, scheme = (replacement.text, replacement.scheme) if replacement is not None else (None, None)
        noted = Write(_NOTE_LOG_IN, now, emptied.locked_until, text, scheme, self.account.id)
        return noted, *emptied.writes


class PortalLogIn:
    """Logs portal users in."""

    def __init__(self, resources: Resources, rows: SessionRows, tickets: Tickets) -> None:
        self._resources = resources
        self._rows = rows
        self._tickets = tickets

    @refusable
    async def login(
        self, caller: Caller, given: Login, device_cookie: str | None = None
    ) -> LoginSuccess | CustomerChoice:
        """Logs in with a username and its password. Whatever is wrong, the answer and the work for it are the same."""
        cookie = given.transport is SessionTransport.COOKIE
        attempt = LogInTry(self._resources, caller, "portal", given.username, device_cookie)

        async def enter(account: Account, tx: Transaction) -> LoginSuccess | CustomerChoice | None:
            entrance = await hold_entrance(tx, account.id)
            if entrance is None or not account.is_still(entrance):
                return None
            previous = PreviousLogIn(entrance.last_login_at, entrance.failures)
            entry = _Entry(caller, cookie, previous, device_cookie, attempt, account)
            if len(entrance.places) == 1:
                return await self._enter(tx, entrance, entry)
            return await self._offer(tx, entrance, entry)

        return await attempt.logged_in(self._read, given.password, enter)

    @refusable
    async def choose_customer(
        self,
        caller: Caller,
        ticket: str,
        reference_id: str,
        cookie_secret: str | None = None,
        device_cookie: str | None = None,
    ) -> LoginSuccess:
        """Goes on to one of the companies that a log-in offered. The ticket is used up whatever comes of it."""
        used = await self._tickets.use(ticket, cookie_secret)
        key = ids.key_of(reference_id, "Reference")
        if used is None or key is None:
            raise Refused(TicketExpired())
        if key not in used.reference_ids:
            refusals.note(refusals.Kind.TICKET, why="that company was not offered")
            raise Refused(TicketExpired())
        entry = _Entry(caller, used.cookie, used.previous, device_cookie)

        async def work(tx: Transaction) -> LoginSuccess:
            entrance = await hold_entrance(tx, used.login_id, key)
            if entrance is None or entrance.epoch != used.epoch or self._is_outdated(entrance.temporary_since):
                raise Refused(TicketExpired())
            return await self._enter(tx, entrance, entry)

        return await self._resources.database.transact(work)

    @refusable
    async def switch_customer(self, caller: Caller, reference_id: str) -> SwitchCustomerSuccess:
        """Moves the session to another company of the same username; its token, id and expiries stay."""
        user = require_portal_user(caller)
        if user.must_change_password:
            raise not_allowed(user)
        key = existing_key(reference_id, "Reference")

        async def work(tx: Transaction) -> SwitchCustomerSuccess:
            login = await lock_by_id(tx, user.login_id)
            place = await hold_place(tx, user.login_id, key)
            session = await self._rows.lock_live(tx, user.session_id, login.epoch) if login is not None else None
            if session is None:
                raise Refused(NotLoggedIn())
            if place is None:
                refusals.note(refusals.Kind.FOREIGN_ID, type="Reference", id=key, session=user.session_id)
                raise Refused(NotFound(reference_id))
            moved = replace(user, reference_id=key, customer_id=place.customer_id)
            if session.reference_id != key:
                session.reference_id = key
                await session.save(using_db=tx.client, update_fields=["reference_id"])
                event = Event(AuditAction.CUSTOMER_SWITCHED, _subjects(place), username=user.username)
                await self._resources.audit.write(tx, user, [event])
            return SwitchCustomerSuccess(moved)

        return await self._resources.database.transact(work)

    async def _enter(self, tx: Transaction, entrance: Entrance, entry: _Entry) -> LoginSuccess:
        """Makes a session at the one place."""
        (place,), client, now = entrance.places, entry.caller.client, self._resources.clock.now()
        session_id, token = await self._rows.open_portal(
            tx,
            entrance,
            place.reference_id,
            cookie=entry.cookie,
            client=client,
            previous=entry.previous,
            replaces=own_session(entry.caller),
        )
        user = PortalUser(
            session_id=session_id,
            login_id=entrance.login_id,
            reference_id=place.reference_id,
            customer_id=place.customer_id,
            username=entrance.username,
            must_change_password=temporary_until(self._resources.settings, entrance.temporary_since) is not None,
            client=client,
        )
        beside = (Write(_NOTE_PLACE, now, place.reference_id), *await entry.settled(tx, now))
        event = Event(AuditAction.LOGIN_SUCCEEDED, _subjects(place), username=entrance.username)
        await self._resources.audit.write(tx, user, [event], beside=beside)
        devices = self._resources.devices
        shown = entry.device_cookie
        device = devices.issue("portal", entrance.username, entrance.epoch, shown) if entry.cookie else None
        return LoginSuccess(token, user, device)

    async def _offer(self, tx: Transaction, entrance: Entrance, entry: _Entry) -> CustomerChoice:
        """Makes a ticket for several places."""
        carried = own_session(entry.caller)
        if carried is not None:
            await self._rows.end(tx, carried)
        choice = await self._tickets.create(tx, entrance, cookie=entry.cookie, previous=entry.previous)
        beside = await entry.settled(tx, self._resources.clock.now())
        subjects = tuple(ids.encode("Reference", place.reference_id) for place in entrance.places)
        event = Event(AuditAction.CHOICE_OFFERED, subjects, username=entrance.username)
        await self._resources.audit.write(tx, Nobody(entry.caller.client), [event], beside=beside)
        return choice

    async def _read(self, username: str | None) -> Account | None:
        """The login of a canonical username; None where nobody has it."""
        database = self._resources.database
        rows = await database.fetch(_ACCOUNT, username or "")
        if not rows:
            return None
        row = rows[0]
        lets_in = bool(row["has_place"]) and not self._is_outdated(database.dialect.moment(row["temporary_since"]))
        return Account(row["id"], row["epoch"], row["password_hash"], lets_in=lets_in)

    def _is_outdated(self, temporary_since: datetime | None) -> bool:
        return is_outdated(self._resources.settings, temporary_since, self._resources.clock.now())


def _subjects(place: Place) -> tuple[str, str]:
    return ids.encode("Reference", place.reference_id), ids.encode("Customer", place.customer_id)
