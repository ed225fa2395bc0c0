"""Sessions as tokens and as cookies: the rules, "Logging in" 9, 11 and 12, and "The door" 1."""

from http.cookies import SimpleCookie

import httpx
import pytest

from app.asgi import create_app
from app.services import Services
from tests.support.api import ORIGIN, Api
from tests.support.people import ADMIN, EMAIL, PASSWORD, People
from tests.support.services import FakeClock, make_settings

LOGIN = """mutation($username: String!, $password: String!, $transport: SessionTransport) {
  login(input: {username: $username, password: $password, transport: $transport}) {
    __typename
    ... on LoginSuccess { accessToken viewer { name } }
    ... on CustomerChoice { ticket options { referenceId } }
  }
}"""
STAFF_LOGIN = """mutation($email: String!, $password: String!) {
  staffLogin(input: {email: $email, password: $password, transport: COOKIE}) {
    __typename
    ... on StaffLoginSuccess { accessToken }
  }
}"""
CHOOSE = """mutation($ticket: String!, $id: ID!) {
  chooseCustomer(input: {ticket: $ticket, referenceId: $id}) { __typename ... on LoginSuccess { accessToken } }
}"""
SWITCH = """mutation($id: ID!) {
  switchCustomer(input: {referenceId: $id}) { __typename ... on SwitchCustomerSuccess { viewer { name } } }
}"""
LOGOUT = "mutation { logout { __typename } }"
WHO = "{ viewer { __typename } }"
PORTAL = "__Host-adgang"
STAFF = "__Host-adgang-staff"
TICKET = "__Host-adgang-ticket"


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


def set_cookies(answer: httpx.Response) -> SimpleCookie:
    """The cookies that an answer sets, with their attributes."""
    found = SimpleCookie()
    for header in answer.headers.get_list("Set-Cookie"):
        found.load(header)
    return found


async def log_in(api: Api, transport: str = "COOKIE") -> httpx.Response:
    return await api.post(LOGIN, {"username": EMAIL, "password": PASSWORD, "transport": transport})


async def staff_log_in(api: Api, people: People) -> httpx.Response:
    await people.hire()
    return await api.post(STAFF_LOGIN, {"email": ADMIN, "password": PASSWORD})


async def who(api: Api, **headers: str) -> str | None:
    """Who an answer is made for, by the type of the viewer."""
    body = await api.run(WHO, headers={name.replace("_", "-"): value for name, value in headers.items()})
    viewer: dict[str, str] | None = body["data"]["viewer"]
    return None if viewer is None else viewer["__typename"]


async def test_a_token_is_asked_for_and_shown(api: Api, people: People) -> None:
    await people.orders_for()
    answer = await log_in(api, "BEARER")
    token = answer.json()["data"]["login"]["accessToken"]
    assert not set_cookies(answer)
    assert await who(api, Authorization=f"Bearer {token}") == "PortalViewer"


async def test_a_cookie_is_asked_for_and_comes_back(api: Api, people: People) -> None:
    await people.orders_for()
    answer = await log_in(api)
    cookie = set_cookies(answer)[PORTAL]
    assert answer.json()["data"]["login"]["accessToken"] is None
    assert cookie.value not in answer.text
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")
    assert int(cookie["max-age"]) == people.services.resources.settings.session_max_hours * 3600
    assert not cookie["domain"]
    assert await who(api) == "PortalViewer"


async def test_a_secret_works_only_by_the_transport_it_was_made_for(api: Api, people: People) -> None:
    await people.orders_for()
    cookie = set_cookies(await log_in(api))[PORTAL].value
    api.forget()
    token = (await log_in(api, "BEARER")).json()["data"]["login"]["accessToken"]
    assert await who(api, Authorization=f"Bearer {cookie}") is None
    assert await who(api, Cookie=f"{PORTAL}={token}") is None


async def test_each_application_reads_its_own_cookie(api: Api, people: People) -> None:
    await people.orders_for()
    portal = set_cookies(await log_in(api))[PORTAL].value
    api.forget()
    staff = set_cookies(await staff_log_in(api, people))[STAFF].value
    api.forget()
    both = f"{PORTAL}={portal}; {STAFF}={staff}"
    assert await who(api, Cookie=f"{STAFF}={staff}") == "StaffViewer"
    assert await who(api, Cookie=f"{PORTAL}={staff}") is None
    assert await who(api, Cookie=f"{STAFF}={portal}") is None
    assert await who(api, Cookie=both) == "PortalViewer"
    assert await who(api, Cookie=both, Adgang_Session="staff") == "StaffViewer"
    assert await who(api, Cookie=both, Adgang_Session="portal") == "PortalViewer"
    assert await who(api, Cookie=f"{PORTAL}={portal}", Adgang_Session="staff") is None


