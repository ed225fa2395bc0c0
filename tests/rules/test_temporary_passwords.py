"""The rules, "Passwords" 5: a password that staff set or generated lets its person only change it, for some hours."""

from collections.abc import Callable
from typing import Any

import pytest

from app.settings import Settings
from tests.rules.rights import MUTATIONS, NULLABLE, QUERIES
from tests.rules.test_who_may_do_what import answer
from tests.support.callers import EVA, Column, Register
from tests.support.services import FakeClock
from tests.support.snapshot import snapshot
from tests.support.story import OTHER_PASSWORD, PASSWORD, Story

HOURS = 2
OPEN = {
    "viewer": "PortalViewer",
    "portalPermissions": "[PortalPermissionInfo]",
    "passwordPolicy": "PasswordPolicy",
    "login": "LoginSuccess",
    "staffLogin": "StaffLoginSuccess",
    "confirmStaffLogin": "StaffLoginSuccess",
    "chooseCustomer": "LoginSuccess",
    "revokeSession": "RevokeSessionSuccess",
    "endOtherSessions": "LogoutSuccess",
    "logout": "LogoutSuccess",
    "changePassword": "ChangePasswordSuccess",
}
"""What is left to somebody with a temporary password: to look at who they are, to change it, to leave, to come anew."""

ME = "{ viewer { ... on PortalViewer { mustChangePassword permissions menu choices { customerName current } } } }"


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with(temporary_password_hours=HOURS)


@pytest.fixture
async def register(story: Story) -> Register:
    return await Register.made(story)


async def change(story: Story, token: str, new: str = OTHER_PASSWORD, current: str = PASSWORD) -> Any:
    success = "... on ChangePasswordSuccess { accessToken viewer { mustChangePassword menu } }"
    given = {"currentPassword": current, "newPassword": new}
    return await story.mutate("changePassword", given, success, "WeakPassword", token=token)


async def test_who_they_are_and_the_way_out_are_open(register: Register) -> None:
    story = register.story
    token = await register.credential(Column.PORTAL)
    assert await story.run(ME, token=token) == {
        "mustChangePassword": True,
        "permissions": [],
        "menu": [],
        "choices": [{"customerName": "Nord", "current": True}, {"customerName": "Syd", "current": False}],
    }
    found = {}
    for field in OPEN:
        token = await register.credential(Column.PORTAL)
        await register.prepare(token)
        given = {**NULLABLE, **QUERIES, **MUTATIONS}[field].given[0]
        found[field] = await answer(register, field, given, token)
    assert found == OPEN


async def test_everything_else_is_shut_and_leaves_no_trace_in_the_register(register: Register) -> None:
    token = await register.credential(Column.PORTAL)
    await register.prepare(token)
    database = register.story.services.resources.database
    before = await snapshot(database)
    for rows, refused in ((NULLABLE, "null"), (QUERIES, "NOT_ALLOWED"), (MUTATIONS, "NotAllowed")):
        for field, row in rows.items():
            if field not in OPEN:
                for given, _ in filter(None, (row.given, row.unknown)):
                    assert await answer(register, field, given, token) == refused, field
    for name in ("nord", "ida", "settings", "session"):
        document = "query($id: ID!) { node(id: $id) { id } }"
        assert await register.story.run(document, {"id": register.known[name]}, token=token) is None, name
    assert await snapshot(database) == before


async def test_changing_it_needs_no_settings_and_opens_everything(register: Register, clock: FakeClock) -> None:
    story = register.story
    await story.update(register.known["ida"], deniedPermissions=["CHANGE_ORDER_DEFAULTS"])
    token = await register.credential(Column.PORTAL)
    assert token is not None
    changed = await change(story, token)
    assert changed["viewer"]["mustChangePassword"] is False
    assert "ORDERS" in changed["viewer"]["menu"]
    assert not await story.alive(token)
    clock.advance(hours=HOURS + 1)
    assert (await story.run(ME, token=changed["accessToken"]))["mustChangePassword"] is False
    again = await change(story, changed["accessToken"], "seks gamle tog mod vest", OTHER_PASSWORD)
    assert again["code"] == "NOT_ALLOWED"


