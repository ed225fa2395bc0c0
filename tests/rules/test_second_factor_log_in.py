"""Logging in with an authenticator app: the step between the password and the session."""

import asyncio
from collections import Counter
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from app import ids, refusals
from app.models.enums import StaffRole
from app.services import Services
from app.services.caller import CommandLine
from app.services.inputs import NewPassword, UpdateStaff
from app.services.results import UpdateStaffSuccess
from tests.support.second_factor import FINISH, Apps, Phone
from tests.support.services import FakeClock
from tests.support.story import OTHER_PASSWORD, PASSWORD, STAFF_PASSWORD, Story

ADMIN = "admin@firma.dk"
TICKET = "__Host-adgang-staff-ticket"
SESSION = "__Host-adgang-staff"
DEVICE = "__Host-adgang-staff-device"
LOG_IN = """mutation($i: StaffLoginInput!) { staffLogin(input: $i) {
    __typename ... on SecondFactorRequired { ticket } } }"""


@pytest.fixture
def apps(story: Story, clock: FakeClock) -> Apps:
    return Apps(story, clock)


@pytest.fixture
async def token(apps: Apps) -> str:
    """A session of the ADMIN, who has no app yet."""
    return await apps.story.staff()


@pytest.fixture
async def phone(apps: Apps, token: str) -> Phone:
    """The app of the ADMIN, who is logged in."""
    added, _ = await apps.added(token)
    return added


async def said(services: Services) -> list[tuple[str, Any]]:
    """What the audit tells in order: the action, and what was noted with it."""
    database = services.resources.database
    rows = await database.fetch("SELECT action, data FROM audit_event ORDER BY id")
    return [(row["action"], database.dialect.json(row["data"])) for row in rows]


async def test_a_right_password_is_answered_with_a_ticket_and_the_code_with_a_session(apps: Apps, phone: Phone) -> None:
    before = await said(apps.story.services)
    asked = await apps.log_in(ADMIN)
    assert asked["__typename"] == "SecondFactorRequired"
    assert asked["expiresAt"] == "2026-11-24T12:05:30.000Z"
    assert await said(apps.story.services) == before, "nobody has logged in yet"
    entered = await apps.finish(asked["ticket"], phone.code())
    assert entered["viewer"]["email"] == ADMIN
    assert await apps.story.alive(entered["accessToken"])
    assert [action for action, _ in (await said(apps.story.services))[len(before) :]] == ["LOGIN_SUCCEEDED"]


async def test_a_ticket_is_no_session(apps: Apps, phone: Phone) -> None:
    assert not await apps.story.alive(await apps.ticket(ADMIN))


async def test_whether_there_is_an_app_shows_only_after_the_right_password(apps: Apps, phone: Phone) -> None:
    wrong, unknown = await apps.log_in(ADMIN, OTHER_PASSWORD), await apps.log_in("ingen@firma.dk", OTHER_PASSWORD)
    assert wrong == unknown
    assert wrong["__typename"] == "NoUserFound"


async def test_who_has_no_app_is_not_asked(apps: Apps, phone: Phone) -> None:
    await apps.story.staff(StaffRole.EDITOR)
    assert (await apps.log_in("editor@firma.dk"))["__typename"] == "StaffLoginSuccess"


async def test_an_app_that_was_never_confirmed_is_not_asked_for(apps: Apps, token: str) -> None:
    await apps.phone(token)
    assert (await apps.log_in(ADMIN))["__typename"] == "StaffLoginSuccess"


@pytest.mark.parametrize("settings", [{"staff_totp": "required"}], indirect=True)
async def test_who_must_have_one_and_has_none_is_let_in_to_add_it(apps: Apps, token: str) -> None:
    entered = await apps.log_in(ADMIN)
    assert entered["viewer"]["mustEnrolSecondFactor"] is True
    added, _ = await apps.added(entered["accessToken"])
    entered = await apps.finish(await apps.ticket(ADMIN), added.code())
    assert entered["viewer"] == {
        "email": ADMIN,
        "secondFactor": True,
        "mustEnrolSecondFactor": False,
        "recoveryCodesLeft": 10,
    }


