"""A real server on a socket: how it stops, what it refuses to speak, and several worker processes."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretBytes

from app.http.server import as_environment
from app.settings import load_settings
from tests.support.databases import SqliteFiles
from tests.support.services import make_settings

ROOT = Path(__file__).parents[2]
LAUNCH = """
import sys
from app.http.server import serve
from app.settings import load_settings
if __name__ == "__main__":
    serve(load_settings(graphiql=True), "127.0.0.1", int(sys.argv[1]), int(sys.argv[2]))
"""
BODY = b'{"query":"{__typename}"}'
LISTENS = re.compile(r"running on http://127\.0\.0\.1:(\d+)")
PATIENCE = 60


@dataclass
class Server:
    """A server process, by what it writes to its log."""

    process: asyncio.subprocess.Process
    port: int = 0

    async def says(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Waits for a line of the log; fails where the process ends instead."""
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            async for line in self.process.stderr:
                if found := pattern.search(str(json.loads(line)["event"])):
                    return found
        raise AssertionError(f"the server ended and never said {pattern.pattern}")

    async def stopped(self) -> int:
        """Waits for its end."""
        async with asyncio.timeout(PATIENCE):
            await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


def command(folder: Path, workers: int) -> list[str]:
    """A server on a free port, in a folder of its own."""
    script = folder / "launch.py"
    script.write_text(LAUNCH)
    return [sys.executable, str(script), "0", str(workers)]


def environment(url: str) -> dict[str, str]:
    """What a server finds set: its database, and nothing else of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADGANG_")}
    return {**kept, "ADGANG_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}


@asynccontextmanager
async def server(url: str, folder: Path, workers: int = 1) -> AsyncIterator[Server]:
    """A server that is up; killed where the test forgets to stop it."""
    process = await asyncio.create_subprocess_exec(
        *command(folder, workers), stderr=asyncio.subprocess.PIPE, cwd=folder, env=environment(url)
    )
    running = Server(process)
    try:
        running.port = int((await running.says(LISTENS))[1])
        if workers > 1:
            await running.says(re.compile("Application startup complete"))
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


@pytest.fixture(scope="module")
def port(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that the tests share which don't stop it."""
    folder = tmp_path_factory.mktemp("server")
    with subprocess.Popen(
        command(folder, workers=1), stderr=subprocess.PIPE, cwd=folder, env=environment(sqlite_files.copy(folder))
    ) as process:
        assert process.stderr is not None
        lines = (str(json.loads(line)["event"]) for line in process.stderr)
        yield next(int(found[1]) for line in lines if (found := LISTENS.search(line)))
        process.terminate()
        process.communicate()


def client(port: int) -> httpx.AsyncClient:
    """A client that tries again where a worker isn't listening yet."""
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", transport=httpx.AsyncHTTPTransport(retries=8), timeout=PATIENCE
    )


async def raw(port: int, request: bytes) -> bytes:
    """Everything a server answers to these bytes, up to the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_request_in_flight_is_answered_after_the_order_to_stop(sqlite_url: str, tmp_path: Path) -> None:
    async with server(sqlite_url, tmp_path) as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)
        )
        async with asyncio.timeout(PATIENCE):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        running.process.send_signal(signal.SIGTERM)
        await running.says(re.compile("Waiting for connections to close"))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", running.port)

        writer.write(BODY)
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b'{"data":{"__typename":"Query"}' in answer
        assert await running.stopped() == 0


async def test_an_idle_connection_holds_nothing_up(sqlite_url: str, tmp_path: Path) -> None:
    async with server(sqlite_url, tmp_path) as running, client(running.port) as browser:
        assert (await browser.get("/readyz")).json() == {"status": "ready"}
        running.process.send_signal(signal.SIGINT)
        assert await running.stopped() == 0


async def test_what_a_server_says_of_itself(port: int) -> None:
    async with client(port) as browser:
        answer = await browser.post("/graphql", json={"query": "{viewer {name}}"})
        assert answer.json()["data"] == {"viewer": None}
        assert "server" not in answer.headers
        assert answer.headers["Date"]
        page = await browser.get("/graphql", headers={"Accept": "text/html"})
        assert "GraphiQL" in page.text


async def test_no_websocket_is_ever_opened(port: int) -> None:
    paths = (b"/graphql", b"/healthz", b"/nowhere")
    protocols = (b"graphql-transport-ws", b"graphql-ws")
    origins = (b"", b"Origin: http://localhost\r\n", b"Origin: https://evil.example\r\n")
    for path, protocol, origin in product(paths, protocols, origins):
        answer = await raw(
            port,
            b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Protocol: " + protocol + b"\r\n" + origin + b"\r\n",
        )
        assert answer.startswith(b"HTTP/1.1 ")
        assert not answer.startswith(b"HTTP/1.1 101")


async def test_an_ambiguous_message_is_refused(port: int) -> None:
    messages = (
        b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
        b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
        b"nonsense\r\n\r\n",
    )
    for message in messages:
        assert re.findall(rb"HTTP/1\.1 (\d+)", await raw(port, message)) == [b"400"], message


async def test_several_workers_serve_and_stop_together(sqlite_url: str, tmp_path: Path) -> None:
    async with server(sqlite_url, tmp_path, workers=2) as running, client(running.port) as browser:
        answers = await asyncio.gather(*(browser.post("/graphql", json={"query": "{__typename}"}) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        page = await browser.get("/graphql", headers={"Accept": "text/html"})
        assert "GraphiQL" in page.text, "the workers have the settings that the command line was given"
        running.process.send_signal(signal.SIGTERM)
        assert await running.stopped() == 0
        with pytest.raises(httpx.ConnectError):
            await httpx.AsyncClient().get(f"http://127.0.0.1:{running.port}/healthz")


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"demo": True, "graphiql": True, "introspection": True, "database_url": "sqlite:///other.db"},
        {"request_seconds": 2.5, "shared_username": "REJECT", "log_format": "console"},
        {"audit_key": b"a" * 32, "password_key": (SecretBytes(b"b" * 32), SecretBytes(b"c" * 32))},
    ],
)
def test_a_worker_comes_to_the_same_settings(overrides: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(**overrides)
    environment = as_environment(settings)
    assert bool(environment) is bool(overrides)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load_settings(_env_file=None) == settings


def test_a_key_that_came_from_a_file_is_not_put_into_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("ab" * 32)
    monkeypatch.setenv("ADGANG_AUDIT_KEY_FILE", str(key))
    monkeypatch.setenv("ADGANG_DATABASE_URL_FILE", str(key))
    monkeypatch.setenv("ADGANG_DATABASE_URL_FILE", "")
    settings = load_settings(_env_file=None, graphiql=True)
    assert as_environment(settings) == {"ADGANG_GRAPHIQL": "True"}
