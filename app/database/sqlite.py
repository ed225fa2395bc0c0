"""SQLite: one connection that writes, one that reads, each with a thread of its own (aiosqlite).

Readers never wait for a transaction: the file is in WAL mode. A transaction takes the file's write lock when it begins
(BEGIN IMMEDIATE): one that read first and wrote later could fail because another process wrote in between.
aiosqlite runs what it is given in order, and goes on running what nobody waits for any more; so a cancelled
transaction is undone by a task of its own, which then lets the next one in.
"""

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, ClassVar, NoReturn, Self
from urllib.parse import unquote

import aiosqlite
import orjson
from tortoise.backends.sqlite.client import SqliteClient as TortoiseClient
from tortoise.backends.sqlite.client import SqliteTransactionWrapper

from app.database.binding import Unconnected, silent
from app.database.dialect import SQLITE, SqliteDialect, encode_moment
from app.database.errors import ConstraintKind, ConstraintViolated, DatabaseUnavailable, StatementFailed
from app.database.executor import Rows

WAIT_SECONDS = 5.0
"""How long a transaction waits for one of this process, and then for one of another process."""

_CONSTRAINTS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: ConstraintKind.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: ConstraintKind.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: ConstraintKind.FOREIGN_KEY,
    sqlite3.SQLITE_CONSTRAINT_CHECK: ConstraintKind.CHECK,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: ConstraintKind.NOT_NULL,
}
_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
    }
)
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=16777216")
_READER = ("query_only=ON",)
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\$(\d+)")

# Tortoise's adapter, replaced here, leaves the fraction out where it is zero: equal moments would be different texts.
sqlite3.register_adapter(datetime, encode_moment)
# At DEBUG aiosqlite logs every call with its arguments, which are password hashes and people's names.
logging.getLogger("aiosqlite").addFilter(lambda record: record.levelno > logging.DEBUG)


def path_of(url: str) -> str:
    """The file that a `sqlite:///relative.db` or `sqlite:////absolute.db` URL names.

    Raises:
        ValueError: It names none.
    """
    _, separator, path = url.partition("sqlite:///")
    if not separator or not path or path == ":memory:":
        raise ValueError("The database URL must name a file: sqlite:///adgang.db, or sqlite:////var/lib/adgang.db.")
    return unquote(path)


def translate(error: Exception) -> Exception | None:
    """What a driver's error means to us; None where it is none of the driver's."""
    if isinstance(error, sqlite3.IntegrityError):
        kind = _CONSTRAINTS.get(error.sqlite_errorcode, ConstraintKind.OTHER)
        return ConstraintViolated(kind, str(error).rpartition(": ")[2])
    if isinstance(error, sqlite3.Error):
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNAVAILABLE:
            return DatabaseUnavailable(f"The SQLite file can't be used now ({error.sqlite_errorname}).")
        return StatementFailed(f"{type(error).__name__}: {error}")  # it speaks of names, not of values
    return None


@lru_cache(maxsize=1024)
def _rewrite(sql: str) -> str:
    return _PLACEHOLDER.sub(r"?\1", sql)


def _encode(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, list) else value


def _raise(error: Exception) -> NoReturn:
    known = translate(error)
    if known is None:
        raise error
    raise known from None


class SqliteTransaction:
    """Statements on one connection. It is what a transaction's work is given."""

    dialect: ClassVar[SqliteDialect] = SQLITE

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @cached_property
    def client(self) -> "SqliteClient":
        return SqliteClient(self._connection)

    async def fetch(self, sql: str, *args: object) -> Rows:
        rows: Rows = await fetch(self._connection, _rewrite(sql), [_encode(value) for value in args])
        return rows

    async def execute(self, sql: str, *args: object) -> int:
        return await execute(self._connection, _rewrite(sql), [_encode(value) for value in args])


async def fetch(connection: aiosqlite.Connection, sql: str, args: Any = ()) -> Any:
    """All rows of a statement."""
    try:
        return await connection.execute_fetchall(sql, args)
    except Exception as error:
        _raise(error)


