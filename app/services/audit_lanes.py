"""Following the lanes of the audit: each event against the one before it, up to the first that is broken."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.database import Database
from app.services.audit_beginnings import START, UNREADABLE, Beginnings, Place
from app.services.audit_checkpoints import Heads
from app.services.audit_layout import (
    COLUMNS,
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


class Lanes:
    """The stored events, held against their digests."""

    def __init__(self, database: Database, digester: Digester) -> None:
        self._database = database
        self._digester = digester

    async def follow(self, lane: int, start: Place, head: Place, report: Report) -> None:
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

    async def look_for_strays(self, report: Report) -> None:
        """Events that the lanes don't lead to: read with the heads in one statement, so that writers don't matter."""
        sql = (
            "SELECT e.lane, e.seq FROM audit_event e LEFT JOIN audit_head h ON h.lane = e.lane "
            "LEFT JOIN audit_beginning b ON b.lane = e.lane "
            "WHERE h.lane IS NULL OR e.seq > h.seq OR e.seq <= COALESCE(b.seq, 0) "
            f"OR e.id <> e.seq * {LANES} + e.lane LIMIT {LANES}"
        )
        for row in await self._database.fetch(sql):
            if not report.broken(row["lane"]):
                report.add(Fault.STRAY, row["seq"], row["lane"])

    async def compare(self, attested: Heads, heads: Heads, beginnings: Beginnings, report: Report) -> None:
        """Looks whether the events that a checkpoint saw as the last of their lanes are still what they were.

        Of those that have been cut the last one is known; what was before it, nobody can say any more.
        """
        known = {event_id(lane, seq): digest for lane, (seq, digest) in beginnings.places.items() if lane >= 0}
        ids = {
            event_id(lane, seq): (lane, seq, digest)
            for lane, (seq, digest) in attested.items()
            if seq >= beginnings.of_lane(lane)[0]
        }
        condition = self._database.dialect.any_of("id", "$1")
        rows = await self._database.fetch(f"SELECT id, digest FROM audit_event WHERE {condition}", list(ids))
        stored = known | {row["id"]: row["digest"] for row in rows}
        for id_, (lane, seq, digest) in ids.items():
            if stored.get(id_) == digest or report.broken(lane):
                continue
            cut = id_ not in stored and heads.get(lane, START)[0] < seq
            report.add(Fault.TAIL_CUT if cut else Fault.CHANGED if id_ in stored else Fault.MISSING, seq, lane)
