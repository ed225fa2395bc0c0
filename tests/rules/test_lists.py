"""The rules, "Lists" 1 to 4, as clients meet them; what the read path does by itself is tested in tests/reading."""

from collections.abc import Callable
from typing import Any

import pytest

from app.database import Database, Rows
from app.models.enums import StaffRole
from app.settings import Settings
from tests.reading.firm import Firm
from tests.reading.test_statements import EVERYTHING, fill
from tests.support.services import FakeClock
from tests.support.story import PASSWORD, STAFF_PASSWORD, Story

EMAIL = "ida@kunde.example"

# In the order of the Danish alphabet: æ, ø, å last, ä as æ, ö as ø, aa as å; case and other accents don't count.
DANISH = (
    "abel",
    "Ágnes",
    "Al",
    "Müller",
    "Myrup",
    "Ostergaard",
    "Zebra",
    "Ægir",
    "Ärlig",
    "Ødis",
    "Öland",
    "ØRSTED",
    "Aabenraa",
    "Åby",
    "aalborg",
    "Ålsrode",
)


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    """Fifty rows with everything below them cost more than is usual."""
    return settings_with(max_cost=50_000)


async def listed(story: Story, field: str, arguments: str = "", selection: str = "name") -> list[Any]:
    """What a list holds, as staff see it: the only thing selected of each, and as many as it says there are."""
    given = f"(first: 500{arguments and ', '}{arguments})"
    page = await story.run(
        f"{{ {field}{given} {{ totalCount edges {{ node {{ {selection} }} }} }} }}", token=await story.staff()
    )
    assert page["totalCount"] == len(page["edges"])
    return [next(iter(edge["node"].values())) for edge in page["edges"]]


async def test_names_come_in_the_order_of_the_danish_alphabet(story: Story) -> None:
    customer = await story.customer(DANISH[0], number="0")
    for place, name in enumerate(reversed(DANISH[1:])):
        await story.customer(name, number=str(100 - place))
        await story.reference(customer, name=name)
    await story.reference(customer, name=DANISH[0])
    assert await listed(story, "customers", "orderBy: NAME") == list(DANISH)
    assert await listed(story, "customers", "orderBy: NAME, direction: DESC") == list(reversed(DANISH))
    assert await listed(story, "references") == list(DANISH)
    assert await listed(story, "references", "direction: DESC") == list(reversed(DANISH))
    token = await story.staff()
    own = await story.run(
        "query($id: ID!) { customer(id: $id) { references { edges { node { name } } } } }",
        {"id": customer},
        token=token,
    )
    assert [edge["node"]["name"] for edge in own["references"]["edges"]] == list(DANISH)


async def test_customers_come_by_their_number_unless_told_otherwise(story: Story, clock: FakeClock) -> None:
    for number, name in (("b2", "Nord"), ("10", "Vest"), ("Å1", "Syd"), ("9", "Øst"), ("B10", "Midt")):
        await story.customer(name, number=number)
        clock.advance(seconds=1)
    by_number = ["10", "9", "B10", "b2", "Å1"]
    assert await listed(story, "customers", selection="number") == by_number
    assert await listed(story, "customers", "orderBy: null, direction: null", "number") == by_number
    assert await listed(story, "customers", "direction: DESC", "number") == by_number[::-1]
    assert await listed(story, "customers", "orderBy: CREATED_AT") == ["Nord", "Vest", "Syd", "Øst", "Midt"]


async def test_a_renamed_customer_is_where_its_name_belongs(story: Story) -> None:
    first, _ = await story.customer("Anker", number="1"), await story.customer("Bo", number="2")
    await story.mutate("updateCustomer", {"id": first, "name": "Åse", "number": "3"}, "__typename")
    assert await listed(story, "customers") == ["Bo", "Åse"]
    assert await listed(story, "customers", "orderBy: NAME") == ["Bo", "Åse"]
    assert await listed(story, "customers", 'filter: {search: "ank"}') == []
    assert await listed(story, "customers", 'filter: {search: "aase"}') == ["Åse"]
    assert await listed(story, "customers", 'filter: {search: "3"}') == ["Åse"]


async def test_what_is_not_paged_has_its_own_order(story: Story, clock: FakeClock) -> None:
    customers = [await story.customer(name) for name in ("Ørsted", "Zebra", "Aagaard")]
    references = [
        await story.reference(customer, EMAIL, None if place else PASSWORD, sharedUsername="KEEP_PASSWORD")
        for place, customer in enumerate(customers)
    ]
    tokens = []
    for _ in range(3):
        tokens.append(await story.token(EMAIL, reference=references[0]))
        clock.advance(minutes=1)
    viewer = await story.run(
        "{ viewer { sessions { current createdAt } ... on PortalViewer { choices { customerName } } } }",
        token=tokens[1],
    )
    assert [choice["customerName"] for choice in viewer["choices"]] == ["Zebra", "Ørsted", "Aagaard"]
    assert [session["current"] for session in viewer["sessions"]] == [True, False, False]
    assert [session["createdAt"][14:16] for session in viewer["sessions"]] == ["01", "02", "00"]
    shared = (await story.read(references[1], "sharedWith { customer { name } }"))["sharedWith"]
    assert [other["customer"]["name"] for other in shared] == ["Ørsted", "Aagaard"]
    for name in ("Østlige", "aalborg", "Vestlige"):
        given: dict[str, Any] = {"name": name, "permissions": []}
        await story.mutate("createInternetOrderSettings", given, "__typename")
    admin = await story.staff()
    found = await story.run("{ internetOrderSettings { name } }", token=admin)
    assert [settings["name"] for settings in found] == ["Standard", "Vestlige", "Østlige", "aalborg"]