async def execute(connection: aiosqlite.Connection, sql: str, args: Any = ()) -> int:
    """How many rows a statement touched."""
    try:
        return max(0, (await connection.execute(sql, args)).rowcount)
    except Exception as error:
        _raise(error)


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
        try:
            row = await self._connection.execute_insert(query, values)
        except Exception as error:
            _raise(error)
        return int(row[0]) if row is not None else 0

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        try:
            await self._connection.executemany(query, values)
        except Exception as error:
            _raise(error)

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Any]:
        if _WRITES.match(query) and "RETURNING" not in query:
            return await execute(self._connection, query, values), []
        rows = await fetch(self._connection, query, values)
        return len(rows), rows

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in await fetch(self._connection, query, values)]

    async def execute_script(self, query: str) -> None:
        # sqlite3's executescript commits first, which would cut a migration in two.
        for statement in statements(query):
            await execute(self._connection, statement)

    def _refuse(self) -> NoReturn:
        raise RuntimeError("A transaction begins and ends with Database.transact.")

    _in_transaction = begin = savepoint = commit = rollback = savepoint_rollback = release_savepoint = _refuse


def statements(script: str) -> Iterator[str]:
    """The statements of a script, by SQLite's own notion of where one ends."""
    pending = ""
    for piece in re.split(r"(?<=;)", script):
        pending += piece
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


class SqliteEngine:
    """A file with a connection for reading and one for writing."""

    dialect: ClassVar[SqliteDialect] = SQLITE

    def __init__(self, path: str, reader: aiosqlite.Connection, writer: aiosqlite.Connection) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self._undoing: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, path: str) -> Self:
        """The engine for a file, which is made where it is missing.

        Raises:
            DatabaseUnavailable: The file can't be opened.
        """
        writer = await _connect(path, _WRITER)
        try:
            reader = await _connect(path, _READER)
        except BaseException:
            await writer.close()
            raise
        return cls(path, reader, writer)

    async def fetch(self, sql: str, args: tuple[object, ...]) -> Rows:
        if not _WRITES.match(sql):
            return await SqliteTransaction(self._reader).fetch(sql, *args)
        await self._take_turn()
        try:
            return await SqliteTransaction(self._writer).fetch(sql, *args)
        finally:
            self._turn.release()

    async def execute(self, sql: str, args: tuple[object, ...]) -> int:
        await self._take_turn()
        try:
            return await SqliteTransaction(self._writer).execute(sql, *args)
        finally:
            self._turn.release()  # one that was cancelled runs to its end before what comes next

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteTransaction]:
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

    async def close(self) -> None:
        await asyncio.gather(*self._undoing)
        await self._reader.close()
        await self._writer.close()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise DatabaseUnavailable("Other writers keep the SQLite file busy.") from None

    async def _undo(self) -> None:
        """Undoes what a transaction left, once its last statement has run, and lets the next one in."""
        try:
            await self._writer.rollback()
        except Exception:  # nothing can be said of this connection any more
            await self._writer.close()
            self._writer = await _connect(self._path, _WRITER)
        finally:
            self._turn.release()


async def _connect(path: str, pragmas: tuple[str, ...]) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, isolation_level=None, timeout=WAIT_SECONDS, cached_statements=512)
    try:
        await connection
    except Exception as error:
        _raise(error)
    try:
        connection.row_factory = sqlite3.Row
        for pragma in pragmas:
            await fetch(connection, f"PRAGMA {pragma}")
    except BaseException:
        await connection.close()
        raise
    return connection


class UnconnectedSqlite(Unconnected):
    """Tells Tortoise what SQLite can do."""

    query_class = TortoiseClient.query_class
    executor_class = TortoiseClient.executor_class
    schema_generator = TortoiseClient.schema_generator
    capabilities = TortoiseClient.capabilities


def get_client_class(_: dict[str, Any]) -> type[Unconnected]:
    """What Tortoise asks an engine for: see `app.database.binding`."""
    return UnconnectedSqlite
