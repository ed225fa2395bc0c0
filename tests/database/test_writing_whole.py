"""One statement that is kept whole or not at all, without the round trips of a transaction."""

import asyncio
from collections import Counter

import pytest

from app.database import Database, StatementFailed

TWO = (
    "INSERT INTO counter (id, n) VALUES ($1, 1), ($2, 1) ON CONFLICT (id) DO UPDATE SET n = counter.n + 1"
    " WHERE counter.n < $3 RETURNING id, n"
)


async def stored(database: Database) -> dict[int, int]:
    return {row["id"]: row["n"] for row in await database.fetch("SELECT id, n FROM counter")}


async def test_what_returns_as_many_rows_as_it_should_is_kept(counter: Database) -> None:
    rows = await counter.write_whole(TWO, 1, 7, 5, rows=2)
    assert {row["id"]: row["n"] for row in rows} == {1: 1, 7: 1}
    assert await stored(counter) == {1: 1, 2: 0, 7: 1}


async def test_of_what_returns_fewer_nothing_is_kept_and_the_next_one_is_none_the_worse(counter: Database) -> None:
    assert not await counter.write_whole(TWO, 1, 7, 0, rows=2)
    assert not await counter.write_whole(TWO, 1, 2, 0, rows=2)
    assert await stored(counter) == {1: 0, 2: 0}
    assert len(await counter.write_whole(TWO, 1, 2, 1, rows=2)) == 2


async def test_any_other_failure_is_told(counter: Database) -> None:
    with pytest.raises(StatementFailed):
        await counter.write_whole("INSERT INTO nowhere (id) VALUES ($1) RETURNING id", 1, rows=1)


async def test_many_at_once_are_kept_as_often_as_there_is_room(counter: Database) -> None:
    """The row that all share is filled by others while they wait for it, when they have written the other one."""
    tries = (counter.write_whole(TWO, 100 + number, 1, 5, rows=2) for number in range(40))
    assert Counter(map(len, await asyncio.gather(*tries))) == {2: 5, 0: 35}
    found = await stored(counter)
    assert found.pop(1) == 5
    assert len([key for key in found if key >= 100]) == 5
