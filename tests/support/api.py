"""The service as its clients see it: documents through the real ASGI application, without a socket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

ORIGIN = "https://adgang.example"


class Api:
    """Posts documents to `/graphql`. It keeps cookies, like a browser, until `forget` is called."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The whole answer to a document."""
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        body = {"query": document, "variables": dict(variables or {})}
        return await self.client.post("/graphql", json=body, headers={**sent, **(headers or {})})

    async def run(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer's body: `data`, and where there are any, `errors` and `extensions`."""
        answer = await self.post(document, variables, token=token, headers=headers)
        body: dict[str, Any] = answer.json()
        return body

    async def data(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The answer's `data`, after it was seen that there are no errors."""
        body = await self.run(document, variables, token=token, headers=headers)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    def forget(self) -> None:
        """Throws away the cookies that came with former answers."""
        self.client.cookies.clear()


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[Api]:
    """An `Api` for an application that was started and is stopped at the end of the block."""
    async with (
        lifespan(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers={"Origin": ORIGIN}) as client,
    ):
        yield Api(client)


@asynccontextmanager
async def lifespan(app: ASGIApp) -> AsyncIterator[None]:
    """Starts and stops an application as a server does, in a task of its own."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    state: dict[str, Any] = {}
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": state}
    running = asyncio.ensure_future(app(scope, to_app.get, from_app.put))

    async def step(name: str) -> None:
        await to_app.put({"type": f"lifespan.{name}"})
        said = asyncio.ensure_future(from_app.get())
        await asyncio.wait({said, running}, return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            said.cancel()
            await running  # raises what the application failed with
        assert said.result()["type"] == f"lifespan.{name}.complete", said.result()

    await step("startup")
    try:
        yield
    finally:
        await step("shutdown")
        await running
