"""A fresh, migrated database for each test, copied from one that was migrated once."""

import asyncio
import shutil
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from app.database import open_database
from app.database.migrate import migrate
from app.database.months import partitions
from tests.support.postgres import Cluster
from tests.support.services import make_settings

T = TypeVar("T")

TEMPLATE = "migrated"


async def migrate_to_latest(url: str) -> None:
    """Lays the tables of a new database."""
    async with open_database(make_settings(database_url=url)) as database:
        await migrate(database)


async def keep_one_month(url: str) -> None:
    """Leaves the audit the present month's partition alone: each has nine files, to be copied for every test."""
    async with open_database(make_settings(database_url=url)) as database:
        for month in (await partitions(database))[1:]:
            await database.execute(f"DROP TABLE {month.partition}")


class Loop:
    """An event loop in a thread of its own, for what is set up outside of a test's loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for the work to be done there."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def close(self) -> None:
        """Ends the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class SqliteFiles:
    """Copies of a migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / f"{TEMPLATE}.db"
        loop = Loop()
        loop.run(migrate_to_latest(f"sqlite:///{self._template}"))
        loop.close()

    def copy(self, folder: Path) -> str:
        """The URL of a new copy in this folder."""
        path = folder / "adgang.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresDatabases:
    """Copies of a migrated database in one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._loop = Loop()
        self._numbers = count(1)
        self._admin: Any = self._loop.run(asyncpg.connect(cluster.url("postgres")))
        self._run(f"CREATE DATABASE {TEMPLATE}")
        self._loop.run(migrate_to_latest(cluster.url(TEMPLATE)))
        self._loop.run(keep_one_month(cluster.url(TEMPLATE)))

    def _run(self, sql: str) -> None:
        self._loop.run(self._admin.execute(sql))

    @contextmanager
    def fresh(self, template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a new database, which is dropped at the end of the block."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self._cluster.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Has everything written to the disk, and closes the connection and the loop it belongs to."""
        self._run("CHECKPOINT")
        self._loop.run(self._admin.close())
        self._loop.close()
