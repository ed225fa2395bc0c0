"""Where a username can log in: its references that are ticked Internet user, at active customers.

The rules, "Logging in" 1. That there is a password is for the caller to know: it has the login.
"""

from dataclasses import dataclass

from app.database import Executor, Transaction
from app.services.results import Choice

_PLACES = (
    "SELECT r.id AS reference_id, r.name AS reference_name, c.id AS customer_id, c.name AS customer_name,"
    " c.name_key, c.number FROM reference r JOIN customer c ON c.id = r.customer_id"
    " WHERE r.login_id = $1 AND r.internet_user AND c.active"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One reference a username can log in as."""

    reference_id: int
    reference_name: str
    customer_id: int
    customer_name: str
    customer_number: str

    def as_choice(self) -> Choice:
        """The place as it is offered to somebody who isn't anywhere yet."""
        return Choice(self.reference_id, self.customer_name, self.customer_number, self.reference_name, False)


async def places_of(executor: Executor, login_id: int) -> tuple[Place, ...]:
    """Where a login can log in, by the customers' names."""
    return await _read(executor, _PLACES, login_id)


async def hold_places(tx: Transaction, login_id: int) -> tuple[Place, ...]:
    """The same, held as they are until the transaction ends. The login is locked before, and sessions after.

    Who takes a right away locks the reference or the customer before looking for sessions to end, so the session that
    is made or moved meanwhile is either seen there, or its place is gone here.
    """
    return await _read(tx, f"{_PLACES} ORDER BY r.id{tx.dialect.for_share}", login_id)


async def hold_place(tx: Transaction, login_id: int, reference_id: int) -> Place | None:
    """One place of a login, held; None where it can't log in there."""
    found = await _read(tx, f"{_PLACES} AND r.id = $2{tx.dialect.for_share}", login_id, reference_id)
    return found[0] if found else None


async def _read(executor: Executor, sql: str, *args: int) -> tuple[Place, ...]:
    rows = await executor.fetch(sql, *args)
    ordered = sorted(rows, key=lambda row: (row["name_key"], row["reference_id"]))
    return tuple(
        Place(row["reference_id"], row["reference_name"], row["customer_id"], row["customer_name"], row["number"])
        for row in ordered
    )