# Codes


@pytest.mark.parametrize(
    ("steps", "answer"),
    [(-2, "WrongCode"), (-1, "WrongCode"), (0, "StaffLoginSuccess"), (1, "StaffLoginSuccess"), (2, "WrongCode")],
)
async def test_a_phone_may_be_a_little_slow_or_fast_but_no_code_comes_twice(
    apps: Apps, phone: Phone, steps: int, answer: str
) -> None:
    """The code of a step ago is the one that confirmed the app."""
    assert (await apps.finish(await apps.ticket(ADMIN), phone.code(steps)))["__typename"] == answer


async def test_a_slow_phone_gets_in(apps: Apps, phone: Phone, clock: FakeClock) -> None:
    clock.advance(seconds=60)
    assert (await apps.finish(await apps.ticket(ADMIN), phone.code(-1)))["__typename"] == "StaffLoginSuccess"
    assert (await apps.finish(await apps.ticket(ADMIN), phone.code(0)))["__typename"] == "StaffLoginSuccess"


async def test_a_code_that_was_seen_over_the_shoulder_is_worth_nothing(apps: Apps, phone: Phone) -> None:
    code = phone.code()
    assert (await apps.finish(await apps.ticket(ADMIN), code))["__typename"] == "StaffLoginSuccess"
    assert (await apps.finish(await apps.ticket(ADMIN), code))["__typename"] == "WrongCode"


async def test_of_those_who_come_with_one_code_at_once_one_gets_in(apps: Apps, phone: Phone) -> None:
    tickets = [await apps.ticket(ADMIN) for _ in range(3)]
    code = phone.code()
    answers = await asyncio.gather(*(apps.finish(ticket, code) for ticket in tickets))
    assert Counter(answer["__typename"] for answer in answers) == {"StaffLoginSuccess": 1, "WrongCode": 2}


async def test_of_those_who_come_with_one_ticket_at_once_one_gets_in(apps: Apps, phone: Phone) -> None:
    ticket, code = await apps.ticket(ADMIN), phone.code()
    answers = await asyncio.gather(*(apps.finish(ticket, code) for _ in range(3)))
    assert Counter(answer["__typename"] for answer in answers) == {"StaffLoginSuccess": 1, "TicketExpired": 2}


async def test_a_recovery_code_stands_in_for_the_app_once(apps: Apps, token: str) -> None:
    phone, codes = await apps.added(token)
    entered = await apps.finish(await apps.ticket(ADMIN), codes[0].replace("-", "").upper())
    assert entered["viewer"]["recoveryCodesLeft"] == 9
    assert [action for action, _ in (await said(apps.story.services))[-2:]] == ["RECOVERY_CODE_USED", "LOGIN_SUCCEEDED"]
    assert (await apps.finish(await apps.ticket(ADMIN), codes[0]))["__typename"] == "WrongCode"
    assert (await apps.finish(await apps.ticket(ADMIN), phone.code()))["__typename"] == "StaffLoginSuccess"


async def test_of_those_who_come_with_one_recovery_code_at_once_one_gets_in(apps: Apps, token: str) -> None:
    _, codes = await apps.added(token)
    tickets = [await apps.ticket(ADMIN) for _ in range(3)]
    answers = await asyncio.gather(*(apps.finish(ticket, codes[0]) for ticket in tickets))
    assert Counter(answer["__typename"] for answer in answers) == {"StaffLoginSuccess": 1, "WrongCode": 2}


# Guessing


async def test_a_wrong_code_leaves_the_ticket_and_is_told_apart_in_the_audit(apps: Apps, phone: Phone) -> None:
    ticket = await apps.ticket(ADMIN)
    assert (await apps.finish(ticket, phone.wrong()))["__typename"] == "WrongCode"
    action, data = (await said(apps.story.services))[-1]
    assert (action, data["wrongCode"]) == ("LOGIN_FAILED", True)
    entered = await apps.finish(ticket, phone.code())
    asked = "{ auditEvents(first: 2, filter: {actions: [LOGIN_FAILED]}) { edges { node { detail } } } }"
    events = await apps.story.api.data(asked, token=entered["accessToken"])
    assert events["auditEvents"]["edges"][0]["node"]["detail"] == (
        f"Somebody tried in vain to log in as {ADMIN}. The password was right, but the code was wrong."
    )


