"""A database whose statements are kept, those of its transactions too. Tortoise's own are not among them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from app.database import Database, Dialect, Executor, Rows, Transaction, Write

T = TypeVar("T")


class RecordedExecutor:
    """Passes statements on, and keeps their texts."""

    def __init__(self, executor: Executor, statements: list[str]) -> None:
        self._executor = executor
        self.statements = statements

    @property
    def dialect(self) -> Dialect:
        return self._executor.dialect

    async def fetch(self, sql: str, *args: object) -> Rows:
        self.statements.append(sql)
        return await self._executor.fetch(sql, *args)

    async def execute(self, sql: str, *args: object) -> int:
        self.statements.append(sql)
        return await self._executor.execute(sql, *args)


class RecordedTransaction(RecordedExecutor):
    """A transaction of a recorded database."""

    def __init__(self, tx: Transaction, statements: list[str]) -> None:
        super().__init__(tx, statements)
        self._tx = tx
        self.client: BaseDBAsyncClient = tx.client

    async def write(self, *writes: Write) -> None:
        self.statements.extend(write.sql for write in writes)
        await self._tx.write(*writes)


class RecordedDatabase(RecordedExecutor):
    """Takes the place of a `Database`: hand it over with `cast(Database, …)`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, [])
        self._database = database

    async def write_whole(self, sql: str, *args: object, rows: int) -> Rows:
        self.statements.append(sql)
        return await self._database.write_whole(sql, *args, rows=rows)

    async def transact(self, work: Callable[[Transaction], Awaitable[T]], *, durable: bool = True) -> T:
        async def recorded(tx: Transaction) -> T:
            self.statements.append("BEGIN")
            answer = await work(RecordedTransaction(tx, self.statements))
            self.statements.append("COMMIT")
            return answer

        return await self._database.transact(recorded, durable=durable)
