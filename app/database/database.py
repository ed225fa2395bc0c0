"""The database as the services see it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Protocol, TypeVar

from app.database.asyncpg import PostgresEngine
from app.database.binding import bound_models
from app.database.dialect import Dialect
from app.database.errors import DatabaseUnavailable, SerializationFailed
from app.database.executor import Engine, Rows, Transaction
from app.database.sharing import SharedStatement, shared_form
from app.database.sqlite import SqliteEngine, path_of

T = TypeVar("T")

TRIES = 5
"""How often a transaction is run at most when the database keeps undoing it for the sake of others."""

_inside: ContextVar[bool] = ContextVar("inside_a_transaction", default=False)


class DatabaseSettings(Protocol):
    """The settings that this layer needs."""

    @property
    def database_url(self) -> str:
        """`sqlite:///path` or `postgres://user:password@host:port/name`."""

    @property
    def database_pool_size(self) -> int:
        """The most connections of one process."""


class Database:
    """Runs statements on their own, and several as one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    async def fetch(self, sql: str, *args: object) -> Rows:
        """The rows of one statement that stands alone.

        Raises:
            DatabaseUnavailable: The database is down or busy.
        """
        self._refuse_inside()
        return await self._engine.fetch(sql, args)

    async def fetch_shared(self, statement: SharedStatement, *args: object) -> Rows:
        """The rows of one reading statement that stands alone; on PostgreSQL all who ask it at the same time share one.

        It begins after it was asked for. It is for small answers: one statement of a text runs at a time. Rows are read
        by the names of their columns, behind which there may be one more.

        Raises:
            DatabaseUnavailable: The database is down or busy.
        """
        self._refuse_inside()
        return await self._engine.fetch_shared(statement, args)

    async def fetch_small(self, sql: str, *args: object) -> Rows:
        """Like `fetch_shared`, for a statement that is told by its text; its values may be such that none can share it.

        Raises:
            DatabaseUnavailable: The database is down or busy.
        """
        shared = shared_form(sql, tuple(map(type, args)))
        return await (self.fetch(sql, *args) if shared is None else self.fetch_shared(shared, *args))

    async def execute(self, sql: str, *args: object) -> int:
        """How many rows one statement that stands alone touched.

        Raises:
            DatabaseUnavailable: The database is down or busy; the statement may have happened.
        """
        self._refuse_inside()
        return await self._engine.execute(sql, args)

    async def transact(self, work: Callable[[Transaction], Awaitable[T]], *, durable: bool = True) -> T:
        """Runs `work` as one transaction: all of it is kept, or, where it raises, nothing.

        Where the database undoes it for the sake of another transaction, it is run again, so it must do nothing
        outside the transaction it is given.

        Args:
            durable: False for what may be lost when the machine dies within the next second, and for that alone:
                counted tries. PostgreSQL then doesn't wait for its disk.

        Raises:
            DatabaseUnavailable: The database is down or busy. Only where the answer to COMMIT was lost may the
                transaction have happened.
        """
        self._refuse_inside()
        token = _inside.set(True)
        try:
            return await _until_done(partial(self._once, work, durable))
        finally:
            _inside.reset(token)

    async def write_whole(self, sql: str, *args: object, rows: int) -> Rows:
        """Runs one writing statement, of which all is kept where it returns so many rows, and else nothing.

        It is a transaction of its own that isn't durable, in one round trip: for counted tries.

        Returns:
            Its rows; none where nothing was kept.

        Raises:
            DatabaseUnavailable: The database is down or busy; the statement may have happened.
        """
        self._refuse_inside()
        return await _until_done(partial(self._engine.write_whole, sql, args, rows))

    async def ready(self) -> None:
        """Returns where the database can be written to.

        Raises:
            DatabaseUnavailable: It can't.
        """

        async def look(tx: Transaction) -> None:
            if not (await tx.fetch(tx.dialect.writable))[0]["writable"]:
                raise DatabaseUnavailable("The database can be read but not written to.")

        await self.transact(look)

    async def scrub(self, *tables: str) -> bool:
        """Takes what was deleted from these tables out of the files, as far as the database can.

        SQLite writes the whole file anew and empties its log. PostgreSQL frees the room, which later rows are written
        over, and gathers its statistics anew: they hold values of the tables.

        Returns:
            Whether it is done; False where another process kept on reading what was there before.

        Raises:
            DatabaseUnavailable: The database is down, busy, or has no room for it.
        """
        self._refuse_inside()
        return await self._engine.scrub(tables)

    async def _once(self, work: Callable[[Transaction], Awaitable[T]], durable: bool) -> T:
        async with self._engine.transaction(durable=durable) as tx:
            return await work(tx)

    @staticmethod
    def _refuse_inside() -> None:
        if _inside.get():
            raise RuntimeError("Inside a transaction, statements go through the Transaction it was given.")


async def _until_done(run: Callable[[], Awaitable[T]]) -> T:
    """Runs a transaction again where the database undoes it for the sake of another one."""
    for again in range(1, TRIES):
        try:
            return await run()
        except SerializationFailed:
            await asyncio.sleep(random.uniform(0, 0.01 * 2**again))  # noqa: S311 (jitter, not a secret)
    return await run()


@asynccontextmanager
async def open_database(settings: DatabaseSettings) -> AsyncIterator[Database]:
    """The database of the settings, open as long as the block lasts. It connects when first used.

    Raises:
        ValueError: The URL names no database that we know.
    """
    engine = await _open_engine(settings.database_url, settings.database_pool_size)
    try:
        async with bound_models(engine.dialect.name):
            yield Database(engine)
    finally:
        await engine.close()


async def _open_engine(url: str, pool_size: int) -> Engine:
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return await SqliteEngine.open(path_of(url))
    if scheme in {"postgres", "postgresql"}:
        return await PostgresEngine.open(url, pool_size)
    raise ValueError("The database URL must begin with sqlite:/// or postgres://.")  # unquoted: it may hold a password
