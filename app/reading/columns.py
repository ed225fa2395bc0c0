"""What a statement answered, as columns: for each level and each name in it the values of all rows, in their order."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from app.reading.composer import Statement
from app.reading.executor import Executor

Columns = Mapping[str, Sequence[Any]]
"""The columns of one level, by name."""


async def read(
    executor: Executor, statement: Statement, values: Mapping[str, Any], *, small: bool = False
) -> Mapping[str, Columns]:
    """Runs a statement; what it answers by the names of its levels. A level without rows may be missing.

    It is `small` where it answers one row and what a row leads to, but no pages.
    """
    if not statement.sql:
        return {}
    fetch = executor.fetch_small if small else executor.fetch
    records = await fetch(statement.sql, *[values[name] for name in statement.values])
    return _of_arrays(statement, records[0]) if executor.dialect.name == "postgres" else _of_rows(statement, records)


def _of_arrays(statement: Statement, record: Any) -> Mapping[str, Columns]:
    """The row of arrays that PostgreSQL answers: null where there was nothing to gather."""
    arrays = iter(record.values())
    return {
        level.name: {name: array or () for name, array in zip(level.columns, arrays, strict=False)}
        for level in statement.levels
    }


def _of_rows(statement: Statement, records: Sequence[Any]) -> Mapping[str, Columns]:
    """The rows that SQLite answers: the number of a level, the place in it, and the level's columns.

    They come in this order, but only for how SQLite goes about it; to sort what is sorted takes no time.
    """
    found = {}
    for number, rows in groupby(sorted(records, key=itemgetter(0, 1)), key=itemgetter(0)):
        level = statement.levels[number]
        found[level.name] = dict(zip(level.columns, list(zip(*rows, strict=True))[2:], strict=False))
    return found
