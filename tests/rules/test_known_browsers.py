"""The rules, "Passwords" 4: a browser that has logged in as a username is counted by itself."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import httpx
import pytest

from tests.support.browsers import Browser, Places, said
from tests.support.people import ADMIN, ANOTHER, EMAIL, PASSWORD, People
from tests.support.services import FakeClock

DEVICE, STAFF_DEVICE = "__Host-adgang-device", "__Host-adgang-staff-device"
FAILED, DONE = "NoUserFound", "LoginSuccess"
CHANGE = """mutation($i: ChangePasswordInput!) { changePassword(input: $i) {
  __typename ... on ChangePasswordSuccess { accessToken } } }"""
CHANGE_STAFF = "mutation($i: ChangePasswordInput!) { changeStaffPassword(input: $i) { __typename } }"
CHOOSE = """mutation($i: ChooseCustomerInput!) { chooseCustomer(input: $i) { __typename } }"""
CHANGED = {"i": {"currentPassword": PASSWORD, "newPassword": ANOTHER}}


@pytest.fixture
async def browser(people: People, world: Places) -> Browser:
    """A browser that has logged in, and out again by losing its session."""
    await people.orders_for()
    opened = await world.at("192.0.2.1")
    assert await opened.portal(transport="COOKIE") == DONE
    keep_the_device_alone(opened)
    return opened


@pytest.fixture
async def stranger(world: Places) -> Browser:
    """A client without cookies, at an address of its own."""
    return await world.at("192.0.2.66")


def keep_the_device_alone(browser: Browser) -> None:
    for name in [name for name in browser.client.cookies if "device" not in name]:
        browser.client.cookies.delete(name)


def set_by(answer: httpx.Response) -> SimpleCookie:
    """The cookies that an answer sets."""
    found = SimpleCookie()
    for header in answer.headers.get_list("Set-Cookie"):
        found.load(header)
    return found


def put(browser: Browser, value: str, name: str = DEVICE) -> None:
    """Has a browser show this device cookie and nothing else."""
    browser.forget()
    browser.client.cookies.set(name, value, domain="adgang.example", path="/")


async def guess(browser: Browser, times: int = 5) -> None:
    """Types wrong passwords that are all still looked at."""
    assert [await browser.portal(password=ANOTHER, transport="COOKIE") for _ in range(times)] == [FAILED] * times


# What it is for


async def test_strangers_who_guess_do_not_lock_a_known_browser_out(browser: Browser, stranger: Browser) -> None:
    await guess(stranger)
    assert await stranger.portal() == "TooManyAttempts 900"
    assert await browser.portal() == DONE


async def test_not_even_from_its_own_address(browser: Browser, world: Places) -> None:
    value = browser.client.cookies[DEVICE]
    browser.forget()
    await guess(browser)
    assert await browser.portal() == "TooManyAttempts 900"
    put(browser, value)
    assert await browser.portal() == DONE


@pytest.mark.parametrize("settings", [{"lockout_ceiling": 5, "lockout_failures": 3}], indirect=True)
async def test_nor_by_a_hundred_from_everywhere(browser: Browser, world: Places) -> None:
    for number in range(5):
        await guess(await world.at(f"198.51.100.{number}"), 1)
    assert await (await world.at("198.51.100.99")).portal() == "TooManyAttempts 86400"
    assert await browser.portal(transport="COOKIE") == DONE
    assert await (await world.at("198.51.100.99")).portal() == DONE  # the hundred were in a row


async def test_its_own_guesses_lock_it_alone_and_wherever_it_is(
    browser: Browser, stranger: Browser, world: Places, clock: FakeClock
) -> None:
    await guess(browser)
    assert await browser.portal() == "TooManyAttempts 900"
    moved = await world.at("203.0.113.5")
    put(moved, browser.client.cookies[DEVICE])
    assert await moved.portal() == "TooManyAttempts 900"
    assert await stranger.portal() == DONE
    clock.advance(minutes=15)
    await guess(moved, 1)
    assert await browser.portal() == "TooManyAttempts 1800"


async def test_its_address_is_counted_all_the_same(browser: Browser, clock: FakeClock) -> None:
    for number in range(50):
        assert await browser.portal(f"person{number}@example.dk", ANOTHER) == FAILED
    assert await browser.portal() == "TooManyAttempts 900"


# What makes it count


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda value: value[:-1] + ("A" if value[-1] != "A" else "Q"), id="another MAC"),
        pytest.param(lambda value: ("A" if value[0] != "A" else "B") + value[1:], id="another nonce"),
        pytest.param(lambda value: value.replace(".1", ".2", 1), id="another time"),
        pytest.param(lambda value: value + "=", id="longer"),
        pytest.param(lambda value: value.rpartition(".")[0], id="without a MAC"),
        pytest.param(lambda value: "..", id="nothing"),
        pytest.param(lambda value: "x" * 10_000, id="too long"),
    ],
)
async def test_one_that_was_changed_is_none(forged: Callable[[str], str], browser: Browser, stranger: Browser) -> None:
    await guess(stranger)
    put(stranger, forged(browser.client.cookies[DEVICE]))
    assert await stranger.portal() == "TooManyAttempts 900"


async def test_one_of_another_username_or_of_staff_is_none(people: People, browser: Browser, stranger: Browser) -> None:
    await people.orders_for(email="bo@example.dk")
    await people.hire(EMAIL)
    await guess(stranger)
    other = await browser.try_portal("bo@example.dk", transport="COOKIE")
    staff = await browser.try_staff(EMAIL, transport="COOKIE")
    for cookie in (set_by(other)[DEVICE], set_by(staff)[STAFF_DEVICE]):
        put(stranger, cookie.value)
        assert await stranger.portal() == "TooManyAttempts 900"


async def test_it_ends_with_the_password_and_the_change_makes_a_new_one(
    people: People, browser: Browser, stranger: Browser
) -> None:
    old = browser.client.cookies[DEVICE]
    await browser.portal(transport="COOKIE")
    changed = await browser.post(CHANGE, CHANGED)
    assert changed.json()["data"]["changePassword"] == {"__typename": "ChangePasswordSuccess", "accessToken": None}
    new = set_by(changed)[DEVICE].value
    for _ in range(5):
        assert await stranger.portal(password="forkert") == FAILED
    put(stranger, old)
    assert await stranger.portal(password=ANOTHER) == "TooManyAttempts 900"
    put(stranger, new)
    assert await stranger.portal(password=ANOTHER) == DONE


async def test_it_lives_for_180_days(browser: Browser, stranger: Browser, clock: FakeClock) -> None:
    value = browser.client.cookies[DEVICE]
    clock.advance(days=180, seconds=-1)
    await guess(stranger)
    put(stranger, value)
    assert await stranger.portal() == DONE
    clock.advance(seconds=1)
    assert await stranger.portal() == "TooManyAttempts 899"


async def test_it_is_worth_nothing_without_the_password(browser: Browser, people: People) -> None:
    assert await browser.portal(password=ANOTHER) == FAILED


# How it travels


async def test_a_log_in_with_a_cookie_sets_it_and_no_payload_holds_it(people: People, world: Places) -> None:
    await people.orders_for()
    opened = await world.at("192.0.2.1")
    answer = await opened.try_portal(transport="COOKIE")
    cookie = set_by(answer)[DEVICE]
    assert (cookie["max-age"], cookie["path"], cookie["samesite"]) == (str(180 * 86_400), "/", "Lax")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie.value not in answer.text


async def test_one_without_a_cookie_sets_none(people: People, world: Places) -> None:
    await people.orders_for()
    opened = await world.at("192.0.2.1")
    assert not set_by(await opened.try_portal())


async def test_no_failure_sets_or_clears_it(browser: Browser) -> None:
    for username in (EMAIL, "nobody@example.dk"):
        for _ in range(7):
            assert not set_by(await browser.try_portal(username, ANOTHER, transport="COOKIE"))


async def test_another_log_in_keeps_its_nonce_and_begins_its_180_days_anew(browser: Browser, clock: FakeClock) -> None:
    before = browser.client.cookies[DEVICE].split(".")
    clock.advance(days=1)
    after = set_by(await browser.try_portal(transport="COOKIE"))[DEVICE].value.split(".")
    assert after[0] == before[0]
    assert int(after[1]) == int(before[1]) + 86_400
    browser.forget()
    assert set_by(await browser.try_portal(transport="COOKIE"))[DEVICE].value.split(".")[0] != before[0]


async def test_choosing_a_company_sets_it(people: People, world: Places) -> None:
    references = await people.orders_for(2)
    opened = await world.at("192.0.2.1")
    choice = await opened.try_portal(transport="COOKIE")
    assert DEVICE not in set_by(choice)
    ticket = choice.json()["data"]["login"]["ticket"]
    chosen = await opened.post(CHOOSE, {"i": {"ticket": ticket, "referenceId": references[0]}})
    assert chosen.json()["data"]["chooseCustomer"] == {"__typename": DONE}
    assert DEVICE in set_by(chosen)


async def test_staff_have_one_of_their_own(people: People, world: Places, stranger: Browser) -> None:
    await people.hire()
    opened = await world.at("192.0.2.1")
    assert set(set_by(await opened.try_staff(ADMIN, transport="COOKIE"))) == {"__Host-adgang-staff", STAFF_DEVICE}
    assert [await stranger.staff(ADMIN, ANOTHER) for _ in range(5)] == [FAILED] * 5
    put(stranger, opened.client.cookies[STAFF_DEVICE], STAFF_DEVICE)
    assert await stranger.staff(ADMIN) == "StaffLoginSuccess"
    changed = await opened.post(CHANGE_STAFF, CHANGED)
    assert changed.json()["data"]["changeStaffPassword"]["__typename"] == "ChangeStaffPasswordSuccess"
    assert STAFF_DEVICE in set_by(changed)


async def test_beside_an_authorization_header_it_is_not_read(browser: Browser, stranger: Browser) -> None:
    await guess(stranger)
    put(stranger, browser.client.cookies[DEVICE])
    document = (
        "mutation($i: LoginInput!) { login(input: $i) { __typename ... on TooManyAttempts { retryAfterSeconds } } }"
    )
    given = {"i": {"username": EMAIL, "password": PASSWORD}}
    assert said(await stranger.post(document, given, token="dead")) == "TooManyAttempts 900"
    assert said(await stranger.post(document, given)) == DONE


async def test_from_another_origin_it_is_refused_like_any_cookie(browser: Browser) -> None:
    answer = await browser.post("{ __typename }", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_two_of_them_are_refused(browser: Browser) -> None:
    value = browser.client.cookies[DEVICE]
    browser.forget()
    answer = await browser.post("{ __typename }", headers={"Cookie": f"{DEVICE}={value}; {DEVICE}={value}"})
    assert answer.status_code == 400
