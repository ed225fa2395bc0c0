"""`app.services.sessions` and `last_seen`: from a secret to a caller, and when it was last used."""

from datetime import datetime, timedelta

import pytest

from app.models.enums import SessionTransport, StaffRole
from app.security.tokens import digest
from app.services import Services
from app.services.caller import Nobody, PortalUser, StaffUser
from app.services.inputs import StaffLogin
from app.services.last_seen import SESSIONS, LastSeen
from app.services.results import LoginSuccess, StaffLoginSuccess
from app.services.session_rows import session_secret
from app.services.sessions import Kind
from tests.support.people import ADMIN, CLIENT, PASSWORD, People
from tests.support.services import FakeClock

KINDS: tuple[Kind, ...] = ("bearer", "portal cookie", "staff cookie")


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


async def secret_of(people: People, staff: bool, transport: SessionTransport) -> str:
    if staff:
        given = StaffLogin(ADMIN, PASSWORD, transport)
        answer: object = await people.services.sign_in.staff_login(Nobody(CLIENT), given)
    else:
        answer = await people.try_login(transport=transport)
    assert isinstance(answer, LoginSuccess | StaffLoginSuccess)
    return answer.token.secret


@pytest.mark.parametrize(
    ("staff", "transport", "works_as"),
    [
        (False, SessionTransport.BEARER, "bearer"),
        (True, SessionTransport.BEARER, "bearer"),
        (False, SessionTransport.COOKIE, "portal cookie"),
        (True, SessionTransport.COOKIE, "staff cookie"),
    ],
)
async def test_a_secret_works_only_by_the_transport_it_was_made_for(
    staff: bool, transport: SessionTransport, works_as: str, people: People
) -> None:
    await people.orders_for()
    await people.hire()
    secret = await secret_of(people, staff, transport)
    found = {kind: type(await people.caller(secret, kind)) for kind in KINDS}
    assert found == dict.fromkeys(KINDS, Nobody) | {works_as: StaffUser if staff else PortalUser}


@pytest.mark.parametrize("secret", ["", "x", "adg_", "adg_x", "\ud800", "å" * 1000, "\x00"])
@pytest.mark.parametrize("kind", KINDS)
async def test_what_nobody_has_is_nobodys(kind: Kind, secret: str, people: People) -> None:
    assert await people.caller(secret, kind) == Nobody(CLIENT)


async def test_a_caller_is_who_the_register_says_now(people: People) -> None:
    await people.hire()
    answer = await people.staff_login()
    assert answer.caller == StaffUser(answer.caller.session_id, answer.caller.staff_id, ADMIN, StaffRole.ADMIN, CLIENT)
    database = people.services.resources.database
    await database.execute("UPDATE staff_member SET role = 'AUDITOR'")
    found = await people.caller(answer.token.secret)
    assert isinstance(found, StaffUser)
    assert found.role is StaffRole.AUDITOR
    await database.execute("UPDATE staff_member SET epoch = epoch + 1")
    assert await people.caller(answer.token.secret) == Nobody(CLIENT)


async def test_only_digests_of_secrets_are_stored(people: People) -> None:
    references = await people.orders_for(2)
    choice = await people.choice(SessionTransport.COOKIE)
    answer = await people.choose(choice, references[0], choice.cookie_secret)
    assert isinstance(answer, LoginSuccess)
    pending = await people.choice(SessionTransport.COOKIE)
    database = people.services.resources.database
    rows = [
        dict(row)
        for table in ("session", "ticket", "audit_event", "login")
        for row in await database.fetch(f"SELECT * FROM {table}")
    ]
    secrets = [answer.token.secret, choice.ticket, pending.ticket, choice.cookie_secret, pending.cookie_secret]
    for secret in secrets:
        assert secret is not None
        assert secret not in repr(rows)
        assert secret.encode() not in repr(rows).encode()
    assert digest(answer.token.secret) in [row.get("token_hash") for row in rows]


async def test_the_client_is_shown_with_the_session(people: People) -> None:
    await people.orders_for()
    row = await people.session_row(await people.login())
    assert (row["ip_address"], row["user_agent"]) == (CLIENT.address, CLIENT.user_agent)


def test_a_session_never_looks_like_an_access_token() -> None:
    assert not any(session_secret().startswith("adg_") for _ in range(100))


# Last seen


async def last_seen(people: People, answer: LoginSuccess) -> datetime:
    row = await people.session_row(answer)
    moment: datetime = people.services.resources.database.dialect.moment(row["last_seen_at"])
    return moment


async def used_after(people: People, clock: FakeClock, **units: float) -> tuple[datetime, datetime]:
    """When a session was used, and when it then says it was, after a writing."""
    await people.orders_for()
    answer = await people.login()
    resources = people.services.resources
    notes = LastSeen(resources.database, clock)
    before = clock.now()
    now = clock.advance(**units)
    notes.note(SESSIONS, answer.caller.session_id, before)
    await notes.flush()
    return now, await last_seen(people, answer)


async def test_use_is_written_when_a_minute_has_passed(people: People, clock: FakeClock) -> None:
    used, written = await used_after(people, clock, minutes=1)
    assert written == used


async def test_use_within_the_minute_is_not(people: People, clock: FakeClock) -> None:
    used, written = await used_after(people, clock, seconds=59)
    assert written == used - timedelta(seconds=59)


async def test_another_process_has_written_meanwhile(people: People, clock: FakeClock) -> None:
    await people.orders_for()
    answer = await people.login()
    resources, session = people.services.resources, answer.caller.session_id
    one, other = LastSeen(resources.database, clock), LastSeen(resources.database, clock)
    first = clock.now()
    written = clock.advance(minutes=1)
    one.note(SESSIONS, session, first)
    clock.advance(seconds=30)
    other.note(SESSIONS, session, first)
    await one.flush()
    await other.flush()
    assert await last_seen(people, answer) == written


async def test_asking_who_it_is_notes_the_use_and_stopping_writes_it(people: People, clock: FakeClock) -> None:
    await people.orders_for()
    answer = await people.login()
    notes = LastSeen(people.services.resources.database, clock)
    before = clock.now()
    used = clock.advance(minutes=2)
    async with notes.running():
        notes.note(SESSIONS, answer.caller.session_id, before)
    assert await last_seen(people, answer) == used


async def test_a_session_that_is_used_slides(people: People, clock: FakeClock, services: Services) -> None:
    await people.orders_for()
    answer = await people.login()
    clock.advance(hours=7)
    assert await people.lives(answer)
    await services.sessions.last_seen.flush()
    clock.advance(hours=7)
    assert await people.lives(answer)
    await services.sessions.last_seen.flush()
    clock.advance(hours=8)
    assert not await people.lives(answer)
