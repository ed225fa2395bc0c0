"""A wire between asyncpg and PostgreSQL that a test can cut or freeze at a statement of its choice."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from app.database import Database
from app.database.asyncpg import PostgresEngine

SOCKET = ".s.PGSQL.5432"
POOL_SIZE = 5


class Wire:
    """Passes bytes between a socket of its own and a server's.

    What is to go wrong is armed with the bytes it waits for on their way to the server, such as `b"COMMIT"`.
    """

    def __init__(self, server: Path, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._freeze_at: bytes | None = None
        self._cut_at: bytes | None = None
        self._cuts = 0
        self._lose_answer_to: bytes | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.stuck = asyncio.Event()
        """Set when the wire was frozen by what it waited for."""

    def freeze_at(self, statement: bytes) -> None:
        """Lets nothing through any more, in any direction, from the next such statement on."""
        self._freeze_at = statement
        self.stuck.clear()

    def thaw(self) -> None:
        """Lets everything through, what was held back first."""
        self._freeze_at = None
        self._flowing.set()

    def cut_at(self, statement: bytes, *, times: int = 1) -> None:
        """Breaks the connection instead of passing the next such statements on."""
        self._cut_at = statement
        self._cuts = times

    def lose_answer_to(self, statement: bytes) -> None:
        """Passes the next such statement on and breaks the connection when the server answers."""
        self._lose_answer_to = statement

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        server_reader, server_writer = await asyncio.open_unix_connection(str(self._server))
        ends = {writer, server_writer}
        self._open |= ends
        losing = asyncio.Event()
        passing = {
            asyncio.create_task(self._to_server(reader, server_writer, losing)),
            asyncio.create_task(self._to_client(server_reader, writer, losing)),
        }
        self._tasks |= passing
        await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.close()
        self._open -= ends

    async def _to_server(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            if self._cuts and self._cut_at is not None and self._cut_at in data:
                self._cuts -= 1
                return
            if self._lose_answer_to is not None and self._lose_answer_to in data:
                self._lose_answer_to = None
                losing.set()
            if self._freeze_at is not None and self._freeze_at in data:
                self._flowing.clear()
                self.stuck.set()
            await self._flowing.wait()
            writer.write(data)

    async def _to_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            if losing.is_set():
                return
            writer.write(data)

    def close(self) -> None:
        """Ends all connections."""
        for writer in self._open:
            writer.close()
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to the database of this URL, and the URL that goes through it."""
    parts = urlsplit(url)
    server = Path(parse_qs(parts.query)["host"][0]) / SOCKET
    folder = Path(tempfile.mkdtemp(prefix="adgang-wire-"))
    wire = Wire(server, folder)
    listening = await asyncio.start_unix_server(wire.serve, folder / SOCKET)
    try:
        yield wire, f"postgres://adgang@{parts.path}?host={quote(str(folder), safe='')}"
    finally:
        wire.close()
        listening.close()
        shutil.rmtree(folder)


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, Database]]:
    """A PostgreSQL database behind a wire that the test holds."""
    async with wire_to(url) as (wire, wired_url):
        engine = await PostgresEngine.open(wired_url, POOL_SIZE, acquire_seconds=0.5)
        try:
            yield wire, Database(engine)
        finally:
            wire.thaw()
            await engine.close()
