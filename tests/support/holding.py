"""A database that keeps everybody waiting, as one does in which a transaction doesn't end."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def held(url: str) -> AsyncIterator[None]:
    """Keeps everybody else from writing logins: on PostgreSQL from reading them too."""
    if url.startswith("sqlite:"):
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
        holder.close()
        return
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("LOCK TABLE login")
        yield
    await connection.close()
