"""All that a database holds, to see whether something left anything behind.

When a session or a token was last used is left out: it is written by a task of its own, whenever that comes by.
"""

from app.database import Database

_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
}
_UNSTEADY = ("last_seen_at", "last_used_at")

Snapshot = dict[str, list[str]]


async def snapshot(database: Database) -> Snapshot:
    """Every row of every table, by table."""
    tables = sorted(row["name"] for row in await database.fetch(_TABLES[database.dialect.name]))
    return {table: await _rows(database, table) for table in tables}


async def _rows(database: Database, table: str) -> list[str]:
    rows = await database.fetch(f'SELECT * FROM "{table}"')
    return sorted(repr({name: value for name, value in dict(row).items() if name not in _UNSTEADY}) for row in rows)
