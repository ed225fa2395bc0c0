"""Requests are read by one strict parser, and what it refuses is told without being quoted."""

import asyncio
from typing import Any

import orjson
import pytest

from app import i18n
from app.http import body
from app.http.answers import Refusal
from app.http.body import MAX_BODY_BYTES, MAX_DISCARDED_BYTES, Operation, parse_body, parse_url, read_body, require_json
from app.http.deadline import Deadline
from app.http.request import ClientGone, Request
from tests.support.requests import request

SECRET = "HEMMELIG-1"


def post(*chunks: bytes, announced: int | None = None) -> Request:
    """A POST whose body arrives in these pieces."""
    messages = iter(
        [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        + [{"type": "http.request", "body": b"", "more_body": False}]
    )

    async def receive() -> Any:
        return next(messages)

    headers = [] if announced is None else [("Content-Length", str(announced))]
    return request(*headers, receive=receive)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"', "application/json ;"],
)
def test_takes_json_in_utf_8(content_type: str) -> None:
    require_json([content_type])


@pytest.mark.parametrize(
    "content_types",
    [
        [],
        [""],
        ["text/plain"],
        ["application/x-www-form-urlencoded"],
        ["multipart/form-data; boundary=x"],
        ["application/graphql"],
        ["application/json; charset=utf-7"],
        ["application/json; charset=iso-8859-1"],
        ["application/json; boundary=x"],
        ["application/json, text/plain"],
        ["application/json", "application/json"],
    ],
)
def test_takes_no_type_that_a_form_can_send_and_no_other_charset(content_types: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        require_json(content_types)
    assert refused.value.status == 415


def test_reads_an_operation() -> None:
    operation = parse_body(
        orjson.dumps({"query": "{viewer{name}}", "variables": {"a": 1}, "operationName": "A", "extensions": {"b": 2}})
    )
    assert operation == Operation("{viewer{name}}", {"a": 1}, "A")


def test_null_is_the_same_as_left_out() -> None:
    given = b'{"query":"{a}","variables":null,"operationName":null,"extensions":null}'
    assert parse_body(given) == parse_body(b'{"query":"{a}"}')


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"query": "HEMMELIG-1', id="cut off"),
        pytest.param(b"[" * 20_000 + b"]" * 20_000, id="nested"),
        pytest.param(b'{"query":"{a}","variables":{"a":' + b"9" * 5_000 + b"}}", id="5000 digits"),
        pytest.param(b'{"query":"{a}","variables":{"a":NaN}}', id="NaN"),
        pytest.param(rb'{"query":"{a}","variables":{"a":"\ud800 HEMMELIG-1"}}', id="lone surrogate"),
        pytest.param(b'{"query":"\xe6 HEMMELIG-1"}', id="latin-1"),
        pytest.param('{"query":"{a}"}'.encode("utf-16"), id="utf-16"),
        pytest.param(b'[{"query":"{a}"},{"query":"{a}"}]', id="batch"),
        pytest.param(b'"{a}"', id="string"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no query"),
        pytest.param(b'{"qeury":"HEMMELIG-1"}', id="mistyped query"),
        pytest.param(b'{"query":""}', id="empty query"),
        pytest.param(b'{"query":["HEMMELIG-1"]}', id="query is a list"),
        pytest.param(b'{"query":"{a}","variables":"HEMMELIG-1"}', id="variables are a string"),
        pytest.param(b'{"query":"{a}","variables":["HEMMELIG-1"]}', id="variables are a list"),
        pytest.param(b'{"query":"{a}","variables":0}', id="variables are a number"),
        pytest.param(b'{"query":"{a}","operationName":{"a":"HEMMELIG-1"}}', id="operationName is an object"),
        pytest.param(b'{"query":"{a}","operationName":false}', id="operationName is false"),
        pytest.param(b'{"query":"{a}","extensions":"HEMMELIG-1"}', id="extensions are a string"),
        pytest.param(b'{"query":"{a}","extensions":[]}', id="extensions are a list"),
    ],
)
def test_refuses_what_is_no_operation_and_quotes_nothing(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse_body(content)
    assert refused.value.status == 400
    for locale in i18n.LOCALES:
        assert SECRET not in str(refused.value.body(locale))


def test_a_request_may_hold_passwords_so_its_repr_shows_none() -> None:
    operation = parse_body(b'{"query":"HEMMELIG-1","variables":{"p":"HEMMELIG-1"},"extensions":{"p":"HEMMELIG-1"}}')
    assert SECRET not in repr(operation)


def test_reads_an_operation_from_the_address() -> None:
    operation = parse_url(b"query=query+A%7Ba%7D&variables=%7B%22a%22%3A%22%C3%A6%22%7D&operationName=A")
    assert (operation.query, operation.variables, operation.operation_name) == ("query A{a}", {"a": "æ"}, "A")


@pytest.mark.parametrize(
    "query_string",
    [
        b"",
        b"query=",
        b"query={a}&query={b}",
        b"query=%C3",
        b"query={a}&variables=HEMMELIG-1",
        b"query={a}&variables=%5B%5D",
        b"query={a}&extensions=1",
        b"query={a}&" + b"&".join(b"a%d=1" % number for number in range(30)),
        "query={æ}".encode(),
    ],
)
def test_refuses_addresses_that_hold_no_operation(query_string: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse_url(query_string)
    assert refused.value.status == 400
    assert SECRET not in str(refused.value.body("en"))


async def test_a_body_may_come_in_pieces() -> None:
    assert await read_body(post(b'{"query":', b'"{a}"}')) == b'{"query":"{a}"}'
    assert len(await read_body(post(b"x" * MAX_BODY_BYTES))) == MAX_BODY_BYTES


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(post(announced=MAX_BODY_BYTES + 1), id="announced"),
        pytest.param(post(b"x" * MAX_BODY_BYTES, b"x"), id="streamed"),
        pytest.param(post(b"x" * MAX_BODY_BYTES, b"x", announced=2), id="announced as less"),
        pytest.param(post(*[b"x" * MAX_BODY_BYTES] * 9), id="endless"),
        pytest.param(post(announced=10**30), id="announced as endless"),
    ],
)
async def test_a_body_has_a_bound_however_it_is_announced(request_: Request) -> None:
    with pytest.raises(Refusal) as refused:
        await read_body(request_)
    assert refused.value.status == 413


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        pytest.param(2 * MAX_BODY_BYTES, 2 * MAX_BODY_BYTES, id="large"),
        pytest.param(1000 * MAX_BODY_BYTES, MAX_DISCARDED_BYTES + MAX_BODY_BYTES, id="endless"),
    ],
)
async def test_a_client_may_send_a_large_body_to_its_end_but_not_an_endless_one(sent: int, taken: int) -> None:
    arrived = 0

    async def receive() -> Any:
        nonlocal arrived
        arrived += MAX_BODY_BYTES
        return {"type": "http.request", "body": b"x" * MAX_BODY_BYTES, "more_body": arrived < sent}

    with pytest.raises(Refusal) as refused:
        await read_body(request(receive=receive))
    assert (refused.value.status, arrived) == (413, taken)


async def test_half_a_body_and_then_silence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "DEADLINE", Deadline(0.01))
    pieces = iter([{"type": "http.request", "body": b'{"query":', "more_body": True}])

    async def receive() -> Any:
        return next(pieces, None) or await asyncio.Event().wait()

    with pytest.raises(Refusal) as refused:
        await read_body(request(receive=receive))
    assert refused.value.status == 408


async def test_a_client_that_hangs_up_has_asked_nothing() -> None:
    pieces = iter([{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(pieces)

    with pytest.raises(ClientGone):
        await read_body(request(receive=receive))
