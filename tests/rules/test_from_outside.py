"""The rules, "Logging in" and "Who may do what" 5 and 6, as clients see them: through the whole application."""

from typing import Any

import pytest

from app.models.enums import StaffRole
from tests.support.api import Api
from tests.support.people import ADMIN, ANOTHER, EMAIL, PASSWORD, People
from tests.support.services import FakeClock

LOGIN = """mutation ($username: String!, $password: String!, $transport: SessionTransport = BEARER) {
  login(input: {username: $username, password: $password, transport: $transport}) {
    __typename
    ... on LoginSuccess { accessToken expiresAt viewer { name email mustChangePassword failedLoginsSince previousLoginAt
        reference { id } customer { name } sessions { current ipAddress } choices { referenceId current } } }
    ... on CustomerChoice { ticket expiresAt options { referenceId customerName current } }
    ... on Problem { code message }
  }
}"""
CHOOSE = """mutation ($ticket: String!, $reference: ID!) {
  chooseCustomer(input: {ticket: $ticket, referenceId: $reference}) {
    __typename
    ... on LoginSuccess { accessToken viewer { reference { id } choices { referenceId current } } }
    ... on Problem { code }
  }
}"""
SWITCH = """mutation ($reference: ID!) {
  switchCustomer(input: {referenceId: $reference}) {
    __typename
    ... on SwitchCustomerSuccess { viewer { reference { id } } }
    ... on Problem { code }
  }
}"""
CHANGE = """mutation ($current: String!, $new: String!) {
  changePassword(input: {currentPassword: $current, newPassword: $new}) {
    __typename
    ... on ChangePasswordSuccess { accessToken viewer { email choices { referenceId } }
        impact { effect sessionsRevoked references { id } } }
    ... on Problem { code }
  }
}"""
STAFF_LOGIN = """mutation ($email: String!, $password: String!, $transport: SessionTransport = BEARER) {
  staffLogin(input: {email: $email, password: $password, transport: $transport}) {
    __typename
    ... on StaffLoginSuccess { accessToken viewer { name email role sessions { current } } }
    ... on Problem { code message }
  }
}"""
VIEWER = "{ viewer { __typename name email sessions { current } ... on StaffViewer { role } } }"
PORTAL_COOKIE = "__Host-adgang"
TICKET_COOKIE = "__Host-adgang-ticket"


async def logged_in(api: Api, transport: str = "BEARER", **variables: str) -> dict[str, Any]:
    given = {"username": EMAIL, "password": PASSWORD, "transport": transport} | variables
    answer: dict[str, Any] = (await api.data(LOGIN, given))["login"]
    return answer


async def test_the_answer_to_a_log_in_is_read_as_who_one_is_then(api: Api, people: People, clock: FakeClock) -> None:
    (reference,) = await people.orders_for()
    answer = await logged_in(api)
    assert answer["__typename"] == "LoginSuccess"
    viewer = answer["viewer"]
    assert viewer["reference"] == {"id": reference}
    assert viewer["choices"] == [{"referenceId": reference, "current": True}]
    assert [session["current"] for session in viewer["sessions"]] == [True]
    assert (viewer["previousLoginAt"], viewer["failedLoginsSince"]) == (None, 0)
    clock.advance(minutes=1)
    await logged_in(api, password=ANOTHER)
    again = (await logged_in(api))["viewer"]
    assert again["failedLoginsSince"] == 1
    assert again["previousLoginAt"] is not None


@pytest.mark.parametrize("language", ["da", "en"])
async def test_nobody_is_found_in_the_callers_language(api: Api, language: str) -> None:
    given = {"username": EMAIL, "password": PASSWORD}
    data = await api.data(LOGIN, given, headers={"Accept-Language": language})
    message = {"da": "Ingen brugere findes", "en": "No users found"}[language]
    assert data["login"] == {"__typename": "NoUserFound", "code": "NO_USER_FOUND", "message": message}


async def test_a_company_is_chosen_and_changed_with_a_token(api: Api, people: People) -> None:
    references = await people.orders_for(2)
    choice = await logged_in(api)
    assert [option["referenceId"] for option in choice["options"]] == references
    chosen = (await api.data(CHOOSE, {"ticket": choice["ticket"], "reference": references[0]}))["chooseCustomer"]
    assert chosen["viewer"]["reference"] == {"id": references[0]}
    token = chosen["accessToken"]
    moved = (await api.data(SWITCH, {"reference": references[1]}, token=token))["switchCustomer"]
    assert moved == {"__typename": "SwitchCustomerSuccess", "viewer": {"reference": {"id": references[1]}}}


async def test_with_cookies_no_token_is_in_any_answer(api: Api, people: People) -> None:
    references = await people.orders_for(2)
    choice = await logged_in(api, "COOKIE")
    assert TICKET_COOKIE in api.client.cookies
    chosen = (await api.data(CHOOSE, {"ticket": choice["ticket"], "reference": references[0]}))["chooseCustomer"]
    assert chosen["accessToken"] is None
    assert TICKET_COOKIE not in api.client.cookies
    first = api.client.cookies[PORTAL_COOKIE]
    changed = (await api.data(CHANGE, {"current": PASSWORD, "new": ANOTHER}))["changePassword"]
    assert changed["accessToken"] is None
    assert changed["impact"]["references"] == [{"id": references[0]}]
    assert [choice["referenceId"] for choice in changed["viewer"]["choices"]] == references
    assert api.client.cookies[PORTAL_COOKIE] != first
    assert (await api.data(VIEWER))["viewer"]["email"] == EMAIL
    api.forget()
    dead = await api.run(VIEWER, headers={"Cookie": f"{PORTAL_COOKIE}={first}"})
    assert dead == {"data": {"viewer": None}, "extensions": {"cost": 21, "session": "ENDED"}}


