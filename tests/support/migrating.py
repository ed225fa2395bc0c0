"""A process that migrates a database and can be killed while it does.

python -m tests.support.migrating DATABASE_URL
"""

import asyncio
import sys

from app.database import open_database
from app.database.migrate import migrate
from tests.support.services import make_settings


async def main(url: str) -> None:
    """Says so when it begins."""
    async with open_database(make_settings(database_url=url)) as database:
        sys.stdout.write("begin\n")
        sys.stdout.flush()
        await migrate(database)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
