"""Requests that get no further than the door: another host, plain HTTP; and pages of other origins that may come in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from app.asgi import create_app
from app.services import Services
from tests.support.api import ORIGIN, Api
from tests.support.people import EMAIL, PASSWORD, People
from tests.support.services import make_settings

LOGIN = """mutation($username: String!, $password: String!) {
  login(input: {username: $username, password: $password, transport: COOKIE}) { __typename }
}"""
WHO = "{ viewer { __typename } }"
PORTAL = "https://portal.firma.example"
HSTS = "max-age=31536000; includeSubDomains"
PROXY, CLIENT = "127.0.0.1", "198.51.100.7"


@asynccontextmanager
async def api_with(services: Services, origin: str = ORIGIN, **overrides: object) -> AsyncIterator[Api]:
    """The application with other settings, asked at another address; the peer is 127.0.0.1."""
    settings = make_settings(database_url=services.resources.settings.database_url, **overrides)
    app = create_app(settings, services=services)
    transport = httpx.ASGITransport(app, client=(PROXY, 40000))
    async with httpx.AsyncClient(transport=transport, base_url=origin) as client:
        yield Api(client)


def assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    """It is a GraphQL error, in the caller's language, with the headers that every answer has."""
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["errors"]
    assert answer.json()["errors"][0]["extensions"] == {"code": code}
    assert answer.headers["Content-Language"] == "en"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-Id"]
    assert "access-control-allow-origin" not in answer.headers


HOSTS = ("portal.firma.example", "192.0.2.7", "::1")


OURS = (
    "portal.firma.example",
    "PORTAL.firma.example",
    "portal.firma.example:8443",
    "192.0.2.7:80",
    "[::1]:8000",
    "[::1]",
)
OTHERS = (
    "evil.example",
    "portal.firma.example.evil.example",
    "evil.example:80@portal.firma.example",
    "portal.firma.example/x",
    "portal.firma.example:x",
    "portal.firma.example,evil.example",
    "firma.example",
    "portal.firma.example.",
    "127.0.0.1",
    "",
    "[",
    "[::1",
    "::1",
)


async def test_our_hosts_are_answered_on_any_port(services: Services) -> None:
    async with api_with(services, allowed_hosts=HOSTS) as api:
        for host in OURS:
            assert (await api.post("{__typename}", headers={"Host": host})).status_code == 200, host


async def test_other_hosts_are_refused(services: Services) -> None:
    async with api_with(services, allowed_hosts=HOSTS) as api:
        for host in OTHERS:
            with capture_logs() as lines:
                assert_refused(await api.post("{__typename}", headers={"Host": host}), 400, "UNKNOWN_HOST")
                assert_refused(await api.client.get("/nowhere", headers={"Host": host}), 400, "UNKNOWN_HOST")
            assert [line["kind"] for line in lines if line["event"] == "refused"] == ["host", "host"]
            assert [line["status"] for line in lines if line["event"] == "request"] == [400, 400]
            assert "evil" not in str(lines)


async def test_headers_have_a_bound(services: Services) -> None:
    async with api_with(services) as api:
        with capture_logs() as lines:
            for name in ("X", "Cookie", "Accept", "Host"):
                answer = await api.post("{__typename}", headers={name: "x" * 33_000})
                assert_refused(answer, 431, "HEADERS_TOO_LARGE")
        assert [line["kind"] for line in lines if line["event"] == "refused"] == ["limit"] * 4
        assert (await api.post("{__typename}", headers={"Cookie": "x" * 30_000})).status_code == 200


async def test_health_is_told_whatever_the_host_is_called(services: Services) -> None:
    async with api_with(services, allowed_hosts=HOSTS) as api:
        for path in ("/healthz", "/readyz"):
            assert (await api.client.get(path, headers={"Host": "10.0.0.5:8000"})).status_code == 200


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/nowhere"])
@pytest.mark.parametrize("hosts", [(), HOSTS])
async def test_two_hosts_are_refused_everywhere(services: Services, path: str, hosts: tuple[str, ...]) -> None:
    async with api_with(services, allowed_hosts=hosts) as api:
        twice = [("Host", "portal.firma.example"), ("Host", "portal.firma.example")]
        assert_refused(await api.client.post(path, json={}, headers=twice), 400, "UNKNOWN_HOST")


