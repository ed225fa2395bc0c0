"""One username, one password, under everything that can happen at once or break off in the middle.

The rules, "One username, one password" 1: against a small model, in a race of many, and after a SIGKILL in mid-write.
"""

import asyncio
import random
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as how_many
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from app import ids
from app.models.enums import SharedUsernameRule
from app.services import Services, open_services
from app.services.problems import AlreadyExists, NotFound, Problem, SharedUsername
from app.services.results import (
    ClearPasswordSuccess,
    CreateReferenceSuccess,
    DeleteReferenceSuccess,
    UpdateReferenceSuccess,
)
from app.settings import Settings
from tests.support.services import FakeClock, cheap_hasher
from tests.support.world import STAFF, World, logins_by_username, working_password

EMAILS = ("ida@example.dk", "Ida@Example.dk", "bo@example.dk", "kaj@example.dk")
RULES = st.sampled_from([None, *SharedUsernameRule])


def password(number: int) -> str:
    """A password that the policy takes."""
    return f"korrekt hest batteri {number:06d} klammer"


class SharedPasswords(RuleBasedStateMachine):
    """Saves of references against a model of usernames and their passwords."""

    references = Bundle("references")
    settings_of_run: Settings

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.names: dict[str, str] = {}
        self.passwords: dict[str, str | None] = {}
        self.customer_of: dict[str, str] = {}
        self.tried: set[str] = set()
        self.count = 0

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def do(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.runner.run(awaited())

    def next_password(self) -> str:
        self.count += 1
        self.tried.add(password(self.count))
        return password(self.count)

    @initialize()
    def open(self) -> None:
        async def opened() -> Services:
            services = await self.stack.enter_async_context(
                open_services(self.settings_of_run, clock=FakeClock(), hasher=cheap_hasher())
            )
            for table in ("reference", "login", "customer", "throttle"):
                await services.resources.database.execute(f"DELETE FROM {table}")
            return services

        self.world = World(self.do(opened()))
        for _ in range(4):
            self.do(self.world.customer())

    def owners(self, username: str) -> list[str]:
        return [reference for reference, name in self.names.items() if name == username]

    def joined(self, reference: str, username: str, new: str | None, applied: SharedUsernameRule) -> None:
        """The model's own table of effects."""
        others = [other for other in self.owners(username) if other != reference]
        self.names[reference] = username
        if new is not None:
            self.passwords[username] = new
        elif not others or applied is SharedUsernameRule.CLEAR_PASSWORD:
            self.passwords[username] = None

    def left(self, username: str) -> None:
        if not self.owners(username):
            self.passwords.pop(username, None)

    def clash(self, customer: str, username: str, reference: str | None = None) -> bool:
        return any(self.customer_of[other] == customer and other != reference for other in self.owners(username))

    @rule(
        target=references,
        customer=st.integers(0, 3),
        email=st.sampled_from(EMAILS),
        with_password=st.booleans(),
        shared=RULES,
    )
    def create(self, customer: int, email: str, with_password: bool, shared: SharedUsernameRule | None) -> Any:
        username, at = email.lower(), self.world.customers[customer]
        new = self.next_password() if with_password else None
        answer = self.do(self.world.create(at, email, new, shared))
        if self.clash(at, username):
            assert isinstance(answer, AlreadyExists)
            return multiple()
        if shared is SharedUsernameRule.REJECT and self.owners(username):
            assert isinstance(answer, SharedUsername)
            return multiple()
        assert isinstance(answer, CreateReferenceSuccess), answer
        made = ids.encode("Reference", answer.reference_key)
        self.customer_of[made] = at
        self.joined(made, username, new, shared or SharedUsernameRule.CLEAR_PASSWORD)
        return made

    @rule(reference=references, email=st.sampled_from(EMAILS), with_password=st.booleans(), shared=RULES)
    def rename(self, reference: str, email: str, with_password: bool, shared: SharedUsernameRule | None) -> None:
        username, former = email.lower(), self.names[reference]
        new = self.next_password() if with_password else None
        answer = self.do(self.world.rename(reference, email, new, shared))
        others = [other for other in self.owners(username) if other != reference]
        if self.clash(self.customer_of[reference], username, reference):
            assert isinstance(answer, AlreadyExists)
            return
        if username != former and others and shared is SharedUsernameRule.REJECT:
            assert isinstance(answer, SharedUsername)
            return
        assert isinstance(answer, UpdateReferenceSuccess), answer
        if username == former:
            if new is not None:
                self.passwords[username] = new
            return
        alone = self.owners(former) == [reference]
        if alone and not others:
            self.passwords[username] = new or self.passwords[former]
            self.names[reference] = username
        else:
            self.joined(reference, username, new, shared or SharedUsernameRule.KEEP_PASSWORD)
        self.left(former)

    @rule(reference=references)
    def change_password(self, reference: str) -> None:
        new = self.next_password()
        assert isinstance(self.do(self.world.set_password(reference, new)), UpdateReferenceSuccess)
        self.passwords[self.names[reference]] = new

    @rule(reference=references)
    def clear(self, reference: str) -> None:
        answer = self.do(self.world.services.login_care.clear_password(STAFF, reference))
        assert isinstance(answer, ClearPasswordSuccess)
        self.passwords[self.names[reference]] = None

    @rule(reference=consumes(references))
    def delete(self, reference: str) -> None:
        answer = self.do(self.world.services.credentials.delete_reference(STAFF, reference))
        assert isinstance(answer, DeleteReferenceSuccess)
        self.left(self.names.pop(reference))

    @invariant()
    def one_password_for_each_username(self) -> None:
        if not hasattr(self, "world"):
            return
        stored = self.do(logins_by_username(self.world.services.resources.database))
        assert set(stored) == set(self.names.values())
        for username in stored:
            expected = self.passwords.get(username)
            candidates = {expected} if expected else set(list(self.tried)[-3:])
            assert self.do(working_password(self.world.services, username, candidates)) == expected


def test_every_sequence_of_saves_leaves_each_username_one_password_or_none(settings: Settings) -> None:
    machine = type("Machine", (SharedPasswords,), {"settings_of_run": settings})
    run_machine(
        machine,
        settings=how_many(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


async def racing(world: World, seed: int, acknowledged: list[str]) -> None:
    """One of many tasks: random saves over two usernames. Notes each password that a save was acknowledged for."""
    chance = random.Random(seed)
    services = world.services

    def email() -> str:
        return chance.choice(EMAILS[:3])

    def rule_() -> SharedUsernameRule | None:
        chosen: SharedUsernameRule | None = chance.choice([None, *SharedUsernameRule])
        return chosen

    made = await world.create(chance.choice(world.customers), email(), None, rule_())
    rows = await services.resources.database.fetch("SELECT id FROM reference")
    keys = [ids.encode("Reference", row["id"]) for row in rows]
    if isinstance(made, CreateReferenceSuccess):
        keys.append(ids.encode("Reference", made.reference_key))
    for step in range(3):
        if not keys:
            return
        reference, new = chance.choice(keys), password(seed * 10 + step)
        sets_password = True
        answer: object
        match chance.randrange(6):
            case 0:
                answer = await world.set_password(reference, new)
            case 1:
                answer = await world.rename(reference, email(), new, rule_())
            case 2:
                answer = await world.create(chance.choice(world.customers), email(), new, rule_())
            case 3:
                sets_password = False
                answer = await world.rename(reference, email(), None, rule_())
            case 4:
                sets_password = False
                answer = await services.login_care.clear_password(STAFF, reference)
            case _:
                sets_password = False
                answer = await services.credentials.delete_reference(STAFF, reference)
        if sets_password and not isinstance(answer, Problem):
            acknowledged.append(new)
        assert not isinstance(answer, Problem) or isinstance(answer, AlreadyExists | NotFound | SharedUsername), answer


async def test_a_hundred_and_twenty_tasks_racing_over_two_usernames(services: Services) -> None:
    world = World(services)
    for _ in range(6):
        await world.customer()
    acknowledged: list[str] = []
    await asyncio.gather(*(racing(world, seed, acknowledged) for seed in range(120)))
    stored = await logins_by_username(services.resources.database)
    for username, (stored_hash, _) in stored.items():
        working = await working_password(services, username, acknowledged)
        assert (working is not None) is (stored_hash is not None)


@pytest.mark.parametrize("seed", range(3))
async def test_crossing_renames_and_deletes_neither_deadlock_nor_leave_a_password_behind(
    services: Services, seed: int
) -> None:
    world = World(services)
    first, second = await world.customer(), await world.customer()
    chance = random.Random(seed)
    for round_ in range(10):
        secrets = password(round_ * 2), password(round_ * 2 + 1)
        ida = await world.create(first, "ida@example.dk", secrets[0])
        bo = await world.create(second, "bo@example.dk", secrets[1])
        assert isinstance(ida, CreateReferenceSuccess)
        assert isinstance(bo, CreateReferenceSuccess)
        keys = [ids.encode("Reference", made.reference_key) for made in (ida, bo)]
        await asyncio.gather(world.rename(keys[0], "bo@example.dk"), world.rename(keys[1], "ida@example.dk"))
        await logins_by_username(services.resources.database)
        chance.shuffle(keys)
        await asyncio.gather(*(services.credentials.delete_reference(STAFF, key) for key in keys))
        assert not await logins_by_username(services.resources.database)
