"""The rules, "Logging in" 1 and 2: who gets in, and how little everybody else is told."""

from dataclasses import replace
from typing import cast

import pytest

from app import ids
from app.database import Database
from app.security.passwords import Argon2Parameters, PasswordHasher
from app.services import open_services
from app.services.caller import Nobody
from app.services.inputs import Login, StaffLogin, UpdateCustomer
from app.services.portal_log_in import PortalLogIn
from app.services.problems import (
    NoUserFound,
    TooManyAttempts,
)
from app.services.session_rows import SessionRows
from app.services.staff_log_in import StaffLogIn
from app.services.throttle import Throttle
from app.services.tickets import Tickets
from app.settings import Settings
from tests.support.people import ADMIN, ANOTHER, CLIENT, EMAIL, OFFICE, PASSWORD, People, WatchedHasher
from tests.support.recording import RecordedDatabase
from tests.support.services import FakeClock


@pytest.fixture
def hasher() -> WatchedHasher:
    return WatchedHasher()


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


async def test_each_failing_case_runs_the_same_statements(people: People) -> None:
    (unticked,) = await people.orders_for(email="unticked@example.dk")
    await people.untick(unticked)
    await people.orders_for(email="empty@example.dk", password=None)
    await people.orders_for()
    await people.hire()
    resources = people.services.resources
    recorded = RecordedDatabase(resources.database)
    database = cast(Database, recorded)
    throttle = Throttle(resources.settings, database, resources.clock, resources.keys)
    watched = replace(resources, database=database, throttle=throttle)
    rows = SessionRows(watched.settings, watched.clock)
    portal = PortalLogIn(watched, rows, Tickets(watched.database, watched.clock))
    ran = []
    for username in ("nobody@example.dk", EMAIL, "empty@example.dk", "unticked@example.dk", "no e-mail"):
        password = ANOTHER if username == EMAIL else PASSWORD
        assert await portal.login(Nobody(CLIENT), Login(username, password)) == NoUserFound()
        ran.append(list(recorded.statements))
        recorded.statements.clear()
    assert len(ran[0]) > 3
    assert all(statements == ran[0] for statements in ran)
    staff = []
    for email in ("nobody@example.dk", ADMIN):
        assert await StaffLogIn(watched, rows).staff_login(Nobody(), StaffLogin(email, ANOTHER)) == NoUserFound()
        staff.append(list(recorded.statements))
        recorded.statements.clear()
    assert staff[0] == staff[1]


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
    for _ in range(5):
        assert await people.try_login(password=ANOTHER) == NoUserFound()
    clock.advance(minutes=5)
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
