"""A row's search keys are those that were written last, in the place where its list has the row."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.database import Database, Transaction
from app.services.search import write_search_keys

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_what_was_written_last_is_what_there_is(database: Database) -> None:
    async def write(tx: Transaction, customer: int, order_key: str, keys: Sequence[str]) -> None:
        await tx.execute("UPDATE customer SET number_key = $1 WHERE id = $2", order_key, customer)
        await write_search_keys(tx, "customer", customer, order_key, keys)

    async def work(tx: Transaction) -> None:
        for customer in (1, 2):
            await tx.execute(
                "INSERT INTO customer (id, number, number_key, name, name_key, created_at, updated_at)"
                " VALUES ($1, $2, '', 'Nord', 'nord', $3, $3)",
                customer,
                f"{customer}",
                NOW,
            )
        await write(tx, 2, "2", ["aabenraa", "fragt"])
        for order_key, keys in (
            ("1", ["aabenraa", "fragt"]),
            ("1", ["aabenraa", "fragt"]),
            ("7", ["aabenraa", "spedition"]),
            ("7", ["'); --"]),
            ("7", []),
            ("3", ["fragt"]),
        ):
            await write(tx, 1, order_key, keys)
            rows = await tx.fetch("SELECT key, order_key FROM customer_search WHERE customer_id = 1 ORDER BY key")
            assert [(row["key"], row["order_key"]) for row in rows] == [(key, order_key) for key in keys]
        rows = await tx.fetch("SELECT key FROM customer_search WHERE customer_id = 2 ORDER BY key")
        assert [row["key"] for row in rows] == ["aabenraa", "fragt"]

    await database.transact(work)


async def test_keys_that_a_row_keeps_are_not_written_again(postgres_database: Database) -> None:
    async def change(keys: Sequence[str]) -> dict[str, int]:
        async def work(tx: Transaction) -> dict[str, int]:
            await write_search_keys(tx, "customer", 1, "1", keys)
            return {row["key"]: row["xmin"] for row in await tx.fetch("SELECT key, xmin::text FROM customer_search")}

        return await postgres_database.transact(work)

    await postgres_database.execute(
        "INSERT INTO customer (id, number, number_key, name, name_key, created_at, updated_at)"
        " VALUES (1, '1', '1', 'Nord', 'nord', $1, $1)",
        NOW,
    )
    before = await change(["fragt", "nord"])
    after = await change(["nord", "syd"])
    assert after.keys() == {"nord", "syd"}
    assert after["nord"] == before["nord"] != after["syd"]