async def test_a_choice_needs_the_cookie_beside_its_ticket(api: Api, people: People) -> None:
    references = await people.orders_for(2)
    answer = await log_in(api)
    cookie = set_cookies(answer)[TICKET]
    assert (cookie["httponly"], cookie["secure"], cookie["max-age"]) == (True, True, "300")
    chosen = {"ticket": answer.json()["data"]["login"]["ticket"], "id": references[1]}
    api.forget()
    assert (await api.data(CHOOSE, chosen))["chooseCustomer"]["__typename"] == "TicketExpired"

    answer = await log_in(api)
    chosen["ticket"] = answer.json()["data"]["login"]["ticket"]
    answer = await api.post(CHOOSE, chosen)
    assert answer.json()["data"]["chooseCustomer"] == {"__typename": "LoginSuccess", "accessToken": None}
    assert set_cookies(answer)[TICKET]["max-age"] == "0"
    assert await who(api) == "PortalViewer"


async def test_a_log_in_ends_the_session_that_its_request_carried(api: Api, people: People) -> None:
    await people.orders_for()
    first = set_cookies(await log_in(api))[PORTAL].value
    second = set_cookies(await log_in(api))[PORTAL].value
    assert first != second
    assert await who(api) == "PortalViewer"
    api.forget()
    assert await who(api, Cookie=f"{PORTAL}={first}") is None


async def test_a_planted_cookie_is_replaced(api: Api, people: People) -> None:
    await people.orders_for()
    answer = await api.post(
        LOGIN,
        {"username": EMAIL, "password": PASSWORD, "transport": "COOKIE"},
        headers={"Cookie": f"{PORTAL}=planted"},
    )
    assert set_cookies(answer)[PORTAL].value not in {"", "planted"}


async def test_logging_out_takes_the_cookie_away_and_what_the_browser_kept(api: Api, people: People) -> None:
    await people.orders_for()
    await log_in(api)
    answer = await api.post(LOGOUT)
    assert answer.json()["data"]["logout"]["__typename"] == "LogoutSuccess"
    assert set_cookies(answer)[PORTAL]["max-age"] == "0"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert await who(api) is None


async def test_only_logging_out_clears_what_the_browser_kept(api: Api, people: People) -> None:
    await people.orders_for()
    for answer in (await api.post(WHO), await api.post(LOGOUT), await log_in(api), await api.post(WHO)):
        assert "clear-site-data" not in answer.headers


async def test_a_dead_session_is_told_on_every_answer(api: Api, people: People, clock: FakeClock) -> None:
    await people.orders_for()
    token = (await log_in(api, "BEARER")).json()["data"]["login"]["accessToken"]
    assert "session" not in (await api.run(WHO, token=token))["extensions"]
    clock.advance(hours=9)
    for document in (WHO, "{", "{customers {totalCount}}", "{nothingOfThisName}", LOGOUT):
        answer = await api.post(document, token=token)
        assert answer.json()["extensions"]["session"] == "ENDED", answer.text
        assert not set_cookies(answer)


async def test_a_dead_session_is_told_of_where_the_body_is_refused_too(api: Api) -> None:
    for body in (b"no JSON", b"[]", b"{}", b" " * 300_000):
        headers = {"Authorization": "Bearer dead", "Content-Type": "application/json"}
        answer = await api.client.post("/graphql", content=body, headers=headers)
        assert 400 <= answer.status_code < 500
        assert answer.json()["extensions"]["session"] == "ENDED"


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Basic YTpi", "", "Bearer adg_wrong"])
async def test_a_token_that_never_lived_is_dead_too(api: Api, header: str) -> None:
    body = await api.run(WHO, headers={"Authorization": header})
    assert body == {"data": {"viewer": None}, "extensions": {"cost": 1, "session": "ENDED"}}


@pytest.mark.parametrize("name", [PORTAL, STAFF])
async def test_a_dead_cookie_is_told_and_taken_away(api: Api, name: str) -> None:
    answer = await api.post(WHO, headers={"Cookie": f"{name}=dead"})
    assert answer.json()["extensions"]["session"] == "ENDED"
    assert set_cookies(answer)[name]["max-age"] == "0"


async def test_nobody_is_not_told_of_a_session(api: Api) -> None:
    assert await api.run(WHO) == {"data": {"viewer": None}, "extensions": {"cost": 1}}


async def test_beside_authorization_no_cookie_is_looked_at(api: Api, people: People) -> None:
    await people.orders_for()
    await log_in(api)
    assert await who(api, Authorization="Bearer wrong") is None
    assert await who(api) == "PortalViewer"


