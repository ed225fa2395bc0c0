"""What goes back over the wire: bodies written by orjson, and requests refused before they became an operation.

A refusal is a GraphQL error too, so that a client needs one way of reading what went wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import orjson

from app import i18n
from app.http.headers import remembered

Header = tuple[bytes, bytes]


EVERY_ANSWER: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What browsers are told to obey."""


def header(name: str, value: str) -> Header:
    """A header as it goes over the wire."""
    return name.lower().encode("latin-1"), value.encode("latin-1")


def encoded(told: Mapping[str, str]) -> list[Header]:
    """Headers as they go over the wire."""
    return [header(name, value) for name, value in told.items()]


@dataclass(slots=True)
class Answer:
    """An answer, but for what every answer says besides."""

    status: int
    body: bytes = b""
    headers: list[Header] = field(default_factory=list)


class AnswerType(StrEnum):
    """The media types of GraphQL over HTTP. They differ in what the status says when an operation fails."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"


CONTENT_LANGUAGES: Final = {locale: header("Content-Language", locale) for locale in i18n.LOCALES}
_CONTENT_TYPES: Final = {kind: header("Content-Type", f"{kind}; charset=utf-8") for kind in AnswerType}

locale_of: Final = remembered(i18n.negotiate)
"""The language to answer in, by the caller's `Accept-Language`."""


class Refusal(Exception):
    """A request that is answered without running anything, or whose run was given up.

    `code` is for programs; `key` and the values give the text for people (`app.i18n.text`), and quote no request;
    `seconds` is the text's duration; a `well_formed` request is one that only can't be run, which the older media type
    answers with 200.
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
        well_formed: bool = False,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.well_formed = well_formed
        self.headers = encoded(headers or {})
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


def refused(refusal: Refusal, accept_language: str | None) -> Answer:
    """The answer to a request that never came to be an operation, in the caller's language."""
    locale = locale_of(accept_language)
    return json_answer(refusal.body(locale), refusal.status, headers=[*refusal.headers, CONTENT_LANGUAGES[locale]])


def json_answer(
    body: Mapping[str, object],
    status: int = 200,
    media_type: AnswerType = AnswerType.JSON,
    headers: Iterable[Header] = (),
) -> Answer:
    """An answer in UTF-8 that says so."""
    return written_answer(orjson.dumps(body), status, media_type, headers)


def written_answer(body: bytes, status: int, media_type: AnswerType, headers: Iterable[Header]) -> Answer:
    """The same, of JSON that is written already."""
    return Answer(status, body, [_CONTENT_TYPES[media_type], *headers])
