"""Writing statements that are run together: all of them with their own values, or nothing."""

import pytest

from app.database import ConstraintViolated, Database, Transaction, Write

INSERT = "INSERT INTO counter (id, n) VALUES ($1, $2)"
SET = "UPDATE counter SET n = $2 WHERE id = $1"


def rows(first: int, many: int) -> Write:
    """What inserts so many rows with one statement."""
    values = [number for key in range(first, first + many) for number in (key, -key)]
    places = ", ".join(f"(${number}, ${number + 1})" for number in range(1, 2 * many, 2))
    return Write(f"INSERT INTO counter (id, n) VALUES {places}", *values)


async def stored(database: Database) -> dict[int, int]:
    return {row["id"]: row["n"] for row in await database.fetch("SELECT id, n FROM counter")}


async def write(database: Database, *writes: Write) -> None:
    async def work(tx: Transaction) -> None:
        await tx.write(*writes)

    await database.transact(work)


async def test_each_statement_has_its_own_values(counter: Database) -> None:
    writes = [Write(SET, 1, 11), Write("DELETE FROM counter WHERE id = $1", 2), rows(20, 3), Write(INSERT, 4, 44)]
    await write(counter, *writes)
    assert await stored(counter) == {1: 11, 4: 44, 20: -20, 21: -21, 22: -22}


async def test_as_many_values_as_there_may_be_and_more(counter: Database) -> None:
    await write(counter, rows(10, 499), Write(SET, 1, 5))
    await write(counter, rows(1000, 500), Write(SET, 2, 6))
    found = await stored(counter)
    assert len(found) == 1001
    assert (found[1], found[2], found[508], found[1499]) == (5, 6, -508, -1499)


async def test_nothing_is_a_statement_less(counter: Database) -> None:
    await write(counter)
    assert await stored(counter) == {1: 0, 2: 0}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_where_one_fails_none_has_happened(counter: Database, order: tuple[int, int]) -> None:
    writes = [Write(SET, 1, 11), Write(INSERT, 2, 22)]
    with pytest.raises(ConstraintViolated):
        await write(counter, *(writes[number] for number in order))
    assert await stored(counter) == {1: 0, 2: 0}
