"""GraphiQL's page may run what it is made of and nothing else, and keeps nothing."""

import base64
import hashlib
import re

import pytest
from graphql import parse, validate
from starlette.requests import Request

from app.http.graphiql import WELCOME, is_asked_for, page
from schema import create_schema


def request(accept: str, query_string: bytes = b"", method: str = "GET") -> Request:
    headers = [(b"accept", accept.encode())]
    return Request({"type": "http", "method": method, "headers": headers, "query_string": query_string})


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (request("text/html"), True),
        (request("text/html", b"q=%7Ba%7D"), True),
        (request("text/html", b"query=%7Ba%7D"), False),
        (request("text/html", method="POST"), False),
        (request("*/*"), False),
    ],
)
def test_is_for_browsers_that_open_the_address(asked: Request, expected: bool) -> None:
    assert is_asked_for(asked) is expected


def test_the_policy_lets_exactly_the_pages_own_script_run() -> None:
    response = page()
    script = re.search(r"<script>(.*?)</script>", bytes(response.body).decode(), re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert f"'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]


def test_the_page_keeps_no_header_query_or_variable() -> None:
    html = bytes(page().body).decode()
    assert "shouldPersistHeaders: false" in html
    assert "storage: null" in html
    assert "replaceState" not in html


def test_the_welcome_is_a_document_that_tells_how_to_log_in() -> None:
    assert validate(create_schema(introspection=True)._schema, parse(WELCOME)) == []
    assert "staffLogin" in WELCOME
    assert "Authorization" in WELCOME
