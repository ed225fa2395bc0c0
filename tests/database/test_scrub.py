"""What was deleted is taken out of the files, too."""

import sqlite3
from pathlib import Path

from app.database import Database
from app.database.sqlite import SqliteEngine, path_of

MARKER = "rhabarberbarbara"
TABLES = ("customer",)


def files(url: str) -> bytes:
    """The file, its log and whatever else lies beside it under its name."""
    path = Path(path_of(url))
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


async def customers(database: Database, count: int) -> None:
    for number in range(count):
        await database.execute(
            "INSERT INTO customer (number, number_key, name, name_key, active, version, created_at, updated_at)"
            f" VALUES ($1, $1, $2, $2, true, 1, {database.dialect.now}, {database.dialect.now})",
            str(number),
            f"{MARKER} {number}",
        )


async def test_nothing_that_was_deleted_is_left_in_sqlites_files(sqlite_database: Database, sqlite_url: str) -> None:
    await customers(sqlite_database, 200)
    await sqlite_database.execute("DELETE FROM customer")
    assert MARKER.encode() in files(sqlite_url)
    assert await sqlite_database.scrub(*TABLES)
    assert MARKER.encode() not in files(sqlite_url)


async def test_it_is_told_where_another_process_keeps_on_reading(sqlite_url: str) -> None:
    engine = await SqliteEngine.open(path_of(sqlite_url), wait_seconds=0.05)
    database = Database(engine)
    await customers(database, 2)
    reader = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT name FROM customer").fetchall()
    await database.execute("DELETE FROM customer")
    assert not await database.scrub(*TABLES)
    reader.execute("COMMIT")
    assert await database.scrub(*TABLES)
    assert MARKER.encode() not in files(sqlite_url)
    reader.close()
    await engine.close()


async def test_postgres_forgets_it_in_its_statistics_too(postgres_database: Database) -> None:
    statistics = "SELECT count(*) AS found FROM pg_stats WHERE pg_stats::text LIKE $1"
    await customers(postgres_database, 200)
    await postgres_database.execute("ANALYZE customer")
    await postgres_database.execute("UPDATE customer SET name = number, name_key = number")
    (before,) = await postgres_database.fetch(statistics, f"%{MARKER}%")
    assert before["found"] > 0
    assert await postgres_database.scrub(*TABLES)
    (after,) = await postgres_database.fetch(statistics, f"%{MARKER}%")
    assert after["found"] == 0


async def test_whether_rows_may_be_changed_is_known(database: Database) -> None:
    (answer,) = await database.fetch(database.dialect.may_update("audit_event"))
    assert database.dialect.boolean(answer["allowed"])
