"""The rules, "Lists": orders, filters and pages of customers and references."""

from typing import Any

import pytest

from app.models.enums import FieldProblemCode
from app.services.problems import FieldProblem
from tests.reading.asking import ask, wrong
from tests.reading.conftest import Names
from tests.reading.firm import OFFICE, Firm, customer_id, settings_id
from tests.support.services import FakeClock

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
        page = await firm.reader.ask("customers", OFFICE, ask(text, **variables))
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
            page = await firm.reader.ask("references", OFFICE, ask(text, after=after))
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
    page = await firm.reader.ask("customers", OFFICE, ask(text))
    found = {edge.node.name: edge.node.related["references"] for edge in page.edges}
    assert {name: [edge.node.name for edge in below.edges] for name, below in found.items()} == {
        "Alfa": [],
        "Beta": ["Cai"],
        "Closed": [],
    }
    assert {name: below.total_count for name, below in found.items()} == {"Alfa": 0, "Beta": 1, "Closed": 0}


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
        assert (
            await wrong(firm.reader.ask("references", OFFICE, ask(f"references({arguments}) {{ totalCount }}")))
            == expected
        )
        assert await wrong(firm.reader.ask("customers", OFFICE, ask(below.format(arguments)))) == expected
    settings = ask('customers(filter: {settingsId: "x"}) { totalCount }')
    assert await wrong(firm.reader.ask("customers", OFFICE, settings)) == [
        FieldProblem("filter.settingsId", code.UNKNOWN_ID)
    ]


async def test_a_cursor_of_another_list_is_wrong(firm: Firm, people: Names) -> None:
    first = await firm.reader.ask("customers", OFFICE, ask("customers(first: 1) { pageInfo { endCursor } }"))
    cursor = first.end_cursor
    problem = [FieldProblem("after", FieldProblemCode.MALFORMED)]
    for text in ("customers(after: $c, orderBy: NAME) {", "customers(after: $c, direction: DESC) {"):
        assert await wrong(firm.reader.ask("customers", OFFICE, ask(f"{text} totalCount }}", c=cursor))) == problem
    assert (
        await wrong(firm.reader.ask("references", OFFICE, ask("references(after: $c) { totalCount }", c=cursor)))
        == problem
    )
    below = "customers { edges { node { references(after: $c) { totalCount } } } }"
    assert await wrong(firm.reader.ask("customers", OFFICE, ask(below, c=cursor))) == problem
