"""The rules, "Who may do what": what each kind of caller can read, by whatever path."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from app import ids
from app.models.enums import AuditAction, FieldProblemCode, StaffRole
from app.services.audit import Event
from app.services.caller import Caller, Nobody, PortalUser, StaffUser, TokenUser
from app.services.problems import FieldProblem, InvalidInput, NotAllowed, NotFound, NotLoggedIn, Problem, Refused
from tests.reading.asking import ask
from tests.reading.firm import ALL, OFFICE, Firm, customer_id, reference_id, settings_id
from tests.support.services import FakeClock

NODE = "node { id }"
REFERENCES = "references { totalCount edges { node { name } } }"


@dataclass
class Firms:
    """Ida orders for Alfa and for Beta with one username, and is logged in at Alfa; Ole orders for Beta alone."""

    firm: Firm
    alfa: int
    beta: int
    ida: int
    ida_at_beta: int
    ole: int
    login: int
    special: int
    portal: PortalUser

    async def node(self, caller: Caller, type_name: str, key: int) -> Any:
        return await self.firm.reader.node(caller, ids.encode(type_name, key), ask(NODE))


@pytest.fixture
async def firms(firm: Firm) -> Firms:
    special = await firm.settings("Kun sporing", ALL[10])
    alfa, beta = await firm.customer("2", "Alfa"), await firm.customer("1", "Beta", settings_id=special)
    login = await firm.login("ida@example.dk")
    ida = await firm.reference(alfa, "Ida", "Ida@example.dk", login)
    ida_at_beta = await firm.reference(beta, "Ida B", "ida@example.dk", login)
    ole = await firm.reference(beta, "Ole", "ole@example.dk", await firm.login("ole@example.dk"))
    portal = await firm.portal_user(alfa, login, ida)
    return Firms(firm, alfa, beta, ida, ida_at_beta, ole, login, special, portal)


async def refusal(reading: Any) -> Problem:
    with pytest.raises(Refused) as refused:
        await reading
    return refused.value.problem


async def test_nobody_reads_nothing(firms: Firms) -> None:
    reader, nobody = firms.firm.reader, Nobody()
    assert await reader.viewer(nobody, ask("viewer { name }")) is None
    assert await reader.customer(nobody, customer_id(firms.alfa), None, ask("customer { id }")) is None
    assert await reader.customer(nobody, None, None, ask("customer { id }")) is None
    assert await reader.reference(nobody, reference_id(firms.ida), ask("reference { id }")) is None
    assert await firms.node(nobody, "Customer", firms.alfa) is None
    for reading in (
        reader.customers(nobody, ask("customers { totalCount }")),
        reader.references(nobody, ask(REFERENCES)),
        reader.internet_order_settings(nobody, ask("internetOrderSettings { id }")),
        reader.staff(nobody, ask("staff { id }")),
        reader.access_tokens(nobody, ask("accessTokens { id }")),
        reader.audit_events(nobody, ask("auditEvents { edges { node { id } } }")),
    ):
        assert await refusal(reading) == NotLoggedIn()


async def test_a_portal_users_lists_hold_just_their_own(firms: Firms) -> None:
    reader, portal = firms.firm.reader, firms.portal
    customers = await reader.customers(
        portal, ask(f"customers {{ totalCount edges {{ node {{ name ownSettings {{ name }} {REFERENCES} }} }} }}")
    )
    assert customers.total_count == 1
    (alfa,) = [edge.node for edge in customers.edges]
    assert (alfa.name, alfa.related["ownSettings"]) == ("Alfa", None)
    assert [edge.node.name for edge in alfa.related["references"].edges] == ["Ida"]
    references = await reader.references(portal, ask(REFERENCES))
    assert (references.total_count, [edge.node.name for edge in references.edges]) == (1, ["Ida"])
    settings = await reader.internet_order_settings(portal, ask("internetOrderSettings { name usedBy }"))
    assert [(row.name, row.used_by) for row in settings] == [("Standard", None)]


async def test_to_a_portal_user_nothing_else_has_an_id(firms: Firms) -> None:
    staff = await firms.firm.staff_user()
    tool = await firms.firm.tool(StaffRole.ADMIN, staff.staff_id)
    ole = await firms.firm.session(login_id=firms.login + 1, reference_id=firms.ole)
    for type_name, key in (
        ("Customer", firms.beta),
        ("Reference", firms.ida_at_beta),
        ("Reference", firms.ole),
        ("InternetOrderSettings", firms.special),
        ("Session", ole),
        ("Session", staff.session_id),
        ("StaffMember", staff.staff_id),
        ("AccessToken", tool.token_id),
        ("PortalViewer", firms.ida),
        ("Customer", 999),
    ):
        assert await firms.node(firms.portal, type_name, key) is None, type_name
    for type_name, key in (("Customer", firms.alfa), ("Reference", firms.ida), ("Session", firms.portal.session_id)):
        row = await firms.node(firms.portal, type_name, key)
        assert row.id == ids.encode(type_name, key)
    reader = firms.firm.reader
    assert await reader.customer(firms.portal, None, "1", ask("customer { id }")) is None
    assert await reader.reference(firms.portal, reference_id(firms.ole), ask("reference { id }")) is None


async def test_other_companies_are_not_there_behind_a_reference(firms: Firms) -> None:
    text = "reference { sharedWith { name } sessions { customerName } settings { usedBy } customer { name } }"
    row = await firms.firm.reader.reference(firms.portal, reference_id(firms.ida), ask(text))
    assert row is not None
    assert row.related["sharedWith"] == []
    assert row.related["settings"].used_by is None
    assert row.related["customer"].name == "Alfa"
    assert len(row.related["sessions"]) == 1


async def test_a_portal_user_learns_nothing_from_filters(firms: Firms) -> None:
    async def count(what: str) -> int | None:
        return (
            await firms.firm.reader.references(firms.portal, ask(f"references(filter: {{{what}}}) {{ totalCount }}"))
        ).total_count

    assert await count("shared: true") == 0
    assert await count("shared: false") == 1
    assert await count(f'customerId: "{customer_id(firms.beta)}"') == 0
    assert await count('search: "ole"') == 0
    assert await count('username: "ida@example.dk"') == 1
    customers = await firms.firm.reader.customers(
        replace(firms.portal),
        ask(f'customers(filter: {{settingsId: "{settings_id(firms.special)}"}}) {{ totalCount }}'),
    )
    assert customers.total_count == 0


async def test_the_settings_that_apply_are_the_only_ones(firms: Firms) -> None:
    """At Beta the customer's settings apply, to somebody there who has none of their own."""
    at_beta = await firms.firm.portal_user(firms.beta, firms.login, firms.ida_at_beta)
    found = await firms.firm.reader.internet_order_settings(at_beta, ask("internetOrderSettings { name }"))
    assert [row.name for row in found] == ["Kun sporing"]
    text = ask("customers { edges { node { ownSettings { name } } } }")
    (edge,) = (await firms.firm.reader.customers(at_beta, text)).edges
    assert edge.node.related["ownSettings"].name == "Kun sporing"
    own = await firms.firm.settings("Eget")
    await firms.firm.database.execute("UPDATE reference SET settings_id = $1 WHERE id = $2", own, firms.ida_at_beta)
    (edge,) = (await firms.firm.reader.customers(at_beta, text)).edges
    assert edge.node.related["ownSettings"] is None
    asked = ask(f'customers(filter: {{settingsId: "{settings_id(firms.special)}"}}) {{ totalCount }}')
    assert (await firms.firm.reader.customers(at_beta, asked)).total_count == 0


