"""The pool of connections to PostgreSQL: as many as it may have, none lost, none kept for ever, none after its end."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from app.database import Database, DatabaseUnavailable, Transaction
from app.database.asyncpg import PostgresEngine
from app.database.postgres_pool import PostgresPool
from tests.support.counting import adding, all_connections_at_once, count, make_counter

SIZE = 3
NAMED = {"application_name": "adgang-test"}
OF_THE_POOL = (
    "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
)


@pytest.fixture
async def opened(postgres_url: str) -> AsyncIterator[Callable[..., PostgresPool]]:
    """Opens pools of the test's own."""
    pools = []

    def open_(**settings: Any) -> PostgresPool:
        pools.append(PostgresPool(postgres_url, SIZE, **{"wait_seconds": 2.0, **settings}, server_settings=NAMED))
        return pools[-1]

    yield open_
    for pool in pools:
        await pool.close()


async def number_open(database: Database) -> int:
    """How many connections there are of the pools that the test opened."""
    number: int = (await database.fetch(OF_THE_POOL, NAMED["application_name"]))[0]["number"]
    return number


async def test_there_are_never_more_connections_than_the_pool_may_have(
    postgres_database: Database, opened: Callable[..., PostgresPool]
) -> None:
    pool = opened()
    backends = set()

    async def use() -> None:
        for _ in range(5):
            connection = await pool.take()
            backends.add(await connection.fetchval("SELECT pg_backend_pid()"))
            assert await number_open(postgres_database) <= SIZE
            pool.give_back(connection)

    await asyncio.gather(*(use() for _ in range(6 * SIZE)))
    assert len(backends) == SIZE


async def test_whoever_waits_longest_is_next(opened: Callable[..., PostgresPool]) -> None:
    pool = opened()
    taken = [await pool.take() for _ in range(SIZE)]
    order = []

    async def use(number: int) -> None:
        connection = await pool.take()
        order.append(number)
        pool.give_back(connection)

    tasks = []
    for number in range(7):
        tasks.append(asyncio.create_task(use(number)))
        await asyncio.sleep(0)
    for connection in taken:
        pool.give_back(connection)
    await asyncio.gather(*tasks)
    assert order == sorted(order)


async def test_what_somebody_was_given_who_had_just_left_goes_to_the_next(opened: Callable[..., PostgresPool]) -> None:
    pool = opened()
    taken = [await pool.take() for _ in range(SIZE)]
    waiting = [asyncio.create_task(pool.take()) for _ in range(SIZE + 1)]
    await asyncio.sleep(0)
    for connection in taken[:-1]:
        pool.give_back(connection)
    pool.tear_down(taken[-1])  # room for another one goes the same way
    for task in waiting[:SIZE]:
        task.cancel()
    pool.give_back(await waiting[SIZE])
    for connection in [await pool.take() for _ in range(SIZE)]:
        pool.give_back(connection)


async def test_users_who_leave_at_random_points_leave_the_pool_whole(opened: Callable[..., PostgresPool]) -> None:
    pool = opened()
    chance = random.Random(11)
    loop = asyncio.get_running_loop()

    async def use() -> None:
        connection = await pool.take()
        try:
            await connection.fetchval("SELECT pg_sleep(0.001)")
        except asyncio.CancelledError:
            pool.end(connection)
            raise
        if chance.random() < 0.2:
            pool.tear_down(connection)
        pool.give_back(connection)

    for _ in range(20):
        tasks = [asyncio.create_task(use()) for _ in range(5 * SIZE)]
        for task in tasks:
            loop.call_later(chance.random() * 0.02, task.cancel)
        if chance.random() < 0.2:
            pool.expire()
        await asyncio.wait(tasks)
    taken = [await pool.take() for _ in range(SIZE)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.take(), 0.01)
    for connection in taken:
        assert await connection.fetchval("SELECT 1") == 1
        pool.give_back(connection)


async def test_a_connection_that_nobody_uses_is_closed_in_time(
    postgres_database: Database, opened: Callable[..., PostgresPool]
) -> None:
    pool = opened(idle_seconds=0.02)
    for connection in [await pool.take() for _ in range(SIZE)]:
        pool.give_back(connection)
    async with asyncio.timeout(10):
        while await number_open(postgres_database):
            pass
    connection = await pool.take()
    assert await connection.fetchval("SELECT 1") == 1
    pool.give_back(connection)


async def test_expired_connections_are_replaced_those_in_use_when_they_come_back(
    opened: Callable[..., PostgresPool],
) -> None:
    pool = opened()
    idle, used = await pool.take(), await pool.take()
    before = {await connection.fetchval("SELECT pg_backend_pid()") for connection in (idle, used)}
    pool.give_back(idle)
    pool.expire()
    assert idle.is_closed()
    assert await used.fetchval("SELECT 1") == 1
    pool.give_back(used)
    assert used.is_closed()
    after = [await pool.take() for _ in range(SIZE)]
    assert before.isdisjoint({await connection.fetchval("SELECT pg_backend_pid()") for connection in after})
    for connection in after:
        pool.give_back(connection)


async def test_closing_waits_for_who_is_at_work_and_lets_nobody_in(
    postgres_database: Database, opened: Callable[..., PostgresPool]
) -> None:
    pool = opened()
    taken = [await pool.take() for _ in range(SIZE)]
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    pool.give_back(taken.pop())
    pool.give_back(await waiting)
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0)
    with pytest.raises(DatabaseUnavailable):
        await pool.take()
    assert await taken[0].fetchval("SELECT 1") == 1
    assert not closing.done()
    for connection in taken:
        pool.give_back(connection)
    await closing
    async with asyncio.timeout(10):
        while await number_open(postgres_database):
            pass


async def test_whoever_waits_when_the_pool_is_closed_hears_of_it(opened: Callable[..., PostgresPool]) -> None:
    pool = opened()
    taken = [await pool.take() for _ in range(SIZE)]
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.close())
    with pytest.raises(DatabaseUnavailable):
        await waiting
    for connection in taken:
        pool.give_back(connection)
    await closing


async def test_a_transaction_that_has_ended_runs_nothing_on_what_is_somebody_elses_now(postgres_url: str) -> None:
    engine = await PostgresEngine.open(postgres_url, 1)
    database = Database(engine)
    await make_counter(database)
    kept: list[Transaction] = []

    async def work(tx: Transaction) -> None:
        await adding()(tx)
        assert tx.client is not None
        kept.append(tx)

    await database.transact(work)
    with pytest.raises(RuntimeError, match="has ended"):
        await kept[0].execute("UPDATE counter SET n = 9")
    with pytest.raises(RuntimeError, match="has ended"):
        await kept[0].client.execute_query("UPDATE counter SET n = 9")
    assert await count(database) == 1
    await engine.close()


async def test_a_table_that_has_other_columns_now_is_read_again(postgres_url: str) -> None:
    engine = await PostgresEngine.open(postgres_url, SIZE)
    database = Database(engine)
    await make_counter(database)
    together = asyncio.Barrier(SIZE)

    async def read(tx: Transaction) -> int:
        return len((await tx.fetch("SELECT * FROM counter WHERE id = $1", 1))[0])

    async def read_together(tx: Transaction) -> int:
        await together.wait()
        return await read(tx)

    await asyncio.gather(*(database.transact(read_together) for _ in range(SIZE)))
    await database.execute("ALTER TABLE counter ADD COLUMN note text")
    assert [await database.transact(read) for _ in range(SIZE)] == [3] * SIZE
    await all_connections_at_once(database, SIZE)
    await engine.close()