async def test_without_a_list_any_host_will_do_that_is_one(services: Services) -> None:
    async with api_with(services) as api:
        assert (await api.post("{__typename}", headers={"Host": "evil.example"})).status_code == 200
        for host in ("", "a/b", "a b", "a@b"):
            assert_refused(await api.post("{__typename}", headers={"Host": host}), 400, "UNKNOWN_HOST")


async def test_a_demo_is_this_machines_alone(services: Services) -> None:
    async with api_with(services, "http://localhost:8000", demo=True) as api:
        for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
            assert (await api.post("{__typename}", headers={"Host": host})).status_code == 200
        for host in ("evil.example:8000", "localhost.evil.example", "192.0.2.7"):
            assert_refused(await api.post("{__typename}", headers={"Host": host}), 400, "UNKNOWN_HOST")


@pytest.mark.parametrize("path", ["/graphql", "/nowhere", "/healthz"])
async def test_over_https_browsers_are_told_to_stay_there(services: Services, path: str) -> None:
    behind = {"X-Forwarded-Proto": "https"}
    async with api_with(services, "http://portal.firma.example", trusted_proxies=(PROXY,)) as api:
        assert (await api.client.get(path, headers=behind)).headers["Strict-Transport-Security"] == HSTS
        assert "strict-transport-security" not in (await api.client.get(path)).headers
    async with api_with(services, "http://portal.firma.example") as api:
        assert "strict-transport-security" not in (await api.client.get(path, headers=behind)).headers
    async with api_with(services, "https://portal.firma.example") as api:
        assert (await api.client.get(path)).headers["Strict-Transport-Security"] == HSTS


async def test_what_came_to_the_proxy_over_plain_http_is_refused(services: Services) -> None:
    people = People(services)
    await people.orders_for()
    plain = {"X-Forwarded-Proto": "http"}
    async with api_with(services, "http://portal.firma.example", trusted_proxies=(PROXY,)) as api:
        with capture_logs() as lines:
            answer = await api.post(LOGIN, {"username": EMAIL, "password": PASSWORD}, headers=plain)
        assert_refused(answer, 403, "PLAIN_HTTP")
        assert "location" not in answer.headers
        assert [line["kind"] for line in lines if line["event"] == "refused"] == ["plain_http"]
        assert "LOGIN_SUCCEEDED" not in await people.actions()
        assert (await api.client.get("/healthz", headers=plain)).status_code == 200
        assert (await api.client.get("/graphql?query={__typename}", headers=plain)).status_code == 403
        assert (await api.post("{__typename}")).status_code == 200
    async with api_with(services, "http://localhost:8000", trusted_proxies=(PROXY,), demo=True) as api:
        assert (await api.post("{__typename}", headers=plain)).status_code == 200
    async with api_with(services, "http://portal.firma.example") as api:
        assert (await api.post("{__typename}", headers=plain)).status_code == 200


@pytest.mark.parametrize(
    ("trusted", "address"),
    [((), PROXY), ((PROXY,), CLIENT), (("10.0.0.0/8",), PROXY)],
)
async def test_a_session_shows_the_address_that_can_be_believed(
    services: Services, trusted: tuple[str, ...], address: str
) -> None:
    await People(services).orders_for()
    async with api_with(services, trusted_proxies=trusted) as api:
        headers = {"X-Forwarded-For": f"1.1.1.1, {CLIENT}", "X-Forwarded-Proto": "https", "X-Real-IP": "1.1.1.1"}
        await api.post(LOGIN, {"username": EMAIL, "password": PASSWORD}, headers=headers)
        viewer = (await api.data("{viewer {sessions {ipAddress}}}", headers=headers))["viewer"]
        assert viewer == {"sessions": [{"ipAddress": address}]}