async def test_a_portal_user_sees_the_sessions_of_their_username(firms: Firms) -> None:
    await firms.firm.session(login_id=firms.login, reference_id=firms.ida_at_beta)
    viewer = await firms.firm.reader.viewer(
        firms.portal, ask("viewer { sessions { current customerName customer { name } } }")
    )
    assert viewer is not None
    found = [
        (row.current, row.customer_name, row.related["customer"] is not None) for row in viewer.related["sessions"]
    ]
    assert found == [(True, "Alfa", True), (False, "Beta", False)]


async def test_only_live_sessions_are_there(firms: Firms, clock: FakeClock) -> None:
    firm, now = firms.firm, clock.now()
    mine = {"login_id": firms.login, "reference_id": firms.ida}
    await firm.session(**mine, epoch=2)
    await firm.session(**mine, last_seen_at=now - timedelta(hours=8))
    await firm.session(**mine, expires_at=now)
    text = ask("reference { sessions { id expiresAt } }")
    row = await firm.reader.reference(OFFICE, reference_id(firms.ida), text)
    assert row is not None
    (live,) = row.related["sessions"]
    assert live.key == firms.portal.session_id
    assert live.expires_at == now + timedelta(hours=8)
    clock.advance(hours=8)
    row = await firm.reader.reference(OFFICE, reference_id(firms.ida), text)
    assert row is not None
    assert row.related["sessions"] == []


async def test_payloads_hold_only_what_the_caller_may_see(firms: Firms) -> None:
    reader, both = firms.firm.reader, [firms.ida_at_beta, firms.ida]
    rows = await reader.by_keys(firms.portal, "Reference", both, ask("references { name }"))
    assert [row.name for row in rows] == ["Ida"]
    rows = await reader.by_keys(OFFICE, "Reference", both, ask("references { name }"))
    assert [row.name for row in rows] == ["Ida", "Ida B"]
    gone = reader.by_key(firms.portal, "Customer", firms.beta, ask("customer { name }"))
    assert await refusal(gone) == NotFound(customer_id(firms.beta))
    row = await reader.by_key(OFFICE, "Customer", firms.beta, ask("customer { name }"))
    assert row.name == "Beta"


async def test_a_portal_user_may_not_ask_for_staff_tools_and_audit(firms: Firms) -> None:
    reader, portal = firms.firm.reader, firms.portal
    assert await refusal(reader.staff(portal, ask("staff { id }"))) == NotAllowed()
    assert await refusal(reader.access_tokens(portal, ask("accessTokens { id }"))) == NotAllowed()
    assert await refusal(reader.audit_events(portal, ask("auditEvents { edges { cursor } }"))) == NotAllowed()


