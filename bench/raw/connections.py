"""Connections with their statements prepared, taken and given back by hand: no pool's bookkeeping, nothing is reset."""

import asyncio
import os
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

SIZE: Final = 10
SETTINGS: Final = {"plan_cache_mode": "force_generic_plan", "jit": "off"}


class Connections:
    """Opens them all at once."""

    def __init__(self) -> None:
        self._free: asyncio.LifoQueue[dict[str, Any]] = asyncio.LifoQueue()
        self._open: list[Any] = []

    async def open(self, statements: Sequence[str]) -> None:
        for _ in range(SIZE):
            connection = await asyncpg.connect(os.environ["BENCH_DATABASE_URL"], server_settings=SETTINGS)
            self._open.append(connection)
            self._free.put_nowait({sql: await connection.prepare(sql) for sql in statements})

    async def fetchrow(self, sql: str, *values: object) -> Any:
        prepared = await self._free.get()
        try:
            return await prepared[sql].fetchrow(*values)
        finally:
            self._free.put_nowait(prepared)

    async def fetch(self, sql: str, *values: object) -> Any:
        prepared = await self._free.get()
        try:
            return await prepared[sql].fetch(*values)
        finally:
            self._free.put_nowait(prepared)

    async def close(self) -> None:
        for connection in self._open:
            await connection.close()
