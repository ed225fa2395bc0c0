"""The rules, "Who may do what" 2: to a portal user another customer does not exist, by whatever path."""

from dataclasses import replace
from datetime import timedelta

from app import ids
from app.models.enums import MenuItem, PortalPermission, StaffRole
from app.services.problems import NotAllowed, NotFound
from tests.reading.asking import ask, given, refusal
from tests.reading.firm import OFFICE, customer_id, reference_id, settings_id
from tests.reading.firms import REFERENCES, Firms
from tests.support.services import FakeClock


async def test_a_portal_users_lists_hold_just_their_own(firms: Firms) -> None:
    reader, portal = firms.firm.reader, firms.portal
    customers = await reader.ask(
        "customers",
        portal,
        ask(f"customers {{ totalCount edges {{ node {{ name ownSettings {{ name }} {REFERENCES} }} }} }}"),
    )
    assert customers.total_count == 1
    (alfa,) = [edge.node for edge in customers.edges]
    assert (alfa.name, alfa.related["ownSettings"]) == ("Alfa", None)
    assert [edge.node.name for edge in alfa.related["references"].edges] == ["Ida"]
    references = await reader.ask("references", portal, ask(REFERENCES))
    assert (references.total_count, [edge.node.name for edge in references.edges]) == (1, ["Ida"])
    settings = await reader.ask("internetOrderSettings", portal, ask("internetOrderSettings { name usedBy }"))
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
    assert await reader.ask("customer", firms.portal, given("customer { id }", id=None, number="1")) is None
    assert await reader.ask("reference", firms.portal, given("reference { id }", id=reference_id(firms.ole))) is None


async def test_other_companies_are_not_there_behind_a_reference(firms: Firms) -> None:
    text = "reference { sharedWith { name } sessions { customerName } settings { usedBy } customer { name } }"
    row = await firms.firm.reader.ask("reference", firms.portal, given(text, id=reference_id(firms.ida)))
    assert row is not None
    assert row.related["sharedWith"] == []
    assert row.related["settings"].used_by is None
    assert row.related["customer"].name == "Alfa"
    assert len(row.related["sessions"]) == 1


async def test_a_portal_user_learns_nothing_from_filters(firms: Firms) -> None:
    async def count(what: str) -> int | None:
        selected = ask(f"references(filter: {{{what}}}) {{ totalCount }}")
        total: int | None = (await firms.firm.reader.ask("references", firms.portal, selected)).total_count
        return total

    assert await count("shared: true") == 0
    assert await count("shared: false") == 1
    assert await count(f'customerId: "{customer_id(firms.beta)}"') == 0
    assert await count('search: "ole"') == 0
    assert await count('username: "ida@example.dk"') == 1
    customers = await firms.firm.reader.ask(
        "customers",
        replace(firms.portal),
        ask(f'customers(filter: {{settingsId: "{settings_id(firms.special)}"}}) {{ totalCount }}'),
    )
    assert customers.total_count == 0


async def test_the_settings_that_apply_are_the_only_ones(firms: Firms) -> None:
    """At Beta the customer's settings apply, to somebody there who has none of their own."""
    at_beta = await firms.firm.portal_user(firms.beta, firms.login, firms.ida_at_beta)
    found = await firms.firm.reader.ask("internetOrderSettings", at_beta, ask("internetOrderSettings { name }"))
    assert [row.name for row in found] == ["Kun sporing"]
    text = ask("customers { edges { node { ownSettings { name } } } }")
    (edge,) = (await firms.firm.reader.ask("customers", at_beta, text)).edges
    assert edge.node.related["ownSettings"].name == "Kun sporing"
    own = await firms.firm.settings("Eget")
    await firms.firm.database.execute("UPDATE reference SET settings_id = $1 WHERE id = $2", own, firms.ida_at_beta)
    (edge,) = (await firms.firm.reader.ask("customers", at_beta, text)).edges
    assert edge.node.related["ownSettings"] is None
    asked = ask(f'customers(filter: {{settingsId: "{settings_id(firms.special)}"}}) {{ totalCount }}')
    assert (await firms.firm.reader.ask("customers", at_beta, asked)).total_count == 0


