"""Tries at once, on two workers that know nothing of each other. The rules, "Passwords" 4."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial

import pytest

from app.database import Transaction
from app.services import Services, open_services
from app.services.caller import Client, Nobody
from app.services.inputs import Login
from app.services.problems import NoUserFound, Refused, TooManyAttempts
from app.services.results import LoginSuccess
from app.services.throttle import Throttle
from app.services.throttle_taken import Taken
from app.settings import Settings
from tests.support.people import ANOTHER, CLIENT, EMAIL, PASSWORD, People, WatchedHasher
from tests.support.services import FakeClock

Workers = tuple[Services, Services]


@pytest.fixture
def hasher() -> WatchedHasher:
    return WatchedHasher()


@pytest.fixture
async def workers(
    services: Services, settings: Settings, clock: FakeClock, hasher: WatchedHasher
) -> AsyncIterator[Workers]:
    """Two of them, each with connections of its own."""
    async with open_services(settings, clock=clock, hasher=hasher) as other:
        yield services, other


async def log_in(worker: Services, username: str, password: str, client: Client = CLIENT) -> object:
    return await worker.sign_in.login(Nobody(client), Login(username, password))


async def succeed(throttle: Throttle, taken: Taken, tx: Transaction) -> None:
    """What a right password does to the counts."""
    await tx.write(*(await throttle.succeeded(tx, taken)).writes)


async def test_two_hundred_guesses_at_once_on_two_workers_are_five(workers: Workers, hasher: WatchedHasher) -> None:
    await People(workers[0]).orders_for()
    hasher.verified.clear()
    for number, username in enumerate((EMAIL, "nobody@example.dk"), start=1):
        client = Client(f"192.0.2.{number}")
        guesses = [log_in(workers[each % 2], username, ANOTHER, client) for each in range(200)]
        answers = Counter(map(type, await asyncio.gather(*guesses)))
        assert answers == {NoUserFound: 5, TooManyAttempts: 195}
        assert len(hasher.verified) == 5 * number
    rows = await workers[0].resources.database.fetch("SELECT action FROM audit_event WHERE action LIKE 'LOGIN_%'")
    assert Counter(row["action"] for row in rows) == {"LOGIN_FAILED": 10, "LOGIN_THROTTLED": 2}


async def test_an_address_that_sprays_at_once_gets_fifty_looked_at(workers: Workers, hasher: WatchedHasher) -> None:
    guesses = [log_in(workers[each % 2], f"person{each}@example.dk", ANOTHER) for each in range(120)]
    answers = Counter(map(type, await asyncio.gather(*guesses)))
    assert answers == {NoUserFound: 50, TooManyAttempts: 70}
    assert len(hasher.verified) == 50


async def test_many_who_are_right_at_once_from_one_address_get_in_and_leave_nothing_behind(workers: Workers) -> None:
    people = People(workers[0])
    names = [f"person{number}@example.dk" for number in range(20)]
    for name in names:
        await people.orders_for(email=name)
    for _ in range(3):
        tries = [log_in(workers[number % 2], name, PASSWORD) for number, name in enumerate(names)]
        assert Counter(map(type, await asyncio.gather(*tries))) == {LoginSuccess: 20}
    assert not await workers[0].resources.database.fetch("SELECT kind FROM throttle")


async def test_counting_giving_back_and_emptying_at_once_never_stand_in_each_others_way(workers: Workers) -> None:
    """Whatever the order they come in: no deadlock, and no count below nothing."""
    usernames = [f"person{number}@example.dk" for number in range(4)]

    async def come_and_go(number: int) -> None:
        throttle, database = workers[number % 2].resources.throttle, workers[number % 2].resources.database
        username = usernames[number % 4]
        for step in range(6):
            try:
                taken = await throttle.take("portal", username, f"192.0.2.{step % 2}")
            except Refused:
                await database.transact(partial(throttle.empty, application="portal", username=username))
                continue
            if step % 2:
                await throttle.give_back(taken)
            else:
                await database.transact(partial(succeed, throttle, taken))

    await asyncio.gather(*(come_and_go(number) for number in range(24)))
    rows = await workers[0].resources.database.fetch("SELECT kind, tries FROM throttle WHERE tries < 1")
    assert not rows
