"""The rules, "Lists": orders, filters and pages of the register and the audit."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from app import ids
from app.database import Transaction
from app.models.enums import AuditAction, FieldProblemCode
from app.services.audit import Change, Event
from app.services.caller import Caller, Client, Nobody
from app.services.problems import FieldProblem, InvalidInput, Refused
from tests.reading.asking import ask
from tests.reading.firm import ALL, OFFICE, Firm, customer_id, settings_id
from tests.support.services import FakeClock

Names = Callable[..., Awaitable[list[str]]]

CUSTOMERS = (("20", "Ørsted"), ("100", "Aagaard Fragt"), ("3", "Zebra"), ("å1", "Ærø Olie"), ("Z9", "Andersen & Søn"))


@pytest.fixture
async def names(firm: Firm, clock: FakeClock) -> Names:
    """Names of customers as they are listed."""
    settings = await firm.settings("Storkunder")
    for number, name in CUSTOMERS:
        await firm.customer(number, name, active=number != "3", settings_id=settings if number == "20" else None)
        clock.advance(minutes=1)

    async def read(arguments: str = "", **variables: Any) -> list[str]:
        text = f"customers{f'({arguments})' if arguments else ''} {{ totalCount edges {{ node {{ name }} }} }}"
        page = await firm.reader.customers(OFFICE, ask(text, **variables))
        found = [edge.node.name for edge in page.edges]
        assert page.total_count == len(found)
        return found

    return read


async def test_customers_by_number_by_name_and_by_age(names: Names) -> None:
    assert await names() == ["Aagaard Fragt", "Ørsted", "Zebra", "Andersen & Søn", "Ærø Olie"]
    by_name = ["Andersen & Søn", "Zebra", "Ærø Olie", "Ørsted", "Aagaard Fragt"]
    assert await names("orderBy: NAME") == by_name
    assert await names("orderBy: NAME, direction: DESC") == by_name[::-1]
    assert await names("orderBy: CREATED_AT") == [name for _, name in CUSTOMERS]
    assert await names("orderBy: null, direction: null") == await names("orderBy: NUMBER, direction: ASC")


async def test_customers_are_found_by_number_and_by_words(names: Names) -> None:
    for typed, found in (
        ("10", ["Aagaard Fragt"]),
        ("å", ["Aagaard Fragt", "Ærø Olie"]),
        ("SØN", ["Andersen & Søn"]),
        ("sön", ["Andersen & Søn"]),
        ("ørs", ["Ørsted"]),
        ("rsted", []),
        ("%", []),
        ("_", []),
        ("\0", []),
        ("\ud800", []),
        ("\u0301" * 300, []),
        ("a" * 10_000, []),
        ("  ", await names()),
    ):
        assert await names("filter: {search: $typed}", typed=typed) == found, typed


async def test_customers_by_what_they_are(names: Names) -> None:
    assert await names("filter: {active: false}") == ["Zebra"]
    assert len(await names("filter: {active: true}")) == 4
    assert await names("filter: {settingsId: $id}", id=settings_id(2)) == ["Ørsted"]
    assert await names("filter: {settingsId: $id}", id=settings_id(77)) == []
    assert len(await names("filter: {search: null, active: null, settingsId: null}")) == 5


@pytest.fixture
async def people(firm: Firm, clock: FakeClock) -> Names:
    """Names of references as they are listed: Anna and Bo share a login that has no password, Cai's is locked."""
    special = await firm.settings("Kun sporing", ALL[10])
    alfa = await firm.customer("1", "Alfa")
    beta = await firm.customer("2", "Beta", settings_id=special)
    closed = await firm.customer("3", "Closed", active=False)
    shared = await firm.login("shared@example.dk", password=False)
    off = {"has_password": False, "internet_user": True}
    await firm.reference(alfa, "Anna", "SHARED@example.dk", shared, **off)
    clock.advance(minutes=1)
    await firm.reference(beta, "Bo", "shared@example.dk", shared, **off)
    locked = await firm.login("cai@example.dk", locked_until=clock.now() + timedelta(hours=1))
    await firm.reference(beta, "Cai", "cai@example.dk", locked, last_login_at=clock.now(), created_at=clock.now())
    dorte = await firm.login("dorte@example.dk", locked_until=clock.now())
    await firm.reference(closed, "Dorte", "dorte@example.dk", dorte, last_login_at=clock.now() - timedelta(days=1))
    await firm.reference(alfa, "Eva")
    unticked = await firm.login("finn@example.dk")
    await firm.reference(beta, "Finn", "finn@example.dk", unticked, internet_user=False, settings_id=1)

    async def read(arguments: str = "", **variables: Any) -> list[str]:
        text = f"references{f'({arguments})' if arguments else ''} {{ totalCount edges {{ node {{ name }} }} }}"
        page = await firm.reader.references(OFFICE, ask(text, **variables))
        found = [edge.node.name for edge in page.edges]
        assert page.total_count == len(found)
        return found

    return read


