"""The bounded pool: how much may wait, whose it is, and when a place is given back."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.security.pool import HashingOverloaded, HashPool, holder_of


class Gate:
    """Work that goes on when it is told to, and tells when it began."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.go_on = threading.Event()

    def __call__(self) -> str:
        self.began.release()
        assert self.go_on.wait(10)
        return "done"

    async def wait_until_begun(self) -> None:
        assert await asyncio.to_thread(self.began.acquire, True, 10)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.go_on.set()


@pytest.fixture
def pool(gate: Gate) -> Iterator[HashPool]:
    made = HashPool(threads=1, queue=8)
    yield made
    gate.go_on.set()
    made.close()


async def start(pool: HashPool, gate: Gate, address: str | None = None) -> "asyncio.Task[str]":
    task = asyncio.create_task(pool.run(address, gate))
    await asyncio.sleep(0)
    return task


async def test_what_is_past_the_bound_is_refused_with_a_wait(pool: HashPool, gate: Gate) -> None:
    tasks = [await start(pool, gate) for _ in range(9)]
    with pytest.raises(HashingOverloaded) as refused:
        await pool.run(None, gate)
    assert refused.value.retry_after_seconds >= 1
    gate.go_on.set()
    assert await asyncio.gather(*tasks) == ["done"] * 9
    assert pool.taken == 0
    assert await pool.run(None, str, 5) == "5"


async def test_one_address_holds_at_most_a_quarter_of_the_queue(pool: HashPool, gate: Gate) -> None:
    tasks = [await start(pool, gate, "192.0.2.1") for _ in range(2)]
    for same in ("192.0.2.1", "::ffff:192.0.2.1"):
        with pytest.raises(HashingOverloaded):
            await pool.run(same, gate)
    tasks.append(await start(pool, gate, "192.0.2.2"))
    gate.go_on.set()
    await asyncio.gather(*tasks)
    assert await pool.run("192.0.2.1", str, 5) == "5"


async def test_a_cancelled_request_keeps_its_place_until_the_thread_is_done(pool: HashPool, gate: Gate) -> None:
    task = await start(pool, gate, "192.0.2.1")
    await gate.wait_until_begun()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert pool.taken == 1
    gate.go_on.set()
    await pool.run(None, str, 5)  # one thread: it is free again only after the first work's end
    assert pool.taken == 0


async def test_a_request_cancelled_while_it_waits_frees_its_place_and_is_never_begun(
    pool: HashPool, gate: Gate
) -> None:
    running = await start(pool, gate)
    await gate.wait_until_begun()
    begun: list[int] = []
    waiting = asyncio.create_task(pool.run(None, begun.append, 1))
    await asyncio.sleep(0)
    assert pool.taken == 2
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    assert pool.taken == 1
    gate.go_on.set()
    await running
    await pool.run(None, str, 5)
    assert begun == []


async def test_a_failure_comes_back_and_gives_the_place_back(pool: HashPool) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await pool.run("192.0.2.1", int, "x")
    assert pool.taken == 0


async def test_a_thousand_requests_cancelled_anywhere_leave_the_pool_whole() -> None:
    pool = HashPool(threads=2, queue=2000)
    try:
        tasks = [asyncio.create_task(pool.run(None, sum, range(number))) for number in range(1000)]
        for number, task in enumerate(tasks):
            if number % 7 == 0:
                await asyncio.sleep(0)
            if number % 3:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await pool.run(None, str, 5) == "5"
    finally:
        pool.close()  # waits for the threads
    assert pool.taken == 0


@pytest.mark.parametrize(
    ("address", "holder"),
    [
        (None, None),
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_a_subscriber_counts_as_one(address: str | None, holder: str | None) -> None:
    assert holder_of(address) == holder
