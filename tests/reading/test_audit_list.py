"""The audit as a list: newest first, found by each filter, shown without what was erased."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from app import ids
from app.database import Transaction
from app.models.enums import AuditAction, FieldProblemCode
from app.services.audit import Event
from app.services.caller import Caller, Client, Nobody
from app.services.changes import Change
from app.services.problems import FieldProblem
from tests.reading.asking import ask, wrong
from tests.reading.firm import OFFICE, Firm, customer_id
from tests.support.services import FakeClock


@pytest.fixture
async def events(firm: Firm, clock: FakeClock) -> Callable[..., Awaitable[list[AuditAction]]]:
    """Actions as they are listed: the newest first."""
    client = Client("192.0.2.1")

    async def happen(caller: Caller, event: Event) -> None:
        async def write(tx: Transaction) -> None:
            await firm.services.audit.write(tx, caller, [event])

        await firm.database.transact(write)

    staff = await firm.staff_user()
    await happen(OFFICE, Event(AuditAction.CUSTOMER_CREATED, (customer_id(1),), (Change("name", None, "Alfa"),)))
    await happen(staff, Event(AuditAction.REFERENCE_UPDATED, (ids.encode("Reference", 1), customer_id(1))))
    await happen(staff, Event(AuditAction.PASSWORD_CLEARED, username="ida@example.dk", data={"sessions_revoked": 2}))
    failed = Event(AuditAction.LOGIN_FAILED, username="my secret", username_known=False)
    await happen(Nobody(client), failed)

    async def read(given: str = "", **variables: Any) -> list[AuditAction]:
        text = f"auditEvents(filter: {{{given}}}) {{ edges {{ node {{ action }} }} }}"
        return [
            edge.node.action for edge in (await firm.reader.ask("auditEvents", OFFICE, ask(text, **variables))).edges
        ]

    return read


async def test_the_audit_is_found_by_each_filter(
    events: Callable[..., Awaitable[list[AuditAction]]], firm: Firm
) -> None:
    created, updated = AuditAction.CUSTOMER_CREATED, AuditAction.REFERENCE_UPDATED
    cleared, failed = AuditAction.PASSWORD_CLEARED, AuditAction.LOGIN_FAILED
    assert await events() == [failed, cleared, updated, created]
    for given, found in (
        ("actions: [CUSTOMER_CREATED, LOGIN_FAILED, LOGIN_FAILED]", [failed, created]),
        ("actions: []", []),
        ('actor: "SIGNE@vognmand.example"', [cleared, updated]),
        ('actor: "nobody"', []),
        ('username: "Ida@example.dk "', [cleared]),
        ('username: "my secret"', [failed]),
        (f'subjectId: "{customer_id(1)}"', [updated, created]),
        (f'subjectId: "{customer_id(2)}"', []),
        (f'subjectId: "{customer_id(1)}", actions: [CUSTOMER_CREATED]', [created]),
    ):
        assert await events(given) == found, given


async def test_the_audit_is_found_by_time(events: Callable[..., Awaitable[list[AuditAction]]], firm: Firm) -> None:
    page = await firm.reader.ask("auditEvents", OFFICE, ask("auditEvents { edges { node { at } } }"))
    newest, *_, oldest = [edge.node.at for edge in page.edges]
    assert len(await events("since: $at", at=oldest)) == 4
    assert len(await events("until: $at", at=newest)) == 3
    assert await events("until: $at", at=oldest) == []
    assert len(await events("since: $at", at=datetime.min.replace(tzinfo=UTC))) == 4
    assert await events("since: $at", at=datetime.max.replace(tzinfo=UTC)) == []
    problem = [FieldProblem("filter.since", FieldProblemCode.MALFORMED)]
    for at in (datetime(2026, 1, 1), datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))):
        assert await wrong(events("since: $at", at=at)) == problem
    assert await wrong(events('subjectId: "x"')) == [FieldProblem("filter.subjectId", FieldProblemCode.UNKNOWN_ID)]


async def test_an_event_says_what_its_sentence_needs(
    events: Callable[..., Awaitable[list[AuditAction]]], firm: Firm
) -> None:
    text = "auditEvents { edges { node { id detail subjects ipAddress digest } } }"
    failed, cleared, updated, created = [
        edge.node for edge in (await firm.reader.ask("auditEvents", OFFICE, ask(text))).edges
    ]
    assert (failed.actor, failed.username, failed.ip_address) == (None, None, "192.0.2.1")
    assert (cleared.actor, cleared.username) == ("signe@vognmand.example", "ida@example.dk")
    assert cleared.data["sessions_revoked"] == 2
    assert updated.subjects == [ids.encode("Reference", 1), customer_id(1)]
    assert created.changes == (Change("name", None, "Alfa"),)
    assert ids.decode(created.id) is not None
    assert bytes.fromhex(created.digest)
    await firm.database.execute("UPDATE audit_event SET person = NULL, person_salt = NULL WHERE id = $1", cleared.key)
    row = await firm.reader.node(OFFICE, cleared.id, ask("node { actor username ipAddress detail }"))
    assert row is not None
    assert (row.actor, row.username, row.ip_address) == (None, None, None)


async def test_the_audit_goes_on_page_by_page(events: Callable[..., Awaitable[list[AuditAction]]], firm: Firm) -> None:
    whole, found, after = await events(), [], None
    while True:
        text = "auditEvents(first: 1, after: $after) { pageInfo { endCursor hasNextPage } edges { node { action } } }"
        page = await firm.reader.ask("auditEvents", OFFICE, ask(text, after=after))
        found += [edge.node.action for edge in page.edges]
        after = page.end_cursor
        if not page.has_next_page:
            break
    assert found == whole
