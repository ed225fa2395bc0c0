"""Pages of other origins that may use the service: `ADGANG_CORS_ORIGINS`, and none unless it names them.

A browser lets a page read an answer from another origin, or send it JSON at all, only where we tell it so. It is told
so by name, never by a pattern, and for the requests that GraphQL takes, never for others.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from app.http.answers import Answer, encoded
from app.http.request import Request

PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "adgang-reference, adgang-session, authorization, content-type",
    "Access-Control-Max-Age": "7200",
}
"""What such a page may send, and for how many seconds its browser may remember that: no browser does it for longer."""


class Origins:
    """The allowed origins."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(allowed)

    def allowed(self, request: Request) -> str | None:
        """The allowed origin that a request comes from; None where it comes from another, from none or from two."""
        sent = request.headers.every("origin")
        return sent[0] if len(sent) == 1 and sent[0] in self._allowed else None

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What an answer to a request from that origin tells the browser."""
        told = {"Vary": "Origin"} if self._allowed else {}
        if origin is None:
            return told
        return {
            **told,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }


def is_preflight(request: Request) -> bool:
    """True where a browser asks what a page may send."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def preflight() -> Answer:
    """The answer to a browser that asks for an allowed origin."""
    return Answer(204, headers=encoded(PREFLIGHT))
