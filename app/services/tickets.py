"""Tickets: a right password, waiting up to five minutes for the choice of a company.

The rules, "Logging in" 3 and 11. Only a ticket's SHA-256 is stored, and using one is one DELETE … RETURNING, so that of
any number of uses one finds it.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import refusals
from app.clock import Clock
from app.database import Database, Dialect, Rows, Transaction
from app.models import Ticket
from app.security.tokens import digest, new_secret
from app.services.entrance import Entrance
from app.services.lifetimes import TICKET, TICKETS_PER_USERNAME
from app.services.results import CustomerChoice
from app.services.session_rows import PreviousLogIn

_USE = (
    "DELETE FROM ticket WHERE ticket_hash = $1 RETURNING login_id, epoch, reference_ids, cookie, cookie_hash,"
    " expires_at, previous_login_at, failed_since"
)


@dataclass(frozen=True, slots=True)
class UsedTicket:
    """What a ticket was good for; it is gone by now."""

    login_id: int
    epoch: int
    reference_ids: frozenset[int]
    cookie: bool
    previous: PreviousLogIn


class Tickets:
    """Makes tickets and uses them up."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(
        self, tx: Transaction, entrance: Entrance, *, cookie: bool, previous: PreviousLogIn
    ) -> CustomerChoice:
        """Makes a ticket for the places of a locked login; of too many the oldest ends."""
        await self._make_room(tx, entrance)
        now = self._clock.now()
        secret, cookie_secret = new_secret(), new_secret() if cookie else None
        ticket = Ticket(
            ticket_hash=digest(secret),
            login_id=entrance.login_id,
            epoch=entrance.epoch,
            reference_ids=[place.reference_id for place in entrance.places],
            cookie=cookie,
            cookie_hash=digest(cookie_secret) if cookie_secret is not None else None,
            created_at=now,
            expires_at=now + TICKET,
            previous_login_at=previous.at,
            failed_since=previous.failures,
        )
        await ticket.save(using_db=tx.client)
        return CustomerChoice(
            secret, ticket.expires_at, tuple(place.as_choice() for place in entrance.places), cookie_secret
        )

    async def use(self, secret: str, cookie_secret: str | None) -> UsedTicket | None:
        """Uses a ticket up, whatever comes of it; None where it isn't one, is too old, or lacks its cookie.

        This is a transaction of its own: it stays used up where the choice then fails.
        """
        rows = await self._database.fetch(_USE, digest(secret))
        if not rows:
            _note("it is unknown or used")
            return None
        row, dialect = rows[0], self._database.dialect
        if not has_cookie(row, cookie_secret):
            _note("its cookie is missing")
            return None
        if dialect.moment(row["expires_at"]) <= self._clock.now():
            _note("it is too old")
            return None
        return UsedTicket(
            login_id=row["login_id"],
            epoch=row["epoch"],
            reference_ids=frozenset(dialect.json(row["reference_ids"])),
            cookie=dialect.boolean(row["cookie"]),
            previous=PreviousLogIn(dialect.moment(row["previous_login_at"]), row["failed_since"]),
        )

    async def _make_room(self, tx: Transaction, entrance: Entrance) -> None:
        """Removes the login's dead tickets, and its oldest ones beyond the bound less one."""
        rows = await tx.fetch(
            f"SELECT id, epoch, expires_at FROM ticket WHERE login_id = $1 ORDER BY id{tx.dialect.for_update}",
            entrance.login_id,
        )
        gone = surplus(rows, entrance.epoch, self._clock.now(), tx.dialect)
        if gone:
            await tx.execute(f"DELETE FROM ticket WHERE {tx.dialect.any_of('id', '$1')}", gone)


def has_cookie(row: Mapping[str, Any], cookie_secret: str | None) -> bool:
    """Whether a stored ticket was shown together with its cookie, if one was set with it."""
    expected = row["cookie_hash"]
    return expected is None or hmac.compare_digest(expected, digest(cookie_secret or ""))


def surplus(rows: Rows, epoch: int, now: datetime, dialect: Dialect) -> list[int]:
    """Which of one username's tickets go before another is made: the dead ones, and the oldest beyond the bound."""
    live = [row["id"] for row in rows if row["epoch"] == epoch and dialect.moment(row["expires_at"]) > now]
    kept = set(live[max(0, len(live) + 1 - TICKETS_PER_USERNAME) :])
    return [row["id"] for row in rows if row["id"] not in kept]


def _note(why: str) -> None:
    """Has a ticket that is good for nothing leave a trace: it may be somebody else's."""
    refusals.note(refusals.Kind.TICKET, why=why)
