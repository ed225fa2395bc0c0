"""What is waited for has so much time and no more, and somebody else's cancellation stays what it is."""

import asyncio

import pytest

from app.http.deadline import Deadline, OutOfTime

SOON = 0.01


async def never() -> None:
    await asyncio.Event().wait()


async def test_what_is_done_in_time_is_given() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await Deadline(60).wait_for(work()) == 7


async def test_everything_that_takes_too_long_is_cancelled_each_in_its_time() -> None:
    deadline, loop = Deadline(SOON), asyncio.get_running_loop()

    async def waited() -> float:
        began = loop.time()
        with pytest.raises(OutOfTime):
            await deadline.wait_for(never())
        return loop.time() - began

    first = asyncio.create_task(waited())
    await asyncio.sleep(SOON / 2)
    assert min(await asyncio.gather(first, waited(), waited())) >= SOON
    assert await waited() >= SOON  # after a time with nothing to wait for, too


async def test_an_error_goes_on_as_it_is() -> None:
    async def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await Deadline(60).wait_for(fail())


async def test_a_cancellation_by_somebody_else_stays_one() -> None:
    task = asyncio.create_task(Deadline(60).wait_for(never()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_beside_the_end_of_the_time_stays_one() -> None:
    async def cancelled_twice() -> None:
        try:
            await never()
        except asyncio.CancelledError:
            task.cancel()
            raise

    task = asyncio.create_task(Deadline(SOON).wait_for(cancelled_twice()))
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_after_the_time_was_up_a_task_can_go_on() -> None:
    async def goes_on() -> int:
        with pytest.raises(OutOfTime):
            await Deadline(SOON).wait_for(never())
        await asyncio.sleep(0)
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert await asyncio.create_task(goes_on()) == 0


async def test_work_that_ends_in_spite_of_its_cancellation_is_given() -> None:
    async def stubborn() -> int:
        try:
            await never()
        except asyncio.CancelledError:
            return 7
        return 0

    assert await Deadline(SOON).wait_for(stubborn()) == 7


def test_it_serves_one_event_loop_after_the_other() -> None:
    deadline = Deadline(SOON)

    async def left_waiting() -> None:
        waiting.append(asyncio.ensure_future(deadline.wait_for(never())))
        await asyncio.sleep(0)

    async def out_of_time() -> None:
        with pytest.raises(OutOfTime):
            await deadline.wait_for(never())

    waiting: list[asyncio.Future[None]] = []
    asyncio.run(left_waiting())
    asyncio.run(out_of_time())
    assert waiting[0].cancelled()
