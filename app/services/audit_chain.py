"""Verifying the audit: every event of every lane against the one before it, the heads, and the checkpoints.

It reads in batches and may run beside writers: what is committed after it began is left for the next time. Without
ADGANG_AUDIT_KEY a digest can be recomputed by anybody who can write the table; then only a checkpoint kept outside
the database (`verify(from_=…)`) shows a history that was rewritten whole.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.database import Database
from app.services.audit_beginnings import START, UNREADABLE, Beginnings, Place, are_attested, read_beginnings
from app.services.audit_checkpoints import (
    CHECKPOINTS,
    Checkpoint,
    Heads,
    checkpoint_digest,
    last_number,
    parse,
    read_checkpoint,
    read_heads,
)
from app.services.audit_lanes import Lanes
from app.services.audit_layout import KEYED, LANES, PLAIN, Digester, KeyLeftOut, KeyNeeded, mark_of
from app.services.audit_report import Fault, Report

BATCH: Final = 1000
TRIES: Final = 3
"""How often verifying begins anew because the audit's old end was cut meanwhile."""


class NotACheckpoint(ValueError):
    """Verifying can't begin at what was given; the text says why."""


@dataclass(frozen=True, slots=True)
class Extent:
    """From where to where the audit goes."""

    beginnings: Beginnings
    last_checkpoint: int
    heads: Heads

    def head(self, lane: int) -> Place:
        return self.heads.get(lane, START)


class Verifier:
    """Holds the stored audit against its digests."""

    def __init__(self, database: Database, digester: Digester) -> None:
        self._database = database
        self._digester = digester
        self._lanes = Lanes(database, digester)

    async def verify(self, from_: str | None = None) -> Report:
        """Verifies everything, or what came after a checkpoint that somebody kept.

        Raises:
            NotACheckpoint: `from_` is no `NUMBER:DIGEST`, or has been cut away.
        """
        kept = None if from_ is None else parse(from_)
        if from_ is not None and kept is None:
            raise NotACheckpoint("A checkpoint is given as NUMBER:DIGEST, as `adgang audit head` prints it.")
        for _ in range(TRIES):
            beginnings = await read_beginnings(self._database)
            report = await self._verify(beginnings, kept)
            if beginnings == await read_beginnings(self._database):
                break
        return report

    async def verify_places(self, beginnings: Beginnings, places: Mapping[int, Place]) -> Report:
        """Verifies each lane from where it begins to one of its places, before that much is cut."""
        report = Report()
        for lane, place in places.items():
            await self._lanes.follow(lane, beginnings.of_lane(lane), place, report)
        return report

    async def _verify(self, beginnings: Beginnings, kept: Place | None) -> Report:
        report = Report(pruned=beginnings.events)
        extent = Extent(beginnings, await last_number(self._database), await read_heads(self._database))
        if not await are_attested(self._database, self._digester, beginnings):
            report.add(Fault.BEGINNING_UNKNOWN, beginnings.events)
        begin: Checkpoint | None = None
        if kept is not None:
            begin = await self._kept(kept, extent, report)
            if begin is None:
                return report
        for lane in range(LANES):
            starts = beginnings.of_lane(lane), begin.heads.get(lane, START) if begin else START
            await self._lanes.follow(lane, max(starts, key=lambda place: place[0]), extent.head(lane), report)
        await self._lanes.look_for_strays(report)
        await self._verify_checkpoints(begin, extent, report)
        return report

    async def _kept(self, kept: Place, extent: Extent, report: Report) -> Checkpoint | None:
        """The stored checkpoint that somebody kept the digest of."""
        number, digest = kept
        cut, cut_digest = extent.beginnings.of_checkpoints
        if number <= cut and report.ok and (number < cut or digest == cut_digest):
            raise NotACheckpoint(
                f"Checkpoint {number} was cut away with the oldest part of the audit. Begin at a later one, or leave "
                "--from out."
            )
        rows = await self._database.fetch(
            f"{CHECKPOINTS} WHERE number = $1 OR number = $1 - 1 ORDER BY number DESC",
            number,
        )
        if number == cut:
            report.add(Fault.OTHER_CHECKPOINT, number)
        elif not rows or rows[0]["number"] != number:
            report.add(Fault.CHECKPOINT_MISSING, number)
        elif rows[0]["digest"] != digest:
            report.add(Fault.OTHER_CHECKPOINT, number)
        elif number > cut + 1 and len(rows) == 1:
            report.add(Fault.CHECKPOINT_MISSING, number - 1)
        else:
            checkpoint = self._checked(rows[0], rows[1]["digest"] if number > cut + 1 else cut_digest, report)
            if checkpoint is not None:
                await self._lanes.compare(checkpoint.heads, extent.heads, extent.beginnings, report)
            return checkpoint if report.ok else None
        return None

    async def _verify_checkpoints(self, begin: Checkpoint | None, extent: Extent, report: Report) -> None:
        """Follows the checkpoints, and holds the events against what each says of the lanes."""
        number, digest = (begin.number, begin.digest) if begin else extent.beginnings.of_checkpoints
        known: Heads = begin.heads if begin else {}
        async for row in self._checkpoint_rows(number, extent.last_checkpoint):
            number += 1
            if row["number"] != number:
                return report.add(Fault.CHECKPOINT_MISSING, number)
            checkpoint = self._checked(row, digest, report)
            if checkpoint is None:
                return None
            news = {lane: head for lane, head in checkpoint.heads.items() if known.get(lane) != head}
            self._look_for_unkeyed(news, digest, report)
            await self._lanes.compare(news, extent.heads, extent.beginnings, report)
            report.checkpoints += 1
            digest, known = checkpoint.digest, checkpoint.heads
        news = {lane: head for lane, head in extent.heads.items() if known.get(lane) != head}
        self._look_for_unkeyed(news, digest, report)
        return None

    def _look_for_unkeyed(self, news: Heads, before: bytes, report: Report) -> None:
        """What came after a checkpoint with a key has one. A lane nobody had used yet would else take anything in."""
        for lane, (seq, digest) in news.items():
            if before[:1] == KEYED and digest[:1] == PLAIN and not report.broken(lane):
                report.add(Fault.UNKEYED_LATER, seq, lane)

    def _checked(self, row: Mapping[str, Any], previous: bytes, report: Report) -> Checkpoint | None:
        """The checkpoint in a row, where it is the one that was written behind the one with digest `previous`."""
        fault = Fault.CHECKPOINT_CHANGED
        try:
            found = read_checkpoint(self._database.dialect, row)
            mark = mark_of(found.digest, previous)
            if found.digest == checkpoint_digest(self._digester, found.number, found.at, found.heads, previous, mark):
                return found
        except KeyNeeded:
            fault = Fault.CHECKPOINT_KEY_NEEDED
        except KeyLeftOut:
            fault = Fault.CHECKPOINT_UNKEYED
        except UNREADABLE:
            pass
        report.add(fault, row["number"])
        return None

    async def _checkpoint_rows(self, after: int, until: int) -> AsyncIterator[Mapping[str, Any]]:
        sql = f"{CHECKPOINTS} WHERE number > $1 AND number <= $2 ORDER BY number LIMIT {BATCH}"
        while rows := await self._database.fetch(sql, after, until):
            for row in rows:
                yield row
            after = rows[-1]["number"]
