"""A filled register that anything may be done to: it is put back as it was from a copy of its file."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from app.asgi import create_app
from app.services import Services, open_services
from app.settings import Settings
from tests.support.api import ORIGIN, Api, serving
from tests.support.callers import Column
from tests.support.hidden import everything_there_is, own_ids, register_with_secrets
from tests.support.services import FakeClock, cheap_hasher, make_settings
from tests.support.story import Story

CALLERS = (Column.PORTAL, Column.NOBODY, Column.ADMIN)
"""Who asks, those first who can do the least."""


class Firm:
    """The service on a register of which one portal user may know only a little, and credentials of all who ask."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies = 0
        self._clock = FakeClock()
        self._hasher = cheap_hasher()
        self._opened = AsyncExitStack()
        self._app: ASGIApp | None = None
        self._client: httpx.AsyncClient | None = None
        self.tokens: dict[Column, str | None] = {}
        self.known: dict[str, Any] = {}
        self.ids: set[str] = set()
        self.hidden: set[str] = set()
        self.services: Services | None = None

    @classmethod
    @asynccontextmanager
    async def filled(cls, folder: Path) -> "AsyncIterator[Firm]":
        """A firm whose file lies in this folder, migrated, and is filled here."""
        self = cls(folder)
        try:
            await self._fill()
            await self.restore()
            transport = httpx.ASGITransport(self._serve)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as self._client:
                yield self
        finally:
            await self._opened.aclose()
            self._hasher.close()

    async def restore(self) -> None:
        """Goes on with the register as it was filled, and with the sessions that everybody had then."""
        await self._opened.aclose()
        self._copies += 1
        for old in self._folder.glob(f"copy{self._copies - 1}.db*"):
            old.unlink()
        file = self._folder / f"copy{self._copies}.db"
        shutil.copyfile(self._folder / "adgang.db", file)
        settings = self._settings(file)
        self.services = await self._open(settings)
        self._app = create_app(settings, services=self.services)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application as it is now."""
        assert self._app is not None
        await self._app(scope, receive, send)

    async def ask(self, caller: Column, document: str, variables: Mapping[str, Any] | None = None) -> httpx.Response:
        """What somebody is answered."""
        assert self._client is not None
        token = self.tokens[caller]
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": document, "variables": dict(variables or {})})
        return await self._client.post("/graphql", content=body, headers=headers)

    async def _fill(self) -> None:
        settings = self._settings(self._folder / "adgang.db")
        services = await self._open(settings)
        async with serving(create_app(settings, services=services)) as api:
            await self._tell(api, services)
        await self._opened.aclose()

    async def _tell(self, api: Api, services: Services) -> None:
        register = await register_with_secrets(Story(api, services))
        for caller in CALLERS:
            self.tokens[caller] = await register.credential(caller)
        token = self.tokens[Column.PORTAL]
        assert token is not None
        self.known = register.known
        self.ids = await everything_there_is(services.resources.database)
        self.hidden = self.ids - await own_ids(register, token)

    async def _open(self, settings: Settings) -> Services:
        opened = open_services(settings, clock=self._clock, hasher=self._hasher)
        return await self._opened.enter_async_context(opened)

    @staticmethod
    def _settings(file: Path) -> Settings:
        # As many wrong passwords come from one address here as no address may send.
        return make_settings(database_url=f"sqlite:///{file}", lockout_address_factor=10_000)