async def test_the_audit_comes_newest_first(story: Story, clock: FakeClock) -> None:
    for name in ("Første", "Anden", "Tredje"):
        await story.customer(name)
    page = await story.run(
        """{ auditEvents(filter: {actions: [CUSTOMER_CREATED]}) { edges { node { at changes { field after } } } } }""",
        token=await story.staff(),
    )
    names = [
        change["after"] for edge in page["edges"] for change in edge["node"]["changes"] if change["field"] == "name"
    ]
    assert names == ["Tredje", "Anden", "Første"]
    moments = [edge["node"]["at"] for edge in page["edges"]]
    assert moments == sorted(moments, reverse=True)


async def test_staff_and_their_tools_come_by_name(story: Story) -> None:
    for name in ("Ørn", "Bo", "aage"):
        given = {"name": name, "email": f"{name}@firma.dk", "role": "AUDITOR", "newPassword": {"generate": True}}
        await story.mutate("createStaff", given, "__typename")
        tool = {"name": name, "role": "AUDITOR", "expiresAt": "2027-01-01T00:00:00Z"}
        await story.mutate("createAccessToken", tool, "__typename")
    data = await story.api.data("{ staff { name } accessTokens { name } }", token=await story.staff())
    assert [member["name"] for member in data["staff"]] == ["Admin", "Bo", "Ørn", "aage"]
    assert [tool["name"] for tool in data["accessTokens"]] == ["Bo", "Ørn", "aage"]


SEARCHES: tuple[tuple[str, list[str]], ...] = (
    ("104", ["Jensen & Søn"]),
    ("0432", []),
    ("jens", ["Jensen & Søn"]),
    ("SØN", ["Jensen & Søn"]),
    ("sön", ["Jensen & Søn"]),
    ("ensen", []),
    ("ÅB", ["Aabenraa 100%_A"]),
    ("aab", ["Aabenraa 100%_A"]),
    ("100%", ["Aabenraa 100%_A"]),
    ("100%_", ["Aabenraa 100%_A"]),
    ("1", ["Jensen & Søn", "Aabenraa 100%_A"]),
    ("%", []),
    ("_", []),
    ("_a", []),
    ("100_", []),
    ("rene", ["René 5"]),
    ("\\", []),
    ("'", []),
)


async def test_a_search_finds_the_start_of_the_number_and_of_any_word(story: Story) -> None:
    for number, name in (("10432", "Jensen & Søn"), ("20", "Aabenraa 100%_A"), ("30", "René 5")):
        customer = await story.customer(name, number=number)
        await story.reference(customer, f"{number}.x_y@kunde.example", name=name)
    for typed, found in SEARCHES:
        document = """query($typed: String!) { customers(filter: {search: $typed}) { edges { node { name } } } }"""
        page = await story.run(document, {"typed": typed}, token=await story.staff())
        assert [edge["node"]["name"] for edge in page["edges"]] == found, typed
    for typed, found in (
        ("10432.X_Y@", ["Jensen & Søn"]),
        ("x_y", []),
        ("kunde", []),
        ("20.x%", []),
        ("søn", ["Jensen & Søn"]),
    ):
        assert await listed(story, "references", f'filter: {{search: "{typed}"}}') == found, typed


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are run from now on, each as it is run."""
    run: list[str] = []
    fetch: Callable[..., Any] = Database.fetch

    async def noted(self: Database, sql: str, *args: object) -> Rows:
        run.append(sql)
        rows: Rows = await fetch(self, sql, *args)
        return rows

    monkeypatch.setattr(Database, "fetch", noted)
    return run


async def test_one_statement_reads_a_page_however_many_rows_it_has(story: Story, statements: list[str]) -> None:
    await fill(Firm(story.services))
    admin = await story.staff()
    made = await story.mutate(
        "createAccessToken",
        {"name": "Liste", "role": StaffRole.AUDITOR.value, "expiresAt": "2027-01-01T00:00:00Z"},
        "... on CreateAccessTokenSuccess { secret }",
        token=admin,
    )
    for token in (admin, made["secret"]):
        counts = []
        for size in (5, 50):
            statements.clear()
            page = await story.run(f"{{ {EVERYTHING % size} }}", token=token)
            assert len(page["edges"]) == size
            counts.append(len(statements))
        assert counts == [1, 1], statements
    assert STAFF_PASSWORD not in repr(statements)
