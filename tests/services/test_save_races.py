"""Saves that race one another. The rules, "One username, one password" 4, 11 and 13.

What a save rested on when its password was hashed is read again under the locks; and no transaction waits for a hash.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app import ids
from app.database import Database
from app.models.enums import CredentialEffect, SharedUsernameRule, StaffRole
from app.security.passwords import StoredHash
from app.services import Services
from app.services.inputs import (
    ChangePassword,
    CreateInternetOrderSettings,
    CreateReference,
    NewPassword,
    UpdateCustomer,
    UpdateInternetOrderSettings,
    UpdateReference,
    UpdateStaff,
)
from app.services.problems import (
    AlreadyExists,
    NotFound,
    Problem,
    SharedUsername,
    VersionConflict,
)
from app.services.results import CreateInternetOrderSettingsSuccess, CreateReferenceSuccess, UpdateReferenceSuccess
from tests.support.people import ANOTHER, EMAIL, OFFICE, PASSWORD, People, WatchedHasher
from tests.support.world import logins_by_username

TIME_OUT = 30
OTHER = "ny@example.dk"


class HeldHasher(WatchedHasher):
    """Makes a hash only when the test says so, the first one after `hold`. With a database, no hash is computed while
    a transaction is open: a statement that stands alone is refused there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.database: Database | None = None
        self._holding = False
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()

    def hold(self) -> None:
        self._holding = True

    async def hash(self, password: str, *, address: str | None = None) -> StoredHash:
        await self._look()
        if self._holding:
            self._holding = False
            self.began.set()
            async with asyncio.timeout(TIME_OUT):
                await self.go_on.wait()
        return await super().hash(password, address=address)

    async def verify(self, stored: str | None, password: str, *, address: str | None = None) -> bool:
        await self._look()
        return await super().verify(stored, password, address=address)

    async def _look(self) -> None:
        if self.database is not None:
            await self.database.fetch("SELECT 1 AS one")


@pytest.fixture
def hasher() -> HeldHasher:
    return HeldHasher()


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


async def around(asked: Awaitable[Any], hasher: HeldHasher, meanwhile: Callable[[], Awaitable[object]]) -> Any:
    """Lets something happen while a save's password is hashed; answers what the save ended in."""
    hasher.hold()
    answer = asyncio.ensure_future(asked)
    async with asyncio.timeout(TIME_OUT):
        await hasher.began.wait()
    assert not isinstance(await meanwhile(), Problem)
    hasher.go_on.set()
    return await answer


def with_password(reference: str, **more: Any) -> UpdateReference:
    return UpdateReference(reference, new_password=NewPassword(plaintext=ANOTHER), **more)


# 4 and 11: what the hash rested on is read again


async def test_of_a_reference_that_was_deleted_meanwhile_nothing_is_saved(people: People, hasher: HeldHasher) -> None:
    (reference,) = await people.orders_for()
    credentials = people.services.credentials
    saving = credentials.update_reference(OFFICE, with_password(reference))
    answer = await around(saving, hasher, lambda: credentials.delete_reference(OFFICE, reference))
    assert answer == NotFound(reference)
    assert await logins_by_username(people.services.resources.database) == {}


async def test_a_version_is_compared_again(people: People, hasher: HeldHasher) -> None:
    (reference,) = await people.orders_for()
    credentials = people.services.credentials
    saving = credentials.update_reference(OFFICE, with_password(reference, expected_version=1))
    renamed = UpdateReference(reference, name="Ida Holm")
    answer = await around(saving, hasher, lambda: credentials.update_reference(OFFICE, renamed))
    assert answer == VersionConflict(2, reference)
    await people.login(password=PASSWORD)


async def test_a_username_that_was_taken_meanwhile_is_refused(people: People, hasher: HeldHasher) -> None:
    customer = await people.world.customer()
    first: list[Any] = []

    async def be_quicker() -> object:
        first.append(await people.world.create(customer, EMAIL, None))
        return first[0]

    saving = people.world.create(customer, EMAIL.upper(), ANOTHER)
    answer = await around(saving, hasher, be_quicker)
    assert answer == AlreadyExists("email", ids.encode("Reference", first[0].reference_key))


