"""Statements on a PostgreSQL connection that a transaction has, ours and those that Tortoise makes."""

import asyncio
import re
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, ClassVar, Final, NoReturn

from tortoise.backends.asyncpg.client import TransactionWrapper

from app.database.binding import silent
from app.database.dialect import POSTGRES, PostgresDialect
from app.database.executor import Rows, Write
from app.database.postgres_errors import translate

VALUES_TOGETHER: Final = 1_000
"""How many values statements may have that are run as one. Beyond, the round trips are the least of what they cost."""

_PLACEHOLDER = re.compile(r"\$(\d+)")


def _raise(error: Exception, connection: Any) -> NoReturn:
    known = translate(error, closed=connection.is_closed())
    if known is None:
        raise error
    raise known from None


class _Ended:
    """In place of a connection that somebody else may have now."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("The transaction has ended.")


class PostgresClient(TransactionWrapper):
    """What Tortoise's queries run on: the connection of an open transaction, which it can't begin or end."""

    def __init__(self, connection: Any) -> None:
        # Tortoise's own constructor copies these from a client with a pool, which we have none of.
        self._connection = connection
        self._lock = asyncio.Lock()
        self.log = silent
        self.connection_name = POSTGRES.name
        self.fetch_inserted = True

    def end(self) -> None:
        """Runs nothing any more."""
        self._connection = _Ended()

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await func(self, *args, **kwargs)
        except Exception as error:
            _raise(error, self._connection)

    def _refuse(self) -> NoReturn:
        raise RuntimeError("A transaction begins and ends with Database.transact.")

    _in_transaction = begin = savepoint = commit = rollback = savepoint_rollback = release_savepoint = _refuse


class PostgresTransaction:
    """Statements on one connection. It is what a transaction's work is given."""

    dialect: ClassVar[PostgresDialect] = POSTGRES

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @cached_property
    def client(self) -> PostgresClient:
        return PostgresClient(self._connection)

    def end(self) -> None:
        """Runs nothing any more."""
        self._connection = _Ended()
        if "client" in vars(self):
            self.client.end()

    async def fetch(self, sql: str, *args: object) -> Rows:
        try:
            rows: Rows = await self._connection.fetch(sql, *args)
        except Exception as error:
            _raise(error, self._connection)
        return rows

    async def execute(self, sql: str, *args: object) -> int:
        count = (await self.command(sql, *args)).rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def write(self, *writes: Write) -> None:
        if sum(len(write.args) for write in writes) > VALUES_TOGETHER:
            for write in writes:
                await self.command(write.sql, *write.args)
        elif writes:
            sql = _together(tuple((write.sql, len(write.args)) for write in writes))
            await self.command(sql, *chain.from_iterable(write.args for write in writes))

    async def command(self, sql: str, *args: object) -> str:
        """Runs a statement and answers what the server says it did (`UPDATE 3`)."""
        try:
            done: str = await self._connection.execute(sql, *args)
        except Exception as error:
            _raise(error, self._connection)
        return done


@lru_cache(maxsize=128)
def _together(statements: tuple[tuple[str, int], ...]) -> str:
    """One statement of several, each given with how many values it has: what stands in WITH is run to its end."""
    parts, before = list[str](), 0
    for sql, values in statements:
        parts.append(_renumbered(sql, before))
        before += values
    *beside, last = parts
    named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(beside))
    return f"WITH {named} {last}" if named else last


def _renumbered(sql: str, before: int) -> str:
    """A statement whose values stand behind so many others."""
    return _PLACEHOLDER.sub(lambda found: f"${int(found[1]) + before}", sql)
