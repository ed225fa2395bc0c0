"""The engine when statements fail, connections end, or the database isn't there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.database import Database, DatabaseUnavailable, StatementFailed, Transaction, open_database
from app.database.asyncpg import PostgresEngine
from tests.support.counting import adding, all_connections_at_once, count, make_counter
from tests.support.proxy import POOL_SIZE, wired
from tests.support.services import make_settings


@dataclass
class Unchecked:
    """Settings that nobody has looked at."""

    database_url: str
    database_pool_size: int = 1


# Errors ---------------------------------------------------------------------------------------------------------------


async def test_an_exception_undoes_all_of_the_work(counter: Database) -> None:
    async def work(tx: Transaction) -> None:
        await adding(1)(tx)
        await adding(2)(tx)
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        await counter.transact(work)
    assert (await count(counter, 1), await count(counter, 2)) == (0, 0)
    await counter.transact(adding())
    assert await count(counter) == 1


async def test_a_failing_rollback_does_not_hide_what_went_wrong_first(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, database):
        await make_counter(database)

        async def work(tx: Transaction) -> None:
            await adding()(tx)
            wire.cut_at(b"ROLLBACK")
            raise LookupError("first")

        for _ in range(POOL_SIZE + 1):
            with pytest.raises(LookupError, match="first"):
                await database.transact(work)
        assert await count(database) == 0
        await all_connections_at_once(database, POOL_SIZE)


async def test_a_lost_answer_to_commit_is_told_and_costs_no_connection(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, database):
        await make_counter(database)
        for _ in range(POOL_SIZE + 1):
            wire.lose_answer_to(b"COMMIT")
            with pytest.raises(DatabaseUnavailable):
                await database.transact(adding())
        assert await count(database) == POOL_SIZE + 1  # they did happen, which nobody could know
        await all_connections_at_once(database, POOL_SIZE)


async def test_connections_that_the_server_ended_are_replaced(postgres_url: str) -> None:
    async with open_database(make_settings(database_url=postgres_url, database_pool_size=POOL_SIZE)) as database:
        await all_connections_at_once(database, POOL_SIZE)

        async def end_all_others(tx: Transaction) -> None:
            await tx.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

        await database.transact(end_all_others)
        await all_connections_at_once(database, POOL_SIZE)


async def test_a_read_and_a_begin_survive_a_connection_that_had_ended(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, database):
        await make_counter(database)
        await all_connections_at_once(database, POOL_SIZE)
        wire.cut_at(b"SELECT n")
        assert await count(database) == 0
        wire.cut_at(b"SELECT n")
        assert await database.fetch("WITH found AS (SELECT n FROM counter) SELECT n FROM found ORDER BY n")
        wire.cut_at(b"BEGIN")
        await database.transact(adding())
        wire.cut_at(b"UPDATE")
        with pytest.raises(DatabaseUnavailable):
            await database.execute("UPDATE counter SET n = n + 1")
        wire.cut_at(b"UPDATE")
        with pytest.raises(DatabaseUnavailable):
            await database.fetch("WITH changed AS (UPDATE counter SET n = n + 1 RETURNING n) SELECT n FROM changed")
        wire.cut_at(b"UPDATE")
        with pytest.raises(DatabaseUnavailable):
            await database.transact(adding())
        assert await count(database) == 1
        await all_connections_at_once(database, POOL_SIZE)


async def test_an_error_that_was_swallowed_inside_a_transaction_is_not_mistaken_for_success(postgres_url: str) -> None:
    async with open_database(make_settings(database_url=postgres_url)) as database:
        await make_counter(database)

        async def work(tx: Transaction) -> None:
            await adding()(tx)
            with pytest.raises(StatementFailed):
                await tx.fetch("SELECT nothing")

        with pytest.raises(StatementFailed):
            await database.transact(work)
        assert await count(database) == 0


async def test_a_deadlock_is_run_again(postgres_url: str) -> None:
    async with open_database(make_settings(database_url=postgres_url)) as database:
        await make_counter(database)
        together = asyncio.Barrier(2)
        runs = 0

        def crossing(first: int, second: int) -> Callable[[Transaction], Awaitable[None]]:
            met = False

            async def work(tx: Transaction) -> None:
                nonlocal runs, met
                runs += 1
                await adding(first)(tx)
                if not met:
                    met = True
                    await together.wait()
                await adding(second)(tx)

            return work

        await asyncio.gather(database.transact(crossing(1, 2)), database.transact(crossing(2, 1)))
        assert runs == 3
        assert (await count(database, 1), await count(database, 2)) == (2, 2)


async def test_a_transaction_inside_a_transaction_is_refused(counter: Database) -> None:
    async def work(tx: Transaction) -> None:
        for inner in (counter.transact(adding()), counter.fetch("SELECT 1"), counter.execute("SELECT 1")):
            with pytest.raises(RuntimeError, match="Inside a transaction"):
                await inner

    await counter.transact(work)


# Down -----------------------------------------------------------------------------------------------------------------


async def test_a_postgres_that_is_down_is_unavailable(tmp_path: Path) -> None:
    async with open_database(make_settings(database_url=f"postgres://adgang@/none?host={tmp_path}")) as database:
        for attempt in (database.ready(), database.fetch("SELECT 1"), database.execute("SELECT 1")):
            with pytest.raises(DatabaseUnavailable):
                await attempt


async def test_a_postgres_that_lets_nobody_in_is_unavailable(postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2].partition("?")[0]
    async with (
        open_database(make_settings(database_url=postgres_url)) as database,
        open_database(make_settings(database_url=postgres_url.replace(f"/{name}?", "/postgres?"))) as administrator,
    ):
        await database.fetch("SELECT 1")
        await administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await administrator.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                await database.fetch("SELECT 1")
        await administrator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert await database.fetch("SELECT 1")


async def test_a_pool_that_is_used_up_is_unavailable(postgres_url: str) -> None:
    engine = await PostgresEngine.open(postgres_url, 1, acquire_seconds=0.05)
    async with engine.transaction():
        with pytest.raises(DatabaseUnavailable):
            await engine.fetch("SELECT 1", ())
    await engine.fetch("SELECT 1", ())
    await engine.close()


@pytest.mark.parametrize("name", ["no/such/folder/adgang.db", "."])
async def test_a_sqlite_file_that_cannot_be_opened_is_unavailable(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        async with open_database(make_settings(database_url=f"sqlite:///{tmp_path / name}")):
            pass


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Kære kunde, " * 1000)
    with pytest.raises(DatabaseUnavailable):
        async with open_database(make_settings(database_url=f"sqlite:///{tmp_path / 'letter.txt'}")):
            pass


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://root:secret@host/db"])
async def test_a_url_of_nothing_we_know_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        async with open_database(Unchecked(url)):
            pass
    assert "secret" not in str(refused.value)


async def test_a_sqlite_connection_that_broke_is_replaced(sqlite_database: Database) -> None:
    await make_counter(sqlite_database)

    async def work(tx: Transaction) -> None:
        await adding()(tx)
        await tx.client._connection.close()
        raise LookupError("first")

    with pytest.raises(LookupError, match="first"):
        await sqlite_database.transact(work)
    await sqlite_database.transact(adding())
    assert await count(sqlite_database) == 1
