"""PostgreSQL: a pool of asyncpg's connections, with begin, commit and giving back in our own hands.

Tortoise's own transactions take a connection and then begin; where BEGIN fails or is cancelled they never give it
back. Here the connection is looked after by whoever took it, and Tortoise's queries run on it through
`PostgresTransaction.client`.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from typing import Any, ClassVar, Self

from tortoise.backends.asyncpg.client import AsyncpgDBClient

from app.database.binding import Unconnected
from app.database.dialect import POSTGRES, PostgresDialect
from app.database.errors import DatabaseUnavailable, StatementFailed
from app.database.executor import Rows
from app.database.postgres_errors import ConnectionLost, NoLongerPrimary, Undone, translate
from app.database.postgres_pool import PostgresPool
from app.database.postgres_statements import PostgresTransaction
from app.database.sharing import SharedStatement, Sharing

ACQUIRE_SECONDS = 3.0
"""How long a request waits for a connection, and a new connection for its server."""

_BEGIN = "BEGIN"
_BEGIN_RELAXED = "BEGIN; SET LOCAL synchronous_commit = off"

_SETTINGS = {"application_name": "adgang", "plan_cache_mode": "force_generic_plan", "jit": "off"}
"""Of a connection, from its beginning to its end. Statements are planned once for any values: planning a shared
statement takes several times as long as running it. Of the register's lists none is slower by it but a search for a
letter that many names begin with, in another order than the list's first one."""
_CACHE: dict[str, Any] = {
    "statement_cache_size": 200,
    "max_cached_statement_lifetime": 0,
    "max_cacheable_statement_size": 0,
}
"""Of prepared statements, of any length and age. One of a list takes 0.8 ms to prepare, and 150 kB of the server's
memory on each connection."""

_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


class PostgresEngine:
    """A pool that connects when it is used. Nothing sets session state, so nothing is reset between two users."""

    dialect: ClassVar[PostgresDialect] = POSTGRES

    def __init__(self, pool: PostgresPool) -> None:
        self._pool = pool
        self._sharing = Sharing(self._read)

    @classmethod
    async def open(cls, url: str, pool_size: int, *, acquire_seconds: float = ACQUIRE_SECONDS) -> Self:
        """The engine for a database URL as asyncpg takes it: `?host=` for a socket, several hosts."""
        return cls(PostgresPool(url, pool_size, wait_seconds=acquire_seconds, server_settings=_SETTINGS, **_CACHE))

    async def fetch(self, sql: str, args: tuple[object, ...]) -> Rows:
        if _only_reads(sql):
            return await self._read(sql, args)
        return await self._fetch(sql, args)

    async def fetch_shared(self, statement: SharedStatement, args: tuple[object, ...]) -> Rows:
        return await self._sharing.fetch(statement, args)

    async def _read(self, sql: str, args: tuple[object, ...]) -> Rows:
        """Reads a second time where the connection is lost: what may have been written can't be asked for again."""
        try:
            return await self._fetch(sql, args)
        except ConnectionLost:
            pass
        self._pool.expire()
        return await self._fetch(sql, args)

    async def _fetch(self, sql: str, args: tuple[object, ...]) -> Rows:
        connection = await self._acquire()
        with self._looked_after(connection):
            return await PostgresTransaction(connection).fetch(sql, *args)

    async def execute(self, sql: str, args: tuple[object, ...]) -> int:
        connection = await self._acquire()
        with self._looked_after(connection):
            return await PostgresTransaction(connection).execute(sql, *args)

    async def write_whole(self, sql: str, args: tuple[object, ...], rows: int) -> Rows:
        try:
            return await self._fetch(_whole(sql, rows), args)
        except Undone:
            return []

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[PostgresTransaction]:
        connection = await self._begin(_BEGIN if durable else _BEGIN_RELAXED)
        with self._looked_after(connection):
            tx = PostgresTransaction(connection)
            try:
                yield tx
            except DatabaseUnavailable:
                raise  # the connection goes away, and the transaction with it
            except Exception:
                await self._roll_back(connection)
                raise
            finally:
                tx.end()
            if await PostgresTransaction(connection).command("COMMIT") != "COMMIT":
                raise StatementFailed("The transaction was undone: an error in it was caught and not let out.")

    async def _begin(self, begin: str, *, again: bool = True) -> Any:
        """A connection with a transaction begun on it.

        One that had ended before says nothing about the database: after a restart they all have. So they are all
        replaced, and it is tried once more.
        """
        connection = await self._acquire()
        try:
            await PostgresTransaction(connection).command(begin)
        except ConnectionLost:
            self._pool.tear_down(connection)
            if not again:
                raise
        except BaseException:
            self._pool.end(connection)
            raise
        else:
            return connection
        self._pool.expire()
        return await self._begin(begin, again=False)

    async def scrub(self, tables: Sequence[str]) -> bool:
        await self.execute(f"VACUUM (ANALYZE) {', '.join(tables)}", ())
        return True

    async def close(self) -> None:
        await self._pool.close()

    @contextmanager
    def _looked_after(self, connection: Any) -> Iterator[None]:
        """Gets a connection back where it belongs, however the block ends.

        It is given back where the block ends in order or in an error that leaves it whole. After a failure of the
        connection it is torn down; after a cancellation the server is told to stop and the connection ends: a rollback
        would have to wait behind what is still running.
        """
        try:
            yield
        except DatabaseUnavailable as failure:
            self._pool.tear_down(connection)
            if isinstance(failure, NoLongerPrimary):
                self._pool.expire()
            raise
        except Exception:
            self._pool.give_back(connection)
            raise
        except BaseException:
            self._pool.end(connection)
            raise
        self._pool.give_back(connection)

    async def _acquire(self) -> Any:
        try:
            return await self._pool.take()
        except TimeoutError:
            raise DatabaseUnavailable("No connection to PostgreSQL in time.") from None
        except Exception as error:
            known = translate(error, closed=True)
            if known is None:
                raise
            if isinstance(known, StatementFailed):  # nothing was asked of it yet: it lets nobody in, or not us
                known = DatabaseUnavailable(f"PostgreSQL took no connection ({type(error).__name__}).")
            raise known from None

    async def _roll_back(self, connection: Any) -> None:
        try:
            await connection.execute("ROLLBACK")
        except Exception:  # what went wrong first is what the caller must hear of
            self._pool.tear_down(connection)


@lru_cache(maxsize=1024)
def _only_reads(sql: str) -> bool:
    return _READS.match(sql) is not None and _WRITES.search(sql) is None


@lru_cache(maxsize=16)
def _whole(sql: str, rows: int) -> str:
    """A statement that fails where it doesn't return so many rows, and doesn't wait for the disk where it does.

    It saves the round trips of BEGIN and COMMIT. Only an error makes a statement undo itself, and dividing by zero is
    one that nothing else makes.
    """
    return (
        f"WITH written AS ({sql})"
        f" SELECT written.*, 1 / CASE (SELECT count(*) FROM written) WHEN {rows} THEN 1 ELSE 0 END AS whole"
        " FROM written, (SELECT set_config('synchronous_commit', 'off', true)) AS relaxed"
    )


def get_client_class(_: dict[str, Any]) -> type[Unconnected]:
    """What Tortoise asks an engine for: see `app.database.binding`."""
    return UnconnectedPostgres


class UnconnectedPostgres(Unconnected):
    """Tells Tortoise what PostgreSQL can do."""

    query_class = AsyncpgDBClient.query_class
    executor_class = AsyncpgDBClient.executor_class
    schema_generator = AsyncpgDBClient.schema_generator
    capabilities = AsyncpgDBClient.capabilities
