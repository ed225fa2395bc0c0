"""GraphQL over HTTP: methods, media types and statuses, and that a wrong document runs no part of itself."""

import pytest

from tests.support.api import Api

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
LOGIN = "mutation($i: LoginInput!) { login(input: $i) { __typename } }"


async def get(api: Api, accept: str = JSON, **parameters: str) -> tuple[int, dict[str, object]]:
    answer = await api.client.get("/graphql", params=parameters, headers={"Accept": accept})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("accept", [None, "*/*", JSON, GRAPHQL])
async def test_an_answer_has_the_type_that_was_asked_for(api: Api, accept: str | None) -> None:
    api.client.headers.pop("Accept")
    answer = await api.post("{__typename}", headers={"Accept": accept} if accept else None)
    expected = GRAPHQL if accept == GRAPHQL else JSON
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{expected}; charset=utf-8"
    assert answer.json() == {"data": {"__typename": "Query"}, "extensions": {"cost": 0}}


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        pytest.param("{", {}, id="syntax"),
        pytest.param("{nothingOfThisName}", {}, id="validation"),
        pytest.param(LOGIN, {"i": {"username": "ida"}}, id="coercion"),
        pytest.param(LOGIN, {}, id="no variable"),
        pytest.param("subscription {x}", {}, id="subscription"),
        pytest.param("fragment f on Query {__typename}", {}, id="nothing to run"),
        pytest.param("query A {__typename} query B {__typename}", {}, id="unnamed"),
    ],
)
async def test_a_document_that_can_not_run_has_no_data(api: Api, document: str, variables: dict[str, object]) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        answer = await api.post(document, variables, headers={"Accept": accept})
        body = answer.json()
        assert answer.status_code == status, body
        assert "data" not in body
        assert body["errors"][0]["message"]


async def test_a_field_that_fails_leaves_an_executed_document(api: Api) -> None:
    for accept in (GRAPHQL, JSON):
        answer = await api.post("{customers {totalCount}}", headers={"Accept": accept})
        assert answer.status_code == 200
        assert answer.json()["data"] is None
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_LOGGED_IN"


async def test_the_operation_to_run_can_be_named(api: Api) -> None:
    body = {"query": "query A {a: __typename} query B {b: __typename}", "operationName": "B"}
    assert (await api.client.post("/graphql", json=body)).json()["data"] == {"b": "Query"}
    unknown = await api.client.post("/graphql", json={**body, "operationName": "C"}, headers={"Accept": GRAPHQL})
    assert unknown.status_code == 400
    assert "operationName" not in unknown.json()


async def test_a_query_can_be_sent_by_get(api: Api) -> None:
    assert await get(api, query="{__typename}") == (200, {"data": {"__typename": "Query"}, "extensions": {"cost": 0}})
    document = "query A($id: ID!) {node(id: $id) {id}} query B {__typename}"
    status, body = await get(api, query=document, variables='{"id": "x"}', operationName="A")
    assert (status, body["data"]) == (200, {"node": None})


async def test_a_mutation_is_not_run_by_get(api: Api) -> None:
    for accept in (GRAPHQL, JSON):
        status, body = await get(api, accept, query="mutation {logout {__typename}}")
        assert status == 405
        assert "data" not in body


async def test_a_get_without_a_document_is_refused(api: Api) -> None:
    assert (await get(api))[0] == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
async def test_other_methods_are_refused(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/graphql")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"
    assert "access-control-allow-origin" not in answer.headers


async def test_the_addresss_parameters_do_not_count_for_a_post(api: Api) -> None:
    answer = await api.client.post("/graphql?query={a:__typename}", json={"query": "{b: __typename}"})
    assert answer.json()["data"] == {"b": "Query"}
    assert (await api.client.post("/graphql?query={a:__typename}", json={})).status_code == 400


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"query={__typename}", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b'{"query":"{__typename}"}', {"Content-Type": "text/plain"}, 415),
        (b'{"query":"{__typename}"}', {"Content-Type": "application/json; charset=utf-7"}, 415),
        (b'{"query":"{__typename}"}', {}, 415),
        (b'{"query":"{__typename}"}', {"Content-Type": JSON, "Accept": "text/event-stream"}, 406),
        (b'{"query":"{__typename}"', {"Content-Type": JSON}, 400),
        (b"[" * 20_000 + b"]" * 20_000, {"Content-Type": JSON}, 400),
        (b'[{"query":"{__typename}"},{"query":"{__typename}"}]', {"Content-Type": JSON}, 400),
        (b'{"query":"' + b" " * 300_000 + b'{__typename}"}', {"Content-Type": JSON}, 413),
    ],
)
async def test_a_refused_request_is_a_graphql_error(
    api: Api, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await api.client.post("/graphql", content=content, headers=headers)
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"errors"}
    (error,) = body["errors"]
    assert error["message"]
    assert error["extensions"]["code"]


async def test_an_address_behind_which_nothing_is(api: Api) -> None:
    for path in ("/", "/graphql/", "/metrics", "/graphql/x"):
        answer = await api.client.get(path)
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_graphiql_is_off_by_default(api: Api) -> None:
    answer = await api.client.get("/graphql", headers={"Accept": "text/html"})
    assert answer.status_code == 406
    assert "html" not in answer.headers["Content-Type"]
