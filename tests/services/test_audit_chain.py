"""Checkpoints, and verifying: whatever was done to the audit behind the service's back is found and named."""

import asyncio

import pytest
import structlog

from app.database import Database, open_database
from app.models.enums import AuditAction, StaffRole
from app.security.keys import Keys
from app.services.audit import Audit, Event
from app.services.audit_chain import NotACheckpoint
from app.services.audit_layout import COLUMNS, Digester, read_row
from app.services.audit_report import Fault, Finding
from app.services.caller import Client, StaffUser
from tests.support.services import make_settings

KEYS = Keys(bytes(range(32)))
STAFF = StaffUser(1, 2, "eva@example.dk", StaffRole.EDITOR, Client("192.0.2.7", "agent"))
EVENT = Event(AuditAction.REFERENCE_UPDATED, ("abc",), username="ida@example.dk", data={"codes": ["A"]})
KEYED = b"k" * 32


async def write(database: Database, audit: Audit, *events: Event) -> None:
    await database.transact(lambda tx: audit.write(tx, STAFF, events))


@pytest.fixture
async def audit(database: Database) -> Audit:
    """Five events in lane 0, and checkpoints after the second and the fifth."""
    made = Audit(database, KEYS, KEYED)
    await write(database, made, EVENT, EVENT)
    await made.checkpoint()
    await write(database, made, EVENT, EVENT, EVENT)
    await made.checkpoint()
    return made


async def findings(audit: Audit, from_: str | None = None) -> list[str]:
    return [str(finding) for finding in (await audit.verify(from_)).findings]


async def test_an_untouched_audit_holds(audit: Audit) -> None:
    report = await audit.verify()
    assert report.ok
    assert (report.events, report.checkpoints, report.unkeyed, report.erased) == (5, 2, 0, 0)


CHANGE = "UPDATE audit_event SET {} WHERE seq = {}"
SET_HEAD_BACK = (
    "UPDATE audit_head SET seq = {0}, digest = (SELECT digest FROM audit_event WHERE seq = {0}) WHERE lane = 0"
)
PUT_IN = (
    "INSERT INTO audit_event (id, lane, seq, at, action, actor_kind, data, subjects, digest) "
    "SELECT id + 7, 7, seq, at, action, actor_kind, data, subjects, digest FROM audit_event WHERE seq = 1"
)

