"""A staff password that was right, waiting up to five minutes for the code of an authenticator app.

As with the portal's tickets only the SHA-256 is stored, and with COOKIE one works only beside a cookie set with it.
Unlike theirs it outlives a wrong code: people mistype, and each try is counted.
"""

from dataclasses import dataclass

from app import refusals
from app.clock import Clock
from app.database import Database, Transaction
from app.models import StaffMember, StaffTicket
from app.security.tokens import digest, new_secret
from app.services.lifetimes import TICKET
from app.services.results import SecondFactorRequired
from app.services.tickets import has_cookie, surplus

_FIND = (
    "SELECT t.id, t.staff_id, t.epoch, t.cookie, t.cookie_hash, t.expires_at, m.email_key FROM staff_ticket t"
    " JOIN staff_member m ON m.id = t.staff_id AND m.epoch = t.epoch AND m.active WHERE t.ticket_hash = $1"
)


@dataclass(frozen=True, slots=True)
class FoundTicket:
    """A ticket that lives, as it was read; it is still there."""

    id: int
    staff_id: int
    epoch: int
    cookie: bool
    email_key: str


class StaffTickets:
    """Makes tickets, finds them and uses them up."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, tx: Transaction, member: StaffMember, *, cookie: bool) -> SecondFactorRequired:
        """Makes a ticket for a locked member; of too many the oldest ends."""
        await self._make_room(tx, member)
        now = self._clock.now()
        secret, cookie_secret = new_secret(), new_secret() if cookie else None
        ticket = StaffTicket(
            ticket_hash=digest(secret),
            staff_id=member.id,
            epoch=member.epoch,
            cookie=cookie,
            cookie_hash=digest(cookie_secret) if cookie_secret is not None else None,
            created_at=now,
            expires_at=now + TICKET,
        )
        await ticket.save(using_db=tx.client)
        return SecondFactorRequired(secret, ticket.expires_at, cookie_secret)

    async def find(self, secret: str, cookie_secret: str | None) -> FoundTicket | None:
        """A ticket that lives; None where it isn't one, is too old, or lacks its cookie."""
        found = await self._find(secret, cookie_secret)
        if found is None:
            refusals.note(refusals.Kind.TICKET, application="staff")
        return found

    async def use(self, tx: Transaction, ticket: FoundTicket) -> bool:
        """Uses a ticket up; False where somebody else did."""
        return await tx.execute("DELETE FROM staff_ticket WHERE id = $1", ticket.id) > 0

    async def end_all(self, tx: Transaction, staff_id: int) -> None:
        """Ends the log-ins of a locked member that wait for a code."""
        await tx.execute("DELETE FROM staff_ticket WHERE staff_id = $1", staff_id)

    async def _find(self, secret: str, cookie_secret: str | None) -> FoundTicket | None:
        rows = await self._database.fetch(_FIND, digest(secret))
        if not rows:
            return None
        row, dialect = rows[0], self._database.dialect
        if not has_cookie(row, cookie_secret) or dialect.moment(row["expires_at"]) <= self._clock.now():
            return None
        cookie = dialect.boolean(row["cookie"])
        return FoundTicket(row["id"], row["staff_id"], row["epoch"], cookie, row["email_key"])

    async def _make_room(self, tx: Transaction, member: StaffMember) -> None:
        """Removes the member's dead tickets, and the oldest ones beyond the bound less one. Nobody else is at them."""
        rows = await tx.fetch(
            "SELECT id, epoch, expires_at FROM staff_ticket WHERE staff_id = $1 ORDER BY id", member.id
        )
        gone = surplus(rows, member.epoch, self._clock.now(), tx.dialect)
        if gone:
            await tx.execute(f"DELETE FROM staff_ticket WHERE {tx.dialect.any_of('id', '$1')}", gone)
