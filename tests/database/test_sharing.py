"""Look-ups that share statements: each gets its own answer, of a time after it asked, and its own failure alone."""

import asyncio
import hashlib
import random
from datetime import UTC, datetime, timedelta

import pytest

from app.database import Database, DatabaseUnavailable, SharedStatement, StatementFailed, Transaction
from app.database.sharing import ASKERS, Rows, Sharing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NUMBERED = SharedStatement("SELECT name, value, note FROM numbered WHERE value = $1", ("bytea",))
OF_MANY = SharedStatement(
    "WITH found AS (SELECT id FROM numbered WHERE id >= $1 AND id < $2)"
    " SELECT id, $2 AS until FROM found ORDER BY id DESC",
    ("bigint", "bigint"),
)
LIVING = SharedStatement("SELECT id FROM numbered WHERE value = $1 AND ends_at > $2", ("bytea", "timestamptz"))
INVERSE = SharedStatement("SELECT 100 / $1 AS answer", ("bigint",))


def digest(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


@pytest.fixture
async def numbered(database: Database) -> Database:
    """The test's database with a hundred rows that are found by a digest."""
    types = {"sqlite": ("blob", "text"), "postgres": ("bytea", "timestamptz")}[database.dialect.name]
    await database.execute(
        "CREATE TABLE numbered (id integer PRIMARY KEY, name text, note text,"
        f" value {types[0]} UNIQUE, ends_at {types[1]})"
    )

    async def work(tx: Transaction) -> None:
        for number in range(100):
            await tx.execute(
                "INSERT INTO numbered (id, name, value, ends_at) VALUES ($1, $2, $3, $4)",
                number,
                f"number {number}",
                digest(number),
                NOON + timedelta(minutes=number),
            )

    await database.transact(work)
    return database


# What is answered -----------------------------------------------------------------------------------------------------


async def test_thousands_who_ask_at_once_get_each_their_own(numbered: Database) -> None:
    chance = random.Random(5)

    async def ask() -> None:
        for _ in range(chance.randrange(1, 60)):
            number = chance.randrange(150)
            rows = await numbered.fetch_shared(NUMBERED, digest(number))
            assert [row["name"] for row in rows] == ([f"number {number}"] if number < 100 else [])

    await asyncio.gather(*(ask() for _ in range(150)))


async def test_rows_of_one_asker_keep_their_order_and_are_as_many_as_alone(numbered: Database) -> None:
    asked = [(first, first + length) for first in range(0, 90, 3) for length in (0, 1, 7)]
    shared = await asyncio.gather(*(numbered.fetch_shared(OF_MANY, *args) for args in asked))
    for args, rows in zip(asked, shared, strict=True):
        alone = await numbered.fetch(OF_MANY.sql, *args)
        assert [(row["id"], row["until"]) for row in rows] == [(row["id"], row["until"]) for row in alone]


async def test_moments_are_compared_as_alone(numbered: Database) -> None:
    asked = [(digest(number), NOON + timedelta(minutes=minutes)) for number in range(9) for minutes in range(9)]
    shared = await asyncio.gather(*(numbered.fetch_shared(LIVING, *args) for args in asked))
    assert [len(rows) for rows in shared] == [int(number > minutes) for number in range(9) for minutes in range(9)]


async def test_what_was_committed_before_it_asked_is_in_every_answer(numbered: Database) -> None:
    """A thousand notes, each read by five as soon as it is written, while others ask without a pause."""
    done = False

    async def ask_on() -> None:
        while not done:
            await numbered.fetch_shared(NUMBERED, digest(50))

    async def write(number: int) -> None:
        for step in range(100):
            note = f"{number}.{step}"
            await numbered.execute("UPDATE numbered SET note = $1 WHERE id = $2", note, number)
            answers = await asyncio.gather(*(numbered.fetch_shared(NUMBERED, digest(number)) for _ in range(5)))
            assert {rows[0]["note"] for rows in answers} == {note}

    others = [asyncio.create_task(ask_on()) for _ in range(8)]
    try:
        await asyncio.gather(*(write(number) for number in range(10)))
    finally:
        done = True
        await asyncio.gather(*others)


# Failures -------------------------------------------------------------------------------------------------------------


async def test_one_askers_failure_is_only_theirs(postgres_database: Database) -> None:
    asked = [0 if number % 7 == 3 else number + 1 for number in range(40)]
    answers = await asyncio.gather(
        *(postgres_database.fetch_shared(INVERSE, number) for number in asked), return_exceptions=True
    )
    for number, answer in zip(asked, answers, strict=True):
        if number == 0:
            assert isinstance(answer, StatementFailed)
        else:
            assert not isinstance(answer, BaseException)
            assert answer[0]["answer"] == 100 // number


@pytest.mark.parametrize("value", [2**63, True, "1", None, 1.5], ids=repr)
async def test_values_that_could_spoil_it_for_others_go_alone(value: object) -> None:
    assert not INVERSE.takes((value,))


@pytest.mark.parametrize(
    ("digest_", "moment"),
    [(b"short", NOON), ("a" * 32, NOON), (digest(1), NOON.replace(tzinfo=None)), (digest(1), "2026-11-24")],
    ids=["short", "text", "without a zone", "no moment"],
)
async def test_so_do_these(digest_: object, moment: object) -> None:
    assert LIVING.takes((digest(1), NOON))
    assert not LIVING.takes((digest_, moment))


async def test_inside_a_transaction_nothing_is_shared(numbered: Database) -> None:
    async def work(_: Transaction) -> None:
        await numbered.fetch_shared(NUMBERED, digest(1))

    with pytest.raises(RuntimeError, match="Inside a transaction"):
        await numbered.transact(work)


def test_a_statement_without_a_value_is_none_to_share() -> None:
    with pytest.raises(ValueError, match="needs a value"):
        SharedStatement("SELECT 1", ())


# How they go together -------------------------------------------------------------------------------------------------


class Statements:
    """A database that answers each statement when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[object, ...]]] = []
        self.answers: list[asyncio.Future[Rows]] = []
        self.sharing = Sharing(self._run)

    async def _run(self, sql: str, args: tuple[object, ...]) -> Rows:
        self.asked.append((sql, args))
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]

    def ask(self, number: int) -> asyncio.Task[Rows]:
        return asyncio.create_task(self.sharing.fetch(INVERSE, (number,)))

    def answer(self, *numbers: int) -> None:
        """Answers the last statement, to the askers in their order."""
        rows = [{"answer": number, "asker_number": place} for place, number in enumerate(numbers, start=1)]
        self.answers[-1].set_result(rows)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_whoever_asks_meanwhile_goes_in_the_next_statement() -> None:
    statements = Statements()
    first = statements.ask(1)
    await settle()
    others = [statements.ask(2), statements.ask(3)]
    await settle()
    assert statements.asked == [(INVERSE.sql, (1,))]
    statements.answer(10)
    await settle()
    assert statements.asked[1:] == [(INVERSE.batched, ([2, 3],))]
    late = statements.ask(4)
    await settle()
    statements.answer(20, 30)
    await settle()
    assert statements.asked[2:] == [(INVERSE.sql, (4,))]
    statements.answer(40)
    answers = await asyncio.gather(first, *others, late)
    assert [rows[0]["answer"] for rows in answers] == [10, 20, 30, 40]


async def test_a_statement_has_so_many_askers_at_most() -> None:
    statements = Statements()
    tasks = [statements.ask(number) for number in range(ASKERS + 11)]
    await settle()
    statements.answer(0)
    await settle()
    statements.answer(*range(1, ASKERS + 1))
    await settle()
    statements.answer(*range(ASKERS + 1, ASKERS + 11))
    assert [rows[0]["answer"] for rows in await asyncio.gather(*tasks)] == list(range(ASKERS + 11))


async def test_whoever_leaves_takes_nothing_from_the_others() -> None:
    statements = Statements()
    tasks = [statements.ask(number) for number in range(5)]
    await settle()
    tasks[0].cancel()
    tasks[1].cancel()
    await settle()
    assert statements.asked[-1] == (INVERSE.batched, ([2, 3, 4],))
    tasks[2].cancel()
    await settle()
    statements.answer(20, 30, 40)
    assert [rows[0]["answer"] for rows in await asyncio.gather(*tasks[3:])] == [30, 40]


async def test_a_statement_that_nobody_waits_for_any_more_stands_in_nobodys_way() -> None:
    statements = Statements()
    tasks = [statements.ask(number) for number in range(3)]
    await settle()
    statements.answer(0)
    await settle()
    late = statements.ask(3)
    await settle()
    for task in tasks[1:]:
        task.cancel()
    await settle()
    assert statements.answers[1].cancelled()
    assert statements.asked[-1] == (INVERSE.sql, (3,))
    statements.answer(30)
    assert (await late)[0]["answer"] == 30


async def test_a_database_that_is_down_is_asked_once_for_all() -> None:
    statements = Statements()
    tasks = [statements.ask(number) for number in range(9)]
    await settle()
    statements.answer(0)
    await settle()
    statements.answers[-1].set_exception(DatabaseUnavailable("down", retry_after_seconds=7))
    answers = await asyncio.gather(*tasks[1:], return_exceptions=True)
    assert len(statements.asked) == 2
    for answer in answers:
        assert isinstance(answer, DatabaseUnavailable)
        assert (str(answer), answer.retry_after_seconds) == ("down", 7)


async def test_nothing_is_kept_of_statements_that_have_ended(postgres_database: Database) -> None:
    sharing = Sharing(lambda sql, args: postgres_database.fetch(sql, *args))
    for number in range(20):
        statement = SharedStatement(f"SELECT $1::bigint AS answer{number}", ("bigint",))
        await asyncio.gather(*(sharing.fetch(statement, (n,)) for n in range(20)))
    await settle()
    assert not sharing.busy
