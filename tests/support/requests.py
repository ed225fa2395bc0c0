"""Requests as the application's parts are given them, without a server."""

from typing import Any

from starlette.types import Receive

from app.http.request import Request


async def nothing_more() -> Any:
    """What a server says of a request without a body."""
    return {"type": "http.request", "body": b"", "more_body": False}


def request(
    *headers: tuple[str, str],
    method: str = "POST",
    scheme: str = "https",
    query_string: bytes = b"",
    peer: str | None = None,
    receive: Receive = nothing_more,
) -> Request:
    """A request to `/graphql` with these headers."""
    scope = {
        "type": "http",
        "method": method,
        "scheme": scheme,
        "path": "/graphql",
        "query_string": query_string,
        "client": None if peer is None else (peer, 40000),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    return Request(scope, receive)