TAMPERING: dict[str, tuple[list[str], Finding]] = {
    "data": ([CHANGE.format("data = '{}'", 3)], Finding(Fault.CHANGED, 3, 0)),
    "a space": ([CHANGE.format("data = data || ' '", 3)], Finding(Fault.CHANGED, 3, 0)),
    "no JSON": ([CHANGE.format("data = 'x'", 3)], Finding(Fault.CHANGED, 3, 0)),
    "action": ([CHANGE.format("action = 'PASSWORD_SET'", 2)], Finding(Fault.CHANGED, 2, 0)),
    "kind": ([CHANGE.format("actor_kind = 'NOBODY'", 2)], Finding(Fault.CHANGED, 2, 0)),
    "subjects": ([CHANGE.format("subjects = '[]'", 1)], Finding(Fault.CHANGED, 1, 0)),
    "time": ([CHANGE.format("at = (SELECT max(at) FROM audit_checkpoint)", 1)], Finding(Fault.CHANGED, 1, 0)),
    "digest": (
        [CHANGE.format("digest = (SELECT digest FROM kept_audit_event WHERE seq = 4)", 5)],
        Finding(Fault.CHANGED, 5, 0),
    ),
    "short digest": ([CHANGE.format("digest = substr(digest, 1, 17)", 5)], Finding(Fault.CHANGED, 5, 0)),
    "person": ([CHANGE.format("person = '{}'", 4)], Finding(Fault.PERSON_CHANGED, 4, 0)),
    "hash": ([CHANGE.format("person_hash = person_salt", 4)], Finding(Fault.CHANGED, 4, 0)),
    "no hash": ([CHANGE.format("person_hash = NULL", 4)], Finding(Fault.CHANGED, 4, 0)),
    "actor": ([CHANGE.format("actor_key = username_key", 4)], Finding(Fault.PERSON_CHANGED, 4, 0)),
    "half erased": ([CHANGE.format("person = NULL", 4)], Finding(Fault.PERSON_CHANGED, 4, 0)),
    "two": ([CHANGE.format("data = '{}'", 4), CHANGE.format("data = '{}'", 2)], Finding(Fault.CHANGED, 2, 0)),
    "event gone": (["DELETE FROM audit_event WHERE seq = 3"], Finding(Fault.MISSING, 3, 0)),
    "first gone": (["DELETE FROM audit_event WHERE seq = 1"], Finding(Fault.MISSING, 1, 0)),
    "tail gone": (["DELETE FROM audit_event WHERE seq >= 4"], Finding(Fault.TAIL_CUT, 4, 0)),
    "all gone": (["DELETE FROM audit_event"], Finding(Fault.TAIL_CUT, 1, 0)),
    "tail gone, head set back": (
        ["DELETE FROM audit_event WHERE seq = 5", SET_HEAD_BACK.format(4)],
        Finding(Fault.TAIL_CUT, 5, 0),
    ),
    "head set back": ([SET_HEAD_BACK.format(4)], Finding(Fault.STRAY, 5, 0)),
    "head changed": (
        ["UPDATE audit_head SET digest = (SELECT person_salt FROM audit_event WHERE seq = 1)"],
        Finding(Fault.HEAD_CHANGED, 5, 0),
    ),
    "head gone": (["DELETE FROM audit_head WHERE lane = 0"], Finding(Fault.STRAY, 1, 0)),
    "event put in": ([PUT_IN], Finding(Fault.STRAY, 1, 7)),
    "checkpoint gone": (
        ["DELETE FROM audit_checkpoint WHERE number = 1"],
        Finding(Fault.CHECKPOINT_MISSING, 1),
    ),
    "checkpoint emptied": (
        ["UPDATE audit_checkpoint SET heads = '[]' WHERE number = 2"],
        Finding(Fault.CHECKPOINT_CHANGED, 2),
    ),
    "checkpoint spoilt": (
        ["UPDATE audit_checkpoint SET heads = 'x' WHERE number = 2"],
        Finding(Fault.CHECKPOINT_CHANGED, 2),
    ),
}


async def test_tampering_is_found_and_named(database: Database, audit: Audit) -> None:
    tables = ("audit_event", "audit_head", "audit_checkpoint")
    for table in tables:
        await database.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
    found = {}
    for what, (statements, _) in TAMPERING.items():
        for statement in statements:
            assert await database.execute(statement) >= 1, what
        report = await audit.verify()
        assert not report.ok, what
        assert all(str(finding) for finding in report.findings)
        found[what] = report.findings[0]
        for table in tables:
            await database.execute(f"DELETE FROM {table}")
            await database.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
        assert (await audit.verify()).ok
    assert found == {what: expected for what, (_, expected) in TAMPERING.items()}


async def test_an_event_twice_under_one_number_is_found(postgres_url: str) -> None:
    """On PostgreSQL the key of a partition holds the time, so one id could stand there twice."""
    async with open_database(make_settings(database_url=postgres_url)) as database:
        audit = Audit(database, KEYS, KEYED)
        await write(database, audit, EVENT, EVENT)
        columns = "id, lane, seq, action, actor_kind, data, subjects, person_hash, digest"
        await database.execute(
            f"INSERT INTO audit_event ({columns}, at) "
            f"SELECT {columns}, at + interval '1 day' FROM audit_event WHERE seq = 1"
        )
        assert (await audit.verify()).findings == [Finding(Fault.CHANGED, 1, 0)]


async def test_a_person_who_was_erased_leaves_the_chain_whole(database: Database, audit: Audit) -> None:
    await database.execute(
        "UPDATE audit_event SET person = NULL, person_salt = NULL, actor_key = NULL, username_key = NULL WHERE seq = 2"
    )
    report = await audit.verify()
    assert report.ok
    assert report.erased == 1


async def test_the_first_broken_event_of_a_lane_is_named(database: Database, audit: Audit) -> None:
    await database.execute("UPDATE audit_event SET data = '{}' WHERE seq IN (2, 3)")
    assert await findings(audit) == ["event 2 of lane 0 was changed"]


