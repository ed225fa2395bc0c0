"""SQLite: one connection that writes, one that reads, each with a thread of its own (aiosqlite).

Readers never wait for a transaction: the file is in WAL mode. A transaction takes the file's write lock when it begins
(BEGIN IMMEDIATE): one that read first and wrote later could fail because another process wrote in between.
aiosqlite runs what it is given in order, and goes on running what nobody waits for any more; so a cancelled
transaction is undone by a task of its own, which then lets the next one in.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import Any, ClassVar, NoReturn, Self
from urllib.parse import unquote

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient as TortoiseClient
from tortoise.backends.sqlite.client import SqliteTransactionWrapper

from app.database.binding import Unconnected, silent
from app.database.dialect import SQLITE, SqliteDialect
from app.database.errors import DatabaseUnavailable
from app.database.executor import Rows, Write
from app.database.sharing import SharedStatement
from app.database.sqlite_statements import (
    WRITES,
    connect,
    execute,
    execute_as_is,
    execute_many_as_is,
    fetch,
    fetch_as_is,
    insert_as_is,
    statements,
)

WAIT_SECONDS = 5.0
"""How long a transaction waits for one of this process, and then for one of another process."""

_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=16777216", "secure_delete=ON")
_READER = ("query_only=ON",)


def path_of(url: str) -> str:
    """The file that a `sqlite:///relative.db` or `sqlite:////absolute.db` URL names.

    Raises:
        ValueError: It names none.
    """
    _, separator, path = url.partition("sqlite:///")
    if not separator or not path or path == ":memory:":
        raise ValueError("The database URL must name a file: sqlite:///adgang.db, or sqlite:////var/lib/adgang.db.")
    return unquote(path)


class _Undone(Exception):
    """Undoes a transaction."""


class SqliteTransaction:
    """Statements on one connection. It is what a transaction's work is given."""

    dialect: ClassVar[SqliteDialect] = SQLITE

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @cached_property
    def client(self) -> "SqliteClient":
        return SqliteClient(self._connection)

    async def fetch(self, sql: str, *args: object) -> Rows:
        return await fetch(self._connection, sql, args)

    async def execute(self, sql: str, *args: object) -> int:
        return await execute(self._connection, sql, args)

    async def write(self, *writes: Write) -> None:
        for write in writes:
            await execute(self._connection, write.sql, write.args)


class SqliteClient(SqliteTransactionWrapper):
    """What Tortoise's queries run on: the connection of an open transaction, which it can't begin or end."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        # Tortoise's own constructor copies these from a client with a connection, which we have none of.
        self._connection = connection
        self._lock = asyncio.Lock()
        self.log = silent
        self.connection_name = SQLITE.name
        self.fetch_inserted = True

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return await insert_as_is(self._connection, query, values)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await execute_many_as_is(self._connection, query, values)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        if WRITES.match(query) and "RETURNING" not in query:
            return await execute_as_is(self._connection, query, values), []
        rows = await fetch_as_is(self._connection, query, values)
        return len(rows), rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in await fetch_as_is(self._connection, query, values)]

    async def execute_script(self, query: str) -> None:
        # sqlite3's executescript commits first, which would cut a migration in two.
        for statement in statements(query):
            await execute(self._connection, statement)

    def _refuse(self) -> NoReturn:
        raise RuntimeError("A transaction begins and ends with Database.transact.")

    _in_transaction = begin = savepoint = commit = rollback = savepoint_rollback = release_savepoint = _refuse


class SqliteEngine:
    """A file with a connection for reading and one for writing."""

    dialect: ClassVar[SqliteDialect] = SQLITE

    def __init__(
        self, path: str, reader: aiosqlite.Connection, writer: aiosqlite.Connection, wait_seconds: float
    ) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._wait_seconds = wait_seconds
        self._broken = False
        self._turn = asyncio.Lock()
        self._undoing: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, path: str, *, wait_seconds: float = WAIT_SECONDS) -> Self:
        """The engine for a file, which is made where it is missing.

        Raises:
            DatabaseUnavailable: The file can't be opened.
        """
        writer = await connect(path, _WRITER, wait_seconds)
        try:
            reader = await connect(path, _READER, wait_seconds)
        except BaseException:
            await writer.close()
            raise
        return cls(path, reader, writer, wait_seconds)

    async def fetch(self, sql: str, args: tuple[object, ...]) -> Rows:
        if not WRITES.match(sql):
            return await fetch(self._reader, sql, args)
        await self._take_turn()
        try:
            return await fetch(self._writer, sql, args)
        finally:
            self._turn.release()

    async def fetch_shared(self, statement: SharedStatement, args: tuple[object, ...]) -> Rows:
        return await self.fetch(statement.sql, args)

    async def execute(self, sql: str, args: tuple[object, ...]) -> int:
        await self._take_turn()
        try:
            return await execute(self._writer, sql, args)
        finally:
            self._turn.release()  # one that was cancelled runs to its end before what comes next

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[SqliteTransaction]:
        """Everything is written through to the disk here, whatever `durable` says: that is set for a connection."""
        await self._take_turn()
        try:
            await execute(self._writer, "BEGIN IMMEDIATE")
            yield SqliteTransaction(self._writer)
            await execute(self._writer, "COMMIT")
        except BaseException:
            undoing = asyncio.create_task(self._undo())
            self._undoing.add(undoing)
            undoing.add_done_callback(self._undoing.discard)
            await asyncio.shield(undoing)
            raise
        self._turn.release()

    async def write_whole(self, sql: str, args: tuple[object, ...], rows: int) -> Rows:
        with suppress(_Undone):
            async with self.transaction() as tx:
                written = await tx.fetch(sql, *args)
                if len(written) != rows:
                    raise _Undone
                return written
        return []

    async def scrub(self, tables: Sequence[str]) -> bool:
        """The whole file, whichever the tables: pages that are free now may hold rows of any of them."""
        await self._take_turn()
        try:
            await execute(self._writer, "VACUUM")
            (checkpoint,) = await fetch(self._writer, "PRAGMA wal_checkpoint(TRUNCATE)")
            return not checkpoint["busy"]
        finally:
            self._turn.release()

    async def close(self) -> None:
        await asyncio.gather(*self._undoing)
        await self._reader.close()
        await self._writer.close()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise DatabaseUnavailable("Other writers keep the SQLite file busy.") from None
        if self._broken:
            try:
                await self._replace_writer()
            except BaseException:
                self._turn.release()
                raise

    async def _replace_writer(self) -> None:
        with suppress(Exception):  # it is of no use either way
            await self._writer.close()
        self._writer = await connect(self._path, _WRITER, self._wait_seconds)
        self._broken = False

    async def _undo(self) -> None:
        """Undoes what a transaction left, once its last statement has run, and lets the next one in."""
        try:
            await self._writer.rollback()
        except Exception:
            self._broken = True  # whoever comes next gets another; the caller must hear of what went wrong first
        finally:
            self._turn.release()


class UnconnectedSqlite(Unconnected):
    """Tells Tortoise what SQLite can do."""

    query_class = TortoiseClient.query_class
    executor_class = TortoiseClient.executor_class
    schema_generator = TortoiseClient.schema_generator
    capabilities = TortoiseClient.capabilities


def get_client_class(_: dict[str, Any]) -> type[Unconnected]:
    """What Tortoise asks an engine for: see `app.database.binding`."""
    return UnconnectedSqlite
