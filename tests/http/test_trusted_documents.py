"""With a manifest of trusted documents nothing else runs, however it is asked for."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from structlog.testing import capture_logs

from app import refusals
from app.asgi import create_app
from app.http.manifest import MOST_BYTES, sha256_of
from app.services import Services
from app.settings import Settings, SettingsError
from tests.support.api import Api, serving

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
QUERY = "query Me($with: Boolean = false) {__typename viewer @include(if: $with) {name}}"
LOGOUT = "mutation LogOut {logout {__typename}}"
ANOTHER = "{__typename}"
INTROSPECTION = "{__schema {queryType {name}}}"


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(text)}}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "manifest.json"
    file.write_bytes(orjson.dumps({sha256_of(text): text for text in (QUERY, LOGOUT)}))
    return file


@pytest.fixture
async def trusting(settings_with: Callable[..., Settings], services: Services, manifest: Path) -> AsyncIterator[Api]:
    settings = settings_with(trusted_documents=str(manifest), graphiql=True, introspection=True)
    async with serving(create_app(settings, services=services)) as opened:
        yield opened


async def post(api: Api, accept: str = GRAPHQL, **body: Any) -> httpx.Response:
    return await api.client.post("/graphql", json=body, headers={"Accept": accept})


async def test_a_document_of_the_manifest_runs_by_its_id_its_hash_and_its_text(trusting: Api) -> None:
    named = f"sha256:{sha256_of(QUERY)}"
    for asked in (
        {"documentId": named},
        {"documentId": named, "operationName": "Me", "variables": {"with": False}},
        {"documentId": sha256_of(QUERY)},
        {"extensions": persisted(QUERY)},
        {"query": QUERY},
        {"query": QUERY, "extensions": persisted(QUERY)},
    ):
        answer = await post(trusting, **asked)
        assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})
    by_get = await trusting.client.get("/graphql", params={"documentId": named, "variables": '{"with": true}'})
    assert by_get.json()["data"] == {"__typename": "Query", "viewer": None}


@pytest.mark.parametrize(
    "asked",
    [
        {"query": ANOTHER},
        {"query": QUERY + " "},
        {"query": INTROSPECTION},
        {"documentId": f"sha256:{sha256_of(ANOTHER)}"},
        {"documentId": f"sha256:{sha256_of(QUERY).upper()}"},
        {"documentId": ""},
        {"documentId": "x-mine:Me"},
        {"extensions": persisted(ANOTHER)},
        {"query": ANOTHER, "extensions": persisted(ANOTHER)},
        {"query": ANOTHER, "documentId": f"sha256:{sha256_of(QUERY)}"},
    ],
    ids=str,
)
async def test_nothing_else_does(trusting: Api, asked: dict[str, Any]) -> None:
    before = refusals.totals()[refusals.Kind.DOCUMENT]
    for accept, status in ((GRAPHQL, 403), (JSON, 200)):
        answer = await post(trusting, accept, **asked)
        assert answer.status_code == status
        assert set(answer.json()) == {"errors"}
        (error,) = answer.json()["errors"]
        assert error["extensions"] == {"code": "PERSISTED_QUERY_NOT_IN_LIST"}
    assert refusals.totals()[refusals.Kind.DOCUMENT] == before + 2


async def test_a_text_under_anothers_hash_does_not_run(trusting: Api) -> None:
    for query, of in ((ANOTHER, QUERY), (QUERY, LOGOUT)):
        answer = await post(trusting, query=query, extensions=persisted(of))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_HASH_MISMATCH"


async def test_nothing_can_be_made_known(trusting: Api) -> None:
    await post(trusting, query=ANOTHER, extensions=persisted(ANOTHER))
    answer = await post(trusting, extensions=persisted(ANOTHER))
    assert answer.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_IN_LIST"


async def test_a_mutation_still_takes_a_post(trusting: Api) -> None:
    asked = {"documentId": f"sha256:{sha256_of(LOGOUT)}"}
    assert (await trusting.client.get("/graphql", params=asked)).status_code == 405
    assert (await post(trusting, **asked)).json()["data"] == {"logout": {"__typename": "NotLoggedIn"}}


async def test_graphiql_is_off(trusting: Api) -> None:
    assert (await trusting.client.get("/graphql", headers={"Accept": "text/html"})).status_code == 406


async def test_what_was_refused_is_logged_without_being_quoted(trusting: Api) -> None:
    with capture_logs() as lines:
        await post(trusting, query='{customer(id: "HEMMELIG") {id}}')
        await post(trusting, documentId="HEMMELIG")
    refused = [line for line in lines if line["event"] == "refused"]
    assert [(line["kind"], line["by"]) for line in refused] == [("document", "text"), ("document", "hash")]
    assert "HEMMELIG" not in str(lines)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "no JSON"),
        (b"{}", "holds no operation"),
        (orjson.dumps({sha256_of(QUERY): QUERY, sha256_of(ANOTHER): "{viewer {name}}"}), "entry 2"),
        (orjson.dumps({sha256_of(QUERY): [QUERY]}), "entry 1"),
        (b" " * (MOST_BYTES + 1), "16 MiB"),
        (None, "can't be read"),
    ],
)
def test_a_manifest_that_is_wrong_stops_the_start(
    content: bytes | None, reason: str, manifest: Path, settings_with: Callable[..., Settings]
) -> None:
    if content is None:
        manifest.unlink()
    else:
        manifest.write_bytes(content)
    with pytest.raises(SettingsError, match=reason) as refused:
        create_app(settings_with(trusted_documents=str(manifest)))
    assert str(refused.value).startswith("ADGANG_TRUSTED_DOCUMENTS ")
