"""What a reference, and the settings that apply to it, say of it."""

from datetime import timedelta
from typing import Any

from app import ids
from tests.reading.asking import ask, given
from tests.reading.conftest import Names
from tests.reading.firm import ALL, OFFICE, Firm
from tests.support.services import FakeClock


async def test_how_many_references_settings_apply_to(firm: Firm, people: Names) -> None:
    found = await firm.reader.ask(
        "internetOrderSettings", OFFICE, ask("internetOrderSettings { name usedBy isDefault }")
    )
    assert [(row.name, row.used_by, row.is_default) for row in found] == [
        ("Standard", 4, True),
        ("Kun sporing", 2, False),
    ]


async def test_what_a_reference_says_of_its_login(firm: Firm, people: Names, clock: FakeClock) -> None:
    text = """references { edges { node {
        passwordStatus canLogIn lockedUntil loginChecks { passed } permissions { effective } email } } }"""
    rows = {edge.node.key: edge.node for edge in (await firm.reader.ask("references", OFFICE, ask(text))).edges}
    cai, dorte = rows[3], rows[4]
    assert (cai.can_log_in, cai.locked_until) == (True, clock.now() + timedelta(hours=1))
    assert [check.passed for check in cai.login_checks] == [True, True, True, True, True, False, False]
    assert (dorte.can_log_in, dorte.locked_until) == (False, None)
    assert [check.passed for check in dorte.login_checks] == [True, True, True, True, False, True, True]
    assert [state.effective for state in cai.permissions].count(True) == 1
    assert [state.effective for state in dorte.permissions].count(True) == len(ALL)
    eva = rows[5]
    assert [check.passed for check in eva.login_checks] == [False, False, True, False, True, True, True]


async def test_until_when_a_password_can_be_put_back(firm: Firm, people: Names, clock: FakeClock) -> None:
    text = "reference { passwordRestorableUntil }"
    anna = ids.encode("Reference", 1)

    async def until() -> Any:
        row = await firm.reader.ask("reference", OFFICE, given(text, id=anna))
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
    row = await firm.reader.ask(
        "reference", OFFICE, given("r { sharedWith { customer { name } } }", id=ids.encode("Reference", 3))
    )
    assert row is not None
    assert [other.related["customer"].name for other in row.related["sharedWith"]] == ["Ærø", "Ålborg"]
