"""Reading a request: a POST's JSON body or a GET's parameters, as GraphQL over HTTP has them.

orjson alone reads JSON here. It refuses nesting, numbers and lone surrogates that the standard library's parser takes
and others choke on, so no two parsers can disagree about a request. Nothing that a refusal says quotes the request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from app import refusals
from app.http.answers import Refusal
from app.http.deadline import Deadline, OutOfTime
from app.http.headers import remembered
from app.http.request import ClientGone, Request
from app.refusals import Kind

MAX_BODY_BYTES = 256 * 1024
MAX_BODY_SECONDS = 10.0
MAX_DISCARDED_BYTES = 4 * MAX_BODY_BYTES
"""What of a body that is too large is read and thrown away. A client that is cut off while it sends sees a broken
connection instead of the answer that would tell it why."""
MAX_URL_PARAMETERS = 20
DEADLINE: Final = Deadline(MAX_BODY_SECONDS)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks to have executed. Documents and variables may hold passwords: neither is in the repr.

    Attributes:
        query: The document's text; empty where the client names it by its hash alone.
        sha256: What the client says is the text's hash, where it names one.
    """

    query: str = field(repr=False)
    variables: dict[str, Any] | None = field(repr=False)
    operation_name: str | None
    sha256: str | None = field(default=None, repr=False)


def malformed(key: str, **values: object) -> Refusal:
    """The refusal of a request that can't be understood."""
    return Refusal(400, "BAD_REQUEST", key, values)


def require_json(content_types: list[str]) -> None:
    """Lets one `application/json` in UTF-8 pass: the type no form can send, so that a browser asks before it does.

    Raises:
        Refusal: 415 for any other type, charset or parameter, and for none.
    """
    if len(content_types) != 1 or not _is_json(content_types[0]):
        raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "content_type")


@remembered
def _is_json(content_type: str) -> bool:
    media_type, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    named = (parameter.partition("=") for parameter in filter(None, parameters))
    return media_type == "application/json" and all(
        name.strip() == "charset" and value.strip().strip('"') == "utf-8" for name, _, value in named
    )


async def read_body(request: Request) -> bytes:
    """A body of at most `MAX_BODY_BYTES`, given up on after `MAX_BODY_SECONDS`.

    Raises:
        ClientGone: The client has hung up.
        Refusal: 413 or 408.
    """
    try:
        return await DEADLINE.wait_for(_received(request))
    except OutOfTime:
        refusals.note(Kind.LIMIT, bound="body_seconds", most=int(MAX_BODY_SECONDS))
        raise Refusal(408, "REQUEST_TIMEOUT", "body_too_slow", headers={"Connection": "close"}) from None


async def _received(request: Request) -> bytes:
    text = request.headers.get("content-length") or ""
    announced = int(text[:20]) if text.isdecimal() else 0
    if announced > MAX_DISCARDED_BYTES:
        raise too_large()
    body, received, more = b"", 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        received += len(chunk)
        if received > MAX_DISCARDED_BYTES:
            raise too_large()
        if max(received, announced) <= MAX_BODY_BYTES:
            body += chunk
        more = message.get("more_body", False)
    if max(received, announced) > MAX_BODY_BYTES:
        raise too_large()
    return body


def too_large() -> Refusal:
    """The refusal of a body beyond its bound."""
    refusals.note(Kind.LIMIT, bound="body_bytes", most=MAX_BODY_BYTES)
    return Refusal(
        413, "PAYLOAD_TOO_LARGE", "body_too_large", {"limit": MAX_BODY_BYTES}, headers={"Connection": "close"}
    )


def parse_body(body: bytes) -> Operation:
    """The operation in a POST's body. An array of operations (batching) is none.

    Raises:
        Refusal: 400.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise malformed("not_json") from None
    if not isinstance(content, dict):
        raise malformed("not_json")
    return _operation(content)


def parse_url(query_string: bytes) -> Operation:
    """The operation in a GET's parameters; `variables` and `extensions` are JSON.

    Raises:
        Refusal: 400.
    """
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_URL_PARAMETERS
        )
    except ValueError:
        raise malformed("not_url_parameters") from None
    content: dict[str, object] = dict(pairs)
    if len(content) != len(pairs):
        raise malformed("not_url_parameters")
    for name in ("variables", "extensions"):
        if text := content.pop(name, None):
            try:
                content[name] = orjson.loads(str(text))
            except orjson.JSONDecodeError:
                raise malformed("not_an_object", name=name) from None
    return _operation(content)


def not_supported() -> Refusal:
    """Has the client send texts from now on, and no hashes."""
    return Refusal(400, "PERSISTED_QUERY_NOT_SUPPORTED", "persisted_query_not_supported", well_formed=True)


def _operation(content: Mapping[str, object]) -> Operation:
    query, sha256 = content.get("query"), _sha256(content)
    if query is None and sha256 is not None:
        query = ""
    elif not isinstance(query, str) or not query.strip():
        raise malformed("no_query")
    return Operation(query, _object(content, "variables"), _text(content, "operationName") or None, sha256)


def _sha256(content: Mapping[str, object]) -> str | None:
    """The hash of the document, as Apollo's extension has it, or beside no text as a document identifier.

    Raises:
        Refusal: 400, where it isn't said in a way that is understood.
    """
    persisted = _object(_object(content, "extensions") or {}, "persistedQuery")
    if persisted is None:
        identifier = _text(content, "documentId") if content.get("query") is None else None
        return None if identifier is None else identifier.removeprefix("sha256:")
    if persisted.get("version") != 1:
        raise not_supported()
    return _text(persisted, "sha256Hash")


def _text(content: Mapping[str, object], name: str) -> str | None:
    value = content.get(name)
    if value is not None and not isinstance(value, str):
        raise malformed("not_a_text", name=name)
    return value


def _object(content: Mapping[str, object], name: str) -> dict[str, Any] | None:
    value = content.get(name)
    if value is not None and not isinstance(value, dict):
        raise malformed("not_an_object", name=name)
    return value
