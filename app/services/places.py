"""Where a username can log in: its references that are ticked Internet user, at active customers.

The rules, "Logging in" 1. That there is a password is for the caller to know: it has the login.
"""

from dataclasses import dataclass
from typing import Final

from app.database import Executor, Transaction
from app.services.results import Choice

IS_PLACE: Final = "reference.internet_user AND customer.active"
"""Whether a reference, joined to its customer, is such a place."""

_PLACES: Final = (
    "SELECT reference.id AS reference_id, reference.name AS reference_name, customer.id AS customer_id,"
    " customer.name AS customer_name, customer.name_key, customer.number"
    " FROM reference JOIN customer ON customer.id = reference.customer_id"
    f" WHERE reference.login_id = $1 AND {IS_PLACE}"
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
        return Choice(self.reference_id, self.customer_name, self.customer_number, self.reference_name, current=False)


async def places_of(executor: Executor, login_id: int) -> tuple[Place, ...]:
    """Where a login can log in, by the customers' names."""
    return await _read(executor, _PLACES, login_id)


async def hold_places(tx: Transaction, login_id: int) -> tuple[Place, ...]:
    """The same, held as they are until the transaction ends. The login is locked before, and sessions after.

    Who takes a right away locks the reference or the customer before looking for sessions to end, so the session that
    is made or moved meanwhile is either seen there, or its place is gone here.
    """
    return await _read(tx, f"{_PLACES} ORDER BY reference.id{tx.dialect.for_share}", login_id)


async def hold_place(tx: Transaction, login_id: int, reference_id: int) -> Place | None:
    """One place of a login, held; None where it can't log in there."""
    found = await _read(tx, f"{_PLACES} AND reference.id = $2{tx.dialect.for_share}", login_id, reference_id)
    return found[0] if found else None


async def _read(executor: Executor, sql: str, *args: int) -> tuple[Place, ...]:
    rows = await executor.fetch(sql, *args)
    ordered = sorted(rows, key=lambda row: (row["name_key"], row["reference_id"]))
    return tuple(
        Place(row["reference_id"], row["reference_name"], row["customer_id"], row["customer_name"], row["number"])
        for row in ordered
    )
