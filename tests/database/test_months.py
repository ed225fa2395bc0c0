"""The audit's partitions on PostgreSQL, and that nothing is lost or waits for long while they are made."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.database import Database, DatabaseUnavailable, Transaction
from app.database.migrate import migrate
from app.database.months import AHEAD, Month, make_months, partitions
from app.models.enums import AuditAction
from app.security.keys import Keys
from app.services.audit import Audit, Event
from app.services.caller import CommandLine

KEYS = Keys(bytes(32))


@pytest.fixture
def audit(postgres_database: Database) -> Audit:
    return Audit(postgres_database, KEYS, b"k" * 32)


async def write(database: Database, audit: Audit) -> None:
    await database.transact(lambda tx: audit.write(tx, CommandLine(), [Event(AuditAction.CUSTOMER_CREATED)]))


async def this_month(database: Database) -> Month:
    (row,) = await database.fetch("SELECT clock_timestamp() AS now")
    return Month.of(row["now"])


async def as_before_there_were_months(database: Database) -> None:
    for month in await partitions(database):
        await database.execute(f"DROP TABLE {month.partition}")


async def homes(database: Database) -> list[str]:
    """The partitions that events lie in, in the order of the events."""
    rows = await database.fetch("SELECT tableoid::regclass::text AS home FROM audit_event ORDER BY at, id")
    return [row["home"] for row in rows]


def test_months_follow_one_another_in_utc() -> None:
    assert Month.of(datetime.fromisoformat("2026-12-01T00:30:00+01:00")) == Month(2026, 11)
    assert Month(2026, 11).plus(2) == Month(2027, 1)
    assert Month(2026, 1).plus(-1) == Month(2025, 12)
    assert Month(2026, 12).plus(12) == Month(2027, 12)
    assert Month(2026, 3).start == datetime(2026, 3, 1, tzinfo=UTC)
    assert Month(2026, 3).partition == "audit_event_y2026m03"


async def test_migrating_makes_a_year_of_months_ahead(postgres_database: Database) -> None:
    now = await this_month(postgres_database)
    await as_before_there_were_months(postgres_database)
    for _ in range(2):
        assert await migrate(postgres_database) == []
        assert await partitions(postgres_database) == [now.plus(n) for n in range(AHEAD + 1)]


async def test_sqlite_has_no_partitions(sqlite_database: Database) -> None:
    assert await make_months(sqlite_database) == []
    assert await partitions(sqlite_database) == []


async def test_an_event_lies_in_its_months_partition(postgres_database: Database, audit: Audit) -> None:
    await write(postgres_database, audit)
    assert await homes(postgres_database) == [(await this_month(postgres_database)).partition]


async def test_what_came_before_the_months_moves_into_them(postgres_database: Database, audit: Audit) -> None:
    await as_before_there_were_months(postgres_database)
    now = await this_month(postgres_database)
    for months in (0, 1, 30):
        at = now.plus(months).start
        await postgres_database.execute("UPDATE audit_head SET at = greatest(at, $1) WHERE lane = 0", at)
        await write(postgres_database, audit)
    assert await homes(postgres_database) == ["audit_event_default"] * 3
    made = await make_months(postgres_database)
    assert made == [*(now.plus(n) for n in range(AHEAD + 1)), now.plus(30)]
    assert await homes(postgres_database) == [now.plus(n).partition for n in (0, 1, 30)]
    report = await audit.verify()
    assert (report.ok, report.events) == (True, 3)
    assert await make_months(postgres_database) == []


async def test_a_months_partition_is_as_the_whole_table_is(postgres_database: Database) -> None:
    month = (await this_month(postgres_database)).partition
    rows = await postgres_database.fetch(
        "SELECT tablename, count(*) AS indexes FROM pg_indexes WHERE tablename LIKE 'audit_event%' GROUP BY tablename"
    )
    indexes = {row["tablename"]: row["indexes"] for row in rows}
    assert indexes[month] == indexes["audit_event_default"] == indexes["audit_event"]
    attached = await postgres_database.fetch(
        "SELECT count(*) AS missing FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid"
        " WHERE c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = x.indexrelid)"
    )
    assert attached[0]["missing"] == 0


async def test_events_go_on_being_written_while_their_months_are_made(
    postgres_database: Database, audit: Audit
) -> None:
    await as_before_there_were_months(postgres_database)
    written = 0
    making = asyncio.gather(make_months(postgres_database), make_months(postgres_database))
    while not making.done() or written < 20:
        await write(postgres_database, audit)
        written += 1
    one, other = await making
    assert len(one) + len(other) == AHEAD + 1
    assert len(set(one) | set(other)) == AHEAD + 1
    await make_months(postgres_database)
    assert set(await homes(postgres_database)) == {(await this_month(postgres_database)).partition}
    report = await audit.verify()
    assert (report.ok, report.events) == (True, written)


async def test_a_table_that_stays_locked_is_told_of_and_nobody_queues_behind_the_waiting(
    postgres_database: Database, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.months.LOCK_TIMEOUT", "SET LOCAL lock_timeout = '10ms'")
    monkeypatch.setattr("app.database.months.SECONDS_BETWEEN_TRIES", 0.0)
    await as_before_there_were_months(postgres_database)
    await write(postgres_database, audit)
    reading, read = asyncio.Event(), asyncio.Event()

    async def read_long(tx: Transaction) -> None:
        await tx.fetch("SELECT count(*) FROM audit_event")
        reading.set()
        await read.wait()

    reader = asyncio.create_task(postgres_database.transact(read_long))
    await reading.wait()
    with pytest.raises(DatabaseUnavailable):
        await make_months(postgres_database)
    await write(postgres_database, audit)
    read.set()
    await reader
    assert len(await make_months(postgres_database)) == AHEAD + 1
