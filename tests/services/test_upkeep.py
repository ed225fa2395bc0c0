"""What a process does by the side: started with the services, ended with them, and told what most hashes cost."""

import asyncio

from app.security.passwords import Argon2Parameters, PasswordHasher
from app.services import Services, open_services
from app.services.upkeep import beside, tell_prevalent_scheme
from app.settings import Settings
from tests.support.people import EMAIL, PASSWORD, People
from tests.support.services import FakeClock


class Counting(PasswordHasher):
    """A hasher that remembers what it was told of the stored hashes."""

    def __init__(self) -> None:
        super().__init__(Argon2Parameters(8, 1, 1))
        self.told: list[str | None] = []

    def set_prevalent(self, scheme: str | None) -> None:
        self.told.append(scheme)
        super().set_prevalent(scheme)


async def test_the_hasher_is_told_what_most_stored_hashes_were_made_with(services: Services) -> None:
    people = People(services)
    hasher = Counting()
    database = services.resources.database
    await tell_prevalent_scheme(database, hasher)
    await people.orders_for()
    await tell_prevalent_scheme(database, hasher)
    await database.execute("UPDATE login SET hash_scheme = 'm=16,t=1,p=1'")
    await people.hire("a@example.dk")
    await people.hire("b@example.dk")
    await tell_prevalent_scheme(database, hasher)
    await database.execute("UPDATE staff_member SET hash_scheme = 'm=16,t=1,p=1' WHERE email_key = 'a@example.dk'")
    await tell_prevalent_scheme(database, hasher)
    assert hasher.told == [None, "m=8,t=1,p=1", "m=8,t=1,p=1", "m=16,t=1,p=1"]


async def test_a_new_process_knows_it_before_the_first_log_in(settings: Settings, services: Services) -> None:
    await People(services).orders_for(email=EMAIL, password=PASSWORD)
    hasher = Counting()
    async with open_services(settings, clock=FakeClock(), hasher=hasher):
        assert hasher.told == ["m=8,t=1,p=1"]
    hasher.close()


async def test_what_is_done_beside_ends_with_its_block() -> None:
    begun = asyncio.Event()
    ended = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with beside(work(), work()):
        await begun.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_nothing_is_left_running_when_the_services_are_closed(settings: Settings) -> None:
    before = asyncio.all_tasks()
    async with open_services(settings, clock=FakeClock()):
        assert asyncio.all_tasks() > before
    assert asyncio.all_tasks() <= before
