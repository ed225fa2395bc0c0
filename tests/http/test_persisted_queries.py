"""Automatic persisted queries, as Apollo Client and urql send them: by a hash that anybody can have made known."""

import gc
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
import orjson
import pytest
from structlog.testing import capture_logs

from app import ids
from app.asgi import create_app
from app.http.answers import Refusal
from app.http.body import Operation
from app.http.documents import LONGEST_REMEMBERED, MOST_BYTES, RememberedDocuments
from app.http.manifest import sha256_of
from app.services import Services
from app.settings import Settings
from schema import create_schema
from schema.operations import LONGEST_REMEMBERED as LONGEST_READ
from schema.operations import REMEMBERED, Documents, ReadDocument
from tests.support.api import Api, serving
from tests.support.people import EMAIL, PASSWORD, People

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
QUERY = "query Who($with: Boolean = false) {__typename me: viewer @include(if: $with) {name}}"
ANSWER = {"__typename": "Query"}
NOT_FOUND = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
NOT_SUPPORTED = {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}


def hashed(text: str, version: object = 1) -> dict[str, Any]:
    """The extensions of a request for a text by its hash."""
    return {"persistedQuery": {"version": version, "sha256Hash": sha256_of(text)}}


async def post(api: Api, body: Mapping[str, Any], accept: str = GRAPHQL, **headers: str) -> httpx.Response:
    return await api.client.post("/graphql", json=body, headers={"Accept": accept, **headers})


async def get(api: Api, parameters: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = (await api.client.get("/graphql", params=parameters)).json()
    return body


async def is_known(api: Api, text: str) -> bool:
    answer = await post(api, {"extensions": hashed(text)})
    return answer.status_code != 404


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 404), (JSON, 200)])
async def test_a_text_is_sent_once_and_then_its_hash_will_do(api: Api, accept: str, status: int) -> None:
    unknown = await post(api, {"extensions": hashed(QUERY)}, accept)
    assert (unknown.status_code, unknown.json()) == (status, {"errors": [NOT_FOUND]})
    assert unknown.headers["Cache-Control"] == "no-store"
    told = await post(api, {"query": QUERY, "extensions": hashed(QUERY)}, accept)
    known = await post(api, {"extensions": hashed(QUERY)}, accept)
    assert told.json() == known.json() == {"data": ANSWER, "extensions": {"cost": 0}}
    assert (told.status_code, known.status_code) == (200, 200)


async def test_clients_look_for_the_same_words_in_every_language(api: Api) -> None:
    answer = await post(api, {"extensions": hashed(QUERY)}, **{"Accept-Language": "da"})
    assert answer.json()["errors"] == [NOT_FOUND]


async def test_a_text_that_comes_without_its_hash_is_not_kept(api: Api) -> None:
    await post(api, {"query": QUERY})
    assert not await is_known(api, QUERY)


async def test_it_is_known_to_get_and_under_a_document_id_too(api: Api) -> None:
    asked = {"extensions": orjson.dumps(hashed(QUERY)).decode(), "variables": '{"with": false}', "operationName": "Who"}
    assert await get(api, asked) == {"errors": [NOT_FOUND]}
    assert (await get(api, {**asked, "query": QUERY}))["data"] == ANSWER
    assert (await get(api, asked))["data"] == ANSWER
    for named in (f"sha256:{sha256_of(QUERY)}", sha256_of(QUERY)):
        assert (await post(api, {"documentId": named})).json()["data"] == ANSWER
        assert (await get(api, {"documentId": named}))["data"] == ANSWER
    assert (await post(api, {"documentId": "x-mine:Who"})).json()["errors"] == [NOT_FOUND]


async def test_a_hash_that_is_not_the_texts_is_refused_and_nothing_is_kept(api: Api) -> None:
    for extensions in (hashed("{viewer{name}}"), {"persistedQuery": {"version": 1, "sha256Hash": "A" * 64}}):
        answer = await post(api, {"query": QUERY, "extensions": extensions}, JSON)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_HASH_MISMATCH"
    assert not await is_known(api, QUERY)
    assert not await is_known(api, "{viewer{name}}")


@pytest.mark.parametrize("version", [0, 2, "1", None])
async def test_another_version_is_not_supported(api: Api, version: object) -> None:
    for query in (None, QUERY):
        answer = await post(api, {"query": query, "extensions": hashed(QUERY, version)})
        assert (answer.status_code, answer.json()) == (400, {"errors": [NOT_SUPPORTED]})


@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": "HEMMELIG"}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ["HEMMELIG"]}}},
        {"query": "", "extensions": hashed("")},
        {"documentId": 7},
        {"documentId": ["HEMMELIG"]},
        {"documentId": None},
        {"extensions": {}},
    ],
)
async def test_what_asks_for_no_document_is_refused_and_not_quoted(api: Api, body: dict[str, Any]) -> None:
    answer = await post(api, body, JSON)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "HEMMELIG" not in answer.text


