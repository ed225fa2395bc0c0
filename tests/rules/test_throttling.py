"""The rules, "Passwords" 4: counted tries, seen from outside."""

import pytest

from app import ids
from app.models.enums import AuditAction, StaffRole
from app.services.caller import Nobody
from app.services.inputs import NewPassword, UpdateReference, UpdateStaff
from app.services.problems import NotAllowed, NotFound, NotLoggedIn
from app.services.results import StaffUnlocked
from tests.support.browsers import Browser, Places, said
from tests.support.people import ADMIN, ANOTHER, EMAIL, OFFICE, PASSWORD, People
from tests.support.services import FakeClock
from tests.support.story import Story

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
FAILED, DONE = "NoUserFound", "LoginSuccess"


@pytest.fixture
async def here(world: Places) -> Browser:
    return await world.at(HERE)


@pytest.fixture
async def elsewhere(world: Places) -> Browser:
    return await world.at(ELSEWHERE)


async def guess(browser: Browser, times: int = 5, username: str = EMAIL) -> None:
    """Types wrong passwords that are all still looked at."""
    assert [await browser.portal(username, ANOTHER) for _ in range(times)] == [FAILED] * times


async def events(people: People, action: AuditAction) -> int:
    return (await people.actions()).count(action.value)


async def counted(people: People) -> list[tuple[str, int]]:
    """Every count there is, by kind."""
    rows = await people.services.resources.database.fetch("SELECT kind, tries FROM throttle ORDER BY kind, tries")
    return [(row["kind"], row["tries"]) for row in rows]


# A username from one address


async def test_after_five_wrong_passwords_a_username_waits_at_that_address_alone(
    people: People, here: Browser, elsewhere: Browser, clock: FakeClock
) -> None:
    await people.orders_for()
    await people.orders_for(email="bo@example.dk")
    await guess(here)
    assert await here.portal(password=ANOTHER) == "TooManyAttempts 900"
    assert await here.portal() == "TooManyAttempts 900"
    assert await here.portal(EMAIL.upper()) == "TooManyAttempts 900"
    assert await here.portal("bo@example.dk") == DONE
    assert await elsewhere.portal() == DONE
    assert await here.portal() == "TooManyAttempts 900"  # another pair's success is none of this one's
    clock.advance(minutes=14, seconds=59.5)
    assert await here.portal() == "TooManyAttempts 1"
    clock.advance(seconds=0.5)
    assert await here.portal() == DONE


async def test_after_each_further_failure_it_waits_twice_as_long_up_to_a_day(
    people: People, here: Browser, clock: FakeClock
) -> None:
    await people.orders_for()
    await guess(here)
    minutes = 15
    while minutes < 1440:
        assert await here.portal() == f"TooManyAttempts {minutes * 60}"
        clock.advance(minutes=minutes)
        await guess(here, 1)
        minutes *= 2
    assert await here.portal() == "TooManyAttempts 86400"
    clock.advance(days=1)
    await guess(here)  # a day after its last try it is forgotten
    assert await here.portal() == "TooManyAttempts 900"


async def test_success_empties_what_was_counted(people: People, here: Browser) -> None:
    await people.orders_for()
    for _ in range(3):
        await guess(here, 4)
        assert await here.portal() == DONE
    assert await counted(people) == [("ADDRESS", 12)]


async def test_a_refused_try_counts_nothing_and_writes_nothing(people: People, here: Browser) -> None:
    await people.orders_for()
    await guess(here)
    before, actions = await counted(people), await people.actions()
    for _ in range(50):
        assert await here.portal(password=ANOTHER) == "TooManyAttempts 900"
    assert (await counted(people), await people.actions()) == (before, actions)


