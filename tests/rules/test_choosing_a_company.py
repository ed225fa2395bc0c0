"""The rules, "Logging in" 3, 4 and 11: how one of several companies is chosen, and how to move to another."""

import asyncio
from collections import Counter

import pytest

from app import ids
from app.models.enums import SessionTransport
from app.services.caller import Nobody
from app.services.problems import NotAllowed, NotFound, NotLoggedIn, TicketExpired
from app.services.results import LoginSuccess, SwitchCustomerSuccess
from tests.support.people import OFFICE, People
from tests.support.services import FakeClock

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