async def test_references_in_each_order(people: Names) -> None:
    assert await people() == ["Anna", "Bo", "Cai", "Dorte", "Eva", "Finn"]
    assert await people("orderBy: EMAIL") == ["Cai", "Dorte", "Finn", "Anna", "Bo", "Eva"]
    assert await people("orderBy: EMAIL, direction: DESC") == ["Eva", "Bo", "Anna", "Finn", "Dorte", "Cai"]
    assert await people("orderBy: CREATED_AT") == ["Anna", "Bo", "Cai", "Dorte", "Eva", "Finn"]
    assert await people("orderBy: LAST_LOGIN_AT") == ["Dorte", "Cai", "Anna", "Bo", "Eva", "Finn"]
    assert await people("orderBy: LAST_LOGIN_AT, direction: DESC") == ["Finn", "Eva", "Bo", "Anna", "Cai", "Dorte"]


async def test_every_order_of_references_goes_on_page_by_page(firm: Firm, people: Names) -> None:
    for order in ("NAME", "EMAIL", "CREATED_AT", "LAST_LOGIN_AT"):
        whole = await people(f"orderBy: {order}")
        found: list[str] = []
        after = None
        for _ in range(3):
            asked = "{ edges { node { name } } pageInfo { endCursor } }"
            text = f"references(first: 2, after: $after, orderBy: {order}) {asked}"
            page = await firm.reader.references(OFFICE, ask(text, after=after))
            found += [edge.node.name for edge in page.edges]
            after = page.end_cursor
        assert found == whole


async def test_references_by_each_filter(people: Names) -> None:
    for given, found in (
        ('search: "shared@"', ["Anna", "Bo"]),
        ('search: "fin"', ["Finn"]),
        ('username: " Shared@EXAMPLE.dk "', ["Anna", "Bo"]),
        ('username: "nobody@example.dk"', []),
        ('username: "no address"', []),
        ('username: ""', []),
        (f'customerId: "{customer_id(1)}"', ["Anna", "Eva"]),
        (f'customerId: "{customer_id(77)}"', []),
        (f'settingsId: "{settings_id(1)}"', ["Anna", "Dorte", "Eva", "Finn"]),
        (f'settingsId: "{settings_id(2)}"', ["Bo", "Cai"]),
        ("passwordStatus: ENCRYPTED", ["Cai", "Dorte", "Finn"]),
        ("passwordStatus: NONE", ["Anna", "Bo", "Eva"]),
        ("internetUser: false", ["Eva", "Finn"]),
        ("internetUser: true", ["Anna", "Bo", "Cai", "Dorte"]),
        ("canLogIn: true", ["Cai"]),
        ("canLogIn: false", ["Anna", "Bo", "Dorte", "Eva", "Finn"]),
        ("shared: true", ["Anna", "Bo"]),
        ("shared: false", ["Cai", "Dorte", "Eva", "Finn"]),
        ("lockedOut: true", ["Cai"]),
        ("lockedOut: false", ["Anna", "Bo", "Dorte", "Eva", "Finn"]),
        ("lockedOut: false, shared: true, internetUser: true", ["Anna", "Bo"]),
    ):
        assert await people(f"filter: {{{given}}}") == found, given


async def test_the_same_filters_hold_below_a_customer(firm: Firm, people: Names) -> None:
    text = """customers { edges { node { name
        references(filter: {canLogIn: true}, orderBy: EMAIL, last: 5) { totalCount edges { node { name } } } } } }"""
    page = await firm.reader.customers(OFFICE, ask(text))
    found = {edge.node.name: edge.node.related["references"] for edge in page.edges}
    assert {name: [edge.node.name for edge in below.edges] for name, below in found.items()} == {
        "Alfa": [],
        "Beta": ["Cai"],
        "Closed": [],
    }
    assert {name: below.total_count for name, below in found.items()} == {"Alfa": 0, "Beta": 1, "Closed": 0}


async def test_how_many_references_settings_apply_to(firm: Firm, people: Names) -> None:
    found = await firm.reader.internet_order_settings(OFFICE, ask("internetOrderSettings { name usedBy isDefault }"))
    assert [(row.name, row.used_by, row.is_default) for row in found] == [
        ("Standard", 4, True),
        ("Kun sporing", 2, False),
    ]