async def test_whatever_is_wrong_with_a_username_it_is_counted_and_answered_alike(
    people: People, world: Places
) -> None:
    (unticked,) = await people.orders_for(email="unticked@example.dk")
    await people.untick(unticked)
    await people.orders_for(email="empty@example.dk", password=None)
    await people.orders_for()
    await people.hire()
    told = []
    names = ("nobody@example.dk", EMAIL, "empty@example.dk", "unticked@example.dk", "no e-mail at all", "x" * 9_000)
    for number, name in enumerate(names):
        browser = await world.at(f"192.0.2.{10 + number}")
        answers = [await browser.try_portal(name, ANOTHER, transport="COOKIE") for _ in range(7)]
        told.append([(said(answer), sorted(answer.headers.keys())) for answer in answers])
    assert [answer for answer, _ in told[0]] == [FAILED] * 5 + ["TooManyAttempts 900"] * 2
    assert all(each == told[0] for each in told)
    staff = []
    for number, name in enumerate(("nobody@example.dk", ADMIN)):
        browser = await world.at(f"192.0.2.{20 + number}")
        staff.append([await browser.staff(name, ANOTHER, transport="COOKIE") for _ in range(7)])
    assert staff[0] == staff[1] == [answer for answer, _ in told[0]]


async def test_portal_and_staff_count_apart(people: People, here: Browser) -> None:
    await people.orders_for(email=ADMIN)
    await people.hire()
    await guess(here, username=ADMIN)
    assert await here.portal(ADMIN) == "TooManyAttempts 900"
    assert await here.staff(ADMIN) == "StaffLoginSuccess"
    assert [await here.staff(ADMIN, ANOTHER) for _ in range(5)] == [FAILED] * 5
    assert await here.staff(ADMIN) == "TooManyAttempts 900"


async def test_no_username_is_stored_with_what_is_counted(people: People, here: Browser) -> None:
    await guess(here, 1, PASSWORD)
    rows = await people.services.resources.database.fetch("SELECT * FROM throttle")
    assert len(rows) == 3
    assert PASSWORD not in repr([dict(row) for row in rows])
    assert not any(PASSWORD.encode() in bytes(row["key"]) for row in rows)


@pytest.mark.parametrize("settings", [{"lockout_failures": 2, "lockout_minutes": 1}], indirect=True)
async def test_how_many_and_how_long_are_settings(people: People, here: Browser) -> None:
    await people.orders_for()
    await guess(here, 2)
    assert await here.portal() == "TooManyAttempts 60"


# An address, for all usernames


async def test_an_address_that_tries_many_usernames_waits_whatever_it_gets_right(
    people: People, here: Browser, elsewhere: Browser, clock: FakeClock
) -> None:
    await people.orders_for()
    answers = []
    for number in range(60):
        answers.append(await here.portal(f"person{number}@example.dk", ANOTHER))
        if number == 30:
            assert await here.portal() == DONE
    assert answers == [FAILED] * 50 + ["TooManyAttempts 900"] * 10
    assert await here.portal() == "TooManyAttempts 900"
    assert await elsewhere.portal() == DONE
    clock.advance(minutes=15)
    assert await here.portal() == DONE


async def test_only_what_an_address_failed_at_within_the_quarter_of_an_hour_counts(
    people: People, here: Browser, clock: FakeClock
) -> None:
    await people.orders_for()
    for number in range(75):  # one in twenty seconds: forty-five within any fifteen minutes
        assert await here.portal(f"person{number}@example.dk", ANOTHER) == FAILED
        clock.advance(seconds=20)
    assert await here.portal() == DONE


async def test_a_network_of_one_subscriber_is_one_address(people: People, world: Places) -> None:
    await people.orders_for()
    for number in range(5):
        await guess(await world.at(f"2001:db8:1:2::{number}"), 1)
    assert await (await world.at("2001:db8:1:2:ffff::1")).portal() == "TooManyAttempts 900"
    assert await (await world.at("2001:db8:1:3::1")).portal() == DONE
    assert await (await world.at("::ffff:192.0.2.9")).portal() == DONE


# A username, from everywhere


