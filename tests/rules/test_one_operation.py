"""The rules, "Who may do what" 5: what one operation may hold, and who asks from one change to the next."""

import json
from typing import Any

import pytest

from app.models.enums import StaffRole
from schema.operations import ALONE, MOST_MUTATIONS
from tests.rules.rights import MUTATIONS
from tests.schema.running import SCHEMA
from tests.support.callers import Column, Register
from tests.support.snapshot import snapshot
from tests.support.story import Story

BESIDE = 'createCustomer(input: {number: "9", name: "Ny"}) { __typename }'
SHAPES = {
    "before": "mutation { %(alone)s %(beside)s }",
    "after": "mutation { %(beside)s %(alone)s }",
    "twice": "mutation { %(alone)s again: %(alone)s }",
    "skipped": "mutation { %(beside)s ... @skip(if: true) { %(alone)s } }",
    "not included": "mutation { %(alone)s ... @include(if: false) { %(beside)s } }",
    "in a fragment": "mutation { ...Alone %(beside)s } fragment Alone on Mutation { ...Deeper }"
    " fragment Deeper on Mutation { %(alone)s }",
    "typed": "mutation { ... on Mutation { %(beside)s } ... on Mutation { %(alone)s } }",
}


@pytest.fixture
async def register(story: Story) -> Register:
    return await Register.made(story)


def call(register: Register, field: str) -> str:
    """A change with the arguments that the table "Who may do what" has for it, written into the document."""
    mutation = SCHEMA._schema.mutation_type
    assert mutation is not None
    given = register.filled(dict(MUTATIONS[field].given[0]))
    arguments = ", ".join(f"{name}: {_literal(value)}" for name, value in given.items())
    return f"{field}{f'({arguments})' if arguments else ''} {{ __typename }}"


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_literal(part)}" for name, part in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("column", [Column.ADMIN, Column.PORTAL])
async def test_nothing_runs_beside_what_changes_who_asks(register: Register, column: Column) -> None:
    token = await register.credential(column)
    await register.prepare(token)
    before = await snapshot(register.story.services.resources.database)
    for field in ALONE:
        for name, shape in SHAPES.items():
            document = shape % {"alone": call(register, field), "beside": BESIDE}
            body = await register.story.api.run(document, token=token)
            assert "data" not in body, (field, name)
            messages = [error["message"] for error in body["errors"]]
            assert any(message.startswith(f"{field} must be the only field") for message in messages), (field, name)
    assert await snapshot(register.story.services.resources.database) == before


async def test_the_name_of_the_type_may_stand_beside_it(register: Register) -> None:
    token = await register.credential(Column.PORTAL)
    data = await register.story.api.data("mutation { __typename logout { __typename } kind: __typename }", token=token)
    assert data == {"__typename": "Mutation", "logout": {"__typename": "LogoutSuccess"}, "kind": "Mutation"}


async def test_an_operation_holds_so_many_changes(story: Story) -> None:
    token = await story.staff(StaffRole.EDITOR)

    async def run(count: int, start: int) -> Any:
        created = [
            f'c{number}: createCustomer(input: {{number: "{number}", name: "K"}}) {{ __typename }}'
            for number in range(start, start + count)
        ]
        return await story.api.run(f"mutation {{ {' '.join(created)} }}", token=token)

    refused = await run(MOST_MUTATIONS + 1, 1000)
    assert refused["errors"][0]["message"] == "An operation holds at most 20 changes: split it up."
    database = story.services.resources.database
    assert await database.fetch("SELECT id FROM customer") == []
    answered = await run(MOST_MUTATIONS, 2000)
    assert {payload["__typename"] for payload in answered["data"].values()} == {"CreateCustomerSuccess"}
    assert len(await database.fetch("SELECT id FROM customer")) == MOST_MUTATIONS


@pytest.mark.parametrize("change", ["active: false", "role: AUDITOR"])
async def test_who_asks_is_worked_out_again_before_each_change(register: Register, change: str) -> None:
    """An ADMIN can give up their own rights, as long as there is another one."""
    story = register.story
    token = await story.staff()
    given = {"name": "Anden", "email": "anden@firma.dk", "role": "ADMIN", "newPassword": {"generate": True}}
    await story.mutate("createStaff", given, "__typename")
    staff = await story.run("{ staff { id email } }", token=token)
    (own,) = (member["id"] for member in staff if member["email"] == "admin@firma.dk")
    document = """mutation($own: ID!) {
        before: createCustomer(input: {number: "1", name: "Før"}) { __typename }
        update: updateStaff(input: {id: $own, %s}) { __typename ... on UpdateStaffSuccess { sessionsRevoked } }
        after: createCustomer(input: {number: "2", name: "Efter"}) { __typename }
    }"""
    data = await story.api.data(document % change, {"own": own}, token=token)
    assert data == {
        "before": {"__typename": "CreateCustomerSuccess"},
        "update": {"__typename": "UpdateStaffSuccess", "sessionsRevoked": 1},
        "after": {"__typename": "NotLoggedIn"},
    }
    found = await story.services.resources.database.fetch("SELECT number FROM customer WHERE number IN ('1', '2')")
    assert [row["number"] for row in found] == ["1"]


async def test_each_change_answers_as_things_are_by_then(register: Register) -> None:
    document = """mutation($eva: ID!) {
        set: updateReference(input: {id: $eva, newPassword: {generate: true}}) { ...State }
        off: updateReference(input: {id: $eva, internetUser: false}) { ...State }
        cleared: clearPassword(input: {referenceId: $eva}) { ... on ClearPasswordSuccess { impact { references {
            passwordStatus canLogIn internetUser } } } }
        back: restorePassword(input: {referenceId: $eva}) { ... on RestorePasswordSuccess { impact { references {
            passwordStatus canLogIn internetUser } } } }
        on: updateReference(input: {id: $eva, internetUser: true}) { ...State }
    }
    fragment State on UpdateReferenceSuccess { reference { passwordStatus canLogIn internetUser } }"""
    variables = {"eva": register.known["eva"]}
    data = await register.story.api.data(document, variables, token=await register.story.staff())
    states = [
        payload["reference"] if "reference" in payload else payload["impact"]["references"][0]
        for payload in data.values()
    ]
    assert [(state["passwordStatus"], state["canLogIn"], state["internetUser"]) for state in states] == [
        ("ENCRYPTED", True, True),
        ("ENCRYPTED", False, False),
        ("NONE", False, False),
        ("ENCRYPTED", False, False),
        ("ENCRYPTED", True, True),
    ]
