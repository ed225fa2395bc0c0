"""The keys by which the register's lists are searched, beside the rows they lead to."""

from collections.abc import Sequence
from typing import Literal

from app.database import Transaction, placeholders


async def write_search_keys(
    tx: Transaction, table: Literal["customer", "reference"], row_id: int, order_key: str, keys: Sequence[str]
) -> None:
    """Puts these keys in the place of all that a row had; `order_key` is what the row's list is ordered by.

    Those that the row keeps are left alone: few saves change what it is found by.
    """
    others = f" AND key NOT IN ({placeholders(len(keys), start=2)})" if keys else ""
    await tx.execute(f"DELETE FROM {table}_search WHERE {table}_id = $1{others}", row_id, *keys)
    if keys:
        rows = ", ".join(f"(${number}, $2, $1)" for number in range(3, len(keys) + 3))
        insert = f"INSERT INTO {table}_search (key, order_key, {table}_id) VALUES {rows} ON CONFLICT DO NOTHING"
        await tx.execute(insert, row_id, order_key, *keys)
