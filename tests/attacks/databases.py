"""Attacks of which it matters on what database they fail, and what a thief reads there."""

from collections.abc import Collection
from typing import Final

import pytest

from app.database import open_database
from tests.support.services import make_settings

on_both_databases: Final = pytest.mark.parametrize("target", ["sqlite", "postgres"], indirect=True)


async def everything_stored(url: str, *, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """Every value of every row of a database, as text, by table; without the columns in `but`."""
    async with open_database(make_settings(database_url=url)) as database:
        if url.startswith("sqlite"):
            tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        else:
            tables = "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relname !~ '^(pg|sql)_'"
        found = []
        for table in [row["name"] for row in await database.fetch(tables)]:
            for row in await database.fetch(f'SELECT * FROM "{table}"'):
                for value in (value for column, value in dict(row).items() if column not in but):
                    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    found.append((table, text))
        return found
