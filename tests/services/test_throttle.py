"""Counting tries: the rules, "Passwords" 4, below what a log-in makes of it."""

import asyncio
from collections import Counter

import pytest

from app.services import Services
from app.services.problems import Refused, TooManyAttempts
from app.services.throttle import Throttle
from app.services.throttle_bounds import Kind
from tests.support.services import FakeClock


@pytest.fixture
def throttle(services: Services) -> Throttle:
    return services.resources.throttle


async def seconds(throttle: Throttle, username: str = "ida@example.dk", address: str | None = "192.0.2.1") -> int:
    """How long a try has to wait; 0 where it was counted."""
    try:
        await throttle.take("portal", username, address)
    except Refused as refused:
        problem = refused.problem
    else:
        return 0
    assert isinstance(problem, TooManyAttempts)
    return problem.retry_after_seconds


async def test_the_fifth_try_goes_on_and_fills_the_pair(throttle: Throttle) -> None:
    taken = [await throttle.take("portal", "ida@example.dk", "192.0.2.1") for _ in range(5)]
    assert [each.filled for each in taken] == [(), (), (), (), (Kind.PAIR,)]
    assert await seconds(throttle) == 900


async def test_of_many_tries_at_once_five_go_on(throttle: Throttle) -> None:
    found = await asyncio.gather(*(seconds(throttle) for _ in range(60)))
    assert Counter(found) == {0: 5, 900: 55}
    assert await seconds(throttle, address="192.0.2.2") == 0


async def test_waits_grow_to_a_day(throttle: Throttle, clock: FakeClock) -> None:
    for _ in range(5):
        assert await seconds(throttle) == 0
    waits = []
    for _ in range(7):
        waits.append(await seconds(throttle))
        clock.advance(seconds=waits[-1])
        assert await seconds(throttle) == 0
    assert waits == [900 << n for n in range(7)]
    assert await seconds(throttle) == 86_400
    clock.advance(days=1)
    assert [await seconds(throttle) for _ in range(6)] == [0, 0, 0, 0, 0, 900]