async def test_checkpoints_are_numbered_and_made_only_where_something_came(database: Database, audit: Audit) -> None:
    last = await audit.checkpoint()
    assert last.number == 2
    assert await audit.checkpoint() == last
    assert await audit.head() == f"2:{last.digest.hex()}"
    await write(database, audit, EVENT)
    with structlog.testing.capture_logs() as logged:
        third = await audit.checkpoint()
        await audit.checkpoint()
    assert third.number == 3
    assert [(line["event"], line["number"], line["digest"]) for line in logged] == [
        ("audit checkpoint", 3, third.digest.hex())
    ]
    assert (await audit.verify()).checkpoints == 3


async def test_an_empty_audit_has_a_head_and_holds(database: Database) -> None:
    audit = Audit(database, KEYS)
    assert (await audit.verify()).ok
    head = await audit.head()
    assert head.startswith("1:")
    assert (await audit.verify(head)).ok


async def test_of_workers_that_make_checkpoints_at_once_one_wins_each_number(database: Database) -> None:
    workers = [Audit(database, KEYS, KEYED) for _ in range(5)]
    for _ in range(3):
        await write(database, workers[0], EVENT)
        made = await asyncio.gather(*(worker.checkpoint() for worker in workers))
        assert len({str(checkpoint) for checkpoint in made}) == 1
    rows = await database.fetch("SELECT number FROM audit_checkpoint ORDER BY number")
    assert [row["number"] for row in rows] == [1, 2, 3]
    assert (await workers[0].verify()).ok


async def test_checkpoints_go_on_being_made_whatever_happened_to_one(database: Database, audit: Audit) -> None:
    async def until(number: int) -> None:
        while all(line.get("number") != number for line in logged):
            assert not making.done()
            await database.fetch("SELECT 1")

    await write(database, audit, EVENT)
    with structlog.testing.capture_logs() as logged:
        making = asyncio.create_task(audit.keep_checkpoints(every_seconds=0))
        await until(3)
        await database.execute("ALTER TABLE audit_checkpoint RENAME TO audit_checkpoint_gone")
        while logged[-1]["event"] != "no audit checkpoint could be made":
            await database.fetch("SELECT 1")
        await database.execute("ALTER TABLE audit_checkpoint_gone RENAME TO audit_checkpoint")
        await write(database, audit, EVENT)
        await until(4)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
    assert [line["number"] for line in logged if "number" in line] == [3, 4]
    assert (await audit.verify()).ok


async def test_verifying_can_begin_at_a_checkpoint_that_was_kept(database: Database, audit: Audit) -> None:
    await write(database, audit, EVENT, EVENT)
    kept = await audit.head()
    await write(database, audit, EVENT)
    report = await audit.verify(kept)
    assert report.ok
    assert report.events == 1
    await database.execute("UPDATE audit_event SET data = '{}' WHERE seq = 8")
    assert await findings(audit, kept) == ["event 8 of lane 0 was changed"]


async def test_a_history_rewritten_whole_is_found_by_the_checkpoint_that_was_kept(database: Database) -> None:
    """Without a key, who can write the tables can make everything fit, but not what somebody noted elsewhere."""
    audit = Audit(database, KEYS)
    await write(database, audit, EVENT, EVENT)
    kept = await audit.head()
    for table in ("audit_event", "audit_checkpoint", "audit_subject"):
        await database.execute(f"DELETE FROM {table}")
    await database.execute("UPDATE audit_head SET seq = 0")
    await write(database, audit, Event(AuditAction.LOGGED_OUT), EVENT)
    forged = await audit.head()
    assert (await audit.verify()).ok
    assert (await audit.verify(forged)).ok
    assert await findings(audit, kept) == ["checkpoint 1 does not have the digest that was given"]


async def test_a_cut_tail_is_found_by_the_checkpoint_that_was_kept(database: Database) -> None:
    audit = Audit(database, KEYS)
    await write(database, audit, EVENT)
    await audit.checkpoint()
    await write(database, audit, EVENT)
    kept = await audit.head()
    await database.execute("DELETE FROM audit_event WHERE seq = 2")
    await database.execute("DELETE FROM audit_checkpoint WHERE number = 2")
    await database.execute("UPDATE audit_head SET seq = 1, digest = (SELECT digest FROM audit_event) WHERE lane = 0")
    assert (await audit.verify()).ok
    assert await findings(audit, kept) == ["checkpoint 2 is missing"]


