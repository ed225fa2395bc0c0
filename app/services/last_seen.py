"""When sessions and access tokens were last used: noted in memory, written by a task, away from every request's path.

A row is written at most once a minute, and one that somebody else has locked is left for the next time: nobody waits
for it. A process that is killed loses two seconds of notes, which makes a session end a little earlier, never later.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import structlog

from app.clock import Clock
from app.database import Database, DatabaseUnavailable
from app.services.lifetimes import NOTED_EVERY
from app.services.upkeep import beside, repeat

SECONDS_BETWEEN: Final = 2.0
NOT_WRITTEN: Final = "last use was not written"
SESSIONS: Final = ("session", "last_seen_at")
TOKENS: Final = ("access_token", "last_used_at")

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.sessions")


class LastSeen:
    """Collects what was used since the last writing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted: dict[tuple[str, str], dict[int, datetime]] = {SESSIONS: {}, TOKENS: {}}

    def note(self, kind: tuple[str, str], key: int, before: datetime | None) -> None:
        """Notes that a row is used now; `before` is what it says at present."""
        now = self._clock.now()
        if before is None or now - before >= NOTED_EVERY:
            self._noted[kind][key] = now

    async def flush(self) -> None:
        """Writes what was noted. Rows of one writing get one moment: they are seconds apart."""
        for kind, noted in self._noted.items():
            if not noted:
                continue
            self._noted[kind] = {}
            try:
                await self._write(*kind, sorted(noted), max(noted.values()))
            except DatabaseUnavailable as unavailable:
                self._noted[kind] = noted | self._noted[kind]
                log.warning(NOT_WRITTEN, reason=str(unavailable))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes every couple of seconds as long as the block lasts, and once more at its end."""
        try:
            async with beside(repeat(self.flush, SECONDS_BETWEEN, failure=NOT_WRITTEN)):
                yield
        finally:
            await self.flush()

    async def _write(self, table: str, column: str, keys: list[int], moment: datetime) -> None:
        dialect = self._database.dialect
        lock = f"{dialect.for_no_key_update}{dialect.skip_locked}"
        await self._database.execute(
            f"UPDATE {table} SET {column} = $1 WHERE id IN (SELECT id FROM {table} WHERE {dialect.any_of('id', '$2')}"
            f" AND ({column} IS NULL OR {column} <= $3) ORDER BY id{lock})",
            moment,
            keys,
            moment - NOTED_EVERY,
        )
