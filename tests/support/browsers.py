"""Browsers and bare clients at several addresses, which log in through the public schema."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp

from tests.support.api import ORIGIN, Api
from tests.support.people import EMAIL, PASSWORD

_PORTAL = """mutation($i: LoginInput!) { login(input: $i) { __typename
  ... on LoginSuccess { accessToken viewer { name } }
  ... on CustomerChoice { ticket options { referenceId } }
  ... on TooManyAttempts { message retryAfterSeconds } ... on Problem { code message } } }"""
_STAFF = """mutation($i: StaffLoginInput!) { staffLogin(input: $i) { __typename
  ... on StaffLoginSuccess { accessToken viewer { name } }
  ... on TooManyAttempts { message retryAfterSeconds } ... on Problem { code message } } }"""


class Browser(Api):
    """Keeps cookies until `forget` is called, and never moves."""

    async def try_portal(self, username: str = EMAIL, password: str = PASSWORD, **more: Any) -> httpx.Response:
        """The whole answer to a portal log-in."""
        return await self.post(_PORTAL, {"i": {"username": username, "password": password, **more}})

    async def try_staff(self, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
        """The whole answer to a staff log-in."""
        return await self.post(_STAFF, {"i": {"email": email, "password": password, **more}})

    async def portal(self, username: str = EMAIL, password: str = PASSWORD, **more: Any) -> str:
        """The type of the answer to a portal log-in, and behind it the seconds to wait, if any."""
        return said(await self.try_portal(username, password, **more))

    async def staff(self, email: str, password: str = PASSWORD, **more: Any) -> str:
        """The type of the answer to a staff log-in, and behind it the seconds to wait, if any."""
        return said(await self.try_staff(email, password, **more))


def said(answer: httpx.Response) -> str:
    """The type of an answer to a log-in, and behind it the seconds to wait, if any."""
    (payload,) = answer.json()["data"].values()
    seconds = payload.get("retryAfterSeconds")
    return payload["__typename"] if seconds is None else f"{payload['__typename']} {seconds}"


class Places:
    """Where browsers stand: one to an address."""

    def __init__(self, app: ASGIApp, stack: AsyncExitStack) -> None:
        self._app = app
        self._stack = stack
        self._there: dict[str, Browser] = {}

    async def at(self, address: str) -> Browser:
        """The browser at an address."""
        if address not in self._there:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(self._app, client=(address, 50000)),
                base_url=ORIGIN,
                headers={"Origin": ORIGIN},
            )
            self._there[address] = Browser(await self._stack.enter_async_context(client))
        return self._there[address]


@asynccontextmanager
async def places(app: ASGIApp) -> AsyncIterator[Places]:
    """Browsers for an application that runs."""
    async with AsyncExitStack() as stack:
        yield Places(app, stack)
