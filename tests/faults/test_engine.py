"""The engine under cancellation, and with a second process: it costs no connection, no lock and no half write."""

import asyncio
import contextvars
import random
import sqlite3
import sys
from pathlib import Path

import pytest

from app.database import Database, DatabaseUnavailable, Transaction, open_database
from app.database.sqlite import SqliteEngine, path_of
from tests.support.counting import adding, all_connections_at_once, count, make_counter, raise_counter
from tests.support.proxy import POOL_SIZE, wired
from tests.support.services import make_settings

ROOT = Path(__file__).parents[2]


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
