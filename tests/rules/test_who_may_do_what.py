"""The rules, "Who may do what" 1, 4 and 6: the table cell by cell, through the public schema."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import GraphQLField, get_nullable_type, is_list_type

from schema import create_schema
from schema.operations import ALONE
from tests.rules.rights import MUTATIONS, NODES, NULLABLE, QUERIES, answers
from tests.support.callers import EVA, TOOLS, Column, Register
from tests.support.snapshot import snapshot
from tests.support.story import Story

SCHEMA = create_schema(introspection=False)._schema
REFUSALS = {"NotLoggedIn", "NotAllowed", "NOT_LOGGED_IN", "NOT_ALLOWED", "null"}
Case = tuple[str, Mapping[str, Any], str]


@pytest.fixture
async def register(story: Story) -> Register:
    return await Register.made(story)


def cases(column: Column, *, unknown: bool) -> Iterator[Case]:
    """Every row of the table for a column: the field, what it is given, and what it is to answer."""
    for rows, refused, nobody in (
        (NULLABLE, "null", "null"),
        (QUERIES, "NOT_ALLOWED", "NOT_LOGGED_IN"),
        (MUTATIONS, "NotAllowed", "NotLoggedIn"),
    ):
        for field, row in rows.items():
            case = row.unknown if unknown else row.given
            if case is not None:
                yield field, case[0], answers(row, case, refused, nobody)[column]


async def answer(register: Register, field: str, given: Mapping[str, Any], token: str | None) -> str:
    """What a field answers: the name of a type, `null`, or the code of an error."""
    root = SCHEMA.mutation_type if field in MUTATIONS else SCHEMA.query_type
    assert root is not None
    kind = "mutation" if field in MUTATIONS else "query"
    document = f"{kind}{_head(root.fields[field], given)} {{ {_call(field, given)} {{ __typename }} }}"
    body = await register.story.api.run(document, register.filled(dict(given)), token=token)
    if "errors" in body:
        code: str = body["errors"][0]["extensions"]["code"]
        return code
    value = body["data"][field]
    if value is None:
        return "null"
    if is_list_type(get_nullable_type(root.fields[field].type)):
        return f"[{value[0]['__typename']}]"
    name: str = value["__typename"]
    return name


def _head(field: GraphQLField, given: Mapping[str, Any]) -> str:
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in given)
    return f"({declared})" if declared else ""


def _call(field: str, given: Mapping[str, Any]) -> str:
    passed = ", ".join(f"{name}: ${name}" for name in given)
    return f"{field}({passed})" if passed else field


def test_the_table_is_whole() -> None:
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    assert NULLABLE.keys() | QUERIES.keys() == SCHEMA.query_type.fields.keys()
    assert MUTATIONS.keys() == SCHEMA.mutation_type.fields.keys()


@pytest.mark.parametrize("column", Column)
async def test_who_may_does(register: Register, column: Column) -> None:
    expected, found = {}, {}
    token = await register.credential(column)
    for field, given, said in cases(column, unknown=False):
        if said in REFUSALS:
            continue
        if field in ALONE:  # it may have ended the session that the field before asked under
            token = await register.credential(column)
            await register.prepare(token)
        expected[field] = said
        found[field] = await answer(register, field, given, token)
    assert found == expected


@pytest.mark.parametrize("column", Column)
async def test_who_may_not_is_told_so_before_any_id_is_looked_at(register: Register, column: Column) -> None:
    token = await register.credential(column)
    await register.prepare(token)
    database = register.story.services.resources.database
    before = await snapshot(database)
    for unknown in (False, True):
        for field, given, said in cases(column, unknown=unknown):
            if said in REFUSALS:
                assert await answer(register, field, given, token) == said, field
    assert await snapshot(database) == before
    expected, found = {}, {}
    for field, given, said in cases(column, unknown=True):
        if said not in REFUSALS:
            expected[field] = said
            found[field] = await answer(register, field, given, token)
    assert found == expected


@pytest.mark.parametrize("column", Column)
async def test_a_node_is_seen_by_whom_its_own_field_shows_it_to(register: Register, column: Column) -> None:
    story, known = register.story, register.known
    eva = await story.token(EVA)
    known["evasSession"] = (await story.run("{ viewer { sessions { id } } }", token=eva))["sessions"][0]["id"]
    admin = await story.staff()
    known["adminsSession"] = (await story.run("{ viewer { sessions { id } } }", token=admin))["sessions"][0]["id"]
    events = await story.run("{ auditEvents(first: 1) { edges { node { id } } } }", token=admin)
    known["event"] = events["edges"][0]["node"]["id"]
    token = await register.credential(column)
    document = "query($id: ID!) { node(id: $id) { id } }"
    for name, who in NODES.items():
        found = (await story.api.data(document, {"id": known[name]}, token=token))["node"]
        assert found == ({"id": known[name]} if column in who else None), name


@pytest.mark.parametrize("column", TOOLS)
async def test_a_tool_has_no_session(register: Register, column: Column) -> None:
    token = await register.credential(column)
    for field in ("logout", "logout(everywhere: true)", "endOtherSessions"):
        payload = await register.story.run(
            f"mutation {{ {field} {{ ... on LogoutSuccess {{ sessionsRevoked }} }} }}", token=token
        )
        assert payload == {"sessionsRevoked": 0}
    assert await register.story.alive(token or "")


async def test_what_a_tool_does_is_audited_as_a_tools(register: Register) -> None:
    story = register.story
    token = await register.credential(Column.EDITOR_TOKEN) or ""
    await story.mutate("createCustomer", {"number": "90001", "name": "Ny"}, "__typename", token=token)
    await story.services.sessions.last_seen.flush()
    asked = """{ auditEvents(first: 1) { edges { node { action actor actorKind } } }
        accessTokens { name role createdBy lastUsedAt expiresAt } }"""
    data = await story.api.data(asked, token=await story.staff())
    assert data["auditEvents"]["edges"][0]["node"] == {
        "action": "CUSTOMER_CREATED",
        "actor": "Ordresystem",
        "actorKind": "TOKEN",
    }
    used = {tool["name"]: tool for tool in data["accessTokens"]}
    assert used["Gammelt"]["lastUsedAt"] is None
    assert used["Ordresystem"] == {
        "name": "Ordresystem",
        "role": "EDITOR",
        "createdBy": "admin@firma.dk",
        "lastUsedAt": "2026-11-24T12:00:00.000Z",
        "expiresAt": "2027-01-01T00:00:00.000Z",
    }
    viewer = await story.run(
        "{ viewer { __typename name email sessions { id } ... on StaffViewer { role } } }", token=token
    )
    assert viewer == {
        "__typename": "StaffViewer",
        "name": "Ordresystem",
        "email": "admin@firma.dk",
        "sessions": [],
        "role": "EDITOR",
    }
