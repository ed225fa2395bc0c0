"""The throttle and its model told the same random story: they must agree on every try, on both databases."""

import random
from collections.abc import Callable
from datetime import datetime

import pytest

from app.database import Transaction
from app.services import Services
from app.services.problems import Refused, TooManyAttempts
from app.services.throttle import Throttle
from app.services.throttle_bounds import Kind, milliseconds
from app.services.throttle_taken import Taken
from app.settings import Settings
from tests.support.services import FakeClock
from tests.support.throttle_model import Model, Try

STEPS = 500
USERNAMES = ("ida@example.dk", "bo@example.dk", "no e-mail")
ADDRESSES = ("192.0.2.1", "192.0.2.2", "2001:db8::1")
DEVICES = (None, None, None, "a-nonce", "another")
JUMPS = (0.001, 1, 20, 59.999, 60, 61, 600, 3_600, 86_400, 86_399.5, 31 * 86_400)
"""Seconds, on either side of every length of time that counts here."""
BOUNDS = {"lockout_failures": 2, "lockout_minutes": 1, "lockout_address_factor": 3, "lockout_ceiling": 5}


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with(**BOUNDS)


async def take(throttle: Throttle, username: str, address: str, device: str | None) -> Taken | int:
    """A try that goes on, or the seconds to wait."""
    try:
        return await throttle.take("portal", username, address, device)
    except Refused as refused:
        problem = refused.problem
    assert isinstance(problem, TooManyAttempts)
    return problem.retry_after_seconds


class Story:
    """What happens, told to both."""

    def __init__(self, services: Services, clock: FakeClock, chance: random.Random) -> None:
        self.model = Model(failures=2, minutes=1, factor=3, ceiling=5)
        self.waited = 0
        self.filled: set[Kind] = set()
        self._database = services.resources.database
        self._throttle = services.resources.throttle
        self._clock = clock
        self._chance = chance
        self._going_on: list[tuple[Taken, Try]] = []

    async def go_on(self) -> None:
        """One more thing that happens: mostly a try that fails, or that will be heard of again."""
        if self._chance.random() < 0.15:
            self._clock.advance(seconds=self._chance.choice(JUMPS))
        deed = self._chance.random()
        if deed < 0.75 or not self._going_on:
            await self._try()
        elif deed < 0.85:
            await self._settle(success=False)
        elif deed < 0.96:
            await self._settle(success=True)
        elif deed < 0.98:
            await self._empty()
        else:
            await self._rename()

    async def counts(self) -> list[tuple[str, int, int]]:
        """What is stored."""
        rows = await self._database.fetch("SELECT kind, tries, locked_until FROM throttle")
        return sorted((row["kind"], row["tries"], row["locked_until"]) for row in rows)

    @property
    def _now(self) -> int:
        return milliseconds(self._clock.now())

    async def _try(self) -> None:
        username, address = self._chance.choice(USERNAMES), self._chance.choice(ADDRESSES)
        device = self._chance.choice(DEVICES)
        found = await take(self._throttle, username, address, device)
        expected = self.model.take(username, address, device, self._now)
        if isinstance(expected, int):
            assert found == expected
            self.waited += 1
            return
        assert isinstance(found, Taken), expected
        assert {str(kind) for kind in found.filled} == {key[0] for key in expected.began}
        self.filled |= set(found.filled)
        if self._chance.random() < 0.5:
            self._going_on.append((found, expected))

    async def _settle(self, *, success: bool) -> None:
        taken, expected = self._going_on.pop(self._chance.randrange(len(self._going_on)))
        if not success:
            await self._throttle.give_back(taken)
            self.model.give_back(expected)
            return

        async def work(tx: Transaction) -> datetime | None:
            emptied = await self._throttle.succeeded(tx, taken)
            await tx.write(*emptied.writes)
            return emptied.locked_until

        until = await self._database.transact(work)
        assert (None if until is None else milliseconds(until)) == self.model.succeed(expected, self._now)

    async def _empty(self) -> None:
        username = self._chance.choice(USERNAMES)

        async def work(tx: Transaction) -> bool:
            return await self._throttle.empty(tx, "portal", username)

        assert await self._database.transact(work) == self.model.empty(username)

    async def _rename(self) -> None:
        old, new = self._chance.sample(USERNAMES, 2)

        async def work(tx: Transaction) -> None:
            await self._throttle.rename(tx, "portal", old, new)

        await self._database.transact(work)
        self.model.rename(old, new)


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_throttle_does_what_its_model_does(seed: int, services: Services, clock: FakeClock) -> None:
    story = Story(services, clock, random.Random(seed))
    for _ in range(STEPS):
        await story.go_on()
        model = story.model.counts.items()
        assert await story.counts() == sorted((key[0], count.tries, count.until) for key, count in model)
    assert story.waited > 50
    assert story.filled == set(Kind)
