"""Statements and values are the same on both databases, and nothing of a value gets into an error or a log."""

import logging
import traceback
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.database import ConstraintViolated, Database, StatementFailed, Transaction
from app.models import Login, Secret

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "brun bamse bag bageriet"


async def make_login(tx: Transaction, username: str, created_at: datetime = NOON) -> Login:
    return await Login.create(using_db=tx.client, username_key=username, created_at=created_at)


# Values ---------------------------------------------------------------------------------------------------------------


async def test_values_come_back_as_they_went_in(database: Database) -> None:
    moment = datetime(2026, 11, 24, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=1)))

    async def work(tx: Transaction) -> None:
        await tx.execute(
            "INSERT INTO login (username_key, epoch, hash_scheme, created_at) VALUES ($1, $2, $3, $4)",
            "Ærø % _ \\ ' \" 💚",
            2**31 - 1,
            None,
            moment,
        )
        await tx.execute("INSERT INTO secret (name, value) VALUES ($1, $2)", "bytes", bytes(range(256)))

    await database.transact(work)
    (row,) = await database.fetch("SELECT username_key, epoch, hash_scheme, has_password, created_at FROM login")
    assert (row["username_key"], row["epoch"], row["hash_scheme"]) == ("Ærø % _ \\ ' \" 💚", 2**31 - 1, None)
    assert database.dialect.boolean(row["has_password"]) is False
    read = database.dialect.moment(row["created_at"])
    assert read == moment
    assert read.utcoffset() == timedelta(0)
    (row,) = await database.fetch("SELECT value FROM secret WHERE name = $1", "bytes")
    assert bytes(row["value"]) == bytes(range(256))


async def test_a_moment_is_the_same_whoever_wrote_it(database: Database) -> None:
    async def work(tx: Transaction) -> list[str]:
        await make_login(tx, "by Tortoise", NOON)
        await tx.execute("INSERT INTO login (username_key, created_at) VALUES ($1, $2)", "by hand", NOON)
        await make_login(tx, "a moment later", NOON + timedelta(microseconds=1))
        await make_login(tx, "a moment earlier", NOON - timedelta(microseconds=1))
        same = await tx.fetch("SELECT username_key FROM login WHERE created_at = $1 ORDER BY id", NOON)
        ordered = await tx.fetch("SELECT username_key FROM login ORDER BY created_at, id")
        assert [row["username_key"] for row in same] == ["by Tortoise", "by hand"]
        return [row["username_key"] for row in ordered]

    assert await database.transact(work) == ["a moment earlier", "by Tortoise", "by hand", "a moment later"]


async def test_a_moment_without_a_time_zone_is_refused(sqlite_database: Database) -> None:
    insert = "INSERT INTO login (username_key, created_at) VALUES ($1, $2)"
    with pytest.raises(ValueError, match="time zone"):
        await sqlite_database.execute(insert, "x", NOON.replace(tzinfo=None))


