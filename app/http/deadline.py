"""Waiting for something, but not for ever."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class OutOfTime(Exception):
    """What was waited for took too long, and was cancelled."""


class _Wait:
    """A task that waits, until when, and whether it has waited too long."""

    __slots__ = ("due", "is_over", "task")

    def __init__(self, task: asyncio.Task[object], due: float) -> None:
        self.task = task
        self.due = due
        self.is_over = False


class Deadline:
    """Gives everything that is waited for the same time.

    So what is waited for first is due first, and one timer does for all. `asyncio.timeout` makes one each time, and
    every request waits twice: for its body and for its answer.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waits: dict[_Wait, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def wait_for(self, work: Awaitable[T]) -> T:
        """What work gives that is done in time; it is cancelled where it isn't.

        Raises:
            OutOfTime: The time was up.
        """
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        cancellations = task.cancelling()
        wait = _Wait(task, loop.time() + self._seconds)
        if self._loop is not loop:
            self._waits.clear()  # of a loop that has ended
            self._look_again(loop, wait.due)
        self._waits[wait] = None
        try:
            return await work
        except asyncio.CancelledError:
            # Somebody else's cancellation that came beside ours stays one.
            if wait.is_over and task.cancelling() == cancellations + 1:
                raise OutOfTime from None
            raise
        finally:
            self._waits.pop(wait, None)
            if wait.is_over:
                task.uncancel()

    def _look_again(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._loop = loop
        loop.call_at(due, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ends what has been waited for too long, and looks again when the next is due; with nothing to wait for, when
        something is."""
        self._loop = None
        for wait in list(self._waits):
            if wait.due > loop.time():
                self._look_again(loop, wait.due)
                return
            del self._waits[wait]
            wait.is_over = True
            wait.task.cancel()
