"""What is past its time is removed, and nothing else is."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from app.database import Database, Transaction
from app.security.passwords import PasswordHasher
from app.security.tokens import digest
from app.services import Services, open_services
from app.services.problems import NotRestorable, TooManyAttempts
from app.services.results import LoginSuccess, RestorePasswordSuccess
from app.services.tidying import BATCH, Tidied
from tests.support.people import People
from tests.support.services import FakeClock, make_settings
from tests.support.world import STAFF

NOTHING = Tidied(sessions=0, tickets=0, tries=0, passwords=0)


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


async def count(services: Services, table: str) -> int:
    (row,) = await services.resources.database.fetch(f"SELECT count(*) AS number FROM {table}")
    return int(row["number"])


async def test_nothing_is_removed_before_its_time(services: Services, people: People, clock: FakeClock) -> None:
    (reference,) = await people.orders_for()
    await people.hire()
    await people.login()
    await people.staff_login()
    await services.login_care.clear_password(STAFF, reference)
    clock.advance(hours=23)
    assert await services.tidying.tidy() == NOTHING
    assert isinstance(await services.login_care.restore_password(STAFF, reference), RestorePasswordSuccess)


async def test_a_session_goes_thirty_days_after_it_ended_unused(
    services: Services, people: People, clock: FakeClock
) -> None:
    """Portal sessions end after 8 hours without use, those of staff after 30 minutes."""
    await people.orders_for()
    await people.hire()
    await people.login()
    await people.staff_login()
    clock.advance(days=30, minutes=29)
    assert (await services.tidying.tidy()).sessions == 0
    clock.advance(minutes=1)
    assert (await services.tidying.tidy()).sessions == 1
    clock.advance(hours=7, minutes=29)
    assert (await services.tidying.tidy()).sessions == 0
    clock.advance(minutes=1)
    assert (await services.tidying.tidy()).sessions == 1
    assert await count(services, "session") == 0


async def test_a_session_that_was_used_to_its_end_goes_thirty_days_after_that(
    services: Services, people: People, clock: FakeClock
) -> None:
    await people.orders_for()
    entered = await people.login()
    for _ in range(7 * 24 // 6):
        clock.advance(hours=6)
        if await people.lives(entered):
            await services.sessions.last_seen.flush()
    assert not await people.lives(entered)
    clock.advance(days=29, hours=23)
    assert (await services.tidying.tidy()).sessions == 0
    clock.advance(hours=1)
    assert (await services.tidying.tidy()).sessions == 1


async def test_dead_tickets_go(services: Services, people: People, clock: FakeClock) -> None:
    await people.orders_for(2)
    await people.choice()
    clock.advance(minutes=4, seconds=59)
    assert (await services.tidying.tidy()).tickets == 0
    clock.advance(seconds=1)
    assert (await services.tidying.tidy()).tickets == 1
    assert await count(services, "ticket") == 0


async def test_dead_tickets_of_staff_go_too(services: Services, people: People, clock: FakeClock) -> None:
    await people.hire()
    await services.resources.database.execute(
        "INSERT INTO staff_ticket (ticket_hash, staff_id, epoch, cookie, expires_at, created_at)"
        " SELECT $1, id, epoch, false, $2, $2 FROM staff_member",
        bytes(32),
        clock.now() + timedelta(minutes=5),
    )
    assert (await services.tidying.tidy()).tickets == 0
    clock.advance(minutes=5)
    assert (await services.tidying.tidy()).tickets == 1


async def test_tries_go_when_they_are_forgotten(services: Services, people: People, clock: FakeClock) -> None:
    await people.try_login("ukendt@example.dk", "helt forkert adgangskode")
    kinds = []
    for hours in (1, 24, 29 * 24):
        clock.advance(hours=hours)
        await services.tidying.tidy()
        rows = await services.resources.database.fetch("SELECT kind FROM throttle ORDER BY kind")
        kinds.append([row["kind"] for row in rows])
    assert kinds == [["PAIR", "USERNAME"], ["USERNAME"], []]


async def test_a_lock_outlives_no_tidying(services: Services, people: People, clock: FakeClock) -> None:
    """A pair that has to wait a day is still waiting at its end."""
    await people.orders_for()
    for _ in range(11):  # from the fifth on, 15 minutes, 30, … 16 hours
        await people.try_login(password="helt forkert adgangskode")
        rows = await services.resources.database.fetch("SELECT max(locked_until) AS until FROM throttle")
        wait = max(0, rows[0]["until"] / 1000 - clock.now().timestamp())
        clock.advance(seconds=wait)
    await people.try_login(password="helt forkert adgangskode")
    clock.advance(hours=23, minutes=59)
    await services.tidying.tidy()
    assert isinstance(await people.try_login(), TooManyAttempts)
    clock.advance(minutes=1)
    await people.login()


async def test_a_password_that_can_not_come_back_is_emptied(
    services: Services, people: People, clock: FakeClock
) -> None:
    (reference,) = await people.orders_for()
    await services.login_care.clear_password(STAFF, reference)
    clock.advance(hours=24)
    assert (await services.tidying.tidy()).passwords == 1
    (row,) = await services.resources.database.fetch("SELECT cleared_hash, cleared_at FROM login")
    assert (row["cleared_hash"], row["cleared_at"]) == (None, None)
    assert isinstance(await services.login_care.restore_password(STAFF, reference), NotRestorable)


async def test_more_than_a_batch_goes(services: Services, people: People, clock: FakeClock) -> None:
    database = services.resources.database
    await people.orders_for()
    await people.login()
    hashes = "CAST('k' || n AS blob)" if database.dialect.name == "sqlite" else "('k' || n)::bytea"
    await database.execute(
        f"INSERT INTO session (token_hash, login_id, reference_id, epoch, cookie, created_at, last_seen_at, expires_at)"
        f" SELECT {hashes}, s.login_id, s.reference_id, s.epoch, s.cookie, s.created_at, s.last_seen_at, s.expires_at"
        f" FROM session s, (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $1)"
        " SELECT n FROM numbers) AS numbers",
        2 * BATCH,
    )
    clock.advance(days=40)
    assert (await services.tidying.tidy()).sessions == 2 * BATCH + 1


async def test_what_somebody_has_locked_is_left_and_nobody_waits(
    postgres_url: str, hasher: PasswordHasher, clock: FakeClock
) -> None:
    async with open_services(make_settings(database_url=postgres_url), clock=clock, hasher=hasher) as services:
        people = People(services)
        (reference,) = await people.orders_for()
        kept, removed = await people.login(), await people.login()
        await people.try_login(password="helt forkert adgangskode")
        await services.login_care.clear_password(STAFF, reference)
        for entered in (kept, removed):  # clearing has ended them: as if they had been left to end by themselves
            await put_back(services.resources.database, entered)
        clock.advance(days=60)
        locked, done = asyncio.Event(), asyncio.Event()

        async def hold(tx: Transaction) -> None:
            await tx.fetch("SELECT id FROM session ORDER BY id LIMIT 1 FOR UPDATE")
            await tx.fetch("SELECT id FROM login FOR UPDATE")
            await tx.fetch("SELECT key FROM throttle FOR UPDATE")
            locked.set()
            await done.wait()

        holding = asyncio.create_task(services.resources.database.transact(hold))
        await locked.wait()
        assert await services.tidying.tidy() == Tidied(sessions=1, tickets=0, tries=0, passwords=0)
        done.set()
        await holding
        tidied = await services.tidying.tidy()
        assert (tidied.sessions, tidied.passwords) == (1, 1)
        assert await count(services, "throttle") == 0


async def put_back(database: Database, entered: LoginSuccess) -> None:
    caller, token = entered.caller, entered.token
    await database.execute(
        "INSERT INTO session (token_hash, login_id, reference_id, epoch, cookie, created_at, last_seen_at, expires_at)"
        " VALUES ($1, $2, $3, 1, false, $4, $4, $5)",
        digest(token.secret),
        caller.login_id,
        caller.reference_id,
        token.absolute_expires_at - timedelta(days=7),
        token.absolute_expires_at,
    )


async def test_processes_that_tidy_at_once_do_not_disturb_one_another(
    services: Services, people: People, clock: FakeClock
) -> None:
    await people.orders_for(2)
    for _ in range(3):
        await people.choice()
    clock.advance(days=1)
    tidied = await asyncio.gather(*(services.tidying.tidy() for _ in range(4)))
    # Each leaves a step to whoever is at another one then; what nobody did is there the next time.
    assert sum(each.tickets for each in [*tidied, await services.tidying.tidy()]) == 3
    assert await services.tidying.tidy() == NOTHING


async def test_what_was_removed_is_logged_as_numbers(services: Services, people: People, clock: FakeClock) -> None:
    await people.orders_for(2)
    await people.choice()
    clock.advance(hours=1)
    with structlog.testing.capture_logs() as logged:
        await services.tidying.tidy()
        await services.tidying.tidy()
    assert logged == [{"event": "tidied", "log_level": "info", "sessions": 0, "tickets": 1, "tries": 0, "passwords": 0}]
