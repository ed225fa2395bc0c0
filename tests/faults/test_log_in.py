"""What a log-in leaves behind where the database fails in the middle of it. The rules, "Passwords" 4."""

from collections.abc import AsyncIterator

import pytest

from app.database import DatabaseUnavailable
from app.security.passwords import PasswordHasher
from app.services import Services, open_services
from app.services.caller import Nobody
from app.services.inputs import ConfirmStaffLogin, ConfirmTotp, EnrolTotp, StaffLogin
from app.services.problems import TooManyAttempts
from app.services.results import (
    ConfirmTotpSuccess,
    EnrolTotpSuccess,
    LoginSuccess,
    SecondFactorRequired,
    StaffLoginSuccess,
)
from tests.support.people import ADMIN, ANOTHER, CLIENT, PASSWORD, People
from tests.support.proxy import Wire, wire_to
from tests.support.second_factor import Phone
from tests.support.services import FakeClock, make_settings

ENOUGH = 5
LOCKS_THE_ACCOUNT = b"FOR NO KEY UPDATE"
NOTES_THE_FAILURE = b"SET failures = failures + 1"


@pytest.fixture
async def wired(
    postgres_url: str, clock: FakeClock, hasher: PasswordHasher
) -> AsyncIterator[tuple[Wire, Services, People]]:
    """A wire, the services behind it, and people to whom it doesn't matter."""
    async with (
        wire_to(postgres_url) as (wire, url),
        open_services(make_settings(database_url=postgres_url), clock=clock, hasher=hasher) as services,
        open_services(make_settings(database_url=url), clock=clock, hasher=hasher) as behind,
    ):
        people = People(services)
        await people.orders_for()
        await people.hire()
        yield wire, behind, people


async def log_in(services: Services, application: str, password: str) -> object:
    if application == "portal":
        return await People(services).try_login(password=password)
    return await services.sign_in.staff_login(Nobody(CLIENT), StaffLogin(ADMIN, password))


async def fail(wire: Wire, services: Services, application: str, password: str, statement: bytes) -> None:
    """Tries as often as one may be wrong, and the database goes away each time before the answer is known."""
    for _ in range(ENOUGH):
        wire.cut_at(statement)
        with pytest.raises(DatabaseUnavailable):
            await log_in(services, application, password)


@pytest.mark.parametrize("application", ["portal", "staff"])
async def test_a_right_password_is_not_counted_where_the_database_fails(
    wired: tuple[Wire, Services, People], application: str
) -> None:
    wire, behind, people = wired
    await fail(wire, behind, application, PASSWORD, LOCKS_THE_ACCOUNT)
    assert not await people.services.resources.database.fetch("SELECT tries FROM throttle")
    assert isinstance(await log_in(behind, application, PASSWORD), LoginSuccess | StaffLoginSuccess)


async def test_a_right_code_is_not_counted_either(wired: tuple[Wire, Services, People], clock: FakeClock) -> None:
    wire, behind, people = wired
    care, caller = people.services.second_factor, (await people.staff_login()).caller
    enrolled = await care.enrol_totp(caller, EnrolTotp(PASSWORD))
    assert isinstance(enrolled, EnrolTotpSuccess)
    phone = Phone(enrolled.secret, clock)
    assert isinstance(await care.confirm_totp(caller, ConfirmTotp(phone.code())), ConfirmTotpSuccess)
    asked = await log_in(behind, "staff", PASSWORD)
    assert isinstance(asked, SecondFactorRequired)
    given = ConfirmStaffLogin(asked.ticket, phone.next())
    for _ in range(ENOUGH):
        wire.cut_at(LOCKS_THE_ACCOUNT)
        with pytest.raises(DatabaseUnavailable):
            await behind.sign_in.confirm_staff_login(Nobody(CLIENT), given)
    assert isinstance(await behind.sign_in.confirm_staff_login(Nobody(CLIENT), given), StaffLoginSuccess)


@pytest.mark.parametrize("application", ["portal", "staff"])
async def test_a_wrong_one_is(wired: tuple[Wire, Services, People], application: str) -> None:
    wire, behind, _ = wired
    await fail(wire, behind, application, ANOTHER, NOTES_THE_FAILURE)
    assert isinstance(await log_in(behind, application, PASSWORD), TooManyAttempts)
