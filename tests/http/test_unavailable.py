"""A database that is down, and a request that takes too long: the rules, "The door" 4 and 5."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from app.asgi import create_app
from app.database import DatabaseUnavailable
from app.security.passwords import PasswordHasher
from app.services import open_services
from tests.support.api import Api, serving
from tests.support.holding import held
from tests.support.people import EMAIL, People
from tests.support.postgres import Cluster
from tests.support.services import FakeClock, make_settings

SOCKET = ".s.PGSQL.5432"
LOGIN = """mutation($username: String!) {
  login(input: {username: $username, password: "x"}) { __typename }
}"""


class Detour:
    """Another way to a database in a cluster, which can be closed and opened again."""

    def __init__(self, cluster: Cluster, url: str, folder: Path) -> None:
        self._cluster = cluster
        self._socket = folder / SOCKET
        self._target = Path(parse_qs(urlsplit(url).query)["host"][0]) / SOCKET
        self._database = urlsplit(url).path.removeprefix("/")
        self.url = f"postgres://adgang@/{self._database}?host={quote(str(folder), safe='')}"
        self.open()

    def open(self) -> None:
        self._socket.symlink_to(self._target)

    async def close(self, but: int = 0) -> None:
        """Ends every connection but that of one backend, and lets none be made."""
        self._socket.unlink()
        admin = await asyncpg.connect(self._cluster.url("postgres"))
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> $2"
        await admin.fetch(end, self._database, but)
        await admin.close()


@pytest.fixture
def detour(postgres_cluster: Cluster, postgres_url: str) -> Iterator[Detour]:
    folder = Path(tempfile.mkdtemp(prefix="adgang-detour-"))
    yield Detour(postgres_cluster, postgres_url, folder)
    shutil.rmtree(folder)


@asynccontextmanager
async def application(
    url: str, hasher: PasswordHasher, clock: FakeClock, request_seconds: float = 10.0
) -> AsyncIterator[tuple[Api, People]]:
    """The whole application on a database, and its people."""
    settings = make_settings(database_url=url, request_seconds=request_seconds)
    async with (
        open_services(settings, clock=clock, hasher=hasher) as services,
        serving(create_app(settings, services=services)) as api,
    ):
        yield api, People(services)


def assert_overloaded(answer: httpx.Response) -> None:
    """It says that it is the database's fault, when to come back, and nothing of where the database is."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    told = answer.json()["errors"][0]["extensions"]
    assert told == {"code": "OVERLOADED", "retryAfterSeconds": int(answer.headers["Retry-After"])}
    for word in ("asyncpg", "sqlite", "SELECT", "socket", SOCKET, "/tmp", "postgres"):
        assert word not in answer.text


async def test_a_database_that_is_down(detour: Detour, hasher: PasswordHasher, clock: FakeClock) -> None:
    async with application(detour.url, hasher, clock) as (api, people):
        await people.orders_for()
        token = (await people.login()).token.secret
        await detour.close()

        assert_overloaded(await api.post("{viewer {name}}", token=token))
        assert_overloaded(await api.post(LOGIN, {"username": EMAIL}))
        assert (await api.client.get("/healthz")).status_code == 200
        ready = await api.client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "unready")
        assert "/" not in ready.text
        assert (await api.client.post("/graphql", json={})).status_code == 400

        detour.open()
        assert (await api.data("{viewer {name}}", token=token))["viewer"]["name"] == "Bo Bo"
        assert (await api.client.get("/readyz")).status_code == 200


async def test_a_database_that_goes_down_under_a_query(
    detour: Detour, hasher: PasswordHasher, clock: FakeClock
) -> None:
    async with application(detour.url, hasher, clock) as (api, people):
        await people.hire()
        token = (await people.staff_login()).token.secret
        holder = await asyncpg.connect(detour.url)
        async with holder.transaction():
            await holder.execute("LOCK TABLE customer")
            asked = asyncio.create_task(api.post('{customer(number: "1") {name}}', token=token))
            while not await holder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                pass
            await detour.close(but=holder.get_server_pid())
            assert_overloaded(await asked)
        await holder.close()


async def started() -> dict[str, str]:
    """What a server says when it starts."""
    return {"type": "lifespan.startup"}


async def unheard(_message: object) -> None:
    """Takes no notice of what the application says."""


async def test_a_start_without_a_database_says_why(detour: Detour) -> None:
    await detour.close()
    app = create_app(make_settings(database_url=detour.url))
    with capture_logs() as lines, pytest.raises(DatabaseUnavailable):
        await app({"type": "lifespan", "state": {}}, started, unheard)
    (line,) = lines
    assert line["event"] == "the services could not be opened"
    assert line["exception"].startswith("app.database.")


async def test_not_ready_before_the_migrations(sqlite_url: str, hasher: PasswordHasher, clock: FakeClock) -> None:
    async with application(sqlite_url, hasher, clock) as (api, people):
        await people.services.resources.database.execute("DELETE FROM tortoise_migrations")
        ready = await api.client.get("/readyz")
    assert ready.status_code == 503
    assert "migrations" in ready.json()["reason"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_a_request_that_takes_too_long_is_given_up(
    request: pytest.FixtureRequest, kind: str, hasher: PasswordHasher, clock: FakeClock
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    async with application(url, hasher, clock, request_seconds=0.3) as (api, people):
        await people.orders_for()
        async with held(url):
            tries = [api.post(LOGIN, {"username": EMAIL}) for _ in range(25)]
            for answer in await asyncio.gather(*tries):
                assert answer.status_code == 503
                assert answer.headers["Retry-After"]
                assert answer.json()["errors"][0]["extensions"]["code"] in {"OUT_OF_TIME", "OVERLOADED"}
        assert await api.data(LOGIN, {"username": EMAIL}) == {"login": {"__typename": "NoUserFound"}}