async def test_after_its_hours_it_lets_nobody_in_and_its_sessions_are_over(story: Story, clock: FakeClock) -> None:
    reference = await story.reference(await story.customer(), EVA, PASSWORD)
    token = await story.token(EVA)
    clock.advance(hours=HOURS, seconds=-1)
    assert await story.alive(token)
    clock.advance(seconds=1)
    assert not await story.alive(token)
    assert (await change(story, token))["code"] == "NOT_LOGGED_IN"
    assert (await story.login(EVA))["code"] == "NO_USER_FOUND"
    story.on_another_day()
    assert (await story.read(reference))["passwordStatus"] == "ENCRYPTED"
    await story.update(reference, newPassword={"plaintext": OTHER_PASSWORD})
    assert (await story.login(EVA, OTHER_PASSWORD))["__typename"] == "LoginSuccess"


async def test_a_choice_that_was_offered_in_time_is_void_afterwards(register: Register, clock: FakeClock) -> None:
    story = register.story
    clock.advance(hours=HOURS, minutes=-1)
    ticket = (await story.login("ida@kunde.example"))["ticket"]
    clock.advance(minutes=1)
    assert (await story.choose(ticket, register.known["ida"]))["code"] == "TICKET_EXPIRED"


async def test_a_generated_one_is_temporary_too(story: Story, clock: FakeClock) -> None:
    made = await story.create(await story.customer(), EVA, newPassword={"generate": True})
    generated = made["generatedPassword"]
    token = await story.token(EVA, generated)
    assert (await story.run(ME, token=token))["mustChangePassword"] is True
    clock.advance(hours=HOURS)
    assert (await story.login(EVA, generated))["code"] == "NO_USER_FOUND"


async def test_support_is_told_that_it_has_run_out(story: Story, clock: FakeClock) -> None:
    reference = await story.reference(await story.customer(), EVA, PASSWORD)

    async def failed() -> list[str]:
        found = await story.read(reference, "loginChecks { check passed }")
        return [check["check"] for check in found["loginChecks"] if not check["passed"]]

    assert await failed() == []
    clock.advance(hours=HOURS)
    story.on_another_day()
    assert await failed() == ["PASSWORD_NOT_EXPIRED"]
    await story.update(reference, newPassword={"plaintext": OTHER_PASSWORD})
    assert await failed() == []


async def test_its_hours_run_on_while_it_is_cleared_and_inherited(story: Story, clock: FakeClock) -> None:
    reference = await story.reference(await story.customer(), EVA, PASSWORD)
    clock.advance(hours=1)
    story.on_another_day()
    await story.on_login("clearPassword", reference)
    restored = await story.on_login("restorePassword", reference)
    assert restored["impact"]["effect"] == "PASSWORD_RESTORED"
    await story.reference(await story.customer("Syd"), EVA, sharedUsername="KEEP_PASSWORD")
    token = await story.token(EVA)
    assert (await story.run(ME, token=token))["mustChangePassword"] is True
    clock.advance(hours=1)
    story.on_another_day()
    assert (await story.login(EVA))["code"] == "NO_USER_FOUND"


async def test_ones_own_password_that_is_restored_stays_ones_own(story: Story, clock: FakeClock) -> None:
    reference = await story.reference(await story.customer(), EVA, PASSWORD)
    await change(story, await story.token(EVA))
    await story.on_login("clearPassword", reference)
    await story.on_login("restorePassword", reference)
    clock.advance(hours=HOURS + 1)
    token = await story.token(EVA, OTHER_PASSWORD)
    assert (await story.run(ME, token=token))["mustChangePassword"] is False


async def test_staff_have_none(story: Story, clock: FakeClock) -> None:
    token = await story.staff()
    assert await story.run("{ viewer { name } }", token=token)
    clock.advance(hours=HOURS + 1)
    assert await story.staff_login("admin@firma.dk")
