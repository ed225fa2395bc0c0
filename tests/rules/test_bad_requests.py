"""Whatever stands in a request: what can't be right is told by a code, is not quoted, and leaves nothing behind."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from app import ids
from tests.support.callers import Register
from tests.support.snapshot import snapshot
from tests.support.story import Story

WORD = "hemmelig"
LISTS = (
    "customers(%s) { totalCount edges { cursor } }",
    "references(%s) { totalCount edges { cursor } }",
    "auditEvents(%s) { edges { cursor } }",
    'customer(number: "10001") { references(%s) { totalCount edges { cursor } } }',
    "customers { edges { node { references(%s) { edges { cursor } } } } }",
)


@pytest.fixture
async def register(story: Story) -> AsyncIterator[Register]:
    """A register that is after the test what it was before."""
    made = await Register.made(story)
    before = await snapshot(story.services.resources.database)
    yield made
    assert await snapshot(story.services.resources.database) == before


def made_up(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode()


CURSORS = (
    "",
    WORD,
    f"{WORD}\0",
    f"{WORD}æ",
    WORD * 1000,
    made_up(WORD),
    made_up(["customers"]),
    made_up("customers", "NUMBER", "ASC", None, WORD, WORD),
    made_up("customers", "NUMBER", "ASC", None, WORD, 2**63),
    made_up("customers", "NUMBER", "ASC", None, f"{WORD}\0", 1),
    made_up("customers", "NUMBER", "ASC", None, None, 1),
    made_up("customers", "NUMBER", "ASC", 1, WORD, 1),
    made_up("customers", "CREATED_AT", "ASC", None, WORD, 1),
    base64.urlsafe_b64encode(b"[" * 3000).decode(),
)


async def refused(register: Register, document: str, variables: dict[str, Any] | None = None) -> Any:
    """The one error that a query ends in."""
    body = await register.story.api.run(document, variables, token=await register.story.staff())
    (error,) = body["errors"]
    assert WORD not in json.dumps(error)
    assert error["message"]
    return error


async def test_pages_that_can_not_be(register: Register) -> None:
    for text in LISTS:
        for arguments, field, code in (
            ("first: -1", "first", "OUT_OF_RANGE"),
            ("last: -1", "last", "OUT_OF_RANGE"),
            ("first: 501", "first", "OUT_OF_RANGE"),
            ("last: 501", "last", "OUT_OF_RANGE"),
            ("first: 2147483647", "first", "OUT_OF_RANGE"),
            ("first: 1, last: 1", "last", "NOT_TOGETHER"),
            ("first: 0, last: 0", "last", "NOT_TOGETHER"),
        ):
            error = await refused(register, f"{{ {text % arguments} }}")
            assert error["extensions"]["code"] == "INVALID_INPUT"
            assert [(wrong["field"], wrong["code"]) for wrong in error["extensions"]["fields"]] == [(field, code)]
        for cursor in CURSORS:
            for end in ("after", "before"):
                document = f"query($c: String) {{ {text % f'{end}: $c'} }}"
                error = await refused(register, document, {"c": cursor})
                assert [(wrong["field"], wrong["code"]) for wrong in error["extensions"]["fields"]] == [
                    (end, "MALFORMED")
                ]


async def test_filters_that_can_not_be(register: Register) -> None:
    for field, filter_, path, code in (
        ("customers", {"settingsId": WORD}, "filter.settingsId", "UNKNOWN_ID"),
        ("references", {"customerId": ids.encode("Reference", 1)}, "filter.customerId", "UNKNOWN_ID"),
        ("references", {"settingsId": ""}, "filter.settingsId", "UNKNOWN_ID"),
        ("auditEvents", {"subjectId": WORD}, "filter.subjectId", "UNKNOWN_ID"),
    ):
        kind = {"customers": "CustomerFilter", "references": "ReferenceFilter", "auditEvents": "AuditFilter"}[field]
        document = f"query($f: {kind}) {{ {field}(filter: $f) {{ edges {{ cursor }} }} }}"
        error = await refused(register, document, {"f": filter_})
        assert [(wrong["field"], wrong["code"]) for wrong in error["extensions"]["fields"]] == [(path, code)]


async def test_values_of_another_type_are_named_by_their_place(register: Register) -> None:
    cases: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("query($n: Int) { customers(first: $n) { totalCount } }", {"n": 2**31}, "'$n'"),
        ("query($n: Int) { customers(first: $n) { totalCount } }", {"n": WORD}, "'$n'"),
        ("query($n: Int) { customers(first: $n) { totalCount } }", {"n": 1.5}, "'$n'"),
        ("query($n: CustomerOrder) { customers(orderBy: $n) { totalCount } }", {"n": WORD}, "'$n'"),
        *(
            ("query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }", {"f": {"since": at}}, ".since")
            for at in (WORD, "2026-11-24", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 5)
        ),
        (
            "query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }",
            {"f": {"actions": WORD}},
            ".actions",
        ),
        (
            "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }",
            {"f": {f"{WORD} x": 1}},
            "type 'CustomerFilter'",
        ),
        ("query($id: ID!) { node(id: $id) { id } }", {"id": None}, "'$id'"),
        ("query($id: ID!) { node(id: $id) { id } }", {"id": [WORD]}, "'$id'"),
        ("query($id: ID!) { node(id: $id) { id } }", {"id": 1.5}, "'$id'"),
    )
    for document, variables, place in cases:
        error = await refused(register, document, variables)
        assert place in error["message"], error
        assert "extensions" not in error


BODIES = (
    rb'{"query": "mutation($n: String!) { createCustomer(input: {number: \"1\", name: $n}) { __typename } }",'
    rb' "variables": {"n": "hemmelig\ud800"}}',
    b'{"query": "{ viewer { name } }", "variables": {"n": "hemmelig\xed\xa0\x80"}}',
    b'{"query": "hemmelig',
    b"hemmelig",
    b"",
    b"\x00",
    b'["hemmelig"]',
)


async def test_a_body_that_is_no_json(register: Register) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {await register.story.staff()}"}
    for body in BODIES:
        answer = await register.story.api.client.post("/graphql", content=body, headers=headers)
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["message"] == "The body must be a JSON object in UTF-8 with the text of a document under “query”."
        assert WORD not in answer.text


async def test_a_lone_surrogate_in_a_document_is_no_text(register: Register) -> None:
    for escape in ("\\ud800", "\\udfff", "\\u{d800}", "\\u{110000}", "\\ud800\\ud800"):
        document = f'mutation {{ createCustomer(input: {{number: "1", name: "{WORD} {escape}"}}) {{ __typename }} }}'
        error = await refused(register, document)
        assert error["message"] == "Syntax Error: Invalid Unicode escape sequence."
        assert error["locations"]


async def test_a_nul_in_a_document_is_a_character_that_can_not_be_used(register: Register) -> None:
    document = f"""mutation {{ createCustomer(input: {{number: "1\\u0000", name: "{WORD}\\u{{0}}"}}) {{
        ... on InvalidInput {{ fields {{ field code }} }} }} }}"""
    answered = await register.story.run(document, token=await register.story.staff())
    assert answered["fields"] == [
        {"field": "input.number", "code": "FORBIDDEN_CHARACTER"},
        {"field": "input.name", "code": "FORBIDDEN_CHARACTER"},
    ]
