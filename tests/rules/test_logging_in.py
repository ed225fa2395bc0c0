"""The rules, "Logging in" 1 to 4, 7 and 11: who gets in, how a company is chosen, and how to move to another."""

import asyncio
from collections import Counter

import pytest

from app import ids
from app.models.enums import SessionTransport
from app.security.passwords import Argon2Parameters, PasswordHasher
from app.services import Services, open_services
from app.services.caller import Nobody
from app.services.inputs import StaffLogin, UpdateCustomer
from app.services.problems import (
    NotAllowed,
    NotFound,
    NotLoggedIn,
    NoUserFound,
    TicketExpired,
    TooManyAttempts,
)
from app.services.results import LoginSuccess, SwitchCustomerSuccess
from app.settings import Settings
from tests.support.people import ANOTHER, EMAIL, OFFICE, PASSWORD, People, WatchedHasher
from tests.support.services import FakeClock


@pytest.fixture
def hasher() -> WatchedHasher:
    return WatchedHasher()


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


# 1: ticked, with a password, at an active customer


async def test_a_reference_that_is_ticked_and_has_a_password_gets_in(people: People) -> None:
    (reference,) = await people.orders_for()
    answer = await people.login("  IDA@Example.dk ")
    assert ids.encode("Reference", answer.caller.reference_id) == reference
    assert await people.caller(answer.token.secret) == answer.caller
    assert await people.actions() == [
        "CUSTOMER_CREATED",
        "REFERENCE_CREATED",
        "PASSWORD_SET",
        "LOGIN_SUCCEEDED",
    ]


async def test_without_the_tick_nobody_is_found(people: People) -> None:
    (reference,) = await people.orders_for()
    await people.untick(reference)
    assert await people.try_login() == NoUserFound()


async def test_at_an_inactive_customer_nobody_is_found(people: People) -> None:
    await people.orders_for()
    await people.services.register.update_customer(OFFICE, UpdateCustomer(people.world.customers[0], active=False))
    assert await people.try_login() == NoUserFound()


async def test_without_a_password_nobody_is_found(people: People) -> None:
    await people.orders_for(password=None)
    assert await people.try_login() == NoUserFound()


# 2: one answer after the same work


async def test_a_hash_is_verified_in_each_failing_case(people: People, hasher: WatchedHasher) -> None:
    (unticked,) = await people.orders_for(email="unticked@example.dk")
    await people.untick(unticked)
    await people.orders_for(email="empty@example.dk", password=None)
    await people.orders_for()
    hasher.verified.clear()
    cases = [
        ("nobody@example.dk", PASSWORD),
        (EMAIL, ANOTHER),
        ("empty@example.dk", PASSWORD),
        ("unticked@example.dk", PASSWORD),
        ("no e-mail at all", PASSWORD),
        ("x" * 100_000, PASSWORD),
        (EMAIL, "a" + "\u0300\u0316" * 20_000),
        (EMAIL, "\ud800" * 20),
    ]
    for username, password in cases:
        assert await people.try_login(username, password) == NoUserFound()
    assert len(hasher.verified) == len(cases)
    assert await people.services.sign_in.staff_login(Nobody(), StaffLogin(EMAIL, PASSWORD)) == NoUserFound()
    assert len(hasher.verified) == len(cases) + 1


async def test_a_failure_is_counted_and_audited_whoever_it_was(people: People) -> None:
    await people.orders_for()
    before = len(await people.actions())
    await people.try_login(password=ANOTHER)
    await people.try_login("nobody@example.dk")
    assert (await people.actions())[before:] == ["LOGIN_FAILED", "LOGIN_FAILED"]
    rows = await people.services.resources.database.fetch("SELECT failures FROM login")
    assert [row["failures"] for row in rows] == [1]


async def test_a_password_typed_as_a_username_is_stored_nowhere(people: People) -> None:
    await people.try_login(PASSWORD, "x")
    rows = await people.services.resources.database.fetch("SELECT * FROM audit_event")
    assert len(rows) == 1
    assert PASSWORD not in repr([dict(row) for row in rows])


async def test_a_username_that_is_locked_out_waits_and_nothing_is_hashed(
    people: People, hasher: WatchedHasher, clock: FakeClock
) -> None:
    await people.orders_for()
    database = people.services.resources.database
    await database.execute("UPDATE login SET locked_until = $1", clock.advance(minutes=15))
    clock.advance(minutes=-10)
    hasher.verified.clear()
    assert await people.try_login() == TooManyAttempts(600)
    assert not hasher.verified
    clock.advance(minutes=10)
    await people.login()


async def test_a_hash_with_other_parameters_is_replaced_and_the_password_stays(
    people: People, settings: Settings, clock: FakeClock
) -> None:
    await people.orders_for()
    stronger = PasswordHasher(Argon2Parameters(memory_kib=16, time_cost=1, parallelism=1))
    async with open_services(settings, clock=clock, hasher=stronger) as later:
        again = People(later)
        await again.login()
        rows = await later.resources.database.fetch("SELECT hash_scheme, password_hash, epoch FROM login")
        assert rows[0]["hash_scheme"] == "m=16,t=1,p=1"
        assert "m=16," in rows[0]["password_hash"]
        await again.login()
    stronger.close()