async def test_what_a_reference_says_of_its_login(firm: Firm, people: Names, clock: FakeClock) -> None:
    text = """references { edges { node {
        passwordStatus canLogIn lockedUntil loginChecks { passed } permissions { effective } email } } }"""
    rows = {edge.node.key: edge.node for edge in (await firm.reader.references(OFFICE, ask(text))).edges}
    cai, dorte = rows[3], rows[4]
    assert (cai.can_log_in, cai.locked_until) == (True, clock.now() + timedelta(hours=1))
    assert [check.passed for check in cai.login_checks] == [True, True, True, True, False, False]
    assert (dorte.can_log_in, dorte.locked_until) == (False, None)
    assert [check.passed for check in dorte.login_checks] == [True, True, True, False, True, True]
    assert [state.effective for state in cai.permissions].count(True) == 1
    assert [state.effective for state in dorte.permissions].count(True) == len(ALL)
    eva = rows[5]
    assert [check.passed for check in eva.login_checks] == [False, False, False, True, True, True]


async def test_until_when_a_password_can_be_put_back(firm: Firm, people: Names, clock: FakeClock) -> None:
    text = ask("reference { passwordRestorableUntil }")
    anna = ids.encode("Reference", 1)

    async def until() -> Any:
        row = await firm.reader.reference(OFFICE, anna, text)
        assert row is not None
        return row.password_restorable_until

    assert await until() is None
    await firm.database.execute("UPDATE login SET cleared_hash = '$', cleared_at = $1 WHERE id = 1", clock.now())
    assert await until() == clock.now() + timedelta(hours=24)
    clock.advance(hours=24)
    assert await until() is None
    await firm.database.execute("UPDATE login SET cleared_hash = NULL WHERE id = 1")
    assert await until() is None


async def test_those_who_share_are_listed_by_their_customers(firm: Firm) -> None:
    login = await firm.login("x@example.dk")
    for number, customer in (("1", "Ålborg"), ("2", "Ærø"), ("3", "Beta")):
        await firm.reference(await firm.customer(number, customer), "X", "x@example.dk", login)
    row = await firm.reader.reference(OFFICE, ids.encode("Reference", 3), ask("r { sharedWith { customer { name } } }"))
    assert row is not None
    assert [other.related["customer"].name for other in row.related["sharedWith"]] == ["Ærø", "Ålborg"]


async def wrong(reading: Awaitable[Any]) -> list[FieldProblem]:
    with pytest.raises(Refused) as refused:
        await reading
    assert isinstance(refused.value.problem, InvalidInput)
    return list(refused.value.problem.fields)


async def test_wrong_arguments_are_named_as_clients_name_them(firm: Firm) -> None:
    code = FieldProblemCode
    below = "customers {{ edges {{ node {{ references({0}) {{ totalCount }} }} }} }}"
    for arguments, field, problem in (
        ("first: -1", "first", code.OUT_OF_RANGE),
        ("first: 501", "first", code.OUT_OF_RANGE),
        ("last: 501", "last", code.OUT_OF_RANGE),
        ("first: 1, last: 1", "last", code.NOT_TOGETHER),
        ('after: "made up"', "after", code.MALFORMED),
        ('before: ""', "before", code.MALFORMED),
        ('filter: {settingsId: "x"}', "filter.settingsId", code.UNKNOWN_ID),
        (f'filter: {{customerId: "{settings_id(1)}"}}', "filter.customerId", code.UNKNOWN_ID),
    ):
        expected = [FieldProblem(field, problem)]
        assert await wrong(firm.reader.references(OFFICE, ask(f"references({arguments}) {{ totalCount }}"))) == expected
        assert await wrong(firm.reader.customers(OFFICE, ask(below.format(arguments)))) == expected
    settings = ask('customers(filter: {settingsId: "x"}) { totalCount }')
    assert await wrong(firm.reader.customers(OFFICE, settings)) == [FieldProblem("filter.settingsId", code.UNKNOWN_ID)]


async def test_a_cursor_of_another_list_is_wrong(firm: Firm, people: Names) -> None:
    first = await firm.reader.customers(OFFICE, ask("customers(first: 1) { pageInfo { endCursor } }"))
    cursor = first.end_cursor
    problem = [FieldProblem("after", FieldProblemCode.MALFORMED)]
    for text in ("customers(after: $c, orderBy: NAME) {", "customers(after: $c, direction: DESC) {"):
        assert await wrong(firm.reader.customers(OFFICE, ask(f"{text} totalCount }}", c=cursor))) == problem
    assert await wrong(firm.reader.references(OFFICE, ask("references(after: $c) { totalCount }", c=cursor))) == problem
    below = "customers { edges { node { references(after: $c) { totalCount } } } }"
    assert await wrong(firm.reader.customers(OFFICE, ask(below, c=cursor))) == problem


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
        return [edge.node.action for edge in (await firm.reader.audit_events(OFFICE, ask(text, **variables))).edges]

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
    page = await firm.reader.audit_events(OFFICE, ask("auditEvents { edges { node { at } } }"))
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
        edge.node for edge in (await firm.reader.audit_events(OFFICE, ask(text))).edges
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
        page = await firm.reader.audit_events(OFFICE, ask(text, after=after))
        found += [edge.node.action for edge in page.edges]
        after = page.end_cursor
        if not page.has_next_page:
            break
    assert found == whole
