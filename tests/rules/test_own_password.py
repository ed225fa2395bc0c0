"""The rules, "Logging in" 5, "One username, one password" 2 and 3, "Passwords" 5: changing one's own password."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from app import ids
from app.models.enums import (
    CredentialEffect,
    FieldProblemCode,
    PasswordReasonCode,
    PortalPermission,
    SessionTransport,
    StaffRole,
)
from app.services.caller import Caller, CommandLine, Nobody, PortalUser, TokenUser
from app.services.inputs import ChangePassword, UpdateInternetOrderSettings, UpdateReference
from app.services.problems import (
    FieldProblem,
    InvalidInput,
    NotAllowed,
    NotLoggedIn,
    NoUserFound,
    PasswordReason,
    Problem,
    TooManyAttempts,
    WeakPassword,
    WrongPassword,
)
from app.services.results import ChangePasswordSuccess, ChangeStaffPasswordSuccess, CustomerChoice, LoginSuccess
from app.settings import Settings
from tests.support.people import ADMIN, ANOTHER, OFFICE, PASSWORD, People, WatchedHasher
from tests.support.services import FakeClock


@pytest.fixture
def hasher() -> WatchedHasher:
    return WatchedHasher()


async def test_it_counts_for_every_company_and_ends_everything_else(people: People) -> None:
    references = await people.orders_for(2)
    mine, other = await people.login_at(references[0]), await people.login_at(references[1])
    pending = await people.choice()
    changed = await people.change(mine.caller)
    assert isinstance(changed, ChangePasswordSuccess)
    assert changed.impact.effect is CredentialEffect.PASSWORD_CHANGED
    assert [ids.encode("Reference", key) for key in changed.impact.reference_ids] == references
    assert changed.impact.sessions_revoked == 1
    assert not await people.lives(mine)
    assert not await people.lives(other)
    assert isinstance(await people.choose(pending, references[0]), Problem)
    assert await people.caller(changed.token.secret) == changed.caller
    assert changed.caller.session_id == mine.caller.session_id
    assert isinstance(await people.try_login(), NoUserFound)
    assert isinstance(await people.try_login(password=ANOTHER), CustomerChoice)
    assert (await people.actions()).count("PASSWORD_CHANGED") == 1


async def test_the_answer_travels_as_the_session_did(people: People) -> None:
    await people.orders_for()
    answer = await people.try_login(transport=SessionTransport.COOKIE)
    assert isinstance(answer, LoginSuccess)
    changed = await people.change(answer.caller)
    assert isinstance(changed, ChangePasswordSuccess)
    assert changed.token.transport is SessionTransport.COOKIE
    assert changed.token.access_token is None
    assert isinstance(await people.caller(changed.token.secret, "portal cookie"), PortalUser)


# Who may


async def test_it_needs_the_menu_item_settings(people: People) -> None:
    (reference,) = await people.orders_for()
    answer = await people.login()
    denied = UpdateReference(reference, denied_permissions=(PortalPermission.CHANGE_ORDER_DEFAULTS,))
    await people.services.credentials.update_reference(OFFICE, denied)
    assert await people.change(answer.caller) == NotAllowed()
    allowed = UpdateReference(reference, denied_permissions=())
    await people.services.credentials.update_reference(OFFICE, allowed)
    unticked = tuple(each for each in PortalPermission if each is not PortalPermission.CHANGE_ORDER_DEFAULTS)
    standard = UpdateInternetOrderSettings(ids.encode("InternetOrderSettings", 1), permissions=unticked)
    await people.services.order_settings.update(OFFICE, standard)
    assert await people.change(answer.caller) == NotAllowed()


@pytest.mark.parametrize(
    ("caller", "problem"),
    [
        (Nobody(), NotLoggedIn()),
        (CommandLine(), NotAllowed()),
        (TokenUser(1, "tool", StaffRole.ADMIN), NotAllowed()),
    ],
)
async def test_others_have_no_password_to_change(people: People, caller: Caller, problem: Problem) -> None:
    given = ChangePassword(PASSWORD, ANOTHER)
    assert await people.services.sign_in.change_password(caller, given) == problem
    assert await people.services.sign_in.change_staff_password(caller, given) == problem


async def test_portal_users_and_staff_change_their_own_kind_only(people: People) -> None:
    await people.orders_for()
    await people.hire()
    portal, staff = await people.login(), await people.staff_login()
    given = ChangePassword(PASSWORD, ANOTHER)
    assert await people.services.sign_in.change_password(staff.caller, given) == NotAllowed()
    assert await people.services.sign_in.change_staff_password(portal.caller, given) == NotAllowed()


# What is wrong, in order


async def test_a_lone_surrogate_is_invalid_in_the_new_and_wrong_in_the_present_one(people: People) -> None:
    await people.orders_for()
    answer = await people.login()
    invalid = InvalidInput((FieldProblem("input.newPassword", FieldProblemCode.FORBIDDEN_CHARACTER),))
    assert await people.change(answer.caller, "\ud800" * 20, "wrong") == invalid
    assert await people.change(answer.caller, ANOTHER, "\ud800" * 20) == WrongPassword()


async def test_the_policy_is_asked_after_the_present_password_was_right(people: People) -> None:
    await people.orders_for()
    answer = await people.login()
    assert await people.change(answer.caller, "kort", "forkert") == WrongPassword()
    assert await people.change(answer.caller, "kort") == WeakPassword(
        (PasswordReason(PasswordReasonCode.TOO_SHORT, 15),)
    )
    assert await people.change(answer.caller, PASSWORD) == WeakPassword(
        (PasswordReason(PasswordReasonCode.SAME_AS_BEFORE),)
    )
    for own in ("example example example", "KundeKundeKundeKunde"):
        weak = await people.change(answer.caller, own)
        assert isinstance(weak, WeakPassword)
        assert PasswordReason(PasswordReasonCode.TOO_LITTLE_BESIDE_NAMES) in weak.reasons


async def test_weak_tries_with_the_right_password_do_not_add_up(people: People) -> None:
    await people.orders_for()
    answer = await people.login()
    for _ in range(6):
        assert isinstance(await people.change(answer.caller, "kort"), WeakPassword)
    assert isinstance(await people.change(answer.caller), ChangePasswordSuccess)


async def test_the_fifth_wrong_password_ends_the_session(people: People) -> None:
    await people.orders_for()
    answer = await people.login()
    for _ in range(4):
        assert await people.change(answer.caller, current_password=ANOTHER) == WrongPassword()
    assert isinstance(await people.change(answer.caller, current_password=ANOTHER), TooManyAttempts)
    assert not await people.lives(answer)
    assert await people.change(answer.caller) == NotLoggedIn()
    assert (await people.actions())[-1] == "SESSION_REVOKED"


async def test_forty_guesses_at_once_are_five(people: People, hasher: WatchedHasher) -> None:
    await people.orders_for()
    answer = await people.login()
    hasher.verified.clear()
    answers = await asyncio.gather(*(people.change(answer.caller, current_password=ANOTHER) for _ in range(40)))
    assert len(hasher.verified) == 5
    found = Counter(type(each) for each in answers)
    assert found[WrongPassword] == 4
    assert found[TooManyAttempts] >= 1
    assert found[TooManyAttempts] + found[NotLoggedIn] == 36
    assert not await people.lives(answer)


async def test_strangers_who_guess_at_the_username_stop_no_change(people: People) -> None:
    await people.orders_for()
    answer = await people.login()
    for _ in range(5):
        assert await people.try_login(password=ANOTHER) == NoUserFound()
    assert isinstance(await people.try_login(), TooManyAttempts)
    assert isinstance(await people.change(answer.caller), ChangePasswordSuccess)


# Temporary passwords


@pytest.fixture
def settings(settings_with: Callable[..., Settings], request: pytest.FixtureRequest) -> Settings:
    return settings_with(temporary_password_hours=getattr(request, "param", 0))


@pytest.mark.parametrize("settings", [2], indirect=True)
async def test_a_temporary_password_only_lets_its_person_change_it(people: People, clock: FakeClock) -> None:
    references = await people.orders_for(2)
    denied = UpdateReference(references[0], denied_permissions=(PortalPermission.CHANGE_ORDER_DEFAULTS,))
    await people.services.credentials.update_reference(OFFICE, denied)
    answer = await people.login_at(references[0])
    assert answer.caller.must_change_password
    assert await people.services.sign_in.switch_customer(answer.caller, references[1]) == NotAllowed()
    changed = await people.change(answer.caller)
    assert isinstance(changed, ChangePasswordSuccess)
    assert not changed.caller.must_change_password
    clock.advance(hours=3)
    assert await people.caller(changed.token.secret) == changed.caller
    assert isinstance(await people.try_login(password=ANOTHER), CustomerChoice)


@pytest.mark.parametrize("settings", [2], indirect=True)
async def test_after_its_time_not_even_that(people: People, clock: FakeClock) -> None:
    references = await people.orders_for(2)
    answer = await people.login_at(references[0])
    assert answer.token.expires_at == answer.token.absolute_expires_at == clock.now().replace(hour=14)
    clock.advance(hours=1, minutes=58)
    pending = await people.choice()
    clock.advance(minutes=2)
    assert not await people.lives(answer)
    assert isinstance(await people.choose(pending, references[0]), Problem)
    assert await people.try_login() == NoUserFound()


async def test_by_default_a_password_set_by_staff_is_like_any_other(people: People, clock: FakeClock) -> None:
    await people.orders_for()
    clock.advance(hours=24 * 365)
    assert not (await people.login()).caller.must_change_password


# Staff


async def test_staff_change_theirs_the_same_way(people: People) -> None:
    await people.hire()
    mine, other = await people.staff_login(), await people.staff_login()
    change = people.services.sign_in.change_staff_password
    assert await change(mine.caller, ChangePassword(ANOTHER, "kort")) == WrongPassword()
    weak = await change(mine.caller, ChangePassword(PASSWORD, "Signe Holm signe@vognmand"))
    assert isinstance(weak, WeakPassword)
    changed = await change(mine.caller, ChangePassword(PASSWORD, ANOTHER))
    assert isinstance(changed, ChangeStaffPasswordSuccess)
    assert changed.sessions_revoked == 1
    assert not await people.lives(mine)
    assert not await people.lives(other)
    assert await people.caller(changed.token.secret) == changed.caller
    await people.staff_login(ADMIN, ANOTHER)
    assert (await people.actions()).count("STAFF_PASSWORD_CHANGED") == 1


async def test_the_fifth_wrong_password_ends_a_staff_session_too(people: People) -> None:
    await people.hire()
    answer = await people.staff_login()
    change = people.services.sign_in.change_staff_password
    answers = [await change(answer.caller, ChangePassword(ANOTHER, ANOTHER)) for _ in range(5)]
    assert answers[:4] == [WrongPassword()] * 4
    assert isinstance(answers[4], TooManyAttempts)
    assert not await people.lives(answer)
