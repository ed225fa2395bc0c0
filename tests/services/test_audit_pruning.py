"""Cutting the audit's old end: what is left holds, and nobody can pass a deletion off as a cut."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from app.database import Database, Transaction
from app.database.months import Month, make_months, partitions
from app.models.enums import AuditAction, StaffRole
from app.security.keys import Keys
from app.services.audit import Audit, Datum, Event
from app.services.audit_beginnings import read_beginnings
from app.services.audit_chain import NotACheckpoint
from app.services.audit_layout import COLUMNS, GENESIS, AuditRow, Digester, canonical, person_hash
from app.services.audit_pruning import AuditBroken, Pruning
from app.services.caller import Client, CommandLine, StaffUser

KEYS = Keys(bytes(range(32)))
KEYED = b"k" * 32
OFFICE = CommandLine()
STAFF = StaffUser(1, 2, "eva@example.dk", StaffRole.EDITOR, Client("192.0.2.7", "agent"))
EVENT = Event(AuditAction.REFERENCE_UPDATED, ("abc",), username="ida@example.dk")
MONTHS = 4


@dataclass
class History:
    """An audit over some months, the first of which is this month's successor: lanes never go back in time."""

    database: Database
    audit: Audit
    first: Month
    kept: list[str] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        return 1 if self.database.dialect.name == "sqlite" else 2

    @property
    def pruning(self) -> Pruning:
        return Pruning(self.database, self.audit)

    async def write(self) -> None:
        """An event in each of the lanes: a transaction takes the first one that no other has taken."""
        together = asyncio.Barrier(self.lanes)

        async def work(tx: Transaction) -> None:
            await self.audit.write(tx, STAFF, [EVENT])
            await together.wait()

        await asyncio.gather(*(self.database.transact(work) for _ in range(self.lanes)))

    async def go_to(self, month: Month) -> None:
        await self.database.execute("UPDATE audit_head SET at = $1", month.start + timedelta(days=3))

    async def cut(self, months: int) -> int:
        """Cuts so many months."""
        return await self.pruning.cut(OFFICE, self.first.plus(months))

    async def findings(self, from_: str | None = None) -> list[str]:
        return [str(finding) for finding in (await self.audit.verify(from_)).findings]

    async def count(self, table: str = "audit_event") -> int:
        (row,) = await self.database.fetch(f"SELECT count(*) AS number FROM {table}")
        return int(row["number"])


async def tell(database: Database, key: bytes | None) -> History:
    """Two events a lane and a checkpoint in each month."""
    await make_months(database)
    (row,) = await database.fetch(f"SELECT {database.dialect.now} AS now")
    history = History(database, Audit(database, KEYS, key), Month.of(database.dialect.moment(row["now"])).plus(1))
    for month in range(MONTHS):
        await history.go_to(history.first.plus(month))
        await history.write()
        await history.write()
        history.kept.append(await history.audit.head())
    return history


@pytest.fixture
async def history(database: Database) -> History:
    return await tell(database, KEYED)


async def test_whole_months_go_and_what_is_left_holds(history: History) -> None:
    database, each = history.database, 2 * history.lanes
    assert await history.cut(2) == 2 * each
    rows = await database.fetch("SELECT at, action, data FROM audit_event ORDER BY at, id")
    assert min(database.dialect.moment(row["at"]) for row in rows) >= history.first.plus(2).start
    told = [json.loads(row["data"]) for row in rows if row["action"] == "AUDIT_PRUNED"]
    assert [(each["before"], each["events"], each["eventsInAll"]) for each in told] == [
        (history.first.plus(1).start.date().isoformat(), each, each),
        (history.first.plus(2).start.date().isoformat(), each, 2 * each),
    ]
    report = await history.audit.verify()
    assert report.ok
    assert (report.pruned, report.events) == (2 * each, 2 * each + 2)
    assert await history.count("audit_subject") == 2 * each


async def test_a_month_is_a_partition_that_goes(history: History) -> None:
    await history.cut(2)
    if history.database.dialect.name == "postgres":
        assert (await partitions(history.database))[0] == history.first.plus(2)


async def test_what_lies_in_no_months_partition_is_cut_too(history: History) -> None:
    for month in await partitions(history.database):
        await history.database.execute(f"ALTER TABLE audit_event DETACH PARTITION {month.partition}")
        await history.database.execute(f"INSERT INTO audit_event SELECT * FROM {month.partition}")
        await history.database.execute(f"DROP TABLE {month.partition}")
    await history.cut(2)
    assert await history.findings() == []
    await make_months(history.database)
    assert await history.findings() == []


