"""The firm whose register is read, and some people in it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from app.services import Services
from tests.reading.asking import ask
from tests.reading.firm import ALL, OFFICE, Firm
from tests.reading.firms import Firms, two_firms
from tests.support.services import FakeClock

Names = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def firm(services: Services) -> Firm:
    return Firm(services)


@pytest.fixture
async def firms(firm: Firm) -> Firms:
    return await two_firms(firm)


@pytest.fixture
async def people(firm: Firm, clock: FakeClock) -> Names:
    """Names of references as they are listed: Anna and Bo share a login that has no password, Cai's is locked."""
    special = await firm.settings("Kun sporing", ALL[10])
    alfa = await firm.customer("1", "Alfa")
    beta = await firm.customer("2", "Beta", settings_id=special)
    closed = await firm.customer("3", "Closed", active=False)
    shared = await firm.login("shared@example.dk", password=False)
    off = {"has_password": False, "internet_user": True}
    await firm.reference(alfa, "Anna", "SHARED@example.dk", shared, **off)
    clock.advance(minutes=1)
    await firm.reference(beta, "Bo", "shared@example.dk", shared, **off)
    locked = await firm.login("cai@example.dk", locked_until=clock.now() + timedelta(hours=1))
    await firm.reference(beta, "Cai", "cai@example.dk", locked, last_login_at=clock.now(), created_at=clock.now())
    dorte = await firm.login("dorte@example.dk", locked_until=clock.now())
    await firm.reference(closed, "Dorte", "dorte@example.dk", dorte, last_login_at=clock.now() - timedelta(days=1))
    await firm.reference(alfa, "Eva")
    unticked = await firm.login("finn@example.dk")
    await firm.reference(beta, "Finn", "finn@example.dk", unticked, internet_user=False, settings_id=1)

    async def read(arguments: str = "", **variables: Any) -> list[str]:
        text = f"references{f'({arguments})' if arguments else ''} {{ totalCount edges {{ node {{ name }} }} }}"
        page = await firm.reader.ask("references", OFFICE, ask(text, **variables))
        found = [edge.node.name for edge in page.edges]
        assert page.total_count == len(found)
        return found

    return read
