"""Cutting the old end of the audit off, month by month (the rules, "The audit" 4; ADGANG_AUDIT_MONTHS).

Each month is one transaction: its events and checkpoints go, the beginnings move, and an AUDIT_PRUNED event says so. So
it can end anywhere and be begun again. What goes is verified first, because nobody can do that afterwards. On
PostgreSQL a month is a partition, which is dropped: that takes the role that owns the tables, and no worker does it.
"""

from typing import Final

from app.database import Database, Executor, Rows, Transaction
from app.database.months import Month, change_tables, partitions
from app.models.enums import AuditAction
from app.services.audit import Audit, Datum, Event
from app.services.audit_beginnings import CHECKPOINTS, Beginnings, Place, read_beginnings, write_beginnings
from app.services.audit_layout import event_id
from app.services.audit_report import Fault, Report
from app.services.caller import Caller

_EXTENT: Final = (
    "SELECT lane, min(seq) AS first, max(seq) AS last FROM audit_event WHERE at < $1 GROUP BY lane ORDER BY lane"
)
_LAST_CHECKPOINT: Final = (
    "SELECT number, digest FROM audit_checkpoint WHERE at < $1"
    " AND number < (SELECT max(number) FROM audit_checkpoint) ORDER BY number DESC LIMIT 1"
)
"""The newest checkpoint always stays: the next one is numbered after it."""


class AuditBroken(Exception):
    """What was to be cut does not hold against its digests, and so it was left."""

    def __init__(self, report: Report) -> None:
        super().__init__("The oldest part of the audit is broken.")
        self.report = report


class Pruning:
    """Cuts what is older than a month, and writes down that it did."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._database = database
        self._audit = audit

    async def cut(self, caller: Caller, before: Month, *, even_if_broken: bool = False) -> int:
        """Cuts every event from before this month; says how many.

        Raises:
            AuditBroken: What was to be cut next doesn't hold. Months that came before it are cut.
            NotPermitted: The database knows us as a role that may not change its tables.
            DatabaseUnavailable: The database is down, or the audit's table stays locked by others.
        """
        cut = 0
        while (oldest := await self._oldest()) is not None and oldest < before:
            month = oldest.plus(1)
            if even_if_broken or await self._is_whole(month):
                cut += await self._cut_before(caller, month)
        if cut:
            await self._database.execute("DELETE FROM audit_subject WHERE at < $1", before.start)
        return cut

    async def _oldest(self) -> Month | None:
        rows = await self._database.fetch("SELECT min(at) AS at FROM audit_event")
        at = self._database.dialect.moment(rows[0]["at"])
        return None if at is None else Month.of(at)

    async def _is_whole(self, month: Month) -> bool:
        """Whether what lies before a month holds; False where another process cut it while we looked.

        Raises:
            AuditBroken: It doesn't.
        """
        beginnings = await read_beginnings(self._database)
        extent = await self._database.fetch(_EXTENT, month.start)
        places = await _last_places(self._database, beginnings, extent)
        report = await self._audit.verify_places(beginnings, places)
        for row in extent:
            if row["first"] <= beginnings.of_lane(row["lane"])[0]:
                report.add(Fault.STRAY, row["first"], row["lane"])
        if beginnings != await read_beginnings(self._database):
            return False
        if not report.ok:
            raise AuditBroken(report)
        return True

    async def _cut_before(self, caller: Caller, month: Month) -> int:
        async def work(tx: Transaction) -> int:
            extent = await tx.fetch(_EXTENT, month.start)
            if not extent:
                return 0  # another process was quicker
            before = await read_beginnings(tx)
            places = await _last_places(tx, before, extent)
            for row in await tx.fetch(_LAST_CHECKPOINT, month.start):
                places[CHECKPOINTS] = (row["number"], row["digest"])
                await tx.execute("DELETE FROM audit_checkpoint WHERE number <= $1", row["number"])
            after = before.moved_to(places)
            await write_beginnings(tx, places)
            told: dict[str, Datum] = {
                "before": month.start.date().isoformat(),
                "events": after.events - before.events,
                "eventsInAll": after.events,
                "beginnings": after.text,
            }
            await self._audit.write(tx, caller, [Event(AuditAction.AUDIT_PRUNED, data=told)])
            # The table's own lock comes last and is held for the shortest time: all readers and writers wait for it.
            for old in await partitions(tx):
                if old < month:
                    await tx.execute(f"DROP TABLE {old.partition}")
            await tx.execute("DELETE FROM audit_event WHERE at < $1", month.start)
            return after.events - before.events

        return await change_tables(self._database, work)


async def _last_places(executor: Executor, beginnings: Beginnings, extent: Rows) -> dict[int, Place]:
    """The last of these events of each lane. What lies before a lane's beginning is none of its events."""
    last = {row["lane"]: row["last"] for row in extent if row["last"] > beginnings.of_lane(row["lane"])[0]}
    ids = [event_id(lane, seq) for lane, seq in last.items()]
    condition = executor.dialect.any_of("id", "$1")
    rows = await executor.fetch(f"SELECT lane, seq, digest FROM audit_event WHERE {condition}", ids)
    return {row["lane"]: (row["seq"], row["digest"]) for row in rows}