async def test_the_databases_own_clock_speaks_the_same_language(database: Database) -> None:
    (row,) = await database.fetch(f"SELECT {database.dialect.now} AS now")
    assert abs(database.dialect.moment(row["now"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_lists_are_bound_to_one_placeholder(database: Database) -> None:
    dialect = database.dialect
    lanes = await database.fetch(
        f"SELECT lane FROM audit_head WHERE {dialect.any_of('lane', '$1', 'int')} AND lane < $2 ORDER BY lane",
        [5, 1, 63, 99],
        60,
    )
    assert [row["lane"] for row in lanes] == [1, 5]
    names = await database.fetch(
        f"SELECT name FROM secret WHERE {dialect.any_of('name', '$1', 'text')}", ["secret_key", "'"]
    )
    assert [row["name"] for row in names] == ["secret_key"]
    assert await database.fetch(f"SELECT lane FROM audit_head WHERE {dialect.any_of('lane', '$1', 'int')}", []) == []


# What statements answer -----------------------------------------------------------------------------------------------


async def test_execute_counts_the_rows_of_its_own_table(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        await make_login(tx, "a")
        login = await make_login(tx, "b")
        assert await tx.execute("UPDATE login SET epoch = 2") == 2
        assert await tx.execute("UPDATE login SET epoch = 2 WHERE username_key = $1", "nobody") == 0
        assert await Login.filter(id=login.id).using_db(tx.client).update(epoch=3) == 1
        assert await Login.filter(epoch=3).using_db(tx.client).delete() == 1
        assert await tx.execute("DELETE FROM login") == 1

    await database.transact(work)


async def test_a_writing_statement_may_return_rows(database: Database) -> None:
    insert = "INSERT INTO login (username_key, created_at) VALUES ($1, $2) RETURNING id, username_key"
    (alone,) = await database.fetch(insert, "alone", NOON)

    async def work(tx: Transaction) -> None:
        (inside,) = await tx.fetch(insert, "inside", NOON)
        assert inside["id"] > alone["id"]

    await database.transact(work)
    gone = await database.fetch("DELETE FROM login RETURNING username_key")
    assert sorted(row["username_key"] for row in gone) == ["alone", "inside"]


async def test_keys_of_deleted_rows_are_not_given_again(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        first = await make_login(tx, "a")
        await first.delete(using_db=tx.client)
        assert (await make_login(tx, "a")).id > first.id

    await database.transact(work)


async def test_tortoise_reads_what_it_wrote(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        login = await make_login(tx, "ida@example.dk")
        locked = await Login.filter(username_key="ida@example.dk").select_for_update(no_key=True).using_db(tx.client)
        assert [(found.id, found.created_at, found.password_hash) for found in locked] == [(login.id, NOON, None)]
        await Secret.bulk_create([Secret(name=f"s{n}", value=bytes([n])) for n in range(3)], using_db=tx.client)
        assert await Secret.filter(name__in=["s1", "s2"]).using_db(tx.client).count() == 2

    await database.transact(work)


# What does not get out ------------------------------------------------------------------------------------------------


async def test_a_query_that_names_no_transaction_is_refused(database: Database) -> None:
    with pytest.raises(RuntimeError, match=r"using_db\(tx\.client\)"):
        await Login.all()
    with pytest.raises(RuntimeError, match=r"using_db\(tx\.client\)"):
        await Login.create(username_key="x", created_at=NOON)


async def test_no_value_is_logged(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async def work(tx: Transaction) -> None:
        login = await make_login(tx, SECRET)
        await tx.fetch("SELECT id FROM login WHERE username_key = $1", SECRET)
        await tx.execute("UPDATE login SET password_hash = $1", SECRET)
        await Login.filter(username_key=SECRET).using_db(tx.client).first()
        await Login.filter(id=login.id).using_db(tx.client).update(hash_scheme=SECRET)
        await Login.bulk_create([Login(username_key=SECRET + "2", created_at=NOON)], using_db=tx.client)

    with caplog.at_level(logging.DEBUG):
        for name in ("aiosqlite", "asyncpg", "tortoise", "tortoise.db_client"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        await database.transact(work)
        await database.fetch("SELECT id FROM login WHERE username_key = $1", SECRET)
    assert SECRET not in caplog.text


@pytest.mark.parametrize("value", [SECRET + "\ud800", 10**30, [SECRET]], ids=["surrogate", "number", "list"])
async def test_no_value_is_in_an_error_of_a_value(database: Database, value: object) -> None:
    with pytest.raises((StatementFailed, ConstraintViolated)) as failed:
        await database.execute("INSERT INTO session (token_hash, epoch) VALUES ($1, $2)", value, SECRET)
    assert SECRET not in "".join(traceback.format_exception(failed.value))


async def test_no_value_is_in_an_error_of_tortoise(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        await make_login(tx, SECRET)
        await make_login(tx, SECRET)

    with pytest.raises(ConstraintViolated) as failed:
        await database.transact(work)
    assert SECRET not in "".join(traceback.format_exception(failed.value))


async def test_no_value_is_in_an_error_of_a_type(postgres_database: Database) -> None:
    async def work(tx: Transaction) -> None:
        await tx.fetch("SELECT id FROM session WHERE token_hash = $1", SECRET)

    with pytest.raises(StatementFailed) as failed:
        await postgres_database.transact(work)
    assert SECRET not in "".join(traceback.format_exception(failed.value))