async def test_wrong_codes_are_counted_as_wrong_passwords_are(apps: Apps, phone: Phone, clock: FakeClock) -> None:
    """Five tries: a right password in between empties no count, and a fresh ticket is no fresh handful."""
    for _ in range(3):
        assert (await apps.finish(await apps.ticket(ADMIN), phone.wrong()))["__typename"] == "WrongCode"
    assert (await apps.log_in(ADMIN, OTHER_PASSWORD))["__typename"] == "NoUserFound"
    ticket = await apps.ticket(ADMIN)
    assert (await apps.finish(ticket, phone.wrong()))["__typename"] == "WrongCode"
    stopped = await apps.finish(ticket, phone.code())
    assert (stopped["__typename"], stopped["retryAfterSeconds"]) == ("TooManyAttempts", 900)
    assert (await apps.log_in(ADMIN))["__typename"] == "TooManyAttempts"
    assert [action for action, _ in (await said(apps.story.services))].count("LOGIN_THROTTLED") == 1
    clock.advance(minutes=15)
    entered = await apps.finish(await apps.ticket(ADMIN), phone.code())
    assert entered["__typename"] == "StaffLoginSuccess"


async def test_a_log_in_that_is_finished_empties_the_count(apps: Apps, phone: Phone) -> None:
    for _ in range(3):
        ticket = await apps.ticket(ADMIN)
        for _ in range(4):
            assert (await apps.finish(ticket, phone.wrong()))["__typename"] == "WrongCode"
        assert (await apps.finish(ticket, phone.next()))["__typename"] == "StaffLoginSuccess"


async def test_a_hundred_guesses_at_once_are_five(apps: Apps, phone: Phone) -> None:
    ticket, wrong = await apps.ticket(ADMIN), phone.wrong()
    answers = await asyncio.gather(*(apps.finish(ticket, wrong) for _ in range(100)))
    assert Counter(answer["__typename"] for answer in answers) == {"WrongCode": 5, "TooManyAttempts": 95}


# Tickets


async def test_a_ticket_is_good_for_five_minutes_and_one_log_in(apps: Apps, phone: Phone, clock: FakeClock) -> None:
    late = await apps.ticket(ADMIN)
    clock.advance(minutes=5)
    used = await apps.ticket(ADMIN)
    assert (await apps.finish(used, phone.code()))["__typename"] == "StaffLoginSuccess"
    refused_before = refusals.totals()[refusals.Kind.TICKET]
    for ticket in (late, used, "x", "", "y" * 10_000):
        answer = await apps.finish(ticket, phone.next())
        assert (answer["__typename"], answer["code"]) == ("TicketExpired", "TICKET_EXPIRED")
    assert refusals.totals()[refusals.Kind.TICKET] == refused_before + 5


async def test_of_more_than_five_tickets_the_oldest_end(apps: Apps, phone: Phone) -> None:
    tickets = [await apps.ticket(ADMIN) for _ in range(7)]
    assert (await apps.finish(tickets[1], phone.code()))["__typename"] == "TicketExpired"
    assert (await apps.finish(tickets[2], phone.code()))["__typename"] == "StaffLoginSuccess"


async def set_by_the_office(apps: Apps, **change: Any) -> None:
    (row,) = await apps.story.services.resources.database.fetch("SELECT id FROM staff_member WHERE email = $1", ADMIN)
    await apps.story.staff(StaffRole.EDITOR)
    given = UpdateStaff(ids.encode("StaffMember", row["id"]), **change)
    answer = await apps.story.services.staff.update_staff(CommandLine(), given)
    assert isinstance(answer, UpdateStaffSuccess), answer


