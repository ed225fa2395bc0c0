"""Under which password keys everything stands, counted in one statement on both databases."""

from collections import Counter
from collections.abc import Callable

import pytest
from pydantic import SecretBytes

from app.security.keys import key_id
from app.services import open_services
from app.services.keys_report import NO_KEY, KeyState, Kind, key_uses
from app.services.problems import NoUserFound
from app.settings import Settings
from tests.support.people import ADMIN, OFFICE, PASSWORD, People

OLD, NEW = b"o" * 32, b"n" * 32


def with_keys(settings_with: Callable[..., Settings], *keys: bytes) -> Settings:
    return settings_with(password_key=tuple(SecretBytes(key) for key in keys))


async def test_all_that_stands_under_keys_is_counted(settings_with: Callable[..., Settings]) -> None:
    async with open_services(with_keys(settings_with)) as services:
        before = People(services)
        await before.orders_for(email="uden@example.dk")
    async with open_services(with_keys(settings_with, OLD)) as services:
        people = People(services)
        people.world.customers += before.world.customers
        await people.orders_for(2)
        (cleared,) = await people.orders_for(email="ryddet@example.dk")
        await services.login_care.clear_password(OFFICE, cleared)
        await people.hire()
        database = services.resources.database
        await database.execute(
            "INSERT INTO staff_second_factor (staff_id, sealed_secret, sealed_under, created_at)"
            " SELECT id, $1, $2, $3 FROM staff_member",
            b"sealed",
            "secret",
            services.resources.clock.now(),
        )
        uses = await key_uses(database, with_keys(settings_with, NEW, OLD))
        assert [(use.key, use.state, use.counts) for use in uses] == [
            (key_id(NEW), KeyState.FIRST, Counter()),
            (key_id(OLD), KeyState.LATER, Counter({Kind.PORTAL: 1, Kind.CLEARED: 1, Kind.STAFF: 1})),
            (NO_KEY, KeyState.NONE, Counter({Kind.PORTAL: 1, Kind.SECOND_FACTOR: 1})),
        ]
        assert uses[1].total == 3
        without = await key_uses(database, with_keys(settings_with))
        assert [(use.key, use.state) for use in without] == [
            (NO_KEY, KeyState.NONE),
            (key_id(OLD), KeyState.MISSING),
        ]


async def test_a_log_in_moves_a_hash_to_the_first_key(settings_with: Callable[..., Settings]) -> None:
    async with open_services(with_keys(settings_with, OLD)) as services:
        people = People(services)
        await people.orders_for()
        await people.hire()
    both = with_keys(settings_with, NEW, OLD)
    async with open_services(both) as services:
        people = People(services)
        await people.login()
        await people.staff_login(ADMIN, PASSWORD)
        new, old, _ = await key_uses(services.resources.database, both)
        assert (new.total, old.total) == (2, 0)
    async with open_services(with_keys(settings_with, NEW)) as services:
        people = People(services)
        await people.login()


@pytest.mark.parametrize("keys", [(), (NEW,)])
async def test_without_its_key_a_hash_lets_nobody_in(
    settings_with: Callable[..., Settings], keys: tuple[bytes, ...]
) -> None:
    async with open_services(with_keys(settings_with, OLD)) as services:
        await People(services).orders_for()
    async with open_services(with_keys(settings_with, *keys)) as services:
        assert await People(services).try_login() == NoUserFound()
