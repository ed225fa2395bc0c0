"""What goes back over the wire: bodies written by orjson, and requests refused before they became an operation.

A refusal is a GraphQL error too, so that a client needs one way of reading what went wrong.
"""

from collections.abc import Mapping
from enum import StrEnum

import orjson
from starlette.responses import Response

from app import i18n


class AnswerType(StrEnum):
    """The media types of GraphQL over HTTP. They differ in what the status says when an operation fails."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"


class Refusal(Exception):
    """A request that is answered without running anything, or whose run was given up.

    `code` is for programs; `key` and the values give the text for people (`app.i18n.text`), and quote no request;
    `seconds` is the text's duration.
    """

    def __init__(
        self,
        status: int,
        code: str,
        key: str,
        values: Mapping[str, object] | None = None,
        *,
        seconds: int | None = None,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.headers = dict(headers or {})
        self._key = key
        self._values = dict(values or {})
        self._seconds = seconds
        self._extensions = {"code": code, **(extensions or {})}

    def body(self, locale: str) -> dict[str, object]:
        """The refusal as a GraphQL response without `data`."""
        values = self._values
        if self._seconds is not None:
            values = {**values, "duration": i18n.duration(self._seconds, locale)}
        return {"errors": [{"message": i18n.text(self._key, locale, **values), "extensions": self._extensions}]}


def overloaded(retry_after_seconds: int) -> Refusal:
    """The refusal of a request that a busy or absent database can't serve now."""
    return Refusal(
        503,
        "OVERLOADED",
        "unavailable",
        seconds=retry_after_seconds,
        headers={"Retry-After": str(retry_after_seconds)},
        extensions={"retryAfterSeconds": retry_after_seconds},
    )


def refused(refusal: Refusal, accept_language: str | None) -> Response:
    """The answer to a request that never came to an endpoint, in the caller's language."""
    locale = i18n.negotiate(accept_language)
    headers = {**refusal.headers, "Content-Language": locale}
    return json_response(refusal.body(locale), status=refusal.status, headers=headers)


def json_response(
    body: Mapping[str, object],
    *,
    status: int = 200,
    media_type: str = AnswerType.JSON,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response in UTF-8 that says so."""
    return Response(
        orjson.dumps(body),
        status_code=status,
        headers={**(headers or {}), "Content-Type": f"{media_type}; charset=utf-8"},
    )
