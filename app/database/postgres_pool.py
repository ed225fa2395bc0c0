"""A pool of asyncpg's connections, in which taking one and giving it back costs next to nothing.

asyncpg's own makes a task, two timers and a proxy for each use of a connection, which take longer than a small
statement. This one hands the connections themselves over, so who took one must not touch it after giving it back.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any, Final

import asyncpg

from app.database.errors import DatabaseUnavailable

CLOSE_SECONDS: Final = 1.0
"""How long a connection may take to end what it was doing before it is torn down."""
DRAIN_SECONDS: Final = 10.0
"""How long closing the pool waits for connections that are still in use."""
IDLE_SECONDS: Final = 300.0
"""After how long, or twice as long, a connection that nobody uses is closed: a firewall may have forgotten it."""


class PostgresPool:
    """Connections to one database, opened when they are needed. The one that was used last is used next."""

    def __init__(
        self, url: str, size: int, *, wait_seconds: float, idle_seconds: float = IDLE_SECONDS, **settings: Any
    ) -> None:
        """Further settings are those of `asyncpg.connect`."""
        self._size = self._room = size
        self._wait_seconds = wait_seconds
        self._idle_seconds = idle_seconds
        self._url = url
        self._settings = settings
        self._all: set[Any] = set()
        self._idle: list[Any] = []
        self._fewest_idle = 0
        self._outdated: set[Any] = set()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._ending: set[asyncio.Task[None]] = set()
        self._sweeping: asyncio.TimerHandle | None = None
        self._closing = False
        self._made_room = asyncio.Event()

    async def take(self) -> Any:
        """A connection that is open as far as is known.

        Raises:
            TimeoutError: None was free in time, or the server didn't answer.
            DatabaseUnavailable: The pool is closed.
            Exception: What asyncpg raises where it can't connect.
        """
        while self._idle:
            connection = self._idle.pop()
            self._fewest_idle = min(self._fewest_idle, len(self._idle))
            if not connection.is_closed():
                return connection
            self.tear_down(connection)
        async with asyncio.timeout(self._wait_seconds):
            return await self._wait_or_connect()

    def give_back(self, connection: Any) -> None:
        """Takes back a connection on which nothing goes on any more. It is kept if it is of use to the next one."""
        if connection.is_closed() or connection.is_in_transaction() or connection in self._outdated:
            self.tear_down(connection)
        elif self._closing:
            self.end(connection)
        elif not self._hand_over(connection):
            self._idle.append(connection)

    def tear_down(self, connection: Any) -> None:
        """Ends a connection without another word to the server, and makes room."""
        connection.terminate()
        self._drop(connection)

    def end(self, connection: Any) -> None:
        """Ends a connection in the background, as one does whose user is cancelled and must not wait for it."""
        task = asyncio.create_task(self._end(connection))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def expire(self) -> None:
        """Has all present connections replaced, those in use when they are given back."""
        idle, self._idle = self._idle, []
        for connection in idle:
            self.tear_down(connection)
        self._outdated |= self._all

    async def close(self) -> None:
        """Lets nobody take a connection any more, waits for those in use, and ends them all."""
        self._closing = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(_closed())
        idle, self._idle = self._idle, []
        for connection in idle:
            self.end(connection)
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._room < self._size:
                    await self._made_room.wait()
                    self._made_room.clear()
        except TimeoutError:
            pass  # nobody waits for them any longer
        finally:
            for connection in list(self._all):
                self.tear_down(connection)
        await asyncio.gather(*self._ending)

    async def _wait_or_connect(self) -> Any:
        if self._closing:
            raise _closed()
        if self._room:
            self._room -= 1
        else:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                connection = await waiter
            except asyncio.CancelledError:
                if not waiter.cancelled() and waiter.exception() is None:
                    self._pass_on(waiter.result())
                raise
            if connection is not None:
                return connection
        return await self._connect()

    async def _connect(self) -> Any:
        """Opens a connection where room was found for it."""
        try:
            connection = await asyncpg.connect(self._url, timeout=self._wait_seconds, **self._settings)
        except BaseException:
            self._make_room()
            raise
        self._all.add(connection)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(self._idle_seconds, self._sweep)
        return connection

    def _hand_over(self, connection: Any | None) -> bool:
        """Gives whoever waits longest a connection, or room for one; says whether anybody waits."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    def _pass_on(self, connection: Any | None) -> None:
        """What somebody was handed who had just been cancelled."""
        if connection is not None:
            self.give_back(connection)
        else:
            self._make_room()

    def _make_room(self) -> None:
        if not self._hand_over(None):
            self._room += 1
            self._made_room.set()

    def _drop(self, connection: Any) -> None:
        if connection in self._all:
            self._all.discard(connection)
            self._outdated.discard(connection)
            self._make_room()

    async def _end(self, connection: Any) -> None:
        """Lets the driver cancel what runs on the server, which may be waiting for a lock while it holds others."""
        with suppress(
            OSError, asyncpg.InterfaceError, asyncpg.PostgresError
        ):  # after these, a time-out too, it is gone
            await connection.close(timeout=CLOSE_SECONDS)
        self._drop(connection)

    def _sweep(self) -> None:
        """Closes the connections that have been idle since the last time: the undermost of the idle ones."""
        unused, self._idle = self._idle[: self._fewest_idle], self._idle[self._fewest_idle :]
        for connection in unused:
            self.tear_down(connection)
        self._fewest_idle = len(self._idle)
        self._sweeping = asyncio.get_running_loop().call_later(self._idle_seconds, self._sweep) if self._all else None


def _closed() -> DatabaseUnavailable:
    return DatabaseUnavailable("The connections to PostgreSQL are closed.")
