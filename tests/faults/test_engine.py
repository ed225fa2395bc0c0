"""The engine when things go wrong: nothing that fails or is cancelled costs a connection, a lock or a half write."""

import asyncio
import contextvars
import random
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.database import Database, DatabaseUnavailable, StatementFailed, Transaction, open_database
from app.database.asyncpg import PostgresEngine
from app.database.sqlite import SqliteEngine, path_of
from tests.support.counting import raise_counter
from tests.support.proxy import Wire, wire_to
from tests.support.services import make_settings

ROOT = Path(__file__).parents[2]
POOL_SIZE = 5


@dataclass
class Unchecked:
    """Settings that nobody has looked at."""

    database_url: str
    database_pool_size: int = 1


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, Database]]:
    """A PostgreSQL database behind a wire that the test holds."""
    async with wire_to(url) as (wire, wired_url):
        engine = await PostgresEngine.open(wired_url, POOL_SIZE, acquire_seconds=0.5)
        try:
            yield wire, Database(engine)
        finally:
            wire.thaw()
            await engine.close()


@pytest.fixture
async def counter(database: Database) -> Database:
    """The database with a counter in it."""
    await make_counter(database)
    return database


async def make_counter(database: Database) -> None:
    await database.execute("CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL)")
    await database.execute("INSERT INTO counter (id, n) VALUES (1, 0), (2, 0)")


async def count(database: Database, row: int = 1) -> int:
    found: int = (await database.fetch("SELECT n FROM counter WHERE id = $1", row))[0]["n"]
    return found


def adding(row: int = 1) -> Callable[[Transaction], Awaitable[int]]:
    """Work that adds one to a row."""

    async def work(tx: Transaction) -> int:
        return await tx.execute("UPDATE counter SET n = n + 1 WHERE id = $1", row)

    return work


async def all_connections_at_once(database: Database, connections: int) -> None:
    """Holds as many transactions open at the same time as the pool is to have connections."""
    together = asyncio.Barrier(connections)

    async def work(tx: Transaction) -> None:
        await tx.fetch("SELECT 1")
        await together.wait()

    async with asyncio.timeout(10):
        await asyncio.gather(*(database.transact(work) for _ in range(connections)))


async def cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# BEGIN ----------------------------------------------------------------------------------------------------------------


async def test_begin_cancelled_as_often_as_the_pool_is_large_costs_no_connection(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, database):
        await database.ready()
        for _ in range(POOL_SIZE):
            wire.freeze_at(b"BEGIN")
            task = asyncio.create_task(database.ready())
            await wire.stuck.wait()
            await cancelled(task)
            wire.thaw()
        await database.ready()
        await all_connections_at_once(database, POOL_SIZE)


async def test_begin_cancelled_while_another_process_writes_leaves_sqlite_usable(sqlite_url: str) -> None:
    engine = await SqliteEngine.open(path_of(sqlite_url))
    database = Database(engine)
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(POOL_SIZE):
        task = asyncio.create_task(database.ready())
        await asyncio.wait({task}, timeout=0.01)
        task.cancel()  # it goes on waiting for the lock in its thread, so nobody waits for it here
    other.execute("ROLLBACK")
    await database.ready()
    await engine.close()
    other.close()


async def test_after_a_failed_begin_the_same_task_succeeds_on_postgres(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, database):
        await make_counter(database)
        for _ in range(POOL_SIZE + 1):
            wire.cut_at(b"BEGIN", times=2)
            with pytest.raises(DatabaseUnavailable):
                await database.transact(adding())
            await database.transact(adding())
        assert await count(database) == POOL_SIZE + 1
        await all_connections_at_once(database, POOL_SIZE)


async def test_after_a_failed_begin_the_same_task_succeeds_on_sqlite(sqlite_url: str) -> None:
    engine = await SqliteEngine.open(path_of(sqlite_url), wait_seconds=0.05)
    database = Database(engine)
    await make_counter(database)
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    for _ in range(3):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable):
            await database.transact(adding())
        other.execute("ROLLBACK")
        await database.transact(adding())
    assert await count(database) == 3
    await engine.close()
    other.close()