async def test_a_portal_user_sees_the_sessions_of_their_username(firms: Firms) -> None:
    await firms.firm.session(login_id=firms.login, reference_id=firms.ida_at_beta)
    viewer = await firms.firm.reader.ask(
        "viewer", firms.portal, ask("viewer { sessions { current customerName customer { name } } }")
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
    text = "reference { sessions { id expiresAt } }"
    row = await firm.reader.ask("reference", OFFICE, given(text, id=reference_id(firms.ida)))
    assert row is not None
    (live,) = row.related["sessions"]
    assert live.key == firms.portal.session_id
    assert live.expires_at == now + timedelta(hours=8)
    clock.advance(hours=8)
    row = await firm.reader.ask("reference", OFFICE, given(text, id=reference_id(firms.ida)))
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
    assert await refusal(reader.ask("staff", portal, ask("staff { id }"))) == NotAllowed()
    assert await refusal(reader.ask("accessTokens", portal, ask("accessTokens { id }"))) == NotAllowed()
    assert await refusal(reader.ask("auditEvents", portal, ask("auditEvents { edges { cursor } }"))) == NotAllowed()


async def test_what_a_portal_users_viewer_says(firms: Firms, clock: FakeClock) -> None:
    before = clock.now() - timedelta(days=1)
    await firms.firm.database.execute(
        "UPDATE session SET previous_login_at = $1, failed_since = 3 WHERE id = $2", before, firms.portal.session_id
    )
    text = ask("""viewer { name email permissions menu mustChangePassword previousLoginAt failedLoginsSince
        choices { referenceId customerName customerNumber referenceName current } reference { name } }""")
    viewer = await firms.firm.reader.ask("viewer", firms.portal, text)
    assert viewer is not None
    assert (viewer.name, viewer.email, viewer.related["reference"].name) == ("Ida", "Ida@example.dk", "Ida")
    assert (viewer.permissions, viewer.menu) == (tuple(PortalPermission), tuple(MenuItem))
    assert (viewer.must_change_password, viewer.previous_login_at, viewer.failed_logins_since) == (False, before, 3)
    assert [
        (choice.reference_id, choice.customer_name, choice.customer_number, choice.reference_name, choice.current)
        for choice in viewer.related["choices"]
    ] == [(firms.ida, "Alfa", "2", "Ida", True), (firms.ida_at_beta, "Beta", "1", "Ida B", False)]


async def test_a_company_where_the_person_cannot_log_in_is_no_choice(firms: Firms) -> None:
    for change, back in (
        ("UPDATE customer SET active = FALSE WHERE id = $1", "UPDATE customer SET active = TRUE WHERE id = $1"),
        (
            "UPDATE reference SET internet_user = FALSE WHERE customer_id = $1",
            "UPDATE reference SET internet_user = TRUE WHERE customer_id = $1",
        ),
    ):
        await firms.firm.database.execute(change, firms.beta)
        viewer = await firms.firm.reader.ask("viewer", firms.portal, ask("viewer { choices { customerName } }"))
        assert viewer is not None
        assert [choice.customer_name for choice in viewer.related["choices"]] == ["Alfa"]
        await firms.firm.database.execute(back, firms.beta)


async def test_with_a_temporary_password_there_is_nothing_on_the_menu(firms: Firms) -> None:
    caller = replace(firms.portal, must_change_password=True)
    viewer = await firms.firm.reader.ask("viewer", caller, ask("viewer { permissions menu mustChangePassword }"))
    assert viewer is not None
    assert (viewer.permissions, viewer.menu, viewer.must_change_password) == ((), (), True)
