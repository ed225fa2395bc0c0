"""Clients that hang up on a real server, while a hash or the database keeps them waiting: what they began is ended, and
nothing is left of them. Everything is counted.
"""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from app.asgi import create_app
from app.security.passwords import PasswordHasher
from app.services import Services
from app.settings import Settings
from tests.support.counting import all_connections_at_once
from tests.support.holding import held
from tests.support.people import EMAIL, PASSWORD, People
from tests.support.services import cheap_hasher

LOGIN = json.dumps(
    {
        "query": "mutation($u: String!, $p: String!) { login(input: {username: $u, password: $p}) { __typename } }",
        "variables": {"u": EMAIL, "p": PASSWORD},
    }
)
READ = '{"query": "{ viewer { name ... on PortalViewer { customer { name } } } }"}'
CLIENTS = 6
PATIENCE = 60


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Other than the rest of the transport, a cancelled statement is another thing on each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def settings(settings_with: Callable[..., Settings]) -> Settings:
    return settings_with(lockout_failures=100)  # of so many log-ins at once none is too many


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    made = cheap_hasher(threads=1)
    yield made
    made.close()


class Server:
    """The application under uvicorn, in this loop, so that it can be looked into."""

    def __init__(self, server: uvicorn.Server, port: int) -> None:
        self._state = server.server_state
        self.port = port

    @property
    def busy(self) -> int:
        """How many requests it is at."""
        return len(self._state.tasks)

    @property
    def connections(self) -> int:
        return len(self._state.connections)

    async def ask(self, body: str, token: str = "", *, more: int = 0) -> asyncio.StreamWriter:
        """A connection over which something was asked, but for so many bytes that were announced."""
        return (await self._send(body, token, f"Content-Length: {len(body) + more}"))[1]

    async def answer(self, body: str, token: str = "") -> bytes:
        """What a client is answered that waits for it."""
        reader, writer = await self._send(body, token, f"Content-Length: {len(body)}\r\nConnection: close")
        answer = await reader.read()
        writer.close()
        return answer

    async def _send(self, body: str, token: str, headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        shown = f"Authorization: Bearer {token}\r\n" if token else ""
        head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{shown}{headers}"
        writer.write(f"{head}\r\n\r\n{body}".encode())
        return reader, writer


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[Server]:
    """A server that is up, on a free port."""
    app = create_app(services.resources.settings, services=services)
    config = uvicorn.Config(app, http="httptools", ws="none", lifespan="off", access_log=False, log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = asyncio.create_task(server.serve(sockets=[listening]))
        await until(lambda: server.started)
        yield Server(server, listening.getsockname()[1])
        server.should_exit = True
        await running


async def until(so: Callable[[], bool]) -> None:
    """Waits for something to be so."""
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0)


async def hang_up(server: Server, clients: list[asyncio.StreamWriter]) -> None:
    """Has clients hang up without a word, and the server hear of it."""
    for client in clients:
        client.transport.abort()
    await until(lambda: server.connections == 0)


async def assert_nothing_is_left(server: Server, services: Services, tasks: set[asyncio.Task[object]]) -> None:
    """Nobody is served or hashed for any more, every connection can be used at once, and the next is answered."""
    await until(lambda: server.busy == 0)
    assert services.resources.hasher._pool.taken == 0
    await until(lambda: asyncio.all_tasks() == tasks)
    database = services.resources.database
    await all_connections_at_once(database, 10 if database.dialect.name == "postgres" else 1)
    assert b'"LoginSuccess"' in await server.answer(LOGIN)


async def sessions_in(services: Services) -> int:
    (row,) = await services.resources.database.fetch("SELECT count(*) AS n FROM session")
    found: int = row["n"]
    return found


@pytest.mark.parametrize("meanwhile", ["they wait for a thread", "one runs"])
async def test_log_ins_whose_clients_hang_up_at_their_hash_are_finished(services: Services, meanwhile: str) -> None:
    await People(services).orders_for()
    async with serving(services) as server:
        hasher, release, tasks = services.resources.hasher, threading.Event(), asyncio.all_tasks()
        holding = asyncio.create_task(hasher.run(release.wait))
        clients = [await server.ask(LOGIN) for _ in range(CLIENTS)]
        await until(lambda: hasher._pool.taken == 1 + CLIENTS)
        if meanwhile == "one runs":
            release.set()
        await hang_up(server, clients)
        release.set()
        await holding
        await assert_nothing_is_left(server, services, tasks)
    # A change that has begun is made, whoever waits for the answer: the last log-in is the one that was answered.
    assert await sessions_in(services) == CLIENTS + 1


async def test_changes_whose_clients_hang_up_at_a_statement_are_made(services: Services, database_url: str) -> None:
    await People(services).orders_for()
    async with serving(services) as server:
        tasks = asyncio.all_tasks()
        async with held(database_url):
            clients = [await server.ask(LOGIN) for _ in range(CLIENTS)]
            await until(lambda: server.busy == CLIENTS)
            await hang_up(server, clients)
            assert server.busy == CLIENTS
        await assert_nothing_is_left(server, services, tasks)
    assert await sessions_in(services) == CLIENTS + 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_queries_whose_clients_hang_up_at_a_statement_leave_nothing(
    services: Services, database_url: str
) -> None:
    people = People(services)
    await people.orders_for()
    token = (await people.login()).token.secret
    async with serving(services) as server:
        tasks = asyncio.all_tasks()
        async with held(database_url):
            clients = [await server.ask(READ, token) for _ in range(CLIENTS)]
            await until(lambda: server.busy == CLIENTS)
            await hang_up(server, clients)
        await assert_nothing_is_left(server, services, tasks)
        assert b'"Bo Bo"' in await server.answer(READ, token)


async def test_clients_that_hang_up_in_the_middle_of_their_request_leave_nothing(services: Services) -> None:
    await People(services).orders_for()
    async with serving(services) as server:
        tasks = asyncio.all_tasks()
        clients = [await server.ask(LOGIN, more=1) for _ in range(CLIENTS)]
        await until(lambda: server.busy == CLIENTS)
        await hang_up(server, clients)
        await assert_nothing_is_left(server, services, tasks)
    assert await sessions_in(services) == 1
