"""The forms that a document may take: each is compiled, and answered as stock execution does; what can't be is left."""

from collections.abc import Mapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.models.enums import StaffRole
from app.services import Services
from schema.compiled import counts
from schema.compiled.counts import Outcome
from schema.compiled.query import CompiledQuery
from tests.compiled.both import both
from tests.compiled.hostile import ADMIN, AUDITOR, HELD, NOBODY, PORTAL, Hostile
from tests.schema.running import context_for, run
from tests.support.api import Api
from tests.support.people import CLIENT
from tests.support.story import Story

NODE = """query($id: ID!) { node(id: $id) {
    __typename id
    ... on Customer { label: name number references(last: 2) { totalCount } }
    ... on Reference { mail: email loginChecks { check } ...Sharing }
    ... on InternetOrderSettings { usedBy permissions }
    ... on StaffMember { role }
    ... on Session { userAgent current }
    ... on AccessToken { createdBy }
    ... on AuditEvent { subjects changes { field before after } }
} }
fragment Sharing on Reference { sharedWith { customer { name } } }"""
FORMS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "an interface's types": (
        "{ viewer { __typename name ... on StaffViewer { role } ... on Viewer { email }"
        " ... on PortalViewer { menu mustChangePassword reference { name } } sessions { id current } } }",
        {},
    ),
    "aliases of edges and nodes": (
        "{ references(first: 3) { a: edges { x: node { name } y: node { email } cursor }"
        " edges { node { id } } b: edges { c: cursor node { customer { name } } } } }",
        {},
    ),
    "edges that differ in the name of a type alone": (
        "{ customers(first: 3) { a: edges { node { references { edges { node { customer { id } } } } } }"
        " b: edges { node { references { edges { node { customer { id __typename } } } } } } } }",
        {},
    ),
    "one relation under several names": (
        "{ customers(first: 4) { edges { node { a: references(first: 1) { totalCount }"
        " b: references(first: 2, orderBy: EMAIL) { edges { node { id } } } references { pageInfo { endCursor } } } }"
        " other: edges { node { a: references(first: 1) { edges { cursor } } } } } }",
        {},
    ),
    "several root fields": (
        "{ __typename a: viewer { name } passwordPolicy { minLength } b: viewer { email } portalPermissions { label }"
        " customers(first: 1) { totalCount } more: customers(last: 1) { totalCount edges { node { name } } } }",
        {},
    ),
    "the end of a list": (
        "query($n: Int, $d: Direction) { references(last: $n, orderBy: LAST_LOGIN_AT, direction: $d)"
        " { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        " edges { cursor node { name } } } }",
        {"n": 3, "d": "DESC"},
    ),
    "an order and a filter that are variables": (
        "query($f: ReferenceFilter, $o: ReferenceOrder) { references(filter: $f, orderBy: $o)"
        " { totalCount edges { node { name passwordStatus lockedUntil lastLoginAt } } } }",
        {"f": {"canLogIn": False, "internetUser": None}, "o": "CREATED_AT"},
    ),
    "parts of a filter that are variables or left out": (
        "query($s: String, $p: PasswordStatus) { references(filter: {search: $s, passwordStatus: $p})"
        " { totalCount edges { node { name } } } }",
        {"s": '"\\'},
    ),
    "no variable where one has a default": (
        "query($n: Int = 2) { customers(first: $n) { edges { node { name createdAt active } } } }",
        {},
    ),
    "nothing selected": (
        "{ customers(first: 2) { edges { node { name @skip(if: true) } } } viewer @skip(if: true) { name } }",
        {},
    ),
    "an empty page": (
        "{ customers(first: 0) { totalCount edges { cursor } pageInfo { startCursor hasNextPage } } }",
        {},
    ),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_is_compiled_and_answered_alike(services: Services, hostile: Hostile, form: str) -> None:
    document, variables = FORMS[form]
    compiled = 0
    for name, caller in hostile.callers.items():
        answer = await both(services, caller, document, variables)
        assert answer.agree, name
        assert (answer.compiled is None) is bool(answer.errors), name
        compiled += answer.compiled is not None
    assert compiled >= 2


async def test_what_directives_decide_is_decided_anew_by_each_request(services: Services, hostile: Hostile) -> None:
    document = """query($s: Boolean!, $i: Boolean = true) {
        customers(first: 2) { ...Page @include(if: $i) totalCount @skip(if: $s) }
        viewer { name ... on StaffViewer @skip(if: $s) { role } }
    }
    fragment Page on CustomerConnection { edges { node { name @skip(if: $s) number @include(if: $s) } } }"""
    answers = set()
    for variables in ({"s": True}, {"s": False}, {"s": True, "i": False}, {"s": False, "i": False}, {"s": True}):
        answer = await both(services, hostile.callers[ADMIN], document, variables)
        assert answer.compiled is not None
        assert answer.agree
        answers.add(answer.compiled.data)
    assert len(answers) == 4


async def test_anything_there_is_is_answered_alike_by_its_id(services: Services, hostile: Hostile) -> None:
    compiled = dict.fromkeys(hostile.callers, 0)
    for name, caller in hostile.callers.items():
        for id in hostile.ids:
            answer = await both(services, caller, NODE, {"id": id})
            assert answer.agree, (name, id)
            compiled[name] += answer.compiled is not None
    assert compiled[ADMIN] == compiled[AUDITOR] == len(hostile.ids)
    assert 0 < compiled[PORTAL] < len(hostile.ids), "an id of somebody else's is for stock execution to note"
    assert compiled[NOBODY] == compiled[HELD] == len(hostile.ids), "all are answered null"