@pytest.mark.parametrize("settings", [{"lockout_ceiling": 6}], indirect=True)
async def test_a_username_that_is_guessed_at_from_everywhere_waits_a_day_or_for_staff(
    people: People, world: Places, clock: FakeClock
) -> None:
    (reference,) = await people.orders_for()
    for number in range(6):
        await guess(await world.at(f"192.0.2.{number}"), 1)
    quiet = await world.at("192.0.2.99")
    assert await quiet.portal() == "TooManyAttempts 86400"
    clock.advance(hours=24)
    await guess(quiet, 1)
    assert await quiet.portal() == "TooManyAttempts 86400"
    await people.services.login_care.unlock_login(OFFICE, reference)
    assert await quiet.portal() == DONE
    assert await events(people, AuditAction.LOGIN_UNLOCKED) == 1


@pytest.mark.parametrize("settings", [{"lockout_ceiling": 6}], indirect=True)
async def test_the_hundred_are_in_a_row(people: People, world: Places) -> None:
    await people.orders_for()
    for number in range(5):
        await guess(await world.at(f"192.0.2.{number}"), 1)
    assert await (await world.at("192.0.2.99")).portal() == DONE
    for number in range(5):
        await guess(await world.at(f"192.0.2.{number}"), 1)
    assert await (await world.at("192.0.2.99")).portal() == DONE


# What staff see and do

LOCK = "lockedUntil loginChecks { check passed }"


async def lock_of(story: Story, reference: str) -> str | None:
    """Until when staff see a reference's username wait; the check says the same."""
    found = await story.read(reference, LOCK)
    checks = {each["check"]: each["passed"] for each in found["loginChecks"]}
    assert checks["NOT_LOCKED_OUT"] == (found["lockedUntil"] is None)
    until: str | None = found["lockedUntil"]
    return until


async def test_staff_see_the_latest_wait_that_is_left(
    people: People, story: Story, world: Places, clock: FakeClock
) -> None:
    (reference,) = await people.orders_for()
    first, second, third = [await world.at(f"192.0.2.{number}") for number in range(3)]
    await guess(first, 4)
    assert await lock_of(story, reference) is None
    await guess(first, 1)
    assert await lock_of(story, reference) == "2026-11-24T12:15:00.000Z"
    clock.advance(minutes=5)
    await guess(second)
    assert await lock_of(story, reference) == "2026-11-24T12:20:00.000Z"
    assert await third.portal() == DONE  # the others still wait
    assert await lock_of(story, reference) == "2026-11-24T12:20:00.000Z"
    clock.advance(minutes=10)
    assert await first.portal() == DONE
    assert await lock_of(story, reference) == "2026-11-24T12:20:00.000Z"
    clock.advance(minutes=5)
    assert await lock_of(story, reference) is None


async def test_unlocking_and_a_password_set_by_staff_lift_every_wait_and_forget_every_try(
    people: People, here: Browser, elsewhere: Browser
) -> None:
    (reference,) = await people.orders_for()
    care, credentials = people.services.login_care, people.services.credentials
    for lift in (
        care.unlock_login(OFFICE, reference),
        credentials.update_reference(OFFICE, UpdateReference(reference, new_password=NewPassword(plaintext=PASSWORD))),
    ):
        await guess(here)
        await guess(elsewhere, 4)
        await lift
        await guess(elsewhere, 4)
        assert await here.portal() == DONE
        assert await elsewhere.portal() == DONE
    assert await events(people, AuditAction.LOGIN_UNLOCKED) == 1


async def test_unlocking_where_nothing_is_counted_is_no_event(people: People) -> None:
    (reference,) = await people.orders_for()
    await people.services.login_care.unlock_login(OFFICE, reference)
    assert await events(people, AuditAction.LOGIN_UNLOCKED) == 0


async def test_a_restored_password_lifts_nothing(people: People, here: Browser) -> None:
    (reference,) = await people.orders_for()
    await guess(here)
    await people.services.login_care.clear_password(OFFICE, reference)
    await people.services.login_care.restore_password(OFFICE, reference)
    assert await here.portal() == "TooManyAttempts 900"


