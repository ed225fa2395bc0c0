"""The rules, "Logging in" 7, 8 and 10: how long sessions live, and what ends them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app import ids
from app.models.enums import StaffRole
from app.services.caller import Caller, CommandLine, Nobody, TokenUser
from app.services.inputs import StaffLogin, UpdateCustomer, UpdateReference
from app.services.problems import NotFound, NotLoggedIn, NoUserFound, TicketExpired
from app.services.results import CustomerChoice, LogoutSuccess, RevokeSessionSuccess, UpdateCustomerSuccess
from app.settings import Settings
from tests.support.people import ANOTHER, EMAIL, OFFICE, People
from tests.support.services import FakeClock

TOOL = TokenUser(1, "tool", StaffRole.ADMIN)


# 7: portal users and staff are apart


async def test_nobody_of_the_portal_is_staff_nor_the_other_way_round(people: People) -> None:
    await people.orders_for()
    await people.hire(EMAIL, password=ANOTHER)
    staff_login = people.services.sign_in.staff_login
    assert await people.try_login(EMAIL, ANOTHER) == NoUserFound()
    assert await staff_login(Nobody(), StaffLogin(EMAIL, "korrekt hest batteri klammer")) == NoUserFound()
    portal, staff = await people.login(), await people.staff_login(EMAIL, ANOTHER)
    assert await people.services.sign_in.logout(staff.caller, everywhere=True) == LogoutSuccess(1)
    assert await people.lives(portal)


# 8: losing the right


async def test_losing_the_right_ends_the_sessions_for_good(people: People) -> None:
    references = await people.orders_for(2)
    here, there = await people.login_at(references[0]), await people.login_at(references[1])
    await people.untick(references[0])
    assert not await people.lives(here)
    assert await people.lives(there)
    ticked = UpdateReference(references[0], internet_user=True)
    await people.services.credentials.update_reference(OFFICE, ticked)
    assert not await people.lives(here)


async def test_an_inactive_customer_loses_its_sessions_counted(people: People) -> None:
    references = await people.orders_for(2)
    here, there = await people.login_at(references[0]), await people.login_at(references[1])
    customer = people.world.customers[0]
    saved = await people.services.register.update_customer(OFFICE, UpdateCustomer(customer, active=False))
    assert isinstance(saved, UpdateCustomerSuccess)
    assert saved.sessions_revoked == 1
    assert not await people.lives(here)
    assert await people.lives(there)


async def test_a_deleted_reference_loses_its_sessions(people: People) -> None:
    references = await people.orders_for(2)
    here, there = await people.login_at(references[0]), await people.login_at(references[1])
    await people.services.credentials.delete_reference(OFFICE, references[0])
    assert not await people.lives(here)
    assert await people.lives(there)


# 10: expiry, the bound, and one's own sessions


@pytest.mark.parametrize(("kind", "idle", "longest"), [("portal", 8 * 60, 7 * 24), ("staff", 30, 12)])
async def test_idle_expiry_slides_and_stops_at_the_absolute_one(
    kind: str, idle: int, longest: int, people: People, clock: FakeClock
) -> None:
    await people.orders_for()
    await people.hire()
    answer = await (people.login() if kind == "portal" else people.staff_login())
    assert answer.token.expires_at == clock.advance(minutes=idle)
    assert not await people.lives(answer)
    clock.advance(minutes=-1)
    used = await (people.login() if kind == "portal" else people.staff_login())
    database = people.services.resources.database
    assert used.token.absolute_expires_at == clock.now() + timedelta(hours=longest)
    while clock.now() < used.token.absolute_expires_at:
        assert await people.lives(used)
        now = clock.advance(minutes=idle - 1)
        await database.execute("UPDATE session SET last_seen_at = $1", now)
    assert not await people.lives(used)


@pytest.fixture
def settings(settings_with: Callable[..., Settings], request: pytest.FixtureRequest) -> Settings:
    return settings_with(sessions_per_username=getattr(request, "param", 20))


async def test_of_twenty_one_sessions_the_oldest_ends(people: People) -> None:
    await people.orders_for()
    answers = [await people.login() for _ in range(21)]
    assert [await people.lives(answer) for answer in answers] == [False] + [True] * 20


@pytest.mark.parametrize("settings", [2], indirect=True)
async def test_dead_sessions_do_not_count_and_staff_have_the_same_bound(people: People, clock: FakeClock) -> None:
    await people.orders_for()
    await people.login()
    clock.advance(hours=8)
    answers = [await people.login() for _ in range(2)]
    assert all([await people.lives(answer) for answer in answers])
    await people.hire()
    staff = [await people.staff_login() for _ in range(3)]
    assert [await people.lives(answer) for answer in staff] == [False, True, True]


async def test_a_log_in_ends_the_session_that_its_request_carried(people: People) -> None:
    references = await people.orders_for(2)
    first = await people.login_at(references[0])
    await people.choice(caller=first.caller)
    assert not await people.lives(first)
    second = await people.login_at(references[0])
    choice = await people.choice()
    await people.services.sign_in.choose_customer(second.caller, choice.ticket, references[1])
    assert not await people.lives(second)
    await people.hire()
    staff = await people.staff_login()
    again = await people.staff_login(caller=staff.caller)
    assert not await people.lives(staff)
    assert await people.lives(again)


async def test_logging_out_ends_one_session(people: People) -> None:
    await people.orders_for()
    mine, other = await people.login(), await people.login()
    assert await people.services.sign_in.logout(mine.caller) == LogoutSuccess(1)
    assert not await people.lives(mine)
    assert await people.lives(other)
    assert await people.services.sign_in.logout(mine.caller) == NotLoggedIn()
    assert (await people.actions())[-1] == "LOGGED_OUT"


async def test_logging_out_everywhere_ends_all_and_the_pending_choices(people: People) -> None:
    references = await people.orders_for(2)
    mine, other = await people.login_at(references[0]), await people.login_at(references[1])
    pending = await people.choice()
    assert await people.services.sign_in.logout(mine.caller, everywhere=True) == LogoutSuccess(2)
    assert not await people.lives(mine)
    assert not await people.lives(other)
    assert await people.choose(pending, references[0]) == TicketExpired()
    assert isinstance(await people.try_login(), CustomerChoice)


async def test_ending_the_other_sessions_leaves_the_one_that_asks(people: People) -> None:
    await people.orders_for()
    mine, other = await people.login(), await people.login()
    assert await people.services.sign_in.end_other_sessions(mine.caller) == LogoutSuccess(1)
    assert await people.lives(mine)
    assert not await people.lives(other)
    assert (await people.actions())[-1] == "SESSIONS_ENDED"


async def test_one_of_ones_own_sessions_is_revoked_and_no_others(people: People, clock: FakeClock) -> None:
    await people.orders_for()
    await people.orders_for(email="bo@example.dk")
    await people.hire()
    mine, other, stranger = await people.login(), await people.login(), await people.login("bo@example.dk")
    staff = await people.staff_login()
    revoke = people.services.sign_in.revoke_session
    for answer in (stranger, staff):
        foreign = ids.encode("Session", answer.caller.session_id)
        assert await revoke(mine.caller, foreign) == NotFound(foreign)
        assert await people.lives(answer)
    own = ids.encode("Session", other.caller.session_id)
    assert await revoke(mine.caller, own) == RevokeSessionSuccess(own, was_current=False)
    assert await revoke(mine.caller, own) == NotFound(own)
    assert (await people.actions())[-1] == "SESSION_REVOKED"
    current = ids.encode("Session", mine.caller.session_id)
    assert await revoke(mine.caller, current) == RevokeSessionSuccess(current, was_current=True)
    assert (await people.actions())[-1] == "LOGGED_OUT"
    expired = ids.encode("Session", staff.caller.session_id)
    clock.advance(minutes=30)
    assert await revoke(staff.caller, expired) == NotFound(expired)


async def test_nobody_has_no_session_to_end(people: People) -> None:
    sign_in = people.services.sign_in
    assert await sign_in.logout(Nobody()) == NotLoggedIn()
    assert await sign_in.end_other_sessions(Nobody()) == NotLoggedIn()
    assert await sign_in.revoke_session(Nobody(), ids.encode("Session", 1)) == NotLoggedIn()


@pytest.mark.parametrize("caller", [TOOL, CommandLine()])
async def test_a_tool_ends_nothing_and_finds_no_session(caller: Caller, people: People) -> None:
    await people.orders_for()
    answer = await people.login()
    session = ids.encode("Session", answer.caller.session_id)
    sign_in = people.services.sign_in
    assert await sign_in.logout(caller, everywhere=True) == LogoutSuccess(0)
    assert await sign_in.end_other_sessions(caller) == LogoutSuccess(0)
    assert await sign_in.revoke_session(caller, session) == NotFound(session)
    assert await people.lives(answer)