async def test_a_cookie_does_not_count_on_get(api: Api, people: People) -> None:
    await people.orders_for()
    await log_in(api)
    answer = await api.client.get("/graphql", params={"query": WHO})
    assert answer.json() == {"data": {"viewer": None}, "extensions": {"cost": 1}}


async def test_a_token_counts_on_get(api: Api, people: People) -> None:
    await people.orders_for()
    token = (await log_in(api, "BEARER")).json()["data"]["login"]["accessToken"]
    answer = await api.client.get("/graphql", params={"query": WHO}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"data": {"viewer": {"__typename": "PortalViewer"}}, "extensions": {"cost": 1}}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{ORIGIN}.evil.example"},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_page_of_somebody_else_can_not_use_the_cookie(
    api: Api, people: People, headers: dict[str, str]
) -> None:
    await people.orders_for()
    await log_in(api)
    answer = await api.post(LOGOUT, headers=headers)
    assert answer.status_code == 403
    assert "data" not in answer.json()
    assert "access-control-allow-origin" not in answer.headers
    assert await who(api) == "PortalViewer"


async def test_a_client_without_an_origin_counts_unless_its_browser_says_otherwise(api: Api, people: People) -> None:
    await people.orders_for()
    await log_in(api)
    del api.client.headers["Origin"]
    assert await who(api) == "PortalViewer"
    assert await who(api, Sec_Fetch_Site="same-origin") == "PortalViewer"
    assert (await api.post(WHO, headers={"Sec-Fetch-Site": "same-site"})).status_code == 403


async def test_a_form_can_not_use_the_cookie(api: Api, people: People) -> None:
    await people.orders_for()
    await log_in(api)
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = await api.client.post(
            "/graphql", content=b'{"query":"mutation {logout {__typename}}"}', headers={"Content-Type": content_type}
        )
        assert answer.status_code == 415
    assert await who(api) == "PortalViewer"


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", "Bearer a"), ("Authorization", "Bearer b")],
        [("Cookie", f"{PORTAL}=a; {PORTAL}=b")],
        [("Cookie", f"{STAFF}=a"), ("Cookie", f"{STAFF}=b")],
        [("Adgang-Session", "both")],
    ],
)
async def test_credentials_that_leave_a_doubt_are_refused(api: Api, headers: list[tuple[str, str]]) -> None:
    answer = await api.client.post("/graphql", json={"query": WHO}, headers=headers)
    assert answer.status_code == 400
    assert "data" not in answer.json()


async def test_a_tab_that_stands_elsewhere_is_stopped(api: Api, people: People) -> None:
    first, second = await people.orders_for(2)
    ticket = (await log_in(api)).json()["data"]["login"]["ticket"]
    await api.data(CHOOSE, {"ticket": ticket, "id": first})
    here = {"Adgang-Reference": first}
    assert (await api.post(WHO, headers=here)).status_code == 200

    await api.data(SWITCH, {"id": second})
    answer = await api.post("mutation {endOtherSessions {__typename}}", headers=here)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["extensions"]["code"] == "REFERENCE_CHANGED"
    assert "data" not in answer.json()
    assert "SESSIONS_ENDED" not in await people.actions()
    assert (await api.post(WHO, headers={"Adgang-Reference": second})).status_code == 200
    assert (await api.post(SWITCH, {"id": first}, headers=here)).status_code == 200
    assert (await api.post(LOGOUT, headers={"Adgang-Reference": second})).status_code == 200


async def test_a_session_shows_where_its_caller_came_from(api: Api, people: People) -> None:
    await people.orders_for()
    headers = {"User-Agent": "Browser\x1b[2J", "X-Forwarded-For": "198.51.100.7"}
    await api.post(LOGIN, {"username": EMAIL, "password": PASSWORD, "transport": "COOKIE"}, headers=headers)
    viewer = (await api.data("{viewer {sessions {current userAgent ipAddress}}}"))["viewer"]
    assert viewer == {"sessions": [{"current": True, "userAgent": "Browser[2J", "ipAddress": "127.0.0.1"}]}


async def test_a_demo_on_loopback_has_cookies_that_work_without_tls(services: Services, people: People) -> None:
    await people.orders_for()
    settings = make_settings(database_url=services.resources.settings.database_url, demo=True)
    origin = "http://127.0.0.1:8000"
    app = create_app(settings, services=services)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=origin, headers={"Origin": origin}
    ) as client:
        demo = Api(client)
        cookies = set_cookies(await log_in(demo))
        assert not cookies["adgang-demo"]["secure"]
        assert cookies["adgang-demo"]["httponly"]
        assert await who(demo) == "PortalViewer"
        assert set_cookies(await demo.post(LOGOUT))["adgang-demo"]["max-age"] == "0"
        safe = f"{PORTAL}={cookies['adgang-demo'].value}"
        assert await who(demo, Cookie=safe) is None
