"""A search of everything that a database holds, its files too, for what should be gone."""

import re
from collections.abc import Iterable
from pathlib import Path

import orjson

from app.database import Database
from app.database.sqlite import path_of
from tests.support.snapshot import snapshot

STATISTICS = "SELECT tablename, attname, pg_stats::text AS held FROM pg_stats WHERE schemaname = 'public'"


async def traces(database: Database, url: str, texts: Iterable[str]) -> set[str]:
    """Where these texts are found, in whatever case: by table, in a file, in statistics; each with the text."""
    patterns = {text: re.compile(re.escape(text), re.IGNORECASE) for text in texts}
    held = {table: "\n".join(rows) for table, rows in (await snapshot(database)).items()}
    if database.dialect.name == "sqlite":
        path = Path(path_of(url))
        for file in path.parent.glob(f"{path.name}*"):
            held[file.name] = file.read_bytes().decode("utf-8", "replace")
    else:
        for row in await database.fetch(STATISTICS):
            held[f"statistics of {row['tablename']}.{row['attname']}"] = row["held"]
    escaped = {text: orjson.dumps(text).decode().strip('"') for text in patterns}
    return {
        f"{text} in {place}"
        for text, pattern in patterns.items()
        for place, content in held.items()
        if pattern.search(content) or escaped[text] in content
    }
