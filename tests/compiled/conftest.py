"""The hostile register, on each kind of database."""

import pytest

from app.services import Services
from tests.compiled.hostile import Hostile, hostile_register
from tests.reading.firm import Firm


@pytest.fixture
async def hostile(services: Services) -> Hostile:
    return await hostile_register(Firm(services))
