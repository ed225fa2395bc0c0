"""The rules, "Lists" 4: one statement, for 5 rows and for 50, and one reading of each login in an answer."""

import pytest

from app.models.enums import StaffRole
from app.security.tokens import ACCESS_TOKEN_PREFIX, digest
from app.services import Services
from app.services.caller import PortalUser
from tests.reading.asking import ask
from tests.reading.firm import ALL, OFFICE, Firm
from tests.support.api import Api

EVERYTHING = """customers(first: %d) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
    id number name active version createdAt updatedAt ownSettings { name }
    references(first: 10) { totalCount pageInfo { startCursor } edges { cursor node {
        id name email passwordStatus internetUser canLogIn phone mobile lastLoginAt lockedUntil passwordRestorableUntil
        permissions { permission effective } loginChecks { check passed }
        customer { name } ownSettings { name } settings { name permissions usedBy }
        sharedWith { name passwordStatus customer { name } } sessions { current expiresAt customerName }
    } } }
} } }"""

SIMPLE = """customers(first: %d) { edges { node { name references(first: 10) { edges { node {
    name permissions { effective } sharedWith { name } settings { name } } } } } } }"""


async def fill(firm: Firm, customers: int = 50, each: int = 10) -> None:
    """Customers with references, each of whose usernames is shared with the next customer's."""
    own = await firm.settings("Storkunder", *ALL[:3])
    rows = [
        firm.customer_row(str(10000 + n), f"Kunde {n:03}", settings_id=own if n % 2 else None) for n in range(customers)
    ]
    keys = await firm.insert_many("customer", rows)
    usernames = [f"p{n // 2}.{place}@example.dk" for n in range(customers) for place in range(each)]
    unique = list(dict.fromkeys(usernames))
    logins = await firm.insert_many(
        "login", [{"username_key": name, "password_hash": "$", "created_at": firm.now} for name in unique]
    )
    by_username = dict(zip(unique, logins, strict=True))
    names = iter(usernames)
    references = []
    for customer in keys:
        for place in range(each):
            email = next(names)
            settings = own if place == 1 else None
            references.append(
                firm.reference_row(customer, f"Person {place}", email, by_username[email], settings_id=settings)
            )
    await firm.insert_many("reference", references)


async def test_one_statement_reads_all_however_many_rows_there_are(firm: Firm) -> None:
    await fill(firm)
    for text in (EVERYTHING, SIMPLE):
        for first in (5, 50):
            reader, counting = firm.counting()
            page = await reader.ask("customers", OFFICE, ask(text % first))
            assert len(page.edges) == first
            below = [edge.node.related["references"] for edge in page.edges]
            assert {len(references.edges) for references in below} == {10}
            assert all(
                [other.key for other in edge.node.related["sharedWith"]]
                for references in below
                for edge in references.edges
            )
            assert len(counting.statements) == 1


async def test_a_statement_has_only_what_was_asked_for(firm: Firm) -> None:
    await fill(firm, 2, 2)
    reader, counting = firm.counting()
    await reader.ask("references", OFFICE, ask("references { edges { node { name passwordStatus } } }"))
    (statement,) = counting.statements
    assert "JOIN" not in statement
    assert "email" not in statement
    assert "permissions" not in statement


async def test_a_password_has_one_status_in_an_answer(firm: Firm) -> None:
    """The password is cleared between two of its statements."""
    await fill(firm, 2, 1)
    answer = firm.reader.for_one_answer()
    first = await answer.ask("references", OFFICE, ask("references { edges { node { passwordStatus canLogIn } } }"))
    await firm.database.execute("UPDATE login SET password_hash = NULL")
    text = "references { edges { node { passwordStatus canLogIn loginChecks { passed } } } }"
    second = await answer.ask("references", OFFICE, ask(text))
    assert [edge.node.password_status for edge in first.edges] == [edge.node.password_status for edge in second.edges]
    assert [edge.node.can_log_in for edge in second.edges] == [True, True]
    later = await firm.reader.for_one_answer().ask("references", OFFICE, ask(text))
    assert [edge.node.password_status for edge in later.edges] == ["NONE", "NONE"]
    assert [edge.node.can_log_in for edge in later.edges] == [False, False]


async def test_the_viewer_of_a_portal_user(firm: Firm) -> None:
    await fill(firm, 2, 1)
    (row, *_) = await firm.database.fetch("SELECT * FROM reference ORDER BY id")
    caller = await firm.portal_user(row["customer_id"], row["login_id"], row["id"])
    assert isinstance(caller, PortalUser)
    reader, counting = firm.counting()
    text = """viewer { name email permissions menu choices { customerName current } customer { name }
        reference { name settings { name } } sessions { current customerName } }"""
    viewer = await reader.ask("viewer", caller, ask(text))
    assert viewer is not None
    assert [choice.customer_name for choice in viewer.related["choices"]] == ["Kunde 000", "Kunde 001"]
    assert len(counting.statements) == 1


async def test_the_same_holds_for_whole_requests(
    api: Api, firm: Firm, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the look-up of who asks, which others may share, there is the reader's one statement."""
    await fill(firm)
    staff = await firm.staff_user()
    tool = await firm.tool(StaffRole.AUDITOR, staff.staff_id)
    secret = f"{ACCESS_TOKEN_PREFIX}of a test"
    await firm.database.execute("UPDATE access_token SET secret_hash = $1 WHERE id = $2", digest(secret), tool.token_id)
    fetch = services.resources.database.fetch
    statements: list[str] = []

    async def counted(sql: str, *args: object) -> object:
        statements.append(sql)
        return await fetch(sql, *args)

    monkeypatch.setattr(services.resources.database, "fetch", counted)
    for first in (5, 50):
        statements.clear()
        data = await api.data(f"{{ {SIMPLE % first} }}", token=secret)
        assert len(data["customers"]["edges"]) == first
        assert len(statements) == 1
