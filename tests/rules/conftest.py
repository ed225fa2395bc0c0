"""Who asks: people of the portal and of the firm, and browsers at several addresses."""

from collections.abc import AsyncIterator

import pytest

from app.asgi import create_app
from app.services import Services
from app.settings import Settings
from tests.support.browsers import Places, places
from tests.support.people import People


@pytest.fixture
def people(services: Services) -> People:
    """People who come to the services, past HTTP and GraphQL."""
    return People(services)


@pytest.fixture
async def world(settings: Settings, services: Services) -> AsyncIterator[Places]:
    """The addresses that browsers come from."""
    async with places(create_app(settings, services=services)) as opened:
        yield opened