# Cancellation ---------------------------------------------------------------------------------------------------------


async def test_500_operations_cancelled_at_random_points_leave_the_pool_whole(counter: Database) -> None:
    chance = random.Random(6)
    loop = asyncio.get_running_loop()
    finished = 0

    async def step(tx: Transaction) -> None:
        await adding(1)(tx)
        await tx.fetch("SELECT n FROM counter")
        await adding(2)(tx)

    async def operation() -> None:
        nonlocal finished
        kind = chance.randrange(3)
        if kind == 0:
            await counter.fetch("SELECT n FROM counter")
        elif kind == 1:
            await counter.execute("UPDATE counter SET n = n")
        else:
            await counter.transact(step)
        finished += 1

    patience = 0.02
    for _ in range(20):
        before = finished
        tasks = [asyncio.create_task(operation()) for _ in range(25)]
        for task in tasks:
            loop.call_later(chance.random() * patience, task.cancel)
        await asyncio.wait(tasks)
        for task in tasks:
            assert task.cancelled() or task.exception() is None
        patience *= 1.5 if finished - before < 8 else 0.7  # so that on any machine some get through and some do not
    assert 0 < finished < 500
    await all_connections_at_once(counter, 10 if counter.dialect.name == "postgres" else 1)
    assert await count(counter, 1) == await count(counter, 2)


async def test_a_cancelled_transaction_gives_its_locks_back_at_once(postgres_url: str) -> None:
    async with open_database(make_settings(database_url=postgres_url)) as database:
        await make_counter(database)
        locked, done = asyncio.Event(), asyncio.Event()

        async def hold_second(tx: Transaction) -> None:
            await adding(2)(tx)
            locked.set()
            await done.wait()

        both = asyncio.Event()

        async def take_both(tx: Transaction) -> None:
            await adding(1)(tx)
            both.set()
            await adding(2)(tx)

        holding = asyncio.create_task(database.transact(hold_second))
        await locked.wait()
        waiting = asyncio.create_task(database.transact(take_both))
        await both.wait()
        await asyncio.wait({waiting}, timeout=0.05)  # it is waiting for the second row now
        await cancelled(waiting)
        async with asyncio.timeout(2):  # though the second row is still locked
            await database.transact(adding(1))
        done.set()
        await holding
        assert (await count(database, 1), await count(database, 2)) == (1, 1)


async def test_a_deadline_holds_on_a_server_that_says_nothing(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, database):
        await make_counter(database)
        wire.freeze_at(b"UPDATE")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await database.transact(adding())
        with pytest.raises(DatabaseUnavailable):
            await asyncio.gather(*(database.ready() for _ in range(POOL_SIZE + 1)))
        wire.thaw()
        await database.transact(adding())
        assert await count(database) == 1


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
        wire.cut_at(b"BEGIN")
        await database.transact(adding())
        wire.cut_at(b"UPDATE")
        with pytest.raises(DatabaseUnavailable):
            await database.execute("UPDATE counter SET n = n + 1")
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


# SQLite ---------------------------------------------------------------------------------------------------------------


async def test_sqlite_reads_do_not_wait_for_a_write_transaction(sqlite_url: str) -> None:
    async with open_database(make_settings(database_url=sqlite_url)) as database:
        await make_counter(database)
        written, read = asyncio.Event(), asyncio.Event()

        async def work(tx: Transaction) -> None:
            await adding()(tx)
            written.set()
            await read.wait()

        writing = asyncio.create_task(database.transact(work), context=contextvars.copy_context())
        await written.wait()
        async with asyncio.timeout(2):
            assert await count(database) == 0
        read.set()
        await writing
        assert await count(database) == 1


async def test_two_processes_on_one_database_lose_nothing(counter: Database, database_url: str) -> None:
    times = 100
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.counting", database_url, str(times), cwd=ROOT
    )
    mine = 0
    while other.returncode is None or mine < times:
        await raise_counter(counter)
        mine += 1
        if mine % 10 == 0:  # lets the loop hear of the other's end
            await asyncio.wait({asyncio.ensure_future(other.wait())}, timeout=0.001)
    assert await other.wait() == 0
    assert await count(counter) == times + mine


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