async def callers(firm: Firm) -> list[StaffUser | TokenUser]:
    people = [
        await firm.staff_user(role, name)
        for role, name in zip(StaffRole, ("Signe Holm", "Bo Dam", "Åse Friis"), strict=True)
    ]
    return [*people, *[await firm.tool(role, people[0].staff_id, f"Tool {role}") for role in StaffRole]]


async def test_what_each_role_may_read(firms: Firms) -> None:
    firm = firms.firm
    everybody = await callers(firm)
    tool = next(caller for caller in everybody if isinstance(caller, TokenUser))
    signe = next(caller for caller in everybody if isinstance(caller, StaffUser))

    async def write(tx: Any) -> None:
        await firm.services.audit.write(tx, OFFICE, [Event(AuditAction.CUSTOMER_CREATED)])

    await firm.database.transact(write)
    (event,) = await firm.database.fetch("SELECT id FROM audit_event")
    for caller in everybody:
        reader = firm.reader
        assert (await reader.customers(caller, ask("customers { totalCount }"))).total_count == 2
        assert (await reader.references(caller, ask("references { totalCount }"))).total_count == 3
        settings = await reader.internet_order_settings(caller, ask("internetOrderSettings { name usedBy }"))
        assert [(row.name, row.used_by) for row in settings] == [("Standard", 1), ("Kun sporing", 2)]
        assert await firms.node(caller, "Session", firms.portal.session_id) is not None
        audits = caller.role in (StaffRole.ADMIN, StaffRole.AUDITOR)
        assert (await firms.node(caller, "AuditEvent", event["id"]) is not None) is audits
        events = reader.audit_events(caller, ask("auditEvents { edges { node { action } } }"))
        if audits:
            assert [edge.node.action for edge in (await events).edges] == [AuditAction.CUSTOMER_CREATED]
        else:
            assert await refusal(events) == NotAllowed()
        manages = caller.role is StaffRole.ADMIN and isinstance(caller, StaffUser)
        assert (await firms.node(caller, "StaffMember", signe.staff_id) is not None) is manages
        assert (await firms.node(caller, "AccessToken", tool.token_id) is not None) is manages
        for reading in (reader.staff(caller, ask("staff { name }")), reader.access_tokens(caller, ask("all { name }"))):
            if manages:
                assert len(await reading) == 3
            else:
                assert await refusal(reading) == NotAllowed()


async def test_staff_see_their_own_sessions_and_no_colleagues(firms: Firms) -> None:
    signe, bo = await firms.firm.staff_user(), await firms.firm.staff_user(StaffRole.EDITOR, "Bo Dam")
    assert await firms.node(signe, "Session", signe.session_id) is not None
    assert await firms.node(signe, "Session", bo.session_id) is None
    viewer = await firms.firm.reader.viewer(bo, ask("viewer { name email role sessions { current customer { id } } }"))
    assert viewer is not None
    assert (viewer.name, viewer.email, viewer.role) == ("Bo Dam", "bo@vognmand.example", StaffRole.EDITOR)
    (session,) = viewer.related["sessions"]
    assert (session.current, session.related["customer"]) == (True, None)


async def test_a_tools_viewer_is_the_token(firms: Firms) -> None:
    signe = await firms.firm.staff_user()
    tool = await firms.firm.tool(StaffRole.EDITOR, signe.staff_id)
    viewer = await firms.firm.reader.viewer(tool, ask("viewer { name email role sessions { id } }"))
    assert viewer is not None
    assert (viewer.name, viewer.email, viewer.role) == ("Ordresystem", signe.email, StaffRole.EDITOR)
    assert viewer.related["sessions"] == []
    assert await firms.firm.reader.viewer(OFFICE, ask("viewer { name }")) is None


async def test_a_customer_is_asked_for_by_one_thing(firms: Firms) -> None:
    reader = firms.firm.reader
    both = await refusal(reader.customer(OFFICE, customer_id(firms.alfa), "1", ask("customer { id }")))
    assert both == InvalidInput(tuple(FieldProblem(name, FieldProblemCode.NOT_TOGETHER) for name in ("id", "number")))
    neither = await refusal(reader.customer(OFFICE, None, None, ask("customer { id }")))
    assert neither == InvalidInput(tuple(FieldProblem(name, FieldProblemCode.REQUIRED) for name in ("id", "number")))
    found = await reader.customer(OFFICE, None, " 1 ", ask("customer { name }"))
    assert found is not None
    assert found.name == "Beta"
    for hostile in ("\0", "\ud800", "1\0"):
        assert await reader.customer(OFFICE, None, hostile, ask("customer { name }")) is None
    for malformed in ("", "x", reference_id(firms.ida), "\ud800"):
        assert await reader.customer(OFFICE, malformed, None, ask("customer { name }")) is None
        assert await reader.node(OFFICE, malformed, ask(NODE)) is None or malformed == reference_id(firms.ida)
