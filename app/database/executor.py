"""What statements are run on: the database, one statement at a time, or a transaction of it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from tortoise.backends.base.client import BaseDBAsyncClient

from app.database.dialect import Dialect
from app.database.sharing import Rows, SharedStatement

__all__ = ["Engine", "Executor", "Rows", "Transaction", "Write"]


class Write:
    """An INSERT, UPDATE or DELETE with its values, to be run together with others."""

    __slots__ = ("args", "sql")

    def __init__(self, sql: str, *args: object) -> None:
        self.sql = sql
        self.args = args


class Executor(Protocol):
    """Runs SQL with `$1`, `$2` … in place of values.

    Values are str, int, bool, bytes, aware datetimes, None, and lists of int or str for `Dialect.any_of`.
    """

    @property
    def dialect(self) -> Dialect:
        """The kind of database that the statements must suit."""

    async def fetch(self, sql: str, *args: object) -> Rows:
        """The rows of a SELECT, or of a writing statement with RETURNING."""

    async def execute(self, sql: str, *args: object) -> int:
        """How many rows a writing statement without RETURNING touched."""


class Transaction(Executor, Protocol):
    """An open transaction. It is given to the work of `Database.transact` and is worth nothing afterwards."""

    @property
    def client(self) -> BaseDBAsyncClient:
        """What Tortoise's queries take: `.using_db(tx.client)`, `using_db=tx.client`."""

    async def write(self, *writes: Write) -> None:
        """Runs writing statements of which none sees what another did; PostgreSQL is asked once for all of them.

        They are run in no order that is known, so they write different rows: such as this transaction has locked, or
        new ones.
        """


class Engine(Protocol):
    """One kind of database: its connections, and how a transaction begins and ends on one of them."""

    @property
    def dialect(self) -> Dialect:
        """The kind of database."""

    async def fetch(self, sql: str, args: tuple[object, ...]) -> Rows:
        """Like `Executor.fetch`, on a connection of its own."""

    async def fetch_shared(self, statement: SharedStatement, args: tuple[object, ...]) -> Rows:
        """Like `Database.fetch_shared`."""

    async def execute(self, sql: str, args: tuple[object, ...]) -> int:
        """Like `Executor.execute`, on a connection of its own."""

    async def write_whole(self, sql: str, args: tuple[object, ...], rows: int) -> Rows:
        """Like `Database.write_whole`, once."""

    def transaction(self, *, durable: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Commits at the end of the block and undoes what an exception or a cancellation left.

        However the block ends, the connection is given back or thrown away.
        """

    async def scrub(self, tables: Sequence[str]) -> bool:
        """Like `Database.scrub`."""

    async def close(self) -> None:
        """Closes all connections."""
