"""What somebody comes in through: their username's login and the places it lets them in to, locked by one statement."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.database import Dialect, Transaction
from app.services.places import IS_PLACE, PLACE_COLUMNS, Place, read_places

_LOGIN: Final = (
    "login.id, login.username_key, login.password_hash, login.epoch, login.temporary_since, login.failures,"
    " login.last_login_at"
)


@dataclass(frozen=True, slots=True)
class Entrance:
    """A login, as far as coming in is about it, and its places by the customers' names; there is one at least."""

    login_id: int
    username: str
    password_hash: str | None = field(repr=False)
    epoch: int
    temporary_since: datetime | None
    failures: int
    last_login_at: datetime | None
    places: tuple[Place, ...]


async def hold_entrance(tx: Transaction, login_id: int, reference_id: int | None = None) -> Entrance | None:
    """The entrance of a login, or the part of it that leads to one place; None where there is none.

    The login is locked, then its references and their customers; sessions come after. Who takes a right away locks the
    reference or the customer before looking for sessions to end, so the session that is made meanwhile is either seen
    there, or its place is gone here.
    """
    condition, more = ("", ()) if reference_id is None else (" AND reference.id = $2", (reference_id,))
    rows = await tx.fetch(
        f"SELECT {_LOGIN}, {PLACE_COLUMNS} FROM login JOIN reference ON reference.login_id = login.id"
        " JOIN customer ON customer.id = reference.customer_id"
        f" WHERE login.id = $1 AND {IS_PLACE}{condition} ORDER BY reference.id{_lock(tx.dialect)}",
        login_id,
        *more,
    )
    if not rows:
        return None
    row, moment = rows[0], tx.dialect.moment
    return Entrance(
        row["id"],
        row["username_key"],
        row["password_hash"],
        row["epoch"],
        moment(row["temporary_since"]),
        row["failures"],
        moment(row["last_login_at"]),
        read_places(rows),
    )


def _lock(dialect: Dialect) -> str:
    """The login and the references are going to be written."""
    if not dialect.for_share:
        return ""
    return f"{dialect.for_no_key_update} OF login, reference{dialect.for_share} OF customer"
