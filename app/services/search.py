"""The keys by which the register's lists are searched, beside the rows they lead to."""

from collections.abc import Sequence
from typing import Literal

from app.database import Transaction


async def write_search_keys(
    tx: Transaction, table: Literal["customer", "reference"], row_id: int, order_key: str, keys: Sequence[str]
) -> None:
    """Puts these keys in the place of all that a row had; `order_key` is what the row's list is ordered by."""
    await tx.execute(f"DELETE FROM {table}_search WHERE {table}_id = $1", row_id)
    if keys:
        rows = ", ".join(f"(${number}, $2, $1)" for number in range(3, len(keys) + 3))
        await tx.execute(
            f"INSERT INTO {table}_search (key, order_key, {table}_id) VALUES {rows}", row_id, order_key, *keys
        )
