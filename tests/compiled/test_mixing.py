"""Many at once by one compiled document: each gets their own answer, whoever hangs up, and the dead get none."""

import asyncio
import random
from collections.abc import Mapping
from itertools import cycle, islice

import orjson

from app.database import Transaction
from app.security.tokens import digest
from app.services import Services
from app.services.caller import Caller
from schema.compiled import counts
from schema.compiled.counts import Outcome
from tests.compiled.both import both, compiled
from tests.compiled.hostile import Hostile
from tests.support.api import Api
from tests.support.counting import all_connections_at_once
from tests.support.people import People
from tests.support.story import Story

DOCUMENTS = (
    "{ viewer { name email ... on PortalViewer { customer { name } reference { id email } menu } } }",
    "{ customers(first: 3) { totalCount edges { node { name references { edges { node { name canLogIn } } } } } } }",
    "query($n: Int!) { references(last: $n) { edges { cursor node { id sharedWith { customer { name } } } } } }",
)
CONNECTIONS = {"sqlite": 1, "postgres": 10}


async def everybody(hostile: Hostile) -> list[Caller]:
    """The register's readers, and a portal user of each of twenty customers more."""
    firm = hostile.firm
    callers = [caller for name, caller in hostile.callers.items() if name != "nobody"]
    for number in range(20):
        customer = await firm.customer(f"M{number}", f"Firma {number}")
        login = await firm.login(f"m{number}@kunde.example")
        reference = await firm.reference(customer, f"Person {number}", f"m{number}@kunde.example", login)
        callers.append(await firm.portal_user(customer, login, reference))
    return callers


class Mixed:
    """Asks everything as everybody, and knows what each is to be answered."""

    def __init__(self, services: Services, expected: Mapping[tuple[Caller, str, int], bytes]) -> None:
        self._services = services
        self._expected = expected
        self.answered = 0

    @classmethod
    async def of(cls, services: Services, callers: list[Caller]) -> "Mixed":
        expected = {}
        for caller in callers:
            for document in DOCUMENTS:
                for n in (1, 4):
                    answer = await both(services, caller, document, {"n": n})
                    if not answer.errors:
                        assert answer.agree
                        expected[caller, document, n] = orjson.dumps(answer.data)
        return cls(services, expected)

    def tasks(self, number: int, chance: random.Random) -> list[asyncio.Task[None]]:
        """So many who ask at once."""
        asked = list(self._expected)
        chance.shuffle(asked)
        return [asyncio.create_task(self._ask(*each)) for each in islice(cycle(asked), number)]

    async def _ask(self, caller: Caller, document: str, n: int) -> None:
        answer = await compiled(self._services, caller, document, {"n": n})
        assert answer is not None
        assert answer.data == self._expected[caller, document, n]
        self.answered += 1


async def test_requests_at_once_get_each_their_own_answer(services: Services, hostile: Hostile) -> None:
    mixed = await Mixed.of(services, await everybody(hostile))
    await asyncio.gather(*mixed.tasks(600, random.Random(3)))
    assert mixed.answered == 600


async def test_who_hangs_up_harms_nobody(services: Services, hostile: Hostile) -> None:
    mixed, chance = await Mixed.of(services, await everybody(hostile)), random.Random(4)
    before = counts.totals()[Outcome.FAILED]
    cancelled = 0
    for turn in range(8):
        tasks = mixed.tasks(60, chance)
        for _ in range(turn):  # each turn they come further before some hang up
            await asyncio.sleep(0)
        waiting = [task for task in tasks if not task.done()]
        for task in chance.sample(waiting, min(20, len(waiting))):
            cancelled += task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        failures = [result for result in results if result is not None]
        assert all(isinstance(failure, asyncio.CancelledError) for failure in failures), failures
    assert cancelled >= 40
    assert mixed.answered >= 8 * 60 - cancelled
    assert counts.totals()[Outcome.FAILED] == before
    database = services.resources.database
    await all_connections_at_once(database, CONNECTIONS[database.dialect.name])


async def sessions_of(people: People, email: str, number: int) -> list[str]:
    """The secrets of so many live sessions of one person who logged in."""
    row = await people.session_row(await people.login(email))
    secrets = [f"session {each} of {email}" for each in range(number)]
    listed = ", ".join(name for name in row if name not in {"id", "token_hash"})

    async def work(tx: Transaction) -> None:
        for secret in secrets:
            await tx.execute(
                f"INSERT INTO session (token_hash, {listed}) SELECT $1, {listed} FROM session WHERE id = $2",
                digest(secret),
                row["id"],
            )

    await people.services.resources.database.transact(work)
    return secrets


async def test_a_revoked_session_is_let_in_0_of_1000_times(api: Api, story: Story, services: Services) -> None:
    """All sessions of a person end at once, while some of them and those of others are being used."""
    people, ask = People(services), "{ viewer { name email } }"
    admin, before = await story.staff(), counts.totals()[Outcome.COMPILED]
    let_in = refused = 0

    async def viewer(token: str) -> object:
        return (await api.data(ask, token=token))["viewer"]

    for number in range(10):
        email = f"p{number}@kunde.example"
        (reference,) = await people.orders_for(email=email)
        tokens = await sessions_of(people, email, 100)
        assert all(await asyncio.gather(*(viewer(token) for token in tokens)))
        using = [asyncio.create_task(viewer(token)) for token in (*tokens[:20], *[admin] * 10)]
        ended = await story.on_login("endSessions", reference, "__typename")
        assert ended["__typename"] == "EndSessionsSuccess", ended
        using += [asyncio.create_task(viewer(admin)) for _ in range(10)]
        answers = await asyncio.gather(*(viewer(token) for token in tokens))
        let_in += sum(answer is not None for answer in answers)
        refused += sum(answer is None for answer in answers)
        await asyncio.gather(*using)
    assert (let_in, refused) == (0, 1000)
    assert counts.totals()[Outcome.COMPILED] - before >= 10 * (100 + 100)
