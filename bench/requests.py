"""HTTP requests as the bytes that are sent, and what is answered to them outside of what is timed."""

import http.client
import json
import socket
from collections.abc import Mapping

from bench.processes import BenchFailed


def get(path: str, token: str) -> str:
    """A request of the server that was written by hand."""
    return "\r\n".join((f"GET {path} HTTP/1.1", *_headers(token), "", ""))


def post(document: str, variables: Mapping[str, object], token: str | None = None) -> str:
    """A GraphQL request."""
    body = json.dumps({"query": document, "variables": variables})  # ASCII, so it has as many bytes as characters
    headers = (*_headers(token), "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join(("POST /graphql HTTP/1.1", *headers, "", body))


def _headers(token: str | None) -> tuple[str, ...]:
    common = ("Host: 127.0.0.1", "Accept: application/json")
    return common if token is None else (*common, f"Authorization: Bearer {token}")


def ask(port: int, request: str, address: str = "127.0.0.1") -> tuple[int, bytes]:
    """The status and the body that a request is answered with, which comes from an address of this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(address, 0)) as connection:
        connection.sendall(request.encode())
        with http.client.HTTPResponse(connection) as response:
            response.begin()
            return response.status, response.read()


def answer_of(port: int, request: str) -> bytes:
    """The JSON that a request is answered with.

    Raises:
        BenchFailed: There is none, or there are errors in it.
    """
    status, body = ask(port, request)
    if status != 200 or "errors" in json.loads(body):
        raise BenchFailed(f"A server answered {status}: {body[:500].decode(errors='replace')}")
    return body
