"""What a process does by the side while it serves: nothing of it is on any request's path, and none of it may end."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

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
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Does these works as long as the block lasts."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def tell_prevalent_scheme(database: Database, hasher: PasswordHasher) -> None:
    """Tells the hasher with which parameters most stored hashes were made.

    A log-in that fails for want of a user or a password takes as long as most of those that fail for a wrong one.
    """
    rows = await database.fetch(_PREVALENT)
    hasher.set_prevalent(rows[0]["hash_scheme"] if rows else None)


async def keep_telling_prevalent_scheme(database: Database, hasher: PasswordHasher) -> None:
    """Does so every ten minutes: hashes move to other parameters one log-in at a time."""
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_COUNTS)
        try:
            await tell_prevalent_scheme(database, hasher)
        except DatabaseUnavailable as unavailable:
            log.warning("stored hashes were not counted", reason=str(unavailable))
