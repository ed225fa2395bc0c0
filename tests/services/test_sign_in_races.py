"""Log-ins that race what takes their ground away. The rules, "One username, one password" 3 and 4."""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from app import ids
from app.security.passwords import Argon2Parameters, PasswordHasher
from app.services import Services, open_services
from app.services.caller import Client, Nobody
from app.services.inputs import (
    NewPassword,
    StaffLogin,
    UpdateCustomer,
    UpdateReference,
    UpdateStaff,
)
from app.services.problems import NotLoggedIn, NoUserFound, Overloaded, Problem, TicketExpired
from app.services.results import (
    ChangePasswordSuccess,
    CustomerChoice,
    LoginSuccess,
)
from app.services.tickets import Tickets, UsedTicket
from app.settings import Settings
from tests.support.people import ADMIN, ANOTHER, CLIENT, OFFICE, PASSWORD, People, WatchedHasher
from tests.support.services import FakeClock

TIME_OUT = 30


class HeldHasher(WatchedHasher):
    """Answers a verification only when the test says so, the first one after `hold`."""

    def __init__(self) -> None:
        super().__init__()
        self._holding = False
        self.verified_one = asyncio.Event()
        self.go_on = asyncio.Event()

    def hold(self) -> None:
        self._holding = True

    async def verify(self, stored: str | None, password: str, *, address: str | None = None) -> bool:
        right = await super().verify(stored, password, address=address)
        if self._holding:
            self._holding = False
            self.verified_one.set()
            async with asyncio.timeout(TIME_OUT):
                await self.go_on.wait()
        return right


@pytest.fixture
def hasher() -> HeldHasher:
    return HeldHasher()


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


async def log_in_around(people: People, hasher: HeldHasher, meanwhile: Callable[[], Awaitable[object]]) -> object:
    """Logs in, and lets something happen between the verification and the transaction that rests on it."""
    return await around(people.try_login(), hasher, meanwhile)


async def around(asked: Awaitable[object], hasher: HeldHasher, meanwhile: Callable[[], Awaitable[object]]) -> object:
    """Lets something happen after the first verification, and answers what it was then found to rest on."""
    hasher.hold()
    answer = asyncio.ensure_future(asked)
    async with asyncio.timeout(TIME_OUT):
        await hasher.verified_one.wait()
    assert not isinstance(await meanwhile(), Problem)
    hasher.go_on.set()
    return await answer


async def test_a_log_in_that_raced_a_change_of_the_password_fails(people: People, hasher: HeldHasher) -> None:
    await people.orders_for()
    mine = await people.login()
    assert await log_in_around(people, hasher, lambda: people.change(mine.caller)) == NoUserFound()
    assert await people.lives(mine) is False


async def test_one_that_raced_a_clearing_fails(people: People, hasher: HeldHasher) -> None:
    (reference,) = await people.orders_for()
    clear = people.services.login_care.clear_password
    assert await log_in_around(people, hasher, lambda: clear(OFFICE, reference)) == NoUserFound()


async def test_one_that_raced_a_lost_tick_or_customer_fails(people: People, hasher: HeldHasher) -> None:
    await people.orders_for()
    customer = UpdateCustomer(people.world.customers[0], active=False)
    update = people.services.register.update_customer
    assert await log_in_around(people, hasher, lambda: update(OFFICE, customer)) == NoUserFound()


async def test_one_that_raced_a_deletion_fails(people: People, hasher: HeldHasher) -> None:
    (reference,) = await people.orders_for()
    delete = people.services.credentials.delete_reference
    assert await log_in_around(people, hasher, lambda: delete(OFFICE, reference)) == NoUserFound()


async def test_one_that_raced_another_username_fails(people: People, hasher: HeldHasher) -> None:
    (reference,) = await people.orders_for()
    assert await log_in_around(people, hasher, lambda: people.world.rename(reference, "ny@example.dk")) == NoUserFound()
    await people.login("ny@example.dk")


