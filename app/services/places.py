"""Where a username can log in: its references that are ticked Internet user, at active customers.

The rules, "Logging in" 1. That there is a password is for the caller to know: it has the login.
"""

from dataclasses import dataclass
from typing import Final

from app.database import Executor, Rows, Transaction
from app.services.results import Choice

IS_PLACE: Final = "reference.internet_user AND customer.active"
"""Whether a reference, joined to its customer, is such a place."""

PLACE_COLUMNS: Final = (
    "reference.id AS reference_id, reference.name AS reference_name, customer.id AS customer_id,"
    " customer.name AS customer_name, customer.name_key, customer.number"
)
"""What `read_places` reads of references that are joined to their customers."""

_PLACES: Final = (
    f"SELECT {PLACE_COLUMNS} FROM reference JOIN customer ON customer.id = reference.customer_id"
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
    return read_places(await executor.fetch(_PLACES, login_id))


async def hold_place(tx: Transaction, login_id: int, reference_id: int) -> Place | None:
    """One place of a locked login, held as it is until the transaction ends; None where it can't log in there."""
    sql = f"{_PLACES} AND reference.id = $2{tx.dialect.for_share}"
    found = read_places(await tx.fetch(sql, login_id, reference_id))
    return found[0] if found else None


def read_places(rows: Rows) -> tuple[Place, ...]:
    """The places in rows, by the customers' names."""
    ordered = sorted(rows, key=lambda row: (row["name_key"], row["reference_id"]))
    return tuple(
        Place(row["reference_id"], row["reference_name"], row["customer_id"], row["customer_name"], row["number"])
        for row in ordered
    )