async def test_what_is_no_checkpoint_is_refused(audit: Audit) -> None:
    for text in ("", "1", "1:", ":ab", "0:" + "a" * 66, "1:" + "a" * 64, "x:" + "a" * 66, "1:" + "g" * 66):
        with pytest.raises(NotACheckpoint, match="NUMBER:DIGEST"):
            await audit.verify(text)


async def test_a_key_can_be_introduced_but_not_left_out(database: Database) -> None:
    plain, keyed = Audit(database, KEYS), Audit(database, KEYS, KEYED)
    await write(database, plain, EVENT, EVENT)
    await plain.checkpoint()
    await write(database, keyed, EVENT)
    await keyed.checkpoint()
    report = await keyed.verify()
    assert report.ok
    assert report.unkeyed == 2
    assert await findings(plain) == [
        "event 3 of lane 0 can only be verified with ADGANG_AUDIT_KEY",
        "checkpoint 2 can only be verified with ADGANG_AUDIT_KEY",
    ]
    await write(database, plain, EVENT)
    await plain.checkpoint()
    assert await findings(keyed) == [
        "event 4 of lane 0 has a digest without a key, behind events that have one",
        "checkpoint 3 has a digest without a key, behind checkpoints that have one",
    ]


async def rechain(database: Database, digester: Digester, first: int) -> None:
    """What somebody does who can write the tables: changes an event, and makes every digest from there on fit."""
    await database.execute("UPDATE audit_event SET data = $1 WHERE seq = $2", '{"codes":["B"]}', first)
    rows = await database.fetch(f"SELECT {COLUMNS} FROM audit_event WHERE seq >= $1 ORDER BY seq", first - 1)
    digest = rows[0]["digest"]
    for row in rows[1:]:
        digest = read_row(database.dialect, row).digest(digester, digest)
        await database.execute("UPDATE audit_event SET digest = $1 WHERE seq = $2", digest, row["seq"])
    await database.execute("UPDATE audit_head SET digest = $1 WHERE lane = 0", digest)


async def test_a_tail_that_was_chained_anew_without_the_key_is_found(database: Database, audit: Audit) -> None:
    await database.execute("DELETE FROM audit_checkpoint WHERE number = 2")  # or else that would tell it already
    await rechain(database, Digester(None), 3)
    assert await findings(audit) == ["event 3 of lane 0 has a digest without a key, behind events that have one"]
    await rechain(database, Digester(b"g" * 32), 3)
    assert await findings(audit) == ["event 3 of lane 0 was changed"]


async def test_a_tail_that_was_chained_anew_is_found_without_any_key_by_the_checkpoint(database: Database) -> None:
    audit = Audit(database, KEYS)
    await write(database, audit, EVENT, EVENT, EVENT, EVENT)
    await rechain(database, Digester(None), 2)
    assert await findings(audit) == []
    await audit.checkpoint()
    await rechain(database, Digester(None), 3)
    assert await findings(audit) == ["event 4 of lane 0 was changed"]


async def test_an_event_without_the_key_is_found_in_a_lane_that_nobody_had_used(
    database: Database, audit: Audit
) -> None:
    """Its lane is whole, but it came after a checkpoint that was made with the key."""
    forger = Audit(database, KEYS)
    await database.execute("CREATE TABLE kept AS SELECT * FROM audit_head WHERE lane = 0")
    await database.execute("DELETE FROM audit_head WHERE lane = 0")
    await write(database, forger, EVENT)
    await database.execute("INSERT INTO audit_head SELECT * FROM kept")
    found = ["event 1 of lane 1 has a digest without a key, later than a checkpoint that has one"]
    assert await findings(audit) == found
    await audit.checkpoint()
    assert await findings(audit) == found


async def test_another_key_does_not_verify(database: Database, audit: Audit) -> None:
    other = Audit(database, KEYS, b"o" * 32)
    assert (await other.verify()).findings[0] == Finding(Fault.CHANGED, 1, 0)