async def change_password(apps: Apps, token: str) -> None:
    given = {"currentPassword": STAFF_PASSWORD, "newPassword": OTHER_PASSWORD}
    document = "mutation($i: ChangePasswordInput!) { changeStaffPassword(input: $i) { __typename } }"
    assert await apps.story.run(document, {"i": given}, token=token) == {"__typename": "ChangeStaffPasswordSuccess"}


async def leave_everywhere(apps: Apps, token: str) -> None:
    await apps.story.run("mutation { logout(everywhere: true) { __typename } }", token=token)


async def another_password(apps: Apps, token: str) -> None:
    await set_by_the_office(apps, new_password=NewPassword(plaintext=OTHER_PASSWORD))


async def reset(apps: Apps, token: str) -> None:
    (row,) = await apps.story.services.resources.database.fetch("SELECT id FROM staff_member WHERE email = $1", ADMIN)
    await apps.story.services.second_factor.reset_totp(CommandLine(), ids.encode("StaffMember", row["id"]))


@pytest.mark.parametrize("happens", [change_password, leave_everywhere, another_password, reset])
async def test_a_ticket_ends_with_the_epoch_it_was_made_under(
    apps: Apps, token: str, phone: Phone, happens: Callable[[Apps, str], Any]
) -> None:
    ticket = await apps.ticket(ADMIN)
    await happens(apps, token)
    assert (await apps.finish(ticket, phone.code()))["__typename"] == "TicketExpired"


async def test_taking_the_app_off_ends_the_log_ins_that_wait_for_its_code(apps: Apps, token: str, phone: Phone) -> None:
    ticket = await apps.ticket(ADMIN)
    await apps.remove(token, phone.code())
    assert (await apps.finish(ticket, phone.next()))["__typename"] == "TicketExpired"
    assert (await apps.log_in(ADMIN))["__typename"] == "StaffLoginSuccess"


async def test_a_reset_takes_the_app_away_and_ends_every_session(apps: Apps, token: str, phone: Phone) -> None:
    await reset(apps, token)
    assert not await apps.story.alive(token)
    assert (await apps.log_in(ADMIN))["__typename"] == "StaffLoginSuccess"
    action, data = next(each for each in reversed(await said(apps.story.services)) if each[0].startswith("SECOND"))
    assert (action, data["sessionsRevoked"]) == ("SECOND_FACTOR_RESET", 1)


async def test_a_ticket_of_the_portal_is_none_of_staffs_nor_the_other_way_round(apps: Apps, phone: Phone) -> None:
    """They lie in different tables; a person may be both by the same e-mail."""
    story = apps.story
    staff = (await apps.finish(await apps.ticket(ADMIN), phone.code()))["accessToken"]
    for number in ("1", "2"):
        made = await story.mutate(
            "createCustomer",
            {"number": number, "name": "Nord"},
            "... on CreateCustomerSuccess { customer { id } }",
            token=staff,
        )
        given = {
            "customerId": made["customer"]["id"],
            "name": "Ida",
            "email": ADMIN,
            "internetUser": True,
            "newPassword": {"plaintext": PASSWORD},
        }
        reference = await story.mutate(
            "createReference", given, "... on CreateReferenceSuccess { reference { id } }", token=staff
        )
    portal = (await story.login(ADMIN))["ticket"]
    assert (await apps.finish(portal, phone.next()))["__typename"] == "TicketExpired"
    ticket = await apps.ticket(ADMIN)
    chosen = await story.choose(ticket, reference["reference"]["id"])
    assert chosen["__typename"] == "TicketExpired"


async def test_the_session_that_came_along_ends_when_the_new_one_begins(apps: Apps, token: str, phone: Phone) -> None:
    ticket = await apps.ticket(ADMIN)
    assert (await apps.finish(ticket, phone.wrong(), token=token))["__typename"] == "WrongCode"
    assert await apps.story.alive(token)
    assert (await apps.finish(ticket, phone.code(), token=token))["__typename"] == "StaffLoginSuccess"
    assert not await apps.story.alive(token)


