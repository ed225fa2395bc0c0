"""Single statements on an SQLite connection: what goes in, what comes out, and what can go wrong."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

import aiosqlite
import orjson

from app.database.dialect import encode_moment
from app.database.errors import ConstraintKind, ConstraintViolated, DatabaseUnavailable, StatementFailed
from app.database.executor import Rows

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)

_CONSTRAINTS = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: ConstraintKind.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: ConstraintKind.UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: ConstraintKind.FOREIGN_KEY,
    # ON DELETE RESTRICT is told apart from a plain foreign key by SQLite, which makes a trigger of it.
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: ConstraintKind.FOREIGN_KEY,
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
_PLACEHOLDER = re.compile(r"\$(\d+)")

# Tortoise's adapter leaves the fraction out where it is zero, so that equal moments would be different texts.
sqlite3.register_adapter(datetime, encode_moment)
# At DEBUG aiosqlite logs every call with its arguments, which are password hashes and people's names.
logging.getLogger("aiosqlite").addFilter(lambda record: record.levelno > logging.DEBUG)


async def connect(path: str, pragmas: tuple[str, ...], wait_seconds: float) -> aiosqlite.Connection:
    """Opens a connection that commits each statement by itself; a transaction says BEGIN.

    Raises:
        DatabaseUnavailable: The file can't be opened.
    """
    try:
        # aiosqlite leaves its thread to itself where opening fails, which then speaks to a loop that may be gone.
        await asyncio.to_thread(lambda: sqlite3.connect(path).close())
    except sqlite3.Error as error:
        _raise(error)
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=wait_seconds, cached_statements=512)
    try:
        connection.row_factory = sqlite3.Row
        for pragma in pragmas:
            await fetch(connection, f"PRAGMA {pragma}")
    except BaseException:
        await connection.close()
        raise
    return connection


async def fetch(connection: aiosqlite.Connection, sql: str, args: tuple[object, ...] = ()) -> Rows:
    """All rows of a statement of ours."""
    rows: Rows = await fetch_as_is(connection, _rewrite(sql), [_encode(value) for value in args])
    return rows


async def execute(connection: aiosqlite.Connection, sql: str, args: tuple[object, ...] = ()) -> int:
    """How many rows a statement of ours touched."""
    return await execute_as_is(connection, _rewrite(sql), [_encode(value) for value in args])


async def fetch_as_is(connection: aiosqlite.Connection, sql: str, values: list[Any] | None) -> Any:
    """All rows of a statement that is written for SQLite."""
    try:
        return await connection.execute_fetchall(sql, values)
    except Exception as error:
        _raise(error)


async def execute_as_is(connection: aiosqlite.Connection, sql: str, values: list[Any] | None) -> int:
    """How many rows a statement that is written for SQLite touched."""
    try:
        return max(0, (await connection.execute(sql, values)).rowcount)
    except Exception as error:
        _raise(error)


async def insert_as_is(connection: aiosqlite.Connection, sql: str, values: list[Any]) -> int:
    """The key of a new row."""
    try:
        row = await connection.execute_insert(sql, values)
    except Exception as error:
        _raise(error)
    return int(row[0]) if row is not None else 0


async def execute_many_as_is(connection: aiosqlite.Connection, sql: str, values: list[list[Any]]) -> None:
    """Runs a statement once for each list of values."""
    try:
        await connection.executemany(sql, values)
    except Exception as error:
        _raise(error)


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


def translate(error: Exception) -> Exception | None:
    """What a driver's error means to us; None where it is none of the driver's."""
    if isinstance(error, sqlite3.IntegrityError):
        kind = _CONSTRAINTS.get(error.sqlite_errorcode, ConstraintKind.OTHER)
        return ConstraintViolated(kind, str(error).rpartition(": ")[2])
    if isinstance(error, sqlite3.Error):
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNAVAILABLE:
            return DatabaseUnavailable(f"The SQLite file can't be used now ({error.sqlite_errorname}).")
        return StatementFailed(f"{type(error).__name__}: {error}")  # it speaks of names, not of values
    if isinstance(error, UnicodeEncodeError | OverflowError):  # a lone surrogate, or a number of more than 64 bits
        return StatementFailed(type(error).__name__)
    return None


def _raise(error: Exception) -> NoReturn:
    known = translate(error)
    if known is None:
        raise error
    raise known from None


@lru_cache(maxsize=1024)
def _rewrite(sql: str) -> str:
    return _PLACEHOLDER.sub(r"?\1", sql)


def _encode(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, list) else value
