"""The audit's partitions on PostgreSQL: one a month, in UTC.

`adgang migrate` and `adgang tidy` make them a year ahead, under the role that owns the tables; the service never
changes a table. An event whose month is missing lies in the default partition, and moves when its month is made.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self, TypeVar

from app.database.database import Database
from app.database.errors import DatabaseUnavailable
from app.database.executor import Executor, Transaction

T = TypeVar("T")

AHEAD: Final = 12
MIGRATING: Final = 4_117_060_001
"""The number of the lock that keeps two processes from changing tables at once; any number, but for ever the same."""

LOCK_TIMEOUT: Final = "SET LOCAL lock_timeout = '2s'"
"""Whoever comes while a table's lock is waited for waits too: so it is not waited for long, but again."""
TRIES: Final = 10
SECONDS_BETWEEN_TRIES: Final = 0.5

_NAME: Final = re.compile(r"audit_event_y(\d{4})m(\d{2})")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Self:
        in_utc = moment.astimezone(UTC)
        return cls(in_utc.year, in_utc.month)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def partition(self) -> str:
        """The name of the audit's partition for this month."""
        return f"audit_event_y{self.year:04}m{self.month:02}"

    def plus(self, months: int) -> "Month":
        """So many months later, or earlier."""
        years, index = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, index + 1)


async def lock_tables(tx: Transaction) -> None:
    """Keeps other processes from changing tables as long as the transaction lasts, and sets how long it waits."""
    if tx.dialect.name == "postgres":
        await tx.fetch("SELECT pg_advisory_xact_lock($1)", MIGRATING)
        await tx.execute(LOCK_TIMEOUT)


async def change_tables(database: Database, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Runs a transaction that changes tables, alone and patiently.

    Raises:
        DatabaseUnavailable: The tables stay locked by others, or the database is down.
    """

    async def alone(tx: Transaction) -> T:
        await lock_tables(tx)
        return await work(tx)

    for _ in range(TRIES - 1):
        try:
            return await database.transact(alone)
        except DatabaseUnavailable:
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)
    return await database.transact(alone)


async def partitions(executor: Executor) -> list[Month]:
    """The months that have a partition, the oldest first. On SQLite there are none."""
    if executor.dialect.name != "postgres":
        return []
    rows = await executor.fetch(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = to_regclass('audit_event')"
    )
    found = (_NAME.fullmatch(row["relname"]) for row in rows)
    return sorted(Month(int(name[1]), int(name[2])) for name in found if name)


async def make_months(database: Database) -> list[Month]:
    """Makes the partitions that are missing, from this month to a year ahead and for what lies in the default one.

    Each is a transaction of its own. Several processes may do it at once.

    Raises:
        NotPermitted: The role that asks doesn't own the audit's table.
        DatabaseUnavailable: The tables stay locked by others, or the database is down.
    """
    if database.dialect.name != "postgres":
        return []
    there = await partitions(database)
    (clock,) = await database.fetch("SELECT clock_timestamp() AS now")
    unfiled = await database.fetch(
        "SELECT DISTINCT date_trunc('month', at, 'UTC') AS month FROM audit_event_default ORDER BY month"
    )
    current = Month.of(clock["now"])
    in_use = {current, *(Month.of(row["month"]) for row in unfiled)}
    wanted = in_use | {current.plus(months) for months in range(1, AHEAD + 1)}
    return [month for month in sorted(wanted - set(there)) if await _make(database, month, in_use=month in in_use)]


async def _make(database: Database, month: Month, *, in_use: bool) -> bool:
    """Makes a month's partition with what lies in the default one of it; False where another process was quicker.

    Args:
        in_use: Events may be coming into the default partition that belong to this month. Their writers have to be
            kept before the table itself: one that waits at the default partition would be refused after the change.
    """
    name = month.partition
    since, until = (f"'{moment.isoformat()}'" for moment in (month.start, month.plus(1).start))

    async def work(tx: Transaction) -> bool:
        if month in await partitions(tx):
            return False
        if in_use:
            await tx.execute("LOCK TABLE ONLY audit_event IN ACCESS EXCLUSIVE MODE")
        await tx.execute(f"CREATE TABLE {name} (LIKE audit_event INCLUDING ALL)")
        if in_use:
            await tx.execute(
                f"WITH moved AS (DELETE FROM audit_event_default WHERE at >= {since} AND at < {until} RETURNING *)"
                f" INSERT INTO {name} SELECT * FROM moved"
            )
        await tx.execute(f"ALTER TABLE audit_event ATTACH PARTITION {name} FOR VALUES FROM ({since}) TO ({until})")
        return True

    return await change_tables(database, work)
