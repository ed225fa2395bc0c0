"""The audit's events: their rows, their lanes, their time, and what never gets into them."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from app.database import Database, Transaction, open_database
from app.ids import encode
from app.models.enums import AuditAction, StaffRole
from app.security.keys import Keys
from app.services.audit import Audit, Event
from app.services.audit_layout import LANES
from app.services.caller import Caller, Client, CommandLine, Nobody, PortalUser, StaffUser, TokenUser
from app.services.changes import Change, changes_of
from tests.support.services import make_settings

KEYS = Keys(bytes(range(32)))
CLIENT = Client("192.0.2.7", "Mozilla/5.0 \x1b[2J")
STAFF = StaffUser(1, 2, "Eva@Example.dk", StaffRole.EDITOR, CLIENT)
SUBJECT = encode("Reference", 7)
EVENT = Event(AuditAction.REFERENCE_UPDATED, (SUBJECT,))


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database, KEYS, b"k" * 32)


async def write(database: Database, audit: Audit, *events: Event, caller: Caller = STAFF) -> None:
    await database.transact(lambda tx: audit.write(tx, caller, events))


async def rows_of(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT * FROM audit_event ORDER BY id")
    return [{name: row[name] for name in row.keys()} for row in rows]  # noqa: SIM118 - a record iterates its values


async def test_events_of_one_transaction_follow_each_other_in_one_lane(database: Database, audit: Audit) -> None:
    await write(database, audit, EVENT, EVENT, EVENT)
    await write(database, audit, EVENT)
    rows = await rows_of(database)
    assert [(row["lane"], row["seq"]) for row in rows] == [(0, 1), (0, 2), (0, 3), (0, 4)]
    assert [row["id"] for row in rows] == [seq * LANES for seq in (1, 2, 3, 4)]
    assert len({row["digest"] for row in rows}) == 4
    (head,) = await database.fetch("SELECT lane, seq, digest FROM audit_head WHERE seq > 0")
    assert (head["lane"], head["seq"], head["digest"]) == (0, 4, rows[-1]["digest"])
    report = await audit.verify()
    assert report.ok
    assert report.events == 4


async def test_many_events_are_written_in_one_go(database: Database, audit: Audit) -> None:
    subjects = tuple(encode("Reference", number) for number in range(3))
    await write(database, audit, *[Event(AuditAction.REFERENCE_CREATED, subjects)] * 1201)
    (count,) = await database.fetch("SELECT count(*) AS events FROM audit_event")
    (subject_count,) = await database.fetch("SELECT count(*) AS subjects FROM audit_subject")
    assert (count["events"], subject_count["subjects"]) == (1201, 3603)
    report = await audit.verify()
    assert report.ok
    assert report.events == 1201


async def test_nothing_is_written_without_an_event(database: Database, audit: Audit) -> None:
    await write(database, audit)
    assert await rows_of(database) == []


async def test_what_is_undone_leaves_no_event_and_no_gap(database: Database, audit: Audit) -> None:
    async def fail(tx: Transaction) -> None:
        await audit.write(tx, STAFF, [EVENT])
        raise RuntimeError("undone")

    await write(database, audit, EVENT)
    with pytest.raises(RuntimeError, match="undone"):
        await database.transact(fail)
    await write(database, audit, EVENT)
    assert [row["seq"] for row in await rows_of(database)] == [1, 2]
    assert (await audit.verify()).ok


async def test_time_never_runs_backwards_in_a_lane(database: Database, audit: Audit) -> None:
    await write(database, audit, EVENT)
    (row,) = await rows_of(database)
    first = database.dialect.moment(row["at"])
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
    future = datetime.now(UTC) + timedelta(days=1)
    await database.execute("UPDATE audit_head SET at = $1 WHERE lane = 0", future)
    await write(database, audit, EVENT)
    assert database.dialect.moment((await rows_of(database))[1]["at"]) == future
    assert (await audit.verify()).ok


async def test_an_event_says_who_did_what_to_what_from_where(database: Database, audit: Audit) -> None:
    changes = (Change("email", "a@b.dk", "c@d.dk"), Change("internetUser", "false", "true"))
    event = Event(
        AuditAction.REFERENCE_UPDATED,
        (SUBJECT, SUBJECT),
        changes,
        "c@d.dk",
        data={"sessions_revoked": 2, "codes": ["A"]},
    )
    await write(database, audit, event)
    (row,) = await rows_of(database)
    assert (row["action"], row["actor_kind"]) == ("REFERENCE_UPDATED", "STAFF")
    stored, person = json.loads(row["data"]), json.loads(row["person"])
    assert json.loads(row["subjects"]) == [SUBJECT]
    assert stored == {
        "actor_id": encode("StaffMember", 2),
        "changes": [["email", None], ["internetUser", ["false", "true"]]],
        "codes": ["A"],
        "sessions_revoked": 2,
    }
    assert person == {
        "actor": "Eva@Example.dk",
        "changes": {"0": ["a@b.dk", "c@d.dk"]},
        "ip_address": "192.0.2.7",
        "user_agent": "Mozilla/5.0 \x1b[2J",
        "username": "c@d.dk",
    }
    assert changes_of(stored, person) == changes
    assert changes_of(stored, None) == (Change("email", None, None), changes[1])
    assert row["actor_key"] == audit.actor_key("eva@example.DK ")
    assert row["username_key"] == audit.username_key("C@D.dk")
    (subject,) = await database.fetch("SELECT subject, event_id FROM audit_subject")
    assert (subject["subject"], subject["event_id"]) == (SUBJECT, row["id"])


@pytest.mark.parametrize(
    ("caller", "kind", "actor"),
    [
        (Nobody(CLIENT), "NOBODY", None),
        (CommandLine(), "COMMAND_LINE", "adgang"),
        (PortalUser(1, 2, 3, 4, "ida@example.dk", False), "PORTAL", "ida@example.dk"),
        (TokenUser(1, "Import", StaffRole.EDITOR), "TOKEN", "Import"),
    ],
)
async def test_each_kind_of_caller_has_its_name(
    database: Database, audit: Audit, caller: Caller, kind: str, actor: str | None
) -> None:
    await write(database, audit, EVENT, caller=caller)
    (row,) = await rows_of(database)
    assert row["actor_kind"] == kind
    assert json.loads(row["person"]).get("actor") == actor
    assert row["actor_key"] == (audit.actor_key(actor) if actor else None)


async def test_a_customers_name_is_a_companys_and_stays(database: Database, audit: Audit) -> None:
    change = Change("name", None, "Hansens Vognmandsforretning")
    await write(database, audit, Event(AuditAction.CUSTOMER_CREATED, changes=(change,)))
    (row,) = await rows_of(database)
    assert changes_of(json.loads(row["data"]), None) == (change,)


async def test_of_a_username_nobody_has_only_a_keyed_hash_is_stored(database: Database, audit: Audit) -> None:
    typed = "korrekt hest batteri 77 \ud800" + "x" * 10_000
    await write(database, audit, Event(AuditAction.LOGIN_FAILED, username=typed, username_known=False), caller=Nobody())
    (row,) = await rows_of(database)
    assert "korrekt" not in repr(row)
    assert row["username_key"] == audit.username_key(typed)


async def test_an_odd_user_agent_is_cut_and_stored(database: Database, audit: Audit) -> None:
    client = Client("192.0.2.7", "\ud800\0" + "x" * 1000)
    await write(database, audit, EVENT, caller=Nobody(client))
    (row,) = await rows_of(database)
    assert len(json.loads(row["person"])["user_agent"]) == 256
    assert (await audit.verify()).ok


@pytest.mark.parametrize(
    "data",
    [
        {"x": SecretStr("HEMMELIG")},
        {"x": b"HEMMELIG"},
        {"x": [SecretStr("HEMMELIG")]},
        {"x": {"y": "HEMMELIG"}},
        {"password": "HEMMELIG"},
        {"newPassword": "HEMMELIG"},
        {"secrets": ["HEMMELIG"]},
        {"hash": "HEMMELIG"},
    ],
)
def test_a_secret_cant_be_put_in_an_event(data: Any) -> None:
    with pytest.raises(TypeError) as refused:
        Event(AuditAction.PASSWORD_SET, data=data)
    assert "HEMMELIG" not in str(refused.value)
    with pytest.raises(TypeError):
        Event(AuditAction.PASSWORD_SET, changes=(Change("newPassword", None, "HEMMELIG"),))


async def test_a_lane_that_is_taken_is_passed_by(postgres_url: str) -> None:
    """A transaction that is stuck holds up nobody else."""
    async with open_database(make_settings(database_url=postgres_url)) as database:
        audit = Audit(database, KEYS)
        holding, release = asyncio.Event(), asyncio.Event()

        async def hold(tx: Transaction) -> None:
            await audit.write(tx, STAFF, [EVENT])
            holding.set()
            await release.wait()

        stuck = asyncio.create_task(database.transact(hold))
        await holding.wait()
        await write(database, audit, EVENT)
        assert [row["lane"] for row in await rows_of(database)] == [1]
        release.set()
        await stuck
        assert [row["lane"] for row in await rows_of(database)] == [0, 1]
        assert (await audit.verify()).ok
        await database.execute("UPDATE audit_event SET data = '{}'")
        assert [(each.lane, each.seq) for each in (await audit.verify()).findings] == [(0, 1), (1, 1)]


async def test_where_no_lane_is_free_a_writer_waits_for_one(postgres_url: str) -> None:
    async with open_database(make_settings(database_url=postgres_url)) as database:
        audit = Audit(database, KEYS)
        holding, release = asyncio.Event(), asyncio.Event()

        async def hold(tx: Transaction) -> None:
            await tx.fetch("SELECT lane FROM audit_head FOR UPDATE")
            holding.set()
            await release.wait()
            await audit.write(tx, STAFF, [EVENT])

        stuck = asyncio.create_task(database.transact(hold))
        await holding.wait()
        waiting = asyncio.create_task(write(database, audit, EVENT))
        while not await database.fetch(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%audit_head%'"
        ):
            assert not waiting.done()
        release.set()
        await asyncio.gather(stuck, waiting)
        assert len(await rows_of(database)) == 2
        assert (await audit.verify()).ok


async def test_fifty_transactions_at_once_leave_no_gap_in_any_lane(settings_with: Any) -> None:
    async with open_database(settings_with(database_pool_size=25)) as database:
        audit = Audit(database, KEYS, b"k" * 32)

        async def several(number: int) -> None:
            await write(database, audit, *[EVENT] * (number % 3 + 1))
            if number % 10 == 0:
                await audit.checkpoint()

        await asyncio.gather(*(several(number) for number in range(50)))
        rows = await rows_of(database)
        assert len(rows) == sum(number % 3 + 1 for number in range(50))
        lanes: dict[int, list[int]] = {}
        for row in rows:
            lanes.setdefault(row["lane"], []).append(row["seq"])
        assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in lanes.values())
        if database.dialect.name == "postgres":
            assert len(lanes) > 1
        await audit.checkpoint()
        report = await audit.verify()
        assert report.ok, [str(finding) for finding in report.findings]
        assert report.events == len(rows)
        assert report.checkpoints >= 1