async def test_what_happened_since_the_last_log_in_is_kept_with_the_session(people: People, clock: FakeClock) -> None:
    await people.orders_for()
    first = clock.now()
    await people.login()
    clock.advance(hours=1)
    await people.try_login(password=ANOTHER)
    await people.try_login(password=ANOTHER)
    row = await people.session_row(await people.login())
    assert people.services.resources.database.dialect.moment(row["previous_login_at"]) == first
    assert row["failed_since"] == 2


# 3: several companies


async def test_several_companies_are_offered_by_name_and_one_is_chosen(people: People) -> None:
    references = await people.orders_for(3)
    choice = await people.choice()
    assert [ids.encode("Reference", option.reference_id) for option in choice.options] == references
    assert not any(option.current for option in choice.options)
    answer = await people.choose(choice, references[1])
    assert isinstance(answer, LoginSuccess)
    assert ids.encode("Reference", answer.caller.reference_id) == references[1]
    assert (await people.actions())[-2:] == ["CHOICE_OFFERED", "LOGIN_SUCCEEDED"]
    again = await people.choose(choice, references[1])
    assert again == TicketExpired()


async def test_a_reference_that_was_not_offered_uses_the_ticket_up(people: People) -> None:
    references = await people.orders_for(2)
    (stranger,) = await people.orders_for(email="bo@example.dk")
    for wrong in (stranger, "Reference:1", ids.encode("Customer", 1), ""):
        choice = await people.choice()
        for reference in (wrong, references[0]):
            answer = await people.choose(choice, reference)
            assert answer == TicketExpired()


async def test_a_reference_that_can_no_longer_log_in_uses_the_ticket_up(people: People) -> None:
    references = await people.orders_for(2)
    choice = await people.choice()
    await people.untick(references[0])
    for reference in references:
        answer = await people.choose(choice, reference)
        assert answer == TicketExpired()


async def test_a_ticket_lives_five_minutes(people: People, clock: FakeClock) -> None:
    references = await people.orders_for(2)
    choice = await people.choice()
    assert choice.expires_at == clock.advance(minutes=5)
    answer = await people.choose(choice, references[0])
    assert answer == TicketExpired()


async def test_a_ticket_dies_with_the_epoch_it_was_made_under(people: People) -> None:
    references = await people.orders_for(2)
    choice = await people.choice()
    await people.services.login_care.end_sessions(OFFICE, references[0])
    answer = await people.choose(choice, references[0])
    assert answer == TicketExpired()


async def test_at_most_five_tickets_live_and_the_oldest_ends(people: People) -> None:
    references = await people.orders_for(2)
    choices = [await people.choice() for _ in range(6)]
    answers = [await people.choose(choice, references[0]) for choice in choices]
    assert [type(answer) for answer in answers] == [TicketExpired] + [LoginSuccess] * 5


async def test_of_twenty_choices_at_once_with_one_ticket_one_succeeds(people: People) -> None:
    references = await people.orders_for(2)
    choice = await people.choice()
    answers = await asyncio.gather(*(people.choose(choice, references[number % 2]) for number in range(20)))
    assert Counter(map(type, answers)) == {LoginSuccess: 1, TicketExpired: 19}
    rows = await people.services.resources.database.fetch("SELECT count(*) AS n FROM session")
    assert rows[0]["n"] == 1


@pytest.mark.parametrize("shown", [None, "", "another"])
async def test_with_a_cookie_the_ticket_works_only_beside_it(people: People, shown: str | None) -> None:
    references = await people.orders_for(2)
    choice = await people.choice(SessionTransport.COOKIE)
    answer = await people.choose(choice, references[0], shown)
    assert answer == TicketExpired()
    choice = await people.choice(SessionTransport.COOKIE)
    answer = await people.choose(choice, references[0], choice.cookie_secret)
    assert isinstance(answer, LoginSuccess)
    assert answer.token.transport is SessionTransport.COOKIE


# 4: moving to another company


async def test_a_session_moves_to_another_company_and_stays_the_same_session(people: People, clock: FakeClock) -> None:
    references = await people.orders_for(2)
    answer = await people.login_at(references[0])
    before = await people.session_row(answer)
    clock.advance(hours=1)
    moved = await people.services.sign_in.switch_customer(answer.caller, references[1])
    assert isinstance(moved, SwitchCustomerSuccess)
    assert ids.encode("Reference", moved.caller.reference_id) == references[1]
    assert moved.caller.customer_id != answer.caller.customer_id
    assert await people.session_row(answer) == before | {"reference_id": moved.caller.reference_id}
    assert await people.caller(answer.token.secret) == moved.caller
    assert (await people.actions())[-1] == "CUSTOMER_SWITCHED"


async def test_only_to_a_reference_of_the_same_username_that_can_log_in(people: People) -> None:
    references = await people.orders_for(2)
    (stranger,) = await people.orders_for(email="bo@example.dk")
    answer = await people.login_at(references[0])
    await people.untick(references[1])
    for other in (references[1], stranger, ids.encode("Reference", 2**40), "no id"):
        assert await people.services.sign_in.switch_customer(answer.caller, other) == NotFound(other)


async def test_staff_and_nobody_do_not_move(people: People) -> None:
    (reference,) = await people.orders_for()
    await people.hire()
    staff = await people.staff_login()
    assert await people.services.sign_in.switch_customer(staff.caller, reference) == NotAllowed()
    assert await people.services.sign_in.switch_customer(Nobody(), reference) == NotLoggedIn()
