"""People for documents to be about."""

import pytest

from app.services import Services
from app.services.caller import StaffUser
from tests.support.people import People


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


@pytest.fixture
async def admin(people: People) -> StaffUser:
    await people.hire()
    return (await people.staff_login()).caller
