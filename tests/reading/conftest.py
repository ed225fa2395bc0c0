"""The firm whose register is read."""

import pytest

from app.services import Services
from tests.reading.firm import Firm


@pytest.fixture
def firm(services: Services) -> Firm:
    return Firm(services)
