"""The application: Strawberry's own, behind Starlette, on Tortoise's own connections.

BENCH_DATABASE_URL=… python -m bench.stock.app PORT
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from tortoise.contrib.starlette import RegisterTortoise

from bench.bare.serving import serve, token_hash
from bench.stock.models import AccessToken
from bench.stock.schema import references_loader, schema


class App(GraphQL[dict[str, Any], None]):
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:
        assert isinstance(request, Request)
        tool = await AccessToken.get_or_none(
            secret_hash=token_hash(request),
            expires_at__gt=datetime.now(UTC),
            created_by__active=True,
            created_by__role="ADMIN",
        )
        return {"tool": tool, "references": references_loader()}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    url = urlsplit(os.environ["BENCH_DATABASE_URL"])
    credentials = {
        "host": parse_qs(url.query)["host"][0],
        "port": 5432,
        "user": url.username,
        "password": "",
        "database": url.path[1:],
        "maxsize": 10,
    }
    connection = {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
    apps = {"stock": {"models": ["bench.stock.models"], "default_connection": "default"}}
    config = {"connections": {"default": connection}, "apps": apps}
    async with RegisterTortoise(app, config=config):
        yield


if __name__ == "__main__":
    serve(Starlette(routes=[Route("/graphql", App(schema))], lifespan=lifespan))
