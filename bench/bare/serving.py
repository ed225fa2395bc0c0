"""What the servers that are written by hand have in common: how they are served, and the hash of who asks."""

import hashlib
import sys
from typing import Any

import uvicorn
from starlette.requests import Request


def token_hash(request: Request) -> bytes:
    """What the database knows of the token that a request shows."""
    token = request.headers["authorization"].removeprefix("Bearer ")
    return hashlib.sha256(token.encode()).digest()


def serve(app: Any) -> None:
    """Serves on the port that the command line ends in."""
    uvicorn.run(
        app,
        port=int(sys.argv[-1]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