# Cookies


def set_cookies(answer: httpx.Response) -> SimpleCookie:
    found = SimpleCookie()
    for header in answer.headers.get_list("Set-Cookie"):
        found.load(header)
    return found


async def asked_with_a_cookie(apps: Apps) -> tuple[str, httpx.Response]:
    given = {"email": ADMIN, "password": STAFF_PASSWORD, "transport": "COOKIE"}
    answer = await apps.story.api.post(LOG_IN, {"i": given})
    return answer.json()["data"]["staffLogin"]["ticket"], answer


async def test_with_a_cookie_the_ticket_works_only_beside_its_own(apps: Apps, phone: Phone) -> None:
    api = apps.story.api
    ticket, answer = await asked_with_a_cookie(apps)
    cookie = set_cookies(answer)[TICKET]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["max-age"]) == (True, True, "Lax", "300")
    assert set_cookies(answer).keys() == {TICKET}, "neither a session nor a browser to know again"
    assert cookie.value not in answer.text
    api.forget()
    assert (await apps.finish(ticket, phone.code()))["__typename"] == "TicketExpired"
    headers = {"Cookie": f"__Host-adgang-ticket={cookie.value}"}
    stray = await api.post(FINISH, {"i": {"ticket": ticket, "code": phone.code()}}, headers=headers)
    assert stray.json()["data"]["confirmStaffLogin"]["__typename"] == "TicketExpired"
    headers = {"Cookie": f"{TICKET}={cookie.value}"}
    entered = await api.post(FINISH, {"i": {"ticket": ticket, "code": phone.code()}}, headers=headers)
    assert entered.json()["data"]["confirmStaffLogin"]["accessToken"] is None
    assert set_cookies(entered)[TICKET]["max-age"] == "0"
    assert set_cookies(entered)[SESSION].value
    assert set_cookies(entered)[DEVICE].value


async def test_the_ticket_s_cookie_stays_for_another_try(apps: Apps, phone: Phone) -> None:
    api = apps.story.api
    ticket, _ = await asked_with_a_cookie(apps)
    wrong = await api.post(FINISH, {"i": {"ticket": ticket, "code": phone.wrong()}})
    assert wrong.json()["data"]["confirmStaffLogin"]["__typename"] == "WrongCode"
    assert TICKET not in set_cookies(wrong)
    right = await api.post(FINISH, {"i": {"ticket": ticket, "code": phone.code()}})
    assert right.json()["data"]["confirmStaffLogin"]["__typename"] == "StaffLoginSuccess"
    assert (await api.data("{ viewer { email } }"))["viewer"] == {"email": ADMIN}


async def test_a_ticket_that_was_asked_for_as_a_token_makes_no_cookie(apps: Apps, phone: Phone) -> None:
    answer = await apps.story.api.post(
        FINISH, {"i": {"ticket": await apps.ticket(ADMIN), "code": phone.code()}}, headers={"Cookie": f"{TICKET}=x"}
    )
    assert answer.json()["data"]["confirmStaffLogin"]["accessToken"]
    assert SESSION not in set_cookies(answer)


# Secrets


async def test_nothing_of_it_is_logged_or_stored_as_it_is(apps: Apps, token: str) -> None:
    phone, codes = await apps.added(token)
    with capture_logs() as lines:
        ticket, answer = await asked_with_a_cookie(apps)
        wrong, right = phone.wrong(), phone.code()
        for code in (wrong, codes[0][:-1], right):
            await apps.story.api.post(FINISH, {"i": {"ticket": ticket, "code": code}})
    cookie = set_cookies(answer)[TICKET].value
    database = apps.story.services.resources.database
    ticket = await apps.ticket(ADMIN)
    rows = [str(dict(row)) for row in await database.fetch("SELECT * FROM staff_ticket")]
    rows += [str(dict(row)) for row in await database.fetch("SELECT * FROM audit_event")]
    for text in (str(lines), *rows):
        for secret in (ticket, cookie, *codes, codes[0][:-1], wrong, right):
            assert secret not in text