async def test_nothing_to_cut_writes_nothing(history: History) -> None:
    before = await history.count()
    assert await history.cut(0) == 0
    assert await history.count() == before
    await history.cut(1)
    before = await history.count()
    assert await history.cut(1) == 0
    assert await history.count() == before


async def test_everything_may_be_cut_and_the_lanes_go_on(history: History) -> None:
    await history.go_to(history.first.plus(MONTHS + 1))
    assert await history.cut(MONTHS) == MONTHS * 2 * history.lanes
    await history.write()
    assert await history.findings() == []
    assert await history.findings(await history.audit.head()) == []
    await history.go_to(history.first.plus(MONTHS + 3))
    await history.cut(MONTHS + 2)  # the events that said that the others were cut are cut themselves
    await history.write()
    assert await history.findings() == []


async def test_verifying_begins_at_checkpoints_that_are_left(history: History) -> None:
    await history.cut(2)
    newest = history.kept[-1]
    assert await history.findings(newest) == []
    for cut in history.kept[:-1]:
        with pytest.raises(NotACheckpoint, match="was cut away"):
            await history.audit.verify(cut)
    number, _, digest = history.kept[-2].partition(":")
    other = f"{number}:02{digest[4:]}00"
    assert await history.findings(other) == [f"checkpoint {number} does not have the digest that was given"]


async def test_a_checkpoint_that_saw_what_is_cut_still_holds(history: History) -> None:
    await history.go_to(history.first.plus(MONTHS + 1))
    await history.cut(MONTHS)
    assert await history.findings(history.kept[-1]) == []
    await history.database.execute("UPDATE audit_beginning SET digest = $1 WHERE lane = 0", b"\x02" + bytes(32))
    assert await history.findings() == [unaccounted(MONTHS * 2 * history.lanes), "event 9 of lane 0 was changed"]


async def delete_the_first_month(history: History) -> int:
    """What somebody does who can write the database: the events go, and each lane is said to begin after them."""
    database = history.database
    await database.execute(
        "INSERT INTO audit_beginning (lane, seq, digest) SELECT lane, seq, digest FROM audit_event WHERE seq = 2"
    )
    return await database.execute("DELETE FROM audit_event WHERE at < $1", history.first.plus(1).start)


async def put_in(history: History, event: Event, lane: int) -> None:
    """An event as it is made without the key, as the first of a lane that nobody has used."""
    salt, data = bytes(16), canonical(dict(event.data))
    row = AuditRow(
        lane=lane,
        seq=1,
        at=history.first.plus(MONTHS).start,
        action=event.action.value,
        actor_kind="COMMAND_LINE",
        data=data,
        subjects="[]",
        person="{}",
        actor_key=None,
        username_key=None,
        person_salt=salt,
        person_hash=person_hash(salt, "{}", None, None),
    )
    digest = row.digest(Digester(None), GENESIS)
    values = row.values(digest)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await history.database.execute(f"INSERT INTO audit_event ({COLUMNS}) VALUES ({places})", *values)
    await history.database.execute(
        "UPDATE audit_head SET seq = 1, at = $1, digest = $2 WHERE lane = $3", row.at, digest, lane
    )


def unaccounted(events: int) -> str:
    return f"the first {events} events are gone, and no event that is left says that they were cut"


async def claim(history: History, events: int) -> Event:
    """An event that says of the beginnings as they stand that they come of a cut."""
    beginnings = await read_beginnings(history.database)
    told: dict[str, Datum] = {"events": events, "eventsInAll": beginnings.events, "beginnings": beginnings.text}
    return Event(AuditAction.AUDIT_PRUNED, data=told)


async def test_a_deletion_can_not_be_passed_off_as_a_cut(history: History) -> None:
    gone = await delete_the_first_month(history)
    assert await history.findings() == [unaccounted(gone)]
    await put_in(history, await claim(history, gone), lane=63)
    assert await history.findings() == [
        unaccounted(gone),
        "event 1 of lane 63 has a digest without a key, later than a checkpoint that has one",
    ]


