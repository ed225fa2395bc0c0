"""The application.

BENCH_DATABASE_URL=… python -m bench.raw.app PORT
"""

import hashlib
from typing import Any
from urllib.parse import parse_qs

from bench.bare.serving import serve
from bench.raw import page, viewer
from bench.raw.connections import Connections
from bench.raw.viewer import Viewers

connections = Connections()
viewers = Viewers(connections)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """GET /customers?first=50&references=10&after=CURSOR, and GET /viewer."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    digest = next(_digest(value) for name, value in scope["headers"] if name == b"authorization")
    if scope["path"] == "/viewer":
        status, body = 200, await viewers.find(digest)
    else:
        status, body = await _customers(scope, digest)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _customers(scope: Any, digest: bytes) -> tuple[int, bytes]:
    parameters = parse_qs(scope["query_string"].decode())
    first, each, after = (
        int(parameters["first"][0]),
        int(parameters["references"][0]),
        parameters.get("after", [None])[0],
    )
    row = await connections.fetchrow(page.PAGE, digest, *page.place(after), first, each)
    if not row["tools"]:
        return 401, b""
    return 200, page.render(row, first, each, paged=after is not None)


def _digest(authorization: bytes) -> bytes:
    return hashlib.sha256(authorization.removeprefix(b"Bearer ")).digest()


async def _lifespan(receive: Any, send: Any) -> None:
    await receive()
    await connections.open([page.PAGE, viewer.ONE, viewer.MANY])
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await connections.close()
    await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    serve(app)
