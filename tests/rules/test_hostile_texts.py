"""Hostile texts in every place where a text may stand: each is refused by a problem, or is a text like any other."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
)

from schema.operations import ALONE
from tests.rules.rights import MUTATIONS
from tests.schema.running import SCHEMA
from tests.support.callers import Register
from tests.support.leaks import TYPED
from tests.support.snapshot import snapshot
from tests.support.story import PROBLEMS, Story, with_problems

WORD = "hemmelig"
WORD_IN_PASSWORDS = "fortrolig"
"""Nothing else may hold a password, so a text that is taken elsewhere is taken as none."""


def hostile_texts(word: str) -> tuple[str, ...]:
    """Texts that mean something to a database, a terminal, a path or a reader of ids; all but the empty one say so."""
    return (
        "",
        f"{word}\0",
        f"{word}\n\r\t",
        f"{word}' OR '1'='1",
        f'{word}"; DROP TABLE customer; --',
        f"{{{word}}} %s %(x)s $1 ?1 :name",
        f"{word}\u202e\uffff\U0010ffff",
        word + "e\u0301" * 3000,
        f"../../{word}",
        base64.b64encode(f"{word}:1".encode()).decode(),
    )


HOSTILE = hostile_texts(WORD)
HOSTILE_PASSWORDS = hostile_texts(WORD_IN_PASSWORDS)


def places(kind: GraphQLInputType, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to the texts and ids in an input."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from places(field.type, (*path, name))
    elif isinstance(named, GraphQLScalarType) and named.name in ("String", "ID"):
        yield path


def put(given: Any, path: tuple[str, ...], value: Any, kind: GraphQLInputType) -> Any:
    """A copy of an input with a value at the end of a way; in a list where there is to be one."""
    nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if not path:
        return [value] if isinstance(nullable, GraphQLList) else value
    assert isinstance(nullable, GraphQLInputObjectType)
    name, rest = path[0], path[1:]
    before = given if isinstance(given, dict) and not nullable.is_one_of else {}
    return {**before, name: put(before.get(name), rest, value, nullable.fields[name].type)}


def selection_of(union: Any) -> str:
    """What is told of whichever problem a change can end in."""
    assert isinstance(union, GraphQLUnionType)
    return with_problems("__typename", *(kind.name for kind in union.types if kind.name in PROBLEMS))


@pytest.fixture
async def register(story: Story) -> Register:
    return await Register.made(story)


async def test_a_hostile_text_in_any_place_of_any_change(story: Story, register: Register) -> None:
    """Where it is refused nothing has changed; where it is taken it is taken as a text."""
    mutation, database = SCHEMA._schema.mutation_type, story.services.resources.database
    assert mutation is not None
    for field, row in MUTATIONS.items():
        if field in ALONE:
            continue
        declared = mutation.fields[field]
        head = ", ".join(f"${name}: {given.type}" for name, given in declared.args.items())
        call = ", ".join(f"{name}: ${name}" for name in declared.args)
        document = f"mutation({head}) {{ {field}({call}) {{ {selection_of(get_named_type(declared.type))} }} }}"
        for name, argument in declared.args.items():
            for path in places(argument.type):
                before = await snapshot(database)
                for hostile in HOSTILE_PASSWORDS if TYPED.intersection(path) else HOSTILE:
                    given = register.filled(dict(row.given[0]))
                    given[name] = put(given[name], path, hostile, argument.type)
                    answered = await story.run(document, given, token=await story.staff())
                    if answered["__typename"].endswith("Success"):
                        before = await snapshot(database)
                        continue
                    shown = {key: part for key, part in answered.items() if key not in ("id", "references", "existing")}
                    assert not re.search(f"{WORD}|{WORD_IN_PASSWORDS}", json.dumps(shown)), (field, path)
                assert await snapshot(database) == before, (field, path)


async def test_a_hostile_text_where_something_is_looked_up(register: Register) -> None:
    story = register.story
    for hostile in HOSTILE:
        data = await story.api.data(
            """query($t: String!, $id: ID!) {
                customer(number: $t) { id } node(id: $id) { id } reference(id: $id) { id }
                customers(filter: {search: $t}) { totalCount } references(filter: {search: $t}) { totalCount }
                byUsername: references(filter: {username: $t}) { totalCount }
                auditEvents(filter: {actor: $t, username: $t}) { edges { cursor } }
            }""",
            {"t": hostile, "id": hostile},
            token=await story.staff(),
        )
        assert (data["customer"], data["node"], data["reference"]) == (None, None, None)
        assert data["byUsername"]["totalCount"] == 0
        assert data["auditEvents"]["edges"] == []
        assert (await story.choose(hostile, hostile))["__typename"] == "TicketExpired"


async def test_a_hostile_text_at_log_in_is_nobody(story: Story) -> None:
    for hostile, hostile_password in zip(HOSTILE, HOSTILE_PASSWORDS, strict=True):
        for password in (hostile_password, WORD_IN_PASSWORDS):
            answered = await story.login(hostile, password)
            assert answered["__typename"] == "NoUserFound"
            assert WORD not in answered["message"]
            staff = await story.run(
                "mutation($i: StaffLoginInput!) { staffLogin(input: $i) { __typename } }",
                {"i": {"email": hostile, "password": password}},
            )
            assert staff["__typename"] == "NoUserFound"
    stored = repr(await snapshot(story.services.resources.database))
    assert WORD not in stored
    assert WORD_IN_PASSWORDS not in stored
