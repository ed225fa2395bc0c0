"""The threads that do slow work, and the bound on how much of it may wait.

Argon2 takes tens of milliseconds; on the event loop it would stop every other request, and an unbounded queue would
fill with log-ins whose callers gave up long ago.
"""

import asyncio
import ipaddress
import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class HashingOverloaded(Exception):
    """There is more to hash than may wait. `retry_after_seconds` is when there will be room, as far as can be told."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many passwords wait to be hashed")
        self.retry_after_seconds = retry_after_seconds


class HashPool:
    """A bounded number of threads and of places to wait for one; one address holds at most a quarter of the places."""

    def __init__(self, threads: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="hash")
        self._threads = threads
        self._places = threads + queue
        self._places_of_one = max(1, queue // 4)
        self._taken = 0
        self._taken_by: Counter[str] = Counter()
        self._seconds_each = 0.05
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How much is being worked on or waits."""
        return self._taken

    async def run(self, address: str | None, work: Callable[[*Ts], T], *args: *Ts) -> T:
        """Does the work on a thread of the pool.

        A request that is cancelled while its work is in a thread keeps its place until the thread is done with it:
        else clients that hang up could fill the threads and still find the queue empty.

        Raises:
            HashingOverloaded: No place is free, or none for this address.
        """
        holder = holder_of(address)
        self._take(holder)
        try:
            future = self._executor.submit(partial(self._timed, work, *args))
        except BaseException:
            self._give_back(holder)
            raise
        future.add_done_callback(lambda _: self._give_back(holder))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Ends the threads; what still waits is not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _timed(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        began = time.perf_counter()
        try:
            return work(*args)
        finally:
            self._seconds_each += (time.perf_counter() - began - self._seconds_each) / 16

    def _take(self, holder: str | None) -> None:
        with self._lock:
            full = self._taken >= self._places
            if full or (holder is not None and self._taken_by[holder] >= self._places_of_one):
                raise HashingOverloaded(max(1, math.ceil(self._taken * self._seconds_each / self._threads)))
            self._taken += 1
            if holder is not None:
                self._taken_by[holder] += 1

    def _give_back(self, holder: str | None) -> None:
        with self._lock:
            self._taken -= 1
            if holder is not None:
                self._taken_by[holder] -= 1
                if not self._taken_by[holder]:
                    del self._taken_by[holder]


def holder_of(address: str | None) -> str | None:
    """Who counts as one: an IPv4 address, or the /64 of an IPv6 one, since a subscriber has all of it."""
    if address is None:
        return None
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