async def test_another_username_takes_along_what_was_counted(
    people: People, story: Story, here: Browser, elsewhere: Browser
) -> None:
    (reference,) = await people.orders_for()
    await guess(here)
    await guess(elsewhere, 1, "ny@example.dk")
    await people.world.rename(reference, "ny@example.dk")
    assert await here.portal("ny@example.dk") == "TooManyAttempts 900"
    assert await lock_of(story, reference) == "2026-11-24T12:15:00.000Z"
    assert await elsewhere.portal("ny@example.dk") == DONE
    await guess(here, 1)


async def test_staff_see_a_wait_that_a_username_had_before_it_was_somebodys(
    people: People, story: Story, here: Browser, elsewhere: Browser
) -> None:
    (reference,) = await people.orders_for()
    await guess(here, 5, "ny@example.dk")
    assert await lock_of(story, reference) is None
    await people.world.rename(reference, "ny@example.dk")
    assert await here.portal("ny@example.dk") == "TooManyAttempts 900"
    assert await lock_of(story, reference) == "2026-11-24T12:15:00.000Z"
    await people.services.login_care.unlock_login(OFFICE, reference)
    assert await here.portal("ny@example.dk") == DONE
    assert await lock_of(story, reference) is None


async def test_staff_are_let_in_again_by_who_runs_the_machine_or_sets_their_password(
    people: People, here: Browser
) -> None:
    member = await people.hire()
    for lift in (
        people.services.staff.unlock_staff(OFFICE, member),
        people.services.staff.update_staff(OFFICE, UpdateStaff(member, new_password=NewPassword(plaintext=PASSWORD))),
    ):
        assert [await here.staff(ADMIN, ANOTHER) for _ in range(5)] == [FAILED] * 5
        assert await here.staff(ADMIN) == "TooManyAttempts 900"
        await lift
        assert await here.staff(ADMIN) == "StaffLoginSuccess"
    assert await events(people, AuditAction.LOGIN_UNLOCKED) == 1
    assert await people.services.staff.unlock_staff(OFFICE, member) == StaffUnlocked(False)
    rows = await people.services.resources.database.fetch("SELECT locked_until FROM staff_member")
    assert rows[0]["locked_until"] is None


async def test_only_an_admin_or_the_command_line_unlocks_staff(people: People, here: Browser) -> None:
    member = await people.hire()
    editor = await people.hire("bo@vognmand.example", StaffRole.EDITOR)
    caller = (await people.staff_login("bo@vognmand.example")).caller
    assert await people.services.staff.unlock_staff(caller, editor) == NotAllowed()
    assert await people.services.staff.unlock_staff(Nobody(), member) == NotLoggedIn()
    unknown = ids.encode("StaffMember", 4711)
    assert await people.services.staff.unlock_staff(OFFICE, unknown) == NotFound(unknown)


# The audit


async def test_each_wait_is_one_event(people: People, story: Story, here: Browser, clock: FakeClock) -> None:
    await people.orders_for()
    await guess(here)
    for _ in range(20):
        await here.portal()
    assert await events(people, AuditAction.LOGIN_THROTTLED) == 1
    clock.advance(minutes=15)
    await guess(here, 1)
    for _ in range(20):
        await here.portal()
    assert await events(people, AuditAction.LOGIN_THROTTLED) == 2
    assert await events(people, AuditAction.LOGIN_FAILED) == 6


async def test_a_wait_of_an_address_is_told_without_a_username(people: People, story: Story, here: Browser) -> None:
    for number in range(55):
        await here.portal(f"person{number}@example.dk", ANOTHER)
    document = """{ auditEvents(filter: {actions: [LOGIN_THROTTLED]}, first: 5) {
      edges { node { detail username ipAddress } } } }"""
    found = await story.run(document, token=await story.staff())
    (event,) = (edge["node"] for edge in found["edges"])
    assert event["detail"] == "Log-ins from an address were stopped after too many wrong passwords."
    assert (event["username"], event["ipAddress"]) == (None, HERE)