async def test_a_mutation_is_run_by_its_hash_over_post_alone(api: Api) -> None:
    mutation = "mutation {logout {__typename}}"
    await post(api, {"query": mutation, "extensions": hashed(mutation)})
    assert (await post(api, {"extensions": hashed(mutation)})).json()["data"] == {
        "logout": {"__typename": "NotLoggedIn"}
    }
    answer = await api.client.get("/graphql", params={"documentId": f"sha256:{sha256_of(mutation)}"})
    assert answer.status_code == 405


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{__typename node(id: "HEMMELIG") {id}}', id="a literal"),
        pytest.param("{nothingOfThisName}", id="invalid"),
        pytest.param("{", id="no document"),
        pytest.param("{__typename}" + " " * LONGEST_REMEMBERED, id="too long"),
        pytest.param("query A {__typename} query B {__typename}", id="none is named"),
        pytest.param("{customers(first: 500) {edges {node {references(first: 500) {edges {cursor}}}}}}", id="too dear"),
    ],
)
async def test_what_may_hold_a_password_or_can_not_run_is_never_kept(api: Api, text: str) -> None:
    await post(api, {"query": text, "extensions": hashed(text)})
    assert not await is_known(api, text)


async def test_a_field_that_fails_does_not_make_a_document_unfit_to_keep(api: Api) -> None:
    text = "{customers {totalCount}}"
    assert (await post(api, {"query": text, "extensions": hashed(text)})).json()["data"] is None
    assert await is_known(api, text)


async def test_no_longer_texts_are_kept_than_read_documents_are() -> None:
    assert LONGEST_REMEMBERED == LONGEST_READ


async def test_what_is_known_of_a_request_by_its_text_is_known_by_its_hash(api: Api, services: Services) -> None:
    """A cookie counts on POST alone, a client that believes it stands elsewhere is stopped, and the log names it."""
    await People(services).orders_for()
    login = "mutation ($i: LoginInput!) {login(input: $i) {__typename}}"
    given = {"username": EMAIL, "password": PASSWORD, "transport": "COOKIE"}
    assert await api.data(login, {"i": given}) == {"login": {"__typename": "LoginSuccess"}}
    who = "query Who {viewer {name}}"
    asked = {"operationName": "Who", "extensions": hashed(who)}
    elsewhere = {"Adgang-Reference": ids.encode("Reference", 999)}
    assert (await post(api, {"query": who, **asked})).json()["data"]["viewer"] is not None
    with capture_logs() as lines:
        assert (await post(api, asked)).json()["data"]["viewer"] is not None
    assert [line["operation"] for line in lines if line["event"] == "request"] == ["Who"]
    assert (await post(api, asked, **elsewhere)).status_code == 409
    parameters = {"operationName": "Who", "extensions": orjson.dumps(hashed(who)).decode()}
    assert (await get(api, parameters))["data"]["viewer"] is None


@pytest.fixture
async def forgetful(settings_with: Callable[..., Settings], services: Services) -> AsyncIterator[Api]:
    async with serving(create_app(settings_with(persisted_queries=0), services=services)) as opened:
        yield opened


async def test_they_can_be_turned_off(forgetful: Api) -> None:
    assert (await post(forgetful, {"query": QUERY, "extensions": hashed(QUERY)})).json()["data"] == ANSWER
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        answer = await post(forgetful, {"extensions": hashed(QUERY)}, accept)
        assert (answer.status_code, answer.json()) == (status, {"errors": [NOT_SUPPORTED]})


def knows(store: RememberedDocuments, text: str) -> bool:
    try:
        return store.found(Operation("", None, None, sha256_of(text))).query == text
    except Refusal:
        return False


def test_the_texts_that_were_asked_for_last_are_kept() -> None:
    store = RememberedDocuments(2)
    for text in ("{a}", "{b}"):
        store.ran(Operation(text, None, None, sha256_of(text)))
    assert knows(store, "{a}")
    store.ran(Operation("{c}", None, None, sha256_of("{c}")))
    assert [knows(store, text) for text in ("{a}", "{b}", "{c}")] == [True, False, True]


@pytest.mark.parametrize("filler", ["", "#" * 8000, "#æ" * 8000], ids=["short", "long", "long and not ASCII"])
def test_ever_new_texts_leave_no_more_than_the_bounds(filler: str) -> None:
    store = RememberedDocuments(500)
    for number in range(5000):
        text = f"{{a{number}: __typename}}{filler}"
        operation = Operation(text, None, None, sha256_of(text))
        store.ran(store.found(operation))
        store.ran(operation)
        assert len(store) <= 500
        assert store.bytes <= MOST_BYTES
    assert store.bytes > MOST_BYTES * 0.9 if filler else len(store) == 500
    assert knows(store, f"{{a4999: __typename}}{filler}")


def test_ever_new_texts_leave_no_more_documents_read_than_are_remembered() -> None:
    schema, documents = create_schema(introspection=False)._schema, Documents(introspection=False)

    def held() -> int:
        gc.collect()
        return sum(type(each) is ReadDocument for each in gc.get_objects())

    before = held()
    for number in range(1000):
        field = "nothing" if number % 2 else "__typename"
        assert bool(documents.read(schema, f"{{a{number}: {field}}}").errors) == bool(number % 2)
    assert held() - before == REMEMBERED
