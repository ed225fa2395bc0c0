"""Look-ups that are asked for at the same time share a statement on PostgreSQL.

Whoever asks while a statement is in flight waits for it to end and goes with all others who wait in the next one. So a
statement always begins after everybody asked who is answered by it, and nothing it answers can be stale.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final, Literal

from app.database.errors import DatabaseUnavailable

Row = Mapping[str, Any]
Rows = Sequence[Row]
Kind = Literal["bytea", "bigint", "timestamptz"]
Run = Callable[[str, tuple[object, ...]], Awaitable[Rows]]

AT_ONCE: Final = 1
"""How many statements with the same text may be in flight."""
ASKERS: Final = 64
"""How many may share a statement, so that none waits for an answer of any size."""
DIGEST_BYTES: Final = 32
ASKER: Final = "asker_number"
"""The column of a batch that tells whose row it is."""

_PLACEHOLDER: Final = re.compile(r"\$(\d+)")
_BIGGEST: Final = 2**63


@dataclass(frozen=True, slots=True)
class SharedStatement:
    """A SELECT, with or without WITH, that many ask for with values of their own.

    Attributes:
        sql: The statement, with `$1` … `$n` for the values.
        types: What each of the values is: a digest of 32 bytes, a whole number of 64 bits, or a moment in UTC.
    """

    sql: str
    types: tuple[Kind, ...]
    batched: str = field(init=False, repr=False, compare=False)
    """The same for lists of values; the number of whoever asked is a column more, the last."""

    def __post_init__(self) -> None:
        """Writes the batched form.

        Raises:
            ValueError: The statement has no value that one asker's answer could differ by.
        """
        if not self.types:
            raise ValueError("A shared statement needs a value to ask for.")
        lists = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(self.types, start=1))
        names = ", ".join(f"p{place}" for place in range(1, len(self.types) + 1))
        each = _PLACEHOLDER.sub(r"asking.p\1", self.sql)
        batched = (
            f"SELECT answer.*, asking.{ASKER} FROM unnest({lists}) WITH ORDINALITY AS asking({names}, {ASKER})"
            f" CROSS JOIN LATERAL ({each}) AS answer"
        )
        object.__setattr__(self, "batched", batched)

    def takes(self, args: Sequence[object]) -> bool:
        """Whether these values can go with others: none that the database could refuse for all of them."""
        return len(args) == len(self.types) and all(map(_fits, self.types, args))


_KINDS: Final[Mapping[type, Kind]] = {bytes: "bytea", int: "bigint", datetime: "timestamptz"}


@lru_cache(maxsize=512)
def shared_form(sql: str, types: tuple[type, ...]) -> SharedStatement | None:
    """The statement that askers with values of these types can share, if there is one."""
    kinds = [_KINDS[each] for each in types if each in _KINDS]
    return SharedStatement(sql, tuple(kinds)) if kinds and len(kinds) == len(types) else None


class _Asker:
    """Somebody who waits, and the statement that answers them once it has begun."""

    __slots__ = ("answer", "args", "batch")

    def __init__(self, args: tuple[object, ...], answer: asyncio.Future[Rows]) -> None:
        self.args = args
        self.answer = answer
        self.batch: _Batch | None = None


class _Batch:
    """A statement in flight, and who asked."""

    __slots__ = ("askers", "task")

    def __init__(self, askers: list[_Asker]) -> None:
        self.askers = askers
        self.task: asyncio.Task[None] | None = None

    def left(self) -> None:
        """Ends the statement where all who asked have gone."""
        if self.task is not None and all(asker.answer.done() for asker in self.askers):
            self.task.cancel()


class _Line:
    """Those who ask for one statement."""

    __slots__ = ("running", "waiting")

    def __init__(self) -> None:
        self.running = 0
        self.waiting: list[_Asker] = []


class Sharing:
    """Runs shared statements, by what runs one by itself."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: dict[SharedStatement, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is in flight."""
        return bool(self._lines)

    async def fetch(self, statement: SharedStatement, args: tuple[object, ...]) -> Rows:
        """The rows for one asker. Whoever finds nobody in flight runs the statement as it stands."""
        if not statement.takes(args):
            return await self._run(statement.sql, args)
        line = self._lines.get(statement)
        if line is None:
            line = self._lines[statement] = _Line()
        if line.running < AT_ONCE:
            line.running += 1
            try:
                return await self._run(statement.sql, args)
            finally:
                self._next(statement, line)
        asker = _Asker(args, asyncio.get_running_loop().create_future())
        line.waiting.append(asker)
        try:
            return await asker.answer
        except asyncio.CancelledError:
            if asker.batch is not None:
                asker.batch.left()
            raise

    def _next(self, statement: SharedStatement, line: _Line) -> None:
        """Lets those who wait go on, now that a statement has ended."""
        line.running -= 1
        waiting = [asker for asker in line.waiting if not asker.answer.done()]
        if waiting:
            askers, line.waiting = waiting[:ASKERS], waiting[ASKERS:]
            line.running += 1
            batch = _Batch(askers)
            for asker in askers:
                asker.batch = batch
            # In a context of its own: it is nobody's request.
            batch.task = asyncio.create_task(self._answer(statement, askers), context=Context())
            self._tasks.add(batch.task)
            batch.task.add_done_callback(partial(self._ended, statement, line))
        elif not line.running:
            del self._lines[statement]

    def _ended(self, statement: SharedStatement, line: _Line, task: asyncio.Task[None]) -> None:
        """Not at the end of the task's own work: one that is cancelled early does none."""
        self._tasks.discard(task)
        self._next(statement, line)

    async def _answer(self, statement: SharedStatement, askers: list[_Asker]) -> None:
        if len(askers) == 1:
            return await self._answer_alone(statement, askers[0])
        lists = tuple(map(list, zip(*(asker.args for asker in askers), strict=True)))
        try:
            rows = await self._run(statement.batched, lists)
        except DatabaseUnavailable as unavailable:  # to all of them alike
            for asker in askers:
                _fail(
                    asker, DatabaseUnavailable(*unavailable.args, retry_after_seconds=unavailable.retry_after_seconds)
                )
            return None
        except Exception:
            for asker in askers:  # it is the fault of one of them, or of the batch
                await self._answer_alone(statement, asker)
            return None
        answers: list[list[Row]] = [[] for _ in askers]
        for row in rows:
            answers[row[ASKER] - 1].append(row)
        for asker, answer in zip(askers, answers, strict=True):
            if not asker.answer.done():
                asker.answer.set_result(answer)
        return None

    async def _answer_alone(self, statement: SharedStatement, asker: _Asker) -> None:
        if asker.answer.done():
            return
        try:
            rows = await self._run(statement.sql, asker.args)
        except Exception as error:
            _fail(asker, error)
        else:
            if not asker.answer.done():
                asker.answer.set_result(rows)


def _fail(asker: _Asker, error: Exception) -> None:
    if not asker.answer.done():
        asker.answer.set_exception(error)


def _fits(kind: Kind, value: object) -> bool:
    match kind:
        case "bytea":
            return type(value) is bytes and len(value) == DIGEST_BYTES
        case "bigint":
            return type(value) is int and -_BIGGEST <= value < _BIGGEST
        case "timestamptz":
            return type(value) is datetime and value.tzinfo is UTC
