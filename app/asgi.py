"""The ASGI application, put together: endpoints, what surrounds every request, and the services' life."""

import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp

from app.http.access import Access, Endpoint
from app.http.door import Door
from app.http.graphql import GraphQLEndpoint
from app.http.health import healthz, readyz
from app.logs import configure_logging, describe
from app.services import Services, open_services
from app.settings import Settings, load_settings
from schema import Limits, create_schema, present

YOUNG_OBJECTS: Final = 10_000
"""How many there may be before the collector looks for cycles among them; by default 700, which one log-in makes."""

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang")


def create_app(settings: Settings, *, services: Services | None = None, limits: Limits | None = None) -> ASGIApp:
    """The application. It opens services of its own for as long as it runs, unless it is given some.

    Documents may hold what they always may, and cost what the settings say, unless `limits` are given.
    """

    def current() -> Services:
        found: Services = app.state.services
        return found

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if services is None:
                try:
                    app.state.services = await stack.enter_async_context(open_services(settings))
                except Exception as error:
                    log.error("the services could not be opened", **describe(error))
                    raise
            yield

    schema = create_schema(
        introspection=settings.introspection,
        limits=limits or Limits(cost=settings.max_cost),
        trusted=bool(settings.trusted_documents),
    )
    endpoints: dict[str, Endpoint] = {
        "/graphql": GraphQLEndpoint(settings, schema, schema.compiled, present, current),
        "/healthz": healthz,
        "/readyz": readyz(current),
    }
    app = Starlette(lifespan=lifespan)
    if services is not None:
        app.state.services = services
    # Around Starlette and not among its middleware, whose own outermost layer would wrap everything that is sent.
    return Access(app, Door(settings), endpoints)


def from_environment() -> ASGIApp:
    """What a worker process runs: the application with the settings of its environment."""
    settings = load_settings()
    configure_logging(settings)
    app = create_app(settings)
    # The schema stays for good: looking through it for cycles stops everybody for 80 ms, every thousand log-ins.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    return app
