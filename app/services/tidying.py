"""Removing what is past its time, in small batches (the rules, "The audit" 4, and "One username, one password" 12).

Every worker does it once an hour, one of them at a time; so does `adgang tidy`. Rows that somebody has locked are left
for the next time: nobody waits for this, and it waits for nobody.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from app.database import Transaction
from app.services.lifetimes import Lifetime
from app.services.resources import Resources
from app.services.throttle_bounds import bounds_of, milliseconds
from app.services.upkeep import repeat

BATCH: Final = 500
SECONDS_BETWEEN: Final = 3600.0
TIDYING: Final = 4_117_060_002
"""The number of the lock that keeps others from tidying during a batch; any number, but for ever the same."""

KEPT_AFTER_END: Final = timedelta(days=30)
"""How long a session's address and user agent are kept after its end."""

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.upkeep")


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much was removed."""

    sessions: int
    tickets: int
    tries: int
    passwords: int


class Tidying:
    """Removes ended sessions, dead tickets, forgotten tries, and cleared passwords that nobody can restore any more."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def tidy(self) -> Tidied:
        """Removes everything whose time is over. Where another process is at it, what is left to that one."""
        now = self._resources.clock.now()
        tidied = Tidied(
            sessions=await self._sessions(now),
            tickets=await self._remove("ticket", "id", "expires_at <= $1", now)
            + await self._remove("staff_ticket", "id", "expires_at <= $1", now),
            tries=await self._tries(now),
            passwords=await self._passwords(now),
        )
        counts = {field.name: getattr(tidied, field.name) for field in fields(tidied)}
        if any(counts.values()):
            log.info("tidied", **counts)
        return tidied

    async def keep_tidy(self) -> NoReturn:
        """Does so every hour; a background task, until it is cancelled."""
        await repeat(self.tidy, SECONDS_BETWEEN, failure="what is past its time was not removed")

    async def _sessions(self, now: datetime) -> int:
        """Sessions whose end, idle or absolute, is longer ago than their addresses are kept.

        None outlives its last use by more than the longest lifetime: that bound is what the index finds them by.
        """
        settings, since = self._resources.settings, now - KEPT_AFTER_END
        removed = 0
        for owner, lifetime in (("login_id", Lifetime.of_portal(settings)), ("staff_id", Lifetime.of_staff(settings))):
            removed += await self._remove(
                "session",
                "id",
                f"{owner} IS NOT NULL AND expires_at <= $1 AND (expires_at <= $2 OR last_seen_at <= $3)",
                since + lifetime.longest,
                since,
                since - lifetime.idle,
            )
        return removed

    async def _tries(self, now: datetime) -> int:
        """Counts whose last try is forgotten and that nobody has to wait for."""
        removed, moment = 0, milliseconds(now)
        for kind, bound in bounds_of(self._resources.settings).items():
            condition = f"kind = '{kind}' AND last_try_at <= $1 AND locked_until <= $2"
            removed += await self._remove("throttle", "key", condition, moment - bound.forget, moment)
        return removed

    async def _passwords(self, now: datetime) -> int:
        until = now - timedelta(hours=self._resources.settings.restore_hours)
        condition = "cleared_hash IS NOT NULL AND cleared_at <= $1"
        dialect = self._resources.database.dialect
        lock = f"{dialect.for_no_key_update}{dialect.skip_locked}"
        statement = (
            "UPDATE login SET cleared_hash = NULL, cleared_at = NULL"
            f" WHERE id IN (SELECT id FROM login WHERE {condition} LIMIT {BATCH}{lock})"
        )
        return await self._in_batches(statement, until)

    async def _remove(self, table: str, key: str, condition: str, *args: object) -> int:
        """Deletes the rows that a condition is true of."""
        dialect = self._resources.database.dialect
        lock = f"{dialect.for_update}{dialect.skip_locked}"
        statement = (
            f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {BATCH}{lock})"
        )
        return await self._in_batches(statement, *args)

    async def _in_batches(self, statement: str, *args: object) -> int:
        """Runs a statement until there is less left to do than a batch, or another process does it."""

        async def work(tx: Transaction) -> int:
            if tx.dialect.name == "postgres":
                rows = await tx.fetch("SELECT pg_try_advisory_xact_lock($1) AS ours", TIDYING)
                if not rows[0]["ours"]:
                    return 0
            return await tx.execute(statement, *args)

        done = 0
        while (batch := await self._resources.database.transact(work)) >= BATCH:
            done += batch
        return done + batch