async def test_a_cut_can_not_be_made_to_reach_further(history: History) -> None:
    await history.cut(1)
    await history.database.execute("DELETE FROM audit_beginning WHERE lane >= 0")
    await history.database.execute(
        "INSERT INTO audit_beginning (lane, seq, digest) SELECT lane, seq, digest FROM audit_event WHERE seq = 4"
    )
    gone = 2 * 2 * history.lanes
    await history.database.execute("DELETE FROM audit_event WHERE at < $1", history.first.plus(2).start)
    assert await history.findings() == [unaccounted(gone)]


async def test_a_beginning_that_is_gone_is_found(history: History) -> None:
    await history.cut(1)
    await history.database.execute("DELETE FROM audit_beginning")
    assert (await history.findings())[0] == "event 1 of lane 0 is missing"


async def test_an_event_put_in_before_the_beginning_is_found_and_not_cut(history: History) -> None:
    database = history.database
    await database.execute("CREATE TABLE kept AS SELECT * FROM audit_event WHERE lane = 0 AND seq = 1")
    await history.cut(1)
    await database.execute("INSERT INTO audit_event SELECT * FROM kept")
    assert await history.findings() == ["event 1 of lane 0 belongs to no chain"]
    with pytest.raises(AuditBroken) as broken:
        await history.cut(1)
    assert [str(finding) for finding in broken.value.report.findings] == ["event 1 of lane 0 belongs to no chain"]
    await history.pruning.cut(OFFICE, history.first.plus(1), even_if_broken=True)
    assert await history.findings() == []


async def test_without_a_key_who_can_write_the_database_can_make_a_cut_up(database: Database) -> None:
    """What the key buys. (A checkpoint kept elsewhere is still missed.)"""
    history = await tell(database, None)
    gone = await delete_the_first_month(history)
    event = await claim(history, gone)
    await database.transact(lambda tx: history.audit.write(tx, STAFF, [event]))
    assert await history.findings() == []


async def test_a_cut_from_before_there_was_a_key_holds_after(database: Database) -> None:
    history = await tell(database, None)
    await history.cut(1)
    history.audit = Audit(database, KEYS, KEYED)
    await history.write()
    await history.audit.checkpoint()
    assert await history.findings() == []
    await history.cut(2)
    assert await history.findings() == []


async def test_what_does_not_hold_is_not_cut(history: History) -> None:
    await history.database.execute("UPDATE audit_event SET data = '{}' WHERE lane = 0 AND seq = 3")
    with pytest.raises(AuditBroken) as broken:
        await history.cut(3)
    assert [str(finding) for finding in broken.value.report.findings] == ["event 3 of lane 0 was changed"]
    report = await history.audit.verify()
    assert report.pruned == 2 * history.lanes  # the month before was whole
    assert [str(finding) for finding in report.findings] == ["event 3 of lane 0 was changed"]
    await history.pruning.cut(OFFICE, history.first.plus(3), even_if_broken=True)
    assert await history.findings() == []


async def test_nothing_is_cut_without_the_key_of_what_is_there(history: History) -> None:
    forgetful = Pruning(history.database, Audit(history.database, KEYS))
    before = await history.count()
    with pytest.raises(AuditBroken):
        await forgetful.cut(OFFICE, history.first.plus(1))
    assert await history.count() == before


async def test_a_cut_that_is_interrupted_leaves_nothing_broken_and_can_be_done_again(history: History) -> None:
    chance = random.Random(7)
    for _ in range(8):
        cutting = asyncio.create_task(history.cut(MONTHS - 1))
        await asyncio.wait({cutting}, timeout=chance.random() * 0.05)
        cutting.cancel()
        await asyncio.wait({cutting})
        assert await history.findings() == []
    await history.cut(MONTHS - 1)
    report = await history.audit.verify()
    assert report.ok
    assert report.pruned == (MONTHS - 1) * 2 * history.lanes


async def test_two_that_cut_at_once_cut_once(history: History) -> None:
    assert sum(await asyncio.gather(*(history.cut(2) for _ in range(3)))) == 2 * 2 * history.lanes
    (row,) = await history.database.fetch("SELECT count(*) AS n FROM audit_event WHERE action = 'AUDIT_PRUNED'")
    assert row["n"] == 2
    assert await history.findings() == []


async def test_writing_and_verifying_go_on_meanwhile(history: History) -> None:
    cutting = asyncio.create_task(history.cut(MONTHS - 1))
    while not cutting.done():
        await history.write()
        assert await history.findings() == []
    await cutting
    assert await history.findings() == []
