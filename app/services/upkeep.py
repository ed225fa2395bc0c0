"""What a process does by the side while it serves: nothing of it is on any request's path, and none of it may end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, NoReturn

import structlog

from app.database import Database, DatabaseUnavailable
from app.security.passwords import PasswordHasher

SECONDS_BETWEEN_COUNTS: Final = 600.0

_PREVALENT: Final = (
    "SELECT hash_scheme FROM (SELECT hash_scheme FROM login WHERE password_hash IS NOT NULL"
    " UNION ALL SELECT hash_scheme FROM staff_member) AS stored"
    " GROUP BY hash_scheme ORDER BY count(*) DESC, hash_scheme LIMIT 1"
)

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.upkeep")


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """Does these works as long as the block lasts."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def repeat(work: Callable[[], Awaitable[object]], every_seconds: float, *, failure: str) -> NoReturn:
    """Does a work again and again until it is cancelled, the first time after the first wait.

    Args:
        failure: What the log says when the work fails; it is done all the same when its time comes again.
    """
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await work()
        except DatabaseUnavailable as unavailable:
            log.warning(failure, reason=str(unavailable))
        except Exception:
            log.exception(failure)


async def tell_prevalent_scheme(database: Database, hasher: PasswordHasher) -> None:
    """Tells the hasher with which parameters most stored hashes were made.

    A log-in that fails for want of a user or a password takes as long as most of those that fail for a wrong one.
    """
    rows = await database.fetch(_PREVALENT)
    hasher.set_prevalent(rows[0]["hash_scheme"] if rows else None)


async def keep_telling_prevalent_scheme(database: Database, hasher: PasswordHasher) -> NoReturn:
    """Does so every ten minutes: hashes move to other parameters one log-in at a time."""
    tell = partial(tell_prevalent_scheme, database, hasher)
    await repeat(tell, SECONDS_BETWEEN_COUNTS, failure="stored hashes were not counted")