async def test_pages_are_gone_through_alike_from_either_end(services: Services, hostile: Hostile) -> None:
    document = """query($first: Int, $after: String, $last: Int, $before: String) {
        references(first: $first, after: $after, last: $last, before: $before, orderBy: EMAIL)
        { edges { node { id } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } }
    }"""
    for size, cursor, end, more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        place, ids = None, list[str]()
        while True:
            answer = await both(services, hostile.callers[ADMIN], document, {size: 7, cursor: place})
            assert answer.compiled is not None
            assert answer.agree
            page = answer.data["references"]
            ids += [edge["node"]["id"] for edge in page["edges"]]
            place = page["pageInfo"][end]
            if not page["pageInfo"][more]:
                break
        assert len(ids) == len(set(ids)) == sum(id in set(ids) for id in hostile.ids) > 30


async def test_what_a_portal_user_may_not_see_is_as_hidden(services: Services, hostile: Hostile) -> None:
    """By a document that staff have asked before: the plan that was made for them serves nobody else."""
    document = """{ references { edges { node {
        name lockedUntil version settings { name usedBy } sharedWith { name customer { name } } sessions { id }
    } } } internetOrderSettings { name usedBy } }"""
    staff = await both(services, hostile.callers[ADMIN], document)
    portal = await both(services, hostile.callers[PORTAL], document)
    again = await both(services, hostile.callers[ADMIN], document)
    assert all(answer.agree for answer in (staff, portal, again))
    assert staff.compiled is not None
    assert again.compiled is not None
    assert staff.compiled.data == again.compiled.data
    assert len(portal.data["references"]["edges"]) < len(staff.data["references"]["edges"])


# What stock execution answers -----------------------------------------------------------------------------------------

LEFT: dict[str, tuple[str, dict[str, Any], Outcome]] = {
    "a right that is missing": ("{ a: staff { name } viewer { name } }", {}, Outcome.LEFT),
    "an argument out of range": ("{ customers(first: 501) { totalCount } viewer { name } }", {}, Outcome.LEFT),
    "both ends": ("query($n: Int) { customers(first: $n, last: $n) { totalCount } }", {"n": 1}, Outcome.LEFT),
    "a cursor of nothing": ('{ customers(after: "\\"\u2028{") { totalCount } }', {}, Outcome.LEFT),
    "a deep argument": (
        "{ customers { edges { node { a: references(first: -1) { totalCount } } } } }",
        {},
        Outcome.LEFT,
    ),
    "a variable of another type": ("query($n: Int) { customers(first: $n) { totalCount } }", {"n": "1"}, Outcome.LEFT),
    "a variable that is missing": ("query($id: ID!) { node(id: $id) { id } }", {}, Outcome.LEFT),
    "neither of two": ("{ customer { name } viewer { name } }", {}, Outcome.LEFT),
    "an unknown field": ("{ viewer { nome } }", {}, Outcome.NOT_COMPILABLE),
    "no document": ('{ viewer { name "', {}, Outcome.NOT_COMPILABLE),
}


@pytest.mark.parametrize("case", LEFT)
async def test_errors_and_their_paths_are_stock_executions(
    api: Api, story: Story, services: Services, case: str
) -> None:
    document, variables, outcome = LEFT[case]
    await story.customer()
    token = await story.staff(StaffRole.AUDITOR)
    caller = await services.sessions.caller_of(token, "bearer", CLIENT)
    data, errors = await run(context_for(services, caller), document, variables)
    before = counts.totals()
    body = await api.run(document, variables, token=token)
    assert body["errors"] == errors != []
    assert body.get("data") == data
    assert counts.totals()[outcome] == before[outcome] + 1
    assert counts.totals()[Outcome.COMPILED] == before[Outcome.COMPILED]


async def test_every_exception_is_counted_logged_and_left_to_stock_execution(
    api: Api, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, token = "{ customers { edges { node { name } } } }", await story.staff()
    await story.customer()
    expected = (await api.post(document, token=token)).content

    async def fails(*_args: object) -> bytes:
        raise KeyError("Nordisk Transport A/S")

    monkeypatch.setattr(CompiledQuery, "answer", fails)
    before = counts.totals()
    with capture_logs() as logs:
        answers = [await api.post(document, token=token) for _ in range(3)]
    assert [answer.content for answer in answers] == [expected] * 3
    assert counts.totals()[Outcome.FAILED] == before[Outcome.FAILED] + 3
    assert counts.totals()[Outcome.COMPILED] == before[Outcome.COMPILED]
    failures = [line for line in logs if line["event"] == "a compiled document failed"]
    assert [line["log_level"] for line in failures] == ["error"] * 3
    assert "Nordisk" not in str(failures)


async def test_an_operation_that_costs_too_much_is_refused_as_ever(api: Api, story: Story) -> None:
    inner = "references(first: 500) { edges { node { sharedWith { id } } } }"
    document = f"{{ customers(first: 500) {{ edges {{ node {{ {inner} }} }} }} }}"
    body = await api.run(document, token=await story.staff())
    assert body["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


async def test_a_mutation_runs_once(api: Api, story: Story) -> None:
    await story.customer("Alfa", number="1")
    before = counts.totals()[Outcome.MUTATION]
    payload = await story.mutate(
        "createCustomer", {"number": "2", "name": "Beta"}, "... on CreateCustomerSuccess { customer { name } }"
    )
    assert payload["customer"]["name"] == "Beta"
    assert counts.totals()[Outcome.MUTATION] == before + 1
    assert (await story.run("{ customers { totalCount } }", token=await story.staff()))["totalCount"] == 2
