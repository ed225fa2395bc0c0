"""The answer has the media type that the client asks for, or the older one where it doesn't say."""

import pytest

from app.http.answers import AnswerType, Refusal
from app.http.negotiation import negotiate, prefers_html

GRAPHQL, JSON = AnswerType.GRAPHQL, AnswerType.JSON


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/json; charset=utf-8", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("APPLICATION/GraphQL-Response+JSON", GRAPHQL),
        ("application/graphql-response+json, application/json", GRAPHQL),
        ("application/graphql-response+json;q=0.9, application/json", JSON),
        ("application/json;q=0.5, application/graphql-response+json;q=0.6", GRAPHQL),
        ("application/json;q=0, application/graphql-response+json", GRAPHQL),
        ("application/json;q=0, */*", GRAPHQL),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", JSON),
        ("application/json, multipart/mixed", JSON),
        ("application/json;q=high, application/graphql-response+json", GRAPHQL),
        (",,application/json", JSON),
    ],
)
def test_negotiates(accept: str | None, expected: AnswerType) -> None:
    assert negotiate(accept) is expected


@pytest.mark.parametrize("accept", ["text/html", "text/event-stream", "application/json;q=0", "image/*", "json"])
def test_a_client_that_takes_neither_is_told(accept: str) -> None:
    with pytest.raises(Refusal) as refused:
        negotiate(accept)
    assert refused.value.status == 406
    assert "application/json" in str(refused.value.body("en"))


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html,*/*;q=0.8", True),
        ("text/html;q=0", False),
    ],
)
def test_only_a_browsers_address_bar_prefers_html(accept: str | None, expected: bool) -> None:
    assert prefers_html(accept) is expected
