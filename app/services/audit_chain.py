"""Verifying the audit: every event of every lane against the one before it, the heads, and the checkpoints.

It reads in batches and may run beside writers: what is committed after it began is left for the next time. Without
ADGANG_AUDIT_KEY a digest can be recomputed by anybody who can write the table; then only a checkpoint kept outside
the database (`verify(from_=…)`) shows a history that was rewritten whole.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from app.database import Database
from app.services.audit_checkpoints import (
    Checkpoint,
    Heads,
    checkpoint_digest,
    last_number,
    parse,
    read_checkpoint,
    read_heads,
)
from app.services.audit_layout import (
    COLUMNS,
    GENESIS,
    LANES,
    PLAIN,
    Digester,
    KeyLeftOut,
    KeyNeeded,
    event_id,
    mark_of,
    read_row,
)
from app.services.audit_report import Fault, Report

BATCH: Final = 1000
BEGINNING: Final = (0, GENESIS)
"""The number and digest before a lane's first event."""

UNREADABLE: Final = (ValueError, TypeError, AttributeError, ArithmeticError)
"""What reading a row raises that somebody has put something else in."""


class NotACheckpoint(ValueError):
    """What was given is no `NUMBER:DIGEST`."""


class Verifier:
    """Holds the stored audit against its digests."""

    def __init__(self, database: Database, digester: Digester) -> None:
        self._database = database
        self._digester = digester

    async def verify(self, from_: str | None = None) -> Report:
        """Verifies everything, or what came after a checkpoint that somebody kept.

        Raises:
            NotACheckpoint: `from_` is no `NUMBER:DIGEST`.
        """
        report = Report()
        begin: Checkpoint | None = None
        until = await last_number(self._database)
        heads = await read_heads(self._database)
        if from_ is not None:
            begin = await self._kept(from_, heads, report)
            if begin is None:
                return report
        for lane in range(LANES):
            start = begin.heads.get(lane, BEGINNING) if begin else BEGINNING
            await self._verify_lane(lane, start, heads.get(lane, BEGINNING), report)
        await self._look_for_strays(report)
        await self._verify_checkpoints(begin, until, heads, report)
        return report

    async def _kept(self, from_: str, heads: Heads, report: Report) -> Checkpoint | None:
        """The stored checkpoint that somebody kept the digest of."""
        given = parse(from_)
        if given is None:
            raise NotACheckpoint("A checkpoint is given as NUMBER:DIGEST, as `adgang audit head` prints it.")
        number, digest = given
        rows = await self._database.fetch(
            "SELECT number, at, heads, digest FROM audit_checkpoint WHERE number = $1 OR number = $1 - 1 "
            "ORDER BY number DESC",
            number,
        )
        if not rows or rows[0]["number"] != number:
            report.add(Fault.CHECKPOINT_MISSING, number)
        elif rows[0]["digest"] != digest:
            report.add(Fault.OTHER_CHECKPOINT, number)
        elif number > 1 and len(rows) == 1:
            report.add(Fault.CHECKPOINT_MISSING, number - 1)
        else:
            kept = self._checked(rows[0], rows[1]["digest"] if number > 1 else GENESIS, report)
            if kept is not None:
                await self._compare(kept.heads, heads, report)
            return kept if report.ok else None
        return None

    async def _verify_lane(self, lane: int, start: tuple[int, bytes], head: tuple[int, bytes], report: Report) -> None:
        """Follows a lane from its start to its head, up to the first event that is broken."""
        seq, digest = start
        last, last_digest = head
        if last < seq:
            return report.add(Fault.TAIL_CUT, seq, lane)
        while seq < last:
            numbers = range(seq + 1, min(seq + BATCH, last) + 1)
            rows = await self._rows(event_id(lane, number) for number in numbers)
            for number in numbers:
                found = rows.get(event_id(lane, number), [])
                if not found:
                    rest = any(event_id(lane, later) in rows for later in numbers[number - seq :])
                    cut = not rest and not await self._any_after(lane, number, last)
                    return report.add(Fault.TAIL_CUT if cut else Fault.MISSING, number, lane)
                fault = self._fault_of(found, lane, number, digest, report)
                if fault:
                    return report.add(fault, number, lane)
                digest = found[0]["digest"]
                report.events += 1
            seq = numbers[-1]
        if digest != last_digest:
            report.add(Fault.HEAD_CHANGED, last, lane)
        return None

    def _fault_of(
        self, found: list[Mapping[str, Any]], lane: int, seq: int, previous: bytes, report: Report
    ) -> Fault | None:
        """What is wrong with the event that should follow the one with digest `previous`."""
        stored = found[0]["digest"]
        try:
            row = read_row(self._database.dialect, found[0])
            mark = mark_of(stored, previous)
            if len(found) > 1 or (row.lane, row.seq) != (lane, seq):
                return Fault.CHANGED
            if row.digest(self._digester, previous, mark) != stored:
                return Fault.CHANGED
        except KeyNeeded:
            return Fault.KEY_NEEDED
        except KeyLeftOut:
            return Fault.UNKEYED
        except UNREADABLE:
            return Fault.CHANGED
        if not row.person_holds():
            return Fault.PERSON_CHANGED
        report.unkeyed += mark == PLAIN
        report.erased += row.person is None
        return None

    async def _rows(self, ids: Iterable[int]) -> dict[int, list[Mapping[str, Any]]]:
        """The events with these keys. There is more than one of a key only where somebody forged one."""
        condition = self._database.dialect.any_of("id", "$1")
        found: dict[int, list[Mapping[str, Any]]] = {}
        for row in await self._database.fetch(f"SELECT {COLUMNS} FROM audit_event WHERE {condition}", list(ids)):
            found.setdefault(row["id"], []).append(row)
        return found

    async def _any_after(self, lane: int, seq: int, last: int) -> bool:
        sql = "SELECT 1 AS one FROM audit_event WHERE lane = $1 AND seq > $2 AND seq <= $3 LIMIT 1"
        return bool(await self._database.fetch(sql, lane, seq, last))

    async def _look_for_strays(self, report: Report) -> None:
        """Events that the lanes don't lead to: read with the heads in one statement, so that writers don't matter."""
        sql = (
            "SELECT e.lane, e.seq FROM audit_event e LEFT JOIN audit_head h ON h.lane = e.lane "
            f"WHERE h.lane IS NULL OR e.seq > h.seq OR e.seq < 1 OR e.id <> e.seq * {LANES} + e.lane LIMIT {LANES}"
        )
        for row in await self._database.fetch(sql):
            if not report.broken(row["lane"]):
                report.add(Fault.STRAY, row["seq"], row["lane"])

    async def _verify_checkpoints(self, begin: Checkpoint | None, until: int, heads: Heads, report: Report) -> None:
        """Follows the checkpoints, and holds the events against what each says of the lanes."""
        number, digest, known = (begin.number, begin.digest, begin.heads) if begin else (0, GENESIS, {})
        async for row in self._checkpoint_rows(number, until):
            number += 1
            if row["number"] != number:
                return report.add(Fault.CHECKPOINT_MISSING, number)
            checkpoint = self._checked(row, digest, report)
            if checkpoint is None:
                return None
            news = {lane: head for lane, head in checkpoint.heads.items() if known.get(lane) != head}
            await self._compare(news, heads, report)
            report.checkpoints += 1
            digest, known = checkpoint.digest, checkpoint.heads
        return None

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
        sql = (
            "SELECT number, at, heads, digest FROM audit_checkpoint WHERE number > $1 AND number <= $2 "
            f"ORDER BY number LIMIT {BATCH}"
        )
        while rows := await self._database.fetch(sql, after, until):
            for row in rows:
                yield row
            after = rows[-1]["number"]

    async def _compare(self, attested: Heads, heads: Heads, report: Report) -> None:
        """Looks whether the events that a checkpoint saw as the last of their lanes are still what they were."""
        ids = {event_id(lane, seq): (lane, seq, digest) for lane, (seq, digest) in attested.items()}
        condition = self._database.dialect.any_of("id", "$1")
        rows = await self._database.fetch(f"SELECT id, digest FROM audit_event WHERE {condition}", list(ids))
        stored = {row["id"]: row["digest"] for row in rows}
        for id_, (lane, seq, digest) in ids.items():
            if stored.get(id_) == digest or report.broken(lane):
                continue
            cut = id_ not in stored and heads.get(lane, BEGINNING)[0] < seq
            report.add(Fault.TAIL_CUT if cut else Fault.CHANGED if id_ in stored else Fault.MISSING, seq, lane)
