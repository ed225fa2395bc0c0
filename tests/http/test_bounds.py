"""How much one request may ask for, over HTTP: refused before anything runs, in the caller's words and a program's."""

from collections.abc import AsyncIterator, Callable

import pytest

from app.asgi import create_app
from app.services import Services
from app.settings import Settings
from tests.support.api import Api, serving
from tests.support.people import People

GRAPHQL = "application/graphql-response+json"
DEAR = "query($n: Int) { customers(first: $n) { edges { node { references { edges { node { id } } } } } } }"


@pytest.fixture
async def frugal(settings_with: Callable[..., Settings], services: Services) -> AsyncIterator[Api]:
    async with serving(create_app(settings_with(max_cost=1000), services=services)) as opened:
        yield opened


async def test_what_an_operation_costs_is_told_whether_it_is_allowed_or_not(api: Api, services: Services) -> None:
    people = People(services)
    await people.hire()
    token = (await people.staff_login()).token.secret
    allowed = await api.post(DEAR, {"n": 490}, token=token)
    assert allowed.json()["extensions"] == {"cost": 24_990}
    assert allowed.json()["data"]["customers"] == {"edges": []}
    refused = await api.post(DEAR, {"n": 491}, token=token)
    told = {"cost": 25_041, "maxCost": 25_000}
    assert refused.json()["extensions"] == told
    assert "data" not in refused.json()
    (error,) = refused.json()["errors"]
    assert error["extensions"] == {"code": "TOO_COSTLY", **told}


async def test_the_operator_says_what_is_too_much(frugal: Api) -> None:
    assert (await frugal.post(DEAR, {"n": 19})).json()["extensions"] == {"cost": 969}
    assert (await frugal.post(DEAR, {"n": 20})).json()["extensions"] == {"cost": 1020, "maxCost": 1000}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{" + " viewer { name }" * 600 + "}", "2000 tokens"),
        ("{" + "".join(f" a{n}: __typename" for n in range(31)) + "}", "30 aliasser"),
        ("{ __typename" + " @skip(if: false)" * 51 + "}", "50 direktiver"),
        ("{ customers { edges { node { " + "references { edges { node { customer { " * 3 + "id", "12 niveauer"),
        ("{ viewer {" + " name" * 200 + "} }", "5000 felter"),
    ],
)
async def test_what_is_too_large_is_refused_in_the_callers_language(api: Api, document: str, words: str) -> None:
    whole = document + "}" * (document.count("{") - document.count("}"))
    answer = await api.post(whole, headers={"Accept": GRAPHQL, "Accept-Language": "da"})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert words in error["message"]
    assert "data" not in answer.json()


async def test_an_answer_lists_at_most_five_mistakes(api: Api) -> None:
    for document in ("{ __typename" + " @aa" * 10 + "}", "{" + " nothing" * 80 + "}"):
        assert len((await api.run(document))["errors"]) <= 5
    many = "query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }"
    assert len((await api.run(many, {"f": {"actions": ["X"] * 200}}))["errors"]) == 5
