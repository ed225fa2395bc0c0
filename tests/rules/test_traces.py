"""What is refused for safety's sake leaves a trace that names no value: OWASP ASVS 5.0, 16.3.2 and 16.3.3."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from app.models.enums import StaffRole
from tests.support.api import Api
from tests.support.people import ADMIN, EMAIL, PASSWORD, People

LOGIN = """mutation($username: String!, $password: String!, $transport: SessionTransport!) {
  login(input: {username: $username, password: $password, transport: $transport}) {
    __typename
    ... on LoginSuccess { accessToken }
    ... on CustomerChoice { ticket }
  }
}"""
STAFF_LOGIN = """mutation($email: String!, $password: String!) {
  staffLogin(input: {email: $email, password: $password}) { ... on StaffLoginSuccess { accessToken } }
}"""
CHOOSE = """mutation($ticket: String!, $id: ID!) {
  chooseCustomer(input: {ticket: $ticket, referenceId: $id}) { __typename }
}"""
SWITCH = "mutation($id: ID!) { switchCustomer(input: {referenceId: $id}) { __typename } }"
REVOKE = "mutation($id: ID!) { revokeSession(id: $id) { __typename } }"
CREATE = 'mutation { createCustomer(input: {number: "HEMMELIG", name: "HEMMELIG"}) { __typename } }'


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is logged doesn't hang on the database."""
    return sqlite_url


@contextmanager
def traces(*kinds: str) -> Iterator[list[EventDict]]:
    """Sees that just these kinds of refusal are logged, in this order, each as a warning and without a secret."""
    found: list[EventDict] = []
    with capture_logs() as lines:
        yield found
    found += [line for line in lines if line["event"] == "refused"]
    assert [line["kind"] for line in found] == list(kinds)
    assert {line["log_level"] for line in found} <= {"warning"}
    assert "HEMMELIG" not in str(lines)


async def log_in(api: Api, transport: str, email: str = EMAIL) -> dict[str, str]:
    given = {"username": email, "password": PASSWORD, "transport": transport}
    answer: dict[str, str] = (await api.data(LOGIN, given))["login"]
    return answer


async def portal_token(api: Api, email: str = EMAIL) -> str:
    token: str = (await log_in(api, "BEARER", email))["accessToken"]
    return token


async def staff_token(api: Api, people: People, role: StaffRole) -> str:
    await people.hire(role=role)
    token: str = (await api.data(STAFF_LOGIN, {"email": ADMIN, "password": PASSWORD}))["staffLogin"]["accessToken"]
    return token


async def test_a_right_that_is_missing(api: Api, people: People) -> None:
    await people.orders_for()
    token = await portal_token(api)
    with traces("rights", "rights") as found:
        assert (await api.data(CREATE, token=token))["createCustomer"]["__typename"] == "NotAllowed"
        await api.run("{auditEvents {edges {cursor}}}", token=token)
    assert {line["caller"] for line in found} == {"PORTAL"}
    assert all(isinstance(line["session"], int) for line in found)
    auditor = await staff_token(api, people, StaffRole.AUDITOR)
    with traces("rights") as found:
        await api.data(CREATE, token=auditor)
    assert (found[0]["caller"], found[0]["role"]) == ("STAFF", "AUDITOR")


async def test_who_is_not_logged_in_is_no_news(api: Api) -> None:
    with traces():
        await api.data(CREATE)
        await api.run("{auditEvents {edges {cursor}}}", token="dead")


async def test_ids_that_are_somebody_elses(api: Api, people: People) -> None:
    (mine,) = await people.orders_for()
    (theirs,) = await people.orders_for(email="eva@example.dk")
    token = await portal_token(api)
    own = (await api.data("{viewer {sessions {id}}}", token=token))["viewer"]["sessions"][0]["id"]
    other = await portal_token(api, "eva@example.dk")
    session = (await api.data("{viewer {sessions {id}}}", token=other))["viewer"]["sessions"][0]["id"]
    ask = "query($id: ID!) { node(id: $id) { id } reference(id: $id) { id } }"
    with traces():
        assert (await api.data(ask, {"id": mine}, token=token))["reference"] == {"id": mine}
        await api.data("query($id: ID!) { node(id: $id) { id } }", {"id": own}, token=token)
        await api.data('{node(id: "HEMMELIG") {id}}', token=token)
    with traces("foreign_id", "foreign_id", "foreign_id", "foreign_id") as found:
        await api.data(ask, {"id": theirs}, token=token)
        assert (await api.data(SWITCH, {"id": theirs}, token=token))["switchCustomer"]["__typename"] == "NotFound"
        assert (await api.data(REVOKE, {"id": session}, token=token))["revokeSession"]["__typename"] == "NotFound"
    assert [line["type"] for line in found] == ["Reference", "Reference", "Reference", "Session"]


async def test_a_ticket_that_is_used_twice_or_by_somebody_else(api: Api, people: People) -> None:
    first, second = await people.orders_for(2)
    (elsewhere,) = await people.orders_for(email="eva@example.dk")
    choice = await log_in(api, "BEARER")
    with traces():
        await api.data(CHOOSE, {"ticket": choice["ticket"], "id": second})
    with traces("ticket", "ticket"):
        await api.data(CHOOSE, {"ticket": choice["ticket"], "id": first})
        await api.data(CHOOSE, {"ticket": "HEMMELIG", "id": first})
    choice = await log_in(api, "BEARER")
    with traces("ticket"):
        await api.data(CHOOSE, {"ticket": choice["ticket"], "id": elsewhere})
    choice = await log_in(api, "COOKIE")
    api.forget()
    with traces("ticket") as found:
        await api.data(CHOOSE, {"ticket": choice["ticket"], "id": first})
    assert "cookie" in found[0]["why"]


async def test_a_request_that_another_page_or_two_credentials_are_behind(api: Api) -> None:
    cookie = {"Cookie": "__Host-adgang=HEMMELIG"}
    with traces("csrf", "csrf", "credentials", "credentials"):
        await api.post("{__typename}", headers={**cookie, "Origin": "https://HEMMELIG.example"})
        del api.client.headers["Origin"]
        await api.post("{__typename}", headers={**cookie, "Sec-Fetch-Site": "cross-site"})
        await api.post("{__typename}", headers={"Cookie": "__Host-adgang=HEMMELIG; __Host-adgang=b"})
        twice = [("Authorization", "Bearer HEMMELIG"), ("Authorization", "Bearer b")]
        await api.client.post("/graphql", json={"query": "{__typename}"}, headers=twice)


async def test_a_form_of_another_page(api: Api) -> None:
    with traces("csrf"):
        await api.client.post("/graphql", data={"query": "HEMMELIG"}, headers={"Cookie": "__Host-adgang=HEMMELIG"})
    with traces():
        await api.client.post("/graphql", data={"query": "HEMMELIG"})


async def test_a_body_beyond_its_bound(api: Api) -> None:
    with traces("limit") as found:
        await api.client.post("/graphql", content=b" " * 300_000, headers={"Content-Type": "application/json"})
    assert found[0]["bound"] == "body_bytes"
