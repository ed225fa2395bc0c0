"""GraphiQL's page may run what it is made of and nothing else, and keeps nothing."""

import base64
import hashlib
import re

import pytest
from graphql import parse, validate

from app.http.graphiql import WELCOME, is_asked_for, page
from app.http.request import Request
from schema import create_schema
from tests.support.requests import request


def asking_for(accept: str, query_string: bytes = b"", method: str = "GET") -> Request:
    return request(("Accept", accept), query_string=query_string, method=method)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (asking_for("text/html"), True),
        (asking_for("text/html", b"q=%7Ba%7D"), True),
        (asking_for("text/html", b"query=%7Ba%7D"), False),
        (asking_for("text/html", method="POST"), False),
        (asking_for("*/*"), False),
    ],
)
def test_is_for_browsers_that_open_the_address(asked: Request, expected: bool) -> None:
    assert is_asked_for(asked) is expected


def test_the_policy_lets_exactly_the_pages_own_script_run() -> None:
    response = page()
    script = re.search(r"<script>(.*?)</script>", response.body.decode(), re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    policy = dict(response.headers)[b"content-security-policy"].decode()
    assert f"'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]


def test_the_page_keeps_no_header_query_or_variable() -> None:
    html = page().body.decode()
    assert "shouldPersistHeaders: false" in html
    assert "storage: null" in html
    assert "replaceState" not in html


def test_the_welcome_is_a_document_that_tells_how_to_log_in() -> None:
    assert validate(create_schema(introspection=True)._schema, parse(WELCOME)) == []
    assert "staffLogin" in WELCOME
    assert "Authorization" in WELCOME