async def test_a_choice_that_raced_another_username_fails(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    references = await people.orders_for(2)
    choice = await people.choice()
    use = Tickets.use

    async def used_before(tickets: Tickets, secret: str, cookie_secret: str | None) -> UsedTicket | None:
        used = await use(tickets, secret, cookie_secret)
        await people.services.credentials.delete_reference(OFFICE, references[1])
        await people.world.rename(references[0], "ny@example.dk")
        return used

    monkeypatch.setattr(Tickets, "use", used_before)
    assert await people.choose(choice, references[0]) == TicketExpired()


async def test_one_that_raced_an_end_of_all_sessions_is_a_new_log_in(people: People, hasher: HeldHasher) -> None:
    await people.orders_for()
    mine = await people.login()
    leave = people.services.sign_in.logout
    answer = await log_in_around(people, hasher, lambda: leave(mine.caller, everywhere=True))
    assert isinstance(answer, LoginSuccess)
    assert await people.lives(answer)
    assert not await people.lives(mine)


async def test_one_that_raced_a_new_password_of_staff_fails(people: People, hasher: HeldHasher) -> None:
    member = await people.hire()
    login = people.services.sign_in.staff_login(Nobody(CLIENT), StaffLogin(ADMIN, PASSWORD))
    given = UpdateStaff(member, new_password=NewPassword(plaintext=ANOTHER))
    update = people.services.staff.update_staff
    assert await around(login, hasher, lambda: update(OFFICE, given)) == NoUserFound()


async def test_a_change_that_raced_another_one_fails(people: People, hasher: HeldHasher) -> None:
    (reference,) = await people.orders_for()
    mine = await people.login()
    by_staff = UpdateReference(reference, new_password=NewPassword(plaintext="ni gule cykler ved havnen"))
    update = people.services.credentials.update_reference
    assert await around(people.change(mine.caller), hasher, lambda: update(OFFICE, by_staff)) == NotLoggedIn()
    assert isinstance(await people.try_login(password=ANOTHER), NoUserFound)
    await people.login(password="ni gule cykler ved havnen")


async def test_no_log_in_under_the_old_password_outlives_the_change(people: People) -> None:
    references = await people.orders_for(2)
    mine = await people.login_at(references[0])
    pending = [await people.choice() for _ in range(3)]

    async def log_in() -> LoginSuccess | Problem:
        answer = await people.try_login()
        return await people.choose(answer, references[1]) if isinstance(answer, CustomerChoice) else answer

    raced = [log_in() for _ in range(20)] + [people.choose(choice, references[1]) for choice in pending]
    changed, *answers = await asyncio.gather(people.change(mine.caller), *raced)
    assert isinstance(changed, ChangePasswordSuccess)
    for answer in answers:
        if isinstance(answer, LoginSuccess):
            assert not await people.lives(answer)
    assert await people.caller(changed.token.secret) == changed.caller
    rows = await people.services.resources.database.fetch("SELECT count(*) AS n FROM session")
    assert rows[0]["n"] == 1


async def test_log_ins_moves_and_lost_rights_at_once_leave_no_session_without_a_right(people: People) -> None:
    references = await people.orders_for(3)
    sessions = [await people.login_at(references[0]) for _ in range(6)]
    switch = people.services.sign_in.switch_customer

    async def take_away() -> None:
        await people.untick(references[1])
        update = UpdateCustomer(people.world.customers[2], active=False)
        await people.services.register.update_customer(OFFICE, update)

    async def come_and_go() -> None:
        answer = await people.try_login()
        if isinstance(answer, CustomerChoice):
            await people.choose(answer, references[2])

    moves = [switch(each.caller, references[1 + number % 2]) for number, each in enumerate(sessions)]
    await asyncio.gather(take_away(), *moves, *(come_and_go() for _ in range(10)))
    rows = await people.services.resources.database.fetch("SELECT DISTINCT reference_id FROM session")
    left = {ids.encode("Reference", row["reference_id"]) for row in rows}
    assert left <= {references[0]}


async def test_parallel_log_ins_keep_the_bound(people: People) -> None:
    await people.orders_for()
    elsewhere = [Nobody(Client(f"192.0.2.{number}")) for number in range(30)]  # from one address, five would be let on
    answers = await asyncio.gather(*(people.try_login(caller=each) for each in elsewhere))
    assert Counter(type(answer) for answer in answers) == {LoginSuccess: 30}
    rows = await people.services.resources.database.fetch("SELECT count(*) AS n FROM session")
    assert rows[0]["n"] == 20


async def test_where_the_pool_is_full_the_answer_is_overloaded_and_nothing_is_counted(
    settings: Settings, clock: FakeClock
) -> None:
    full = PasswordHasher(Argon2Parameters(8, 1, 1), threads=1, queue=4)
    async with open_services(settings, clock=clock, hasher=full) as services:
        people = People(services)
        await people.orders_for()
        begun, gate = threading.Event(), threading.Event()

        def occupy() -> None:
            begun.set()
            gate.wait(TIME_OUT)

        waiting = asyncio.create_task(full.run(occupy, address=CLIENT.address))
        try:
            await asyncio.to_thread(begun.wait, TIME_OUT)
            answer = await people.try_login(password=ANOTHER)
        finally:
            gate.set()
            await waiting
        assert isinstance(answer, Overloaded)
        rows = await services.resources.database.fetch("SELECT failures FROM login")
        assert rows[0]["failures"] == 0
        assert not await services.resources.database.fetch("SELECT kind FROM throttle")
        assert "LOGIN_FAILED" not in await people.actions()
    full.close()
