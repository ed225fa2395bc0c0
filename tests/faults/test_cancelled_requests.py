"""Clients that hang up: requests cancelled at any point leave the pool whole and every rule as it was."""

import asyncio
import random
from collections.abc import Callable

import pytest

from app.services import Services
from app.settings import Settings
from tests.support.api import Api
from tests.support.counting import all_connections_at_once
from tests.support.services import FakeClock
from tests.support.story import PASSWORD, Story
from tests.support.world import logins_by_username

READ = "{ customers(first: 5) { totalCount edges { node { name references(first: 5) { edges { node { name } } } } } } }"
LOGIN = f'mutation {{ login(input: {{username: "ida@example.dk", password: "{PASSWORD}"}}) {{ __typename }} }}'
SAVE = 'mutation { updateReference(input: {id: "%s", name: "Ida %d"}) { __typename } }'


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with(lockout_failures=100)  # a try that its client gave up is counted all the same


async def test_500_requests_cancelled_at_random_points_leave_the_pool_whole(
    api: Api, story: Story, services: Services, clock: FakeClock
) -> None:
    reference = await story.reference(await story.customer(), "ida@example.dk", PASSWORD)
    token, chance, loop = await story.staff(), random.Random(8), asyncio.get_running_loop()
    finished, patience = 0, 0.1

    async def request(number: int) -> None:
        nonlocal finished
        document = (READ, LOGIN, SAVE % (reference, number))[number % 3]
        await api.post(document, token=None if document is LOGIN else token)
        finished += 1

    for first in range(0, 500, 25):
        before = finished
        tasks = [asyncio.create_task(request(number)) for number in range(first, first + 25)]
        for task in tasks:
            loop.call_later(chance.random() * patience, task.cancel)
        await asyncio.wait(tasks)
        for task in tasks:
            assert task.cancelled() or task.exception() is None
        patience *= 1.5 if finished - before < 8 else 0.7  # so that on any machine some get through and some do not
    assert 0 < finished < 500
    database = services.resources.database
    await all_connections_at_once(database, 10 if database.dialect.name == "postgres" else 1)
    await logins_by_username(database)
    clock.advance(days=2)
    assert (await story.login("ida@example.dk"))["__typename"] == "LoginSuccess"
    assert (await services.audit.verify()).ok
