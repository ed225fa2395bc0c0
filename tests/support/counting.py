"""A process that raises a counter, each time by reading it and then writing it, as one transaction.

python -m tests.support.counting DATABASE_URL TIMES
"""

import asyncio
import sys

from app.database import Database, Transaction, open_database
from tests.support.services import make_settings


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