async def test_a_ticket_without_its_cookie_is_worth_nothing(api: Api, people: People) -> None:
    references = await people.orders_for(2)
    choice = await logged_in(api, "COOKIE")
    api.forget()
    answer = await api.data(CHOOSE, {"ticket": choice["ticket"], "reference": references[0]})
    assert answer["chooseCustomer"] == {"__typename": "TicketExpired", "code": "TICKET_EXPIRED"}


async def test_a_changed_password_answers_with_a_new_token(api: Api, people: People) -> None:
    await people.orders_for()
    token = (await logged_in(api))["accessToken"]
    changed = (await api.data(CHANGE, {"current": PASSWORD, "new": ANOTHER}, token=token))["changePassword"]
    assert changed["impact"]["effect"] == "PASSWORD_CHANGED"
    assert (await api.data(VIEWER, token=changed["accessToken"]))["viewer"]["email"] == EMAIL
    assert (await api.run(VIEWER, token=token))["extensions"]["session"] == "ENDED"


async def test_log_out_takes_the_cookie_away(api: Api, people: People) -> None:
    await people.orders_for()
    await logged_in(api, "COOKIE")
    answer = await api.post("mutation { logout { ... on LogoutSuccess { sessionsRevoked } } }")
    assert answer.json()["data"] == {"logout": {"sessionsRevoked": 1}}
    assert PORTAL_COOKIE not in api.client.cookies


async def test_staff_have_a_cookie_of_their_own(api: Api, people: People) -> None:
    await people.hire(name="Signe Holm")
    given = {"email": ADMIN, "password": PASSWORD, "transport": "COOKIE"}
    answer = (await api.data(STAFF_LOGIN, given))["staffLogin"]
    assert answer == {
        "__typename": "StaffLoginSuccess",
        "accessToken": None,
        "viewer": {"name": "Signe Holm", "email": ADMIN, "role": "ADMIN", "sessions": [{"current": True}]},
    }
    secret = api.client.cookies["__Host-adgang-staff"]
    api.forget()
    assert (await api.run(VIEWER, headers={"Cookie": f"{PORTAL_COOKIE}={secret}"}))["data"] == {"viewer": None}
    assert (await api.run(VIEWER, token=secret))["data"] == {"viewer": None}


async def test_a_tool_is_a_staff_viewer_without_sessions(api: Api, people: People) -> None:
    await people.hire()
    token = (await people.staff_login()).token.secret
    document = """mutation ($until: DateTime!) {
      createAccessToken(input: {name: "Ordresystem", role: EDITOR, expiresAt: $until}) {
        ... on CreateAccessTokenSuccess { secret accessToken { id name role createdBy lastUsedAt } }
        ... on InvalidInput { fields { field code } }
      }
    }"""
    made = (await api.data(document, {"until": "2026-12-24T12:00:00+01:00"}, token=token))["createAccessToken"]
    assert made["accessToken"] | {"id": ""} == {
        "id": "",
        "name": "Ordresystem",
        "role": "EDITOR",
        "createdBy": ADMIN,
        "lastUsedAt": None,
    }
    viewer = (await api.data(VIEWER, token=made["secret"]))["viewer"]
    assert viewer == {
        "__typename": "StaffViewer",
        "name": "Ordresystem",
        "email": ADMIN,
        "role": "EDITOR",
        "sessions": [],
    }
    refused = (await api.data(document, {"until": "2026-12-24T12:00:00Z"}, token=made["secret"]))["createAccessToken"]
    assert refused == {}
    late = (await api.data(document, {"until": "2036-12-24T12:00:00Z"}, token=token))["createAccessToken"]
    assert late == {"fields": [{"field": "input.expiresAt", "code": "OUT_OF_RANGE"}]}


async def test_an_admin_makes_and_demotes_staff(api: Api, people: People) -> None:
    await people.hire()
    token = (await people.staff_login()).token.secret
    create = """mutation ($email: String!) {
      createStaff(input: {name: "Bo", email: $email, role: ADMIN, newPassword: {generate: true}}) {
        ... on CreateStaffSuccess { generatedPassword staff { id name email role active version } }
        ... on AlreadyExists { field existing { id } }
      }
    }"""
    made = (await api.data(create, {"email": "bo@vognmand.example"}, token=token))["createStaff"]
    member = made["staff"]["id"]
    assert made["staff"]["role"] == StaffRole.ADMIN
    twice = (await api.data(create, {"email": "BO@vognmand.example"}, token=token))["createStaff"]
    assert twice == {"field": "email", "existing": {"id": member}}
    bo = await people.staff_login("bo@vognmand.example", made["generatedPassword"])
    update = """mutation ($id: ID!) {
      updateStaff(input: {id: $id, role: AUDITOR}) {
        ... on UpdateStaffSuccess { sessionsRevoked staff { role version } }
      }
    }"""
    saved = (await api.data(update, {"id": member}, token=token))["updateStaff"]
    assert saved == {"sessionsRevoked": 1, "staff": {"role": "AUDITOR", "version": 2}}
    assert not await people.lives(bo)