async def test_a_page_without_tls_is_not_ours_where_the_service_has_it(services: Services) -> None:
    await People(services).orders_for()
    async with api_with(services, "https://portal.firma.example") as api:
        await api.post(LOGIN, {"username": EMAIL, "password": PASSWORD})
        assert (await api.post(WHO, headers={"Origin": "https://portal.firma.example"})).status_code == 200
        assert (await api.post(WHO, headers={"Origin": "http://portal.firma.example"})).status_code == 403


ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "adgang-reference,content-type"}


@pytest.fixture
async def shared(services: Services) -> AsyncIterator[Api]:
    """The application, which a portal on another origin may use."""
    async with api_with(services, cors_origins=(PORTAL, "https://other.example:8443")) as api:
        yield api


async def test_a_browser_is_told_what_an_allowed_page_may_send(shared: Api) -> None:
    answer = await shared.client.options("/graphql", headers={"Origin": PORTAL, **ASKS})
    assert (answer.status_code, answer.content) == (204, b"")
    told = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
    assert told == {
        "access-control-allow-origin": PORTAL,
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "adgang-reference, adgang-session, authorization, content-type",
        "access-control-max-age": "7200",
    }
    assert answer.headers["Vary"] == "Origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "*",
        "https://portal.firma.example.evil.example",
        "https://portal.firma.example:8443",
        "http://portal.firma.example",
        "https://other.example",
        "https://sub.portal.firma.example",
        f"{PORTAL}, https://evil.example",
    ],
)
async def test_no_other_origin_is_told_anything(shared: Api, services: Services, origin: str) -> None:
    await People(services).orders_for()
    await shared.post(LOGIN, {"username": EMAIL, "password": PASSWORD}, headers={"Origin": PORTAL})
    asked = await shared.client.options("/graphql", headers={"Origin": origin, **ASKS})
    assert asked.status_code == 405
    with capture_logs() as lines:
        answer = await shared.post(WHO, headers={"Origin": origin})
    assert_refused(answer, 403, "FOREIGN_ORIGIN")
    assert [line["kind"] for line in lines if line["event"] == "refused"] == ["csrf"]
    for told in (asked, answer):
        assert not [name for name in told.headers if name.startswith("access-control-")]
        assert told.headers["Vary"] == "Origin"
        assert told.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_an_allowed_page_has_a_session_and_may_read_the_answers(shared: Api, services: Services) -> None:
    await People(services).orders_for()
    from_portal = {"Origin": PORTAL, "Sec-Fetch-Site": "same-site"}
    answer = await shared.post(LOGIN, {"username": EMAIL, "password": PASSWORD}, headers=from_portal)
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    answers = [
        answer,
        await shared.post(WHO, headers=from_portal),
        await shared.post("{", headers=from_portal),
        await shared.client.post("/graphql", content=b"{", headers=from_portal),
        await shared.client.get("/nowhere", headers=from_portal),
    ]
    assert answers[1].json()["data"]["viewer"]["__typename"] == "PortalViewer"
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == PORTAL
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Vary"] == "Origin"


async def test_without_a_list_no_page_elsewhere_is_told_anything(api: Api) -> None:
    for origin in (PORTAL, "null", ORIGIN):
        asked = await api.client.options("/graphql", headers={"Origin": origin, **ASKS})
        assert asked.status_code == 405
        assert not [name for name in asked.headers if name.startswith("access-control-")]
        assert "vary" not in asked.headers


async def test_an_answer_to_a_mistake_of_ours_can_be_read_by_an_allowed_page(shared: Api, services: Services) -> None:
    await services.resources.database.execute("ALTER TABLE session RENAME TO gone")
    answer = await shared.post(WHO, headers={"Origin": PORTAL, "Authorization": "Bearer x"})
    assert answer.status_code == 500
    assert answer.headers["Access-Control-Allow-Origin"] == PORTAL


@pytest.mark.parametrize("path", ["/graphql", "/nowhere"])
async def test_under_a_server_that_speaks_websocket_there_is_none_either(services: Services, path: str) -> None:
    app = create_app(services.resources.settings, services=services)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"sec-websocket-protocol", b"graphql-transport-ws")]
    await app(
        {
            "type": "websocket",
            "scheme": "wss",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": ["graphql-transport-ws"],
        },
        receive,
        send,
    )
    assert [message["type"] for message in sent] == ["websocket.close"]
