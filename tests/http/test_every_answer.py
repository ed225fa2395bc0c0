"""What every answer carries, whatever came of the request, and what is logged of it."""

import pytest
from structlog.testing import capture_logs

from app.asgi import create_app
from app.services import Services
from tests.support.api import Api, serving
from tests.support.people import People
from tests.support.services import make_settings

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def test_every_answer_tells_browsers_to_keep_run_and_show_nothing(api: Api) -> None:
    answers = [
        await api.post("{__typename}"),
        await api.post("{"),
        await api.client.post("/graphql", content=b"{"),
        await api.client.put("/graphql"),
        await api.client.get("/nowhere"),
        await api.client.get("/healthz"),
        await api.client.get("/readyz"),
    ]
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert len(answer.headers["X-Request-Id"]) == 16
        assert "server" not in answer.headers
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


async def test_a_request_id_from_outside_counts_for_nothing(api: Api) -> None:
    answer = await api.post("{__typename}", headers={"X-Request-Id": "mine"})
    assert answer.headers["X-Request-Id"] != "mine"


@pytest.mark.parametrize(
    ("accepted", "language", "message"),
    [
        ("da-DK,da;q=0.9,en;q=0.8", "da", "Du er ikke logget ind"),
        ("fr", "en", "You are not logged in"),
        (None, "en", "You are not logged in"),
    ],
)
async def test_an_answer_is_in_the_callers_language_and_says_which(
    api: Api, accepted: str | None, language: str, message: str
) -> None:
    api.client.headers.pop("Accept-Language", None)
    answer = await api.post("{customers {totalCount}}", headers={"Accept-Language": accepted} if accepted else None)
    assert answer.headers["Content-Language"] == language
    assert answer.json()["errors"][0]["message"].startswith(message)


async def test_a_refusal_is_in_the_callers_language_too(api: Api) -> None:
    answer = await api.client.post("/graphql", json={}, headers={"Accept-Language": "da"})
    assert answer.headers["Content-Language"] == "da"
    assert answer.json()["errors"][0]["message"] == "Skriv teksten til et GraphQL-dokument under “query”."


async def test_a_request_is_logged_without_its_document_or_variables(api: Api) -> None:
    body = {
        "query": 'query Who($a: ID!) {node(id: $a) {id} b: node(id: "HEMMELIG-1") {id}}',
        "variables": {"a": "HEMMELIG-2"},
        "operationName": "Who",
    }
    with capture_logs() as lines:
        answer = await api.client.post("/graphql?a=HEMMELIG-3", json=body, headers={"User-Agent": "HEMMELIG-4"})
    (line,) = [line for line in lines if line["event"] == "request"]
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "Who",
        "compiled": True,
    }
    assert answer.status_code == 200
    assert "HEMMELIG" not in str(lines)


@pytest.mark.parametrize("name", ["HEMMELIG " * 3, "x" * 65, "æ", "a\n{}"])
async def test_an_operation_name_that_is_none_is_not_logged(api: Api, name: str) -> None:
    with capture_logs() as lines:
        await api.client.post("/graphql", json={"query": "{__typename}", "operationName": name})
    assert [line["operation"] for line in lines if line["event"] == "request"] == [None]


async def test_a_mistake_of_ours_answers_its_id_and_nothing_else(api: Api, services: Services) -> None:
    people = People(services)
    await people.hire()
    token = (await people.staff_login()).token.secret
    await services.resources.database.execute("ALTER TABLE customer RENAME TO gone")
    with capture_logs() as lines:
        answer = await api.post('{customer(number: "HEMMELIG-5") {name}}', token=token)
    (error,) = answer.json()["errors"]
    identity = answer.headers["X-Request-Id"]
    assert error["message"] == f"Internal error. Give the request id {identity} when you report it."
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": identity}
    assert answer.json()["data"] == {"customer": None}
    compiled, line = [line for line in lines if line["log_level"] == "error"]
    assert compiled["event"] == "a compiled document failed"
    assert line["request_id"] == identity
    assert line["trace"]
    for word in ("HEMMELIG", "SELECT", "gone"):
        assert word not in answer.text
    assert "HEMMELIG" not in str(lines)


async def test_a_mistake_outside_of_any_field_is_an_internal_error_too(api: Api, services: Services) -> None:
    await services.resources.database.execute("ALTER TABLE session RENAME TO gone")
    with capture_logs() as lines:
        answer = await api.post("{viewer {name}}", headers={"Authorization": "Bearer HEMMELIG-6"})
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    identity = answer.headers["X-Request-Id"]
    assert identity in error["message"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": identity}
    assert answer.headers["Cache-Control"] == "no-store"
    assert any(line["log_level"] == "error" and line["trace"] for line in lines)
    for word in ("HEMMELIG", "SELECT", "gone", "session"):
        assert word not in answer.text
    assert "HEMMELIG" not in str(lines)


async def test_graphiql_is_served_where_it_is_switched_on(services: Services, database_url: str) -> None:
    settings = make_settings(database_url=database_url, graphiql=True)
    async with serving(create_app(settings, services=services)) as api:
        page = await api.client.get("/graphql", headers={"Accept": "text/html,*/*;q=0.8"})
        query = await api.client.get("/graphql?query={__typename}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src ")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert query.json() == {"data": {"__typename": "Query"}, "extensions": {"cost": 0}}
