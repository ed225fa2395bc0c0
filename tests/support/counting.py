"""Counters in a table, and a process that raises one, each time by reading it and then writing it.

python -m tests.support.counting DATABASE_URL TIMES
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from app.database import Database, Transaction, open_database
from tests.support.services import make_settings


async def make_counter(database: Database) -> None:
    """Two counters, both 0."""
    await database.execute("CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL)")
    await database.execute("INSERT INTO counter (id, n) VALUES (1, 0), (2, 0)")


async def count(database: Database, row: int = 1) -> int:
    """Where a counter stands."""
    found: int = (await database.fetch("SELECT n FROM counter WHERE id = $1", row))[0]["n"]
    return found


def adding(row: int = 1) -> Callable[[Transaction], Awaitable[int]]:
    """Work that adds one to a row."""

    async def work(tx: Transaction) -> int:
        return await tx.execute("UPDATE counter SET n = n + 1 WHERE id = $1", row)

    return work


async def all_connections_at_once(database: Database, connections: int) -> None:
    """Holds as many transactions open at the same time as the pool is to have connections."""
    together = asyncio.Barrier(connections)

    async def work(tx: Transaction) -> None:
        await tx.fetch("SELECT 1")
        await together.wait()

    async with asyncio.timeout(10):
        await asyncio.gather(*(database.transact(work) for _ in range(connections)))


async def raise_counter(database: Database) -> None:
    """Reads and then writes, which loses a step wherever two transactions do it at the same time."""

    async def work(tx: Transaction) -> None:
        rows = await tx.fetch(f"SELECT n FROM counter WHERE id = 1{tx.dialect.for_update}")
        await tx.execute("UPDATE counter SET n = $1 WHERE id = 1", rows[0]["n"] + 1)

    await database.transact(work)


async def main(url: str, times: int) -> None:
    """Raises the counter of a database so many times."""
    async with open_database(make_settings(database_url=url)) as database:
        for _ in range(times):
            await raise_counter(database)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
