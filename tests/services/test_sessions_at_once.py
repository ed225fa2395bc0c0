"""Sessions and tokens that are asked for at the same time: nobody is taken for another, and nobody let in too late."""

import asyncio
from datetime import timedelta

import pytest

from app.database import Transaction
from app.models.enums import StaffRole
from app.security.tokens import digest
from app.services import Services
from app.services.caller import Caller, Nobody, PortalUser, TokenUser
from app.services.inputs import CreateAccessToken
from app.services.results import CreateAccessTokenSuccess
from tests.support.people import ADMIN, CLIENT, OFFICE, People
from tests.support.services import FakeClock

SESSIONS = 1_000
GONE = Nobody(CLIENT)


@pytest.fixture
def people(services: Services) -> People:
    return People(services)


async def many_sessions(people: People) -> list[str]:
    """The secrets of so many live sessions of one person."""
    await people.orders_for()
    row = await people.session_row(await people.login())
    secrets = [f"session of browser {number}" for number in range(SESSIONS)]
    columns = [name for name in row if name not in {"id", "token_hash"}]
    database, listed = people.services.resources.database, ", ".join(columns)

    async def work(tx: Transaction) -> None:
        for secret in secrets:
            await tx.execute(
                f"INSERT INTO session (token_hash, {listed}) SELECT $1, {listed} FROM session WHERE id = $2",
                digest(secret),
                row["id"],
            )

    await database.transact(work)
    return secrets


async def test_a_session_that_was_ended_lets_nobody_in_again_while_others_ask_on(people: People) -> None:
    """A thousand sessions end, each while it is asked for without a pause, and none is let in by a later question."""
    secrets = await many_sessions(people)
    database = people.services.resources.database
    let_in = 0

    async def ask_until_it_is_gone(secret: str) -> None:
        while await people.caller(secret) != GONE:
            pass

    async def end(secret: str) -> None:
        nonlocal let_in
        asking = [asyncio.create_task(ask_until_it_is_gone(secret)) for _ in range(2)]
        assert isinstance(await people.caller(secret), PortalUser)
        await database.execute("DELETE FROM session WHERE token_hash = $1", digest(secret))
        later = await asyncio.gather(*(people.caller(secret) for _ in range(3)))
        let_in += sum(caller != GONE for caller in later)
        await asyncio.gather(*asking)

    async def end_in_turn(some: list[str]) -> None:
        for secret in some:
            await end(secret)

    await asyncio.gather(*(end_in_turn(secrets[start::8]) for start in range(8)))
    assert let_in == 0


async def test_thousands_who_ask_at_once_are_each_who_they_are(people: People) -> None:
    secrets = await many_sessions(people)
    rows = await people.services.resources.database.fetch("SELECT id, token_hash FROM session")
    ids = {bytes(row["token_hash"]): row["id"] for row in rows}

    async def ask(secret: str) -> None:
        caller = await people.caller(secret)
        assert isinstance(caller, PortalUser)
        assert caller.session_id == ids[digest(secret)]
        assert await people.caller(secret + "?") == GONE
        assert await people.caller(secret, "portal cookie") == GONE

    await asyncio.gather(*(ask(secret) for secret in secrets))


async def test_tokens_that_are_used_at_once_are_each_their_own_until_they_end(people: People, clock: FakeClock) -> None:
    await people.hire()
    tokens: dict[str, str] = {}
    for number in range(20):
        ends_at = clock.now() + timedelta(hours=1 + number % 2)
        wanted = CreateAccessToken(f"tool {number}", StaffRole.AUDITOR, ends_at)
        answer = await people.services.access_tokens.create_access_token(OFFICE, wanted, maker=ADMIN)
        assert isinstance(answer, CreateAccessTokenSuccess)
        tokens[answer.secret] = f"tool {number}"

    async def all_at_once() -> list[Caller]:
        return list(await asyncio.gather(*(people.caller(secret) for secret in tokens for _ in range(20))))

    def name_of(caller: Caller) -> str | None:
        return caller.name if isinstance(caller, TokenUser) else None

    expected = [name for name in tokens.values() for _ in range(20)]
    assert [name_of(caller) for caller in await all_at_once()] == expected
    clock.advance(hours=1)
    longer = [name if int(name.split()[1]) % 2 else None for name in expected]
    assert [name_of(caller) for caller in await all_at_once()] == longer