async def test_a_username_that_was_left_meanwhile_stays_nobodys(people: People, hasher: HeldHasher) -> None:
    """The save would lock the username that the reference had; by then the reference has taken its login along."""
    (reference,) = await people.orders_for()
    credentials = people.services.credentials
    saving = credentials.update_reference(OFFICE, with_password(reference, email=OTHER))
    moved = UpdateReference(reference, email=OTHER)
    answer = await around(saving, hasher, lambda: credentials.update_reference(OFFICE, moved))
    assert isinstance(answer, UpdateReferenceSuccess)
    assert answer.impact.effect is CredentialEffect.PASSWORD_CHANGED
    assert list(await logins_by_username(people.services.resources.database)) == [OTHER]
    await people.login(OTHER, ANOTHER)


async def test_an_effect_that_was_agreed_to_is_looked_at_again(people: People, hasher: HeldHasher) -> None:
    """Nobody had the username when the save was asked for; a person of another company has it by now."""
    customer = await people.world.customer()
    given = CreateReference(
        customer,
        "Bo",
        email=EMAIL,
        new_password=NewPassword(plaintext=ANOTHER),
        expected_effect=CredentialEffect.PASSWORD_SET,
        expected_references=(),
    )
    saving = people.services.credentials.create_reference(OFFICE, given)
    answer = await around(saving, hasher, people.orders_for)
    assert isinstance(answer, SharedUsername)
    await people.login(password=PASSWORD)


async def test_a_password_goes_to_the_username_that_the_reference_has_by_then(
    people: People, hasher: HeldHasher
) -> None:
    references = await people.orders_for(2)
    credentials = people.services.credentials
    saving = credentials.update_reference(OFFICE, with_password(references[0]))
    answer = await around(saving, hasher, lambda: people.world.rename(references[0], OTHER))
    assert isinstance(answer, UpdateReferenceSuccess)
    assert (answer.impact.username, answer.impact.effect) == (OTHER, CredentialEffect.PASSWORD_SET)
    await people.login(OTHER, ANOTHER)
    await people.login(EMAIL, PASSWORD)


# 4: no transaction is open while a hash is computed


async def test_no_hash_is_computed_inside_a_transaction(people: People, hasher: HeldHasher) -> None:
    services = people.services
    hasher.database = services.resources.database

    async def in_a_transaction(_: object) -> None:
        await hasher.hash(PASSWORD)

    with pytest.raises(RuntimeError):
        await services.resources.database.transact(in_a_transaction)

    references = await people.orders_for(2)
    mine = await people.login_at(references[0])
    await people.change(mine.caller)
    await people.world.set_password(references[0], PASSWORD)
    await people.world.rename(references[0], OTHER, ANOTHER)
    await people.try_login(password="forkert")
    member = await people.hire()
    signe = await people.staff_login()
    await services.sign_in.change_staff_password(signe.caller, ChangePassword(PASSWORD, ANOTHER))
    await services.staff.update_staff(OFFICE, UpdateStaff(member, new_password=NewPassword(generate=True)))


# 13: of many saves at once that expect the same version, one is the first


async def test_of_many_who_expect_the_same_version_one_saves(people: People) -> None:
    services = people.services
    (reference,) = await people.orders_for()
    customer = people.world.customers[0]
    member = await people.hire(role=StaffRole.EDITOR)
    made = await services.order_settings.create(OFFICE, CreateInternetOrderSettings("Nye", ()))
    assert isinstance(made, CreateInternetOrderSettingsSuccess)
    settings = ids.encode("InternetOrderSettings", made.settings_key)
    saves: list[Callable[[str], Awaitable[object]]] = [
        lambda name: services.credentials.update_reference(OFFICE, UpdateReference(reference, 1, name=name)),
        lambda name: services.register.update_customer(OFFICE, UpdateCustomer(customer, 1, name=name)),
        lambda name: services.order_settings.update(OFFICE, UpdateInternetOrderSettings(settings, 1, name=name)),
        lambda name: services.staff.update_staff(OFFICE, UpdateStaff(member, 1, name=name)),
    ]
    for save in saves:
        answers = await asyncio.gather(*(save(f"Navn {number}") for number in range(8)))
        kinds = Counter(isinstance(answer, Problem) for answer in answers)
        assert kinds == {True: 7, False: 1}
        assert {answer.current_version for answer in answers if isinstance(answer, VersionConflict)} == {2}
        assert sum(isinstance(answer, VersionConflict) for answer in answers) == 7


async def test_of_many_who_give_a_customer_the_same_person_one_does(people: People) -> None:
    customer = await people.world.customer()
    rule = SharedUsernameRule.KEEP_PASSWORD
    answers = await asyncio.gather(*(people.world.create(customer, EMAIL, None, rule) for _ in range(8)))
    assert Counter(map(type, answers)) == {CreateReferenceSuccess: 1, AlreadyExists: 7}
