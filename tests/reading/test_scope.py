"""The rules, "Who may do what": what nobody, staff and tools can read, by whatever path."""

from typing import Any

from app.models.enums import AuditAction, FieldProblemCode, StaffRole
from app.services.audit import Event
from app.services.caller import Nobody, StaffUser, TokenUser
from app.services.problems import FieldProblem, InvalidInput, NotAllowed, NotLoggedIn
from tests.reading.asking import ask, given, refusal
from tests.reading.firm import OFFICE, Firm, customer_id, reference_id
from tests.reading.firms import NODE, REFERENCES, Firms


async def test_nobody_reads_nothing(firms: Firms) -> None:
    reader, nobody = firms.firm.reader, Nobody()
    assert await reader.ask("viewer", nobody, ask("viewer { name }")) is None
    assert (
        await reader.ask("customer", nobody, given("customer { id }", id=customer_id(firms.alfa), number=None)) is None
    )
    assert await reader.ask("customer", nobody, given("customer { id }", id=None, number=None)) is None
    assert await reader.ask("reference", nobody, given("reference { id }", id=reference_id(firms.ida))) is None
    assert await firms.node(nobody, "Customer", firms.alfa) is None
    for reading in (
        reader.ask("customers", nobody, ask("customers { totalCount }")),
        reader.ask("references", nobody, ask(REFERENCES)),
        reader.ask("internetOrderSettings", nobody, ask("internetOrderSettings { id }")),
        reader.ask("staff", nobody, ask("staff { id }")),
        reader.ask("accessTokens", nobody, ask("accessTokens { id }")),
        reader.ask("auditEvents", nobody, ask("auditEvents { edges { node { id } } }")),
    ):
        assert await refusal(reading) == NotLoggedIn()


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
        assert (await reader.ask("customers", caller, ask("customers { totalCount }"))).total_count == 2
        assert (await reader.ask("references", caller, ask("references { totalCount }"))).total_count == 3
        settings = await reader.ask("internetOrderSettings", caller, ask("internetOrderSettings { name usedBy }"))
        assert [(row.name, row.used_by) for row in settings] == [("Standard", 1), ("Kun sporing", 2)]
        assert await firms.node(caller, "Session", firms.portal.session_id) is not None
        audits = caller.role in (StaffRole.ADMIN, StaffRole.AUDITOR)
        assert (await firms.node(caller, "AuditEvent", event["id"]) is not None) is audits
        events = reader.ask("auditEvents", caller, ask("auditEvents { edges { node { action } } }"))
        if audits:
            assert [edge.node.action for edge in (await events).edges] == [AuditAction.CUSTOMER_CREATED]
        else:
            assert await refusal(events) == NotAllowed()
        manages = caller.role is StaffRole.ADMIN and isinstance(caller, StaffUser)
        assert (await firms.node(caller, "StaffMember", signe.staff_id) is not None) is manages
        assert (await firms.node(caller, "AccessToken", tool.token_id) is not None) is manages
        for reading in (
            reader.ask("staff", caller, ask("staff { name }")),
            reader.ask("accessTokens", caller, ask("all { name }")),
        ):
            if manages:
                assert len(await reading) == 3
            else:
                assert await refusal(reading) == NotAllowed()


async def test_staff_see_their_own_sessions_and_no_colleagues(firms: Firms) -> None:
    signe, bo = await firms.firm.staff_user(), await firms.firm.staff_user(StaffRole.EDITOR, "Bo Dam")
    assert await firms.node(signe, "Session", signe.session_id) is not None
    assert await firms.node(signe, "Session", bo.session_id) is None
    viewer = await firms.firm.reader.ask(
        "viewer", bo, ask("viewer { name email role sessions { current customer { id } } }")
    )
    assert viewer is not None
    assert (viewer.name, viewer.email, viewer.role) == ("Bo Dam", "bo@vognmand.example", StaffRole.EDITOR)
    (session,) = viewer.related["sessions"]
    assert (session.current, session.related["customer"]) == (True, None)


async def test_a_tools_viewer_is_the_token(firms: Firms) -> None:
    signe = await firms.firm.staff_user()
    tool = await firms.firm.tool(StaffRole.EDITOR, signe.staff_id)
    viewer = await firms.firm.reader.ask("viewer", tool, ask("viewer { name email role sessions { id } }"))
    assert viewer is not None
    assert (viewer.name, viewer.email, viewer.role) == ("Ordresystem", signe.email, StaffRole.EDITOR)
    assert viewer.related["sessions"] == []
    assert await firms.firm.reader.ask("viewer", OFFICE, ask("viewer { name }")) is None


async def test_a_customer_is_asked_for_by_one_thing(firms: Firms) -> None:
    reader = firms.firm.reader
    both = await refusal(
        reader.ask("customer", OFFICE, given("customer { id }", id=customer_id(firms.alfa), number="1"))
    )
    assert both == InvalidInput(tuple(FieldProblem(name, FieldProblemCode.NOT_TOGETHER) for name in ("id", "number")))
    neither = await refusal(reader.ask("customer", OFFICE, given("customer { id }", id=None, number=None)))
    assert neither == InvalidInput(tuple(FieldProblem(name, FieldProblemCode.REQUIRED) for name in ("id", "number")))
    found = await reader.ask("customer", OFFICE, given("customer { name }", id=None, number=" 1 "))
    assert found is not None
    assert found.name == "Beta"
    for hostile in ("\0", "\ud800", "1\0"):
        assert await reader.ask("customer", OFFICE, given("customer { name }", id=None, number=hostile)) is None
    for malformed in ("", "x", reference_id(firms.ida), "\ud800"):
        assert await reader.ask("customer", OFFICE, given("customer { name }", id=malformed, number=None)) is None
        assert await reader.node(OFFICE, malformed, ask(NODE)) is None or malformed == reference_id(firms.ida)
