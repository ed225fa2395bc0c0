"""The service's own statements, as PostgreSQL was sent them, and how it runs them: EXPLAIN ANALYZE.

They are taken from PostgreSQL's log, so they are what is served, with whatever is in between. Each is then prepared and
explained on a connection of the service's own kind, whose settings decide how it is planned.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any, Final

from app.database import Transaction, open_database
from app.settings import load_settings
from bench.filling import Register
from bench.pages import Asking
from bench.parts import Part, Sheet
from bench.processes import BenchFailed
from bench.requests import answer_of
from bench.run import Run
from bench.works import LARGE_PAGE, PAGE, PAGE_COUNTED, PAGE_SHARED, PAGE_WITH_PERMISSIONS, VIEWER

WORKS: Final = (PAGE, PAGE_WITH_PERMISSIONS, PAGE_SHARED, PAGE_COUNTED, LARGE_PAGE, VIEWER)
GROWING: Final = frozenset({"customer", "reference", "login", "customer_search", "reference_search"})
"""The tables that grow with the register, and that no page reads whole."""
TIMES: Final = 5
"""How often a statement is run; the median of the times is told."""
ASKED: Final = 5
"""How often a request is sent at most until it is answered by the same statements twice."""
LOGGED: Final = "&log_min_duration_statement=0&log_parameter_max_length=-1"
"""Has PostgreSQL log what is sent over a connection, at the end of its URL."""

_ENTRY: Final = re.compile(r"^(?=\S)", re.MULTILINE)
_EXECUTED: Final = re.compile(r"duration: [0-9.]+ ms  execute [^:]+: (.*)", re.DOTALL)
_PARAMETER: Final = re.compile(r"\$\d+ = ('(?:[^']|'')*'|NULL)")
_READS: Final = re.compile(r"\s*(SELECT|WITH)\b")
_SEQUENTIAL: Final = re.compile(r"Seq Scan on (\w+)")
_MILLISECONDS: Final = re.compile(r"Execution Time: ([0-9.]+) ms")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that was sent, with its values as PostgreSQL writes them."""

    sql: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Explained:
    """How a statement was run.

    Attributes:
        plan: What EXPLAIN says.
        milliseconds: How long it took, without the time to plan it, which is spent once a connection.
    """

    statement: Statement
    plan: str
    milliseconds: float

    @property
    def read_whole(self) -> list[str]:
        """The growing tables that it read from their beginning to their end."""
        return sorted(GROWING.intersection(_SEQUENTIAL.findall(self.plan)))

    @property
    def text(self) -> str:
        values = ", ".join(f"${number} = {value}" for number, value in enumerate(self.statement.values, 1))
        return f"{self.statement.sql}\n\n{values}\n\n{self.plan}\n"


class Explaining:
    """A server on a register whose statements PostgreSQL logs."""

    def __init__(self, run: Run, register: Register) -> None:
        self._settings = load_settings(_env_file=None, database_url=register.database_url)
        self._log = run.postgres.folder / "log"
        self.server = run.service(replace(register, database_url=register.database_url + LOGGED))

    def explain(self, request: str) -> list[Explained]:
        """The statements by which a request is answered.

        Raises:
            BenchFailed: They are others each time.
        """
        return asyncio.run(self._explained(self._settled(request)))

    def _settled(self, request: str) -> list[Statement]:
        """What is sent for a request when the connection is known, and the service does nothing else."""
        before = list[Statement]()
        for _ in range(ASKED):
            statements = self._sent(request)
            if statements and [each.sql for each in statements] == [each.sql for each in before]:
                return statements
            before = statements
        raise BenchFailed("A request is answered by other statements each time.")

    def _sent(self, request: str) -> list[Statement]:
        begin = self._log.stat().st_size
        answer_of(self.server.port, request)
        with self._log.open("rb") as log:
            log.seek(begin)
            return statements_in(log.read().decode())

    async def _explained(self, statements: Sequence[Statement]) -> list[Explained]:
        async with open_database(self._settings) as database:
            return [await database.transact(partial(_explain, statement=each)) for each in statements]


def statements_in(log: str) -> list[Statement]:
    """The reading statements in a piece of PostgreSQL's log; the lines of an entry but its first begin with a tab."""
    found = list[Statement]()
    for entry in _ENTRY.split(log):
        text = entry.replace("\n\t", "\n").strip()
        executed = _EXECUTED.search(text)
        if executed:
            found.append(Statement(executed[1], ()))
        elif "DETAIL:" in text and found and not found[-1].values:
            found[-1] = replace(found[-1], values=_PARAMETER.findall(text))
    return [each for each in found if _READS.match(each.sql)]


async def _explain(tx: Transaction, statement: Statement) -> Explained:
    await tx.execute(f"PREPARE measured AS {statement.sql}")
    execute = f"EXECUTE measured({', '.join(statement.values)})" if statement.values else "EXECUTE measured"
    plan = await _plan(tx, f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {execute}")
    timed = [await _plan(tx, f"EXPLAIN (ANALYZE, TIMING OFF) {execute}") for _ in range(TIMES)]
    await tx.execute("DEALLOCATE measured")
    return Explained(statement, plan, median(float(each) for text in timed for each in _MILLISECONDS.findall(text)))


async def _plan(tx: Transaction, sql: str) -> str:
    return "\n".join(row["QUERY PLAN"] for row in await tx.fetch(sql))


def measure(run: Run) -> Part:
    """Explains what the parts of a run measure that hold the service against others."""
    run.tell("Explaining the statements of what is measured")
    explaining = Explaining(run, run.register)
    found = {work.short: explaining.explain(Asking(work, run.register).graphql(explaining.server)[0]) for work in WORKS}
    rows = [
        (
            name,
            str(len(explained)),
            f"{sum(each.milliseconds for each in explained):.2f}",
            ", ".join(sorted({table for each in explained for table in each.read_whole})) or "none",
        )
        for name, explained in found.items()
    ]
    sheet = Sheet(
        "The statements by themselves, in PostgreSQL",
        ("", "statements", "ms", "growing tables read whole"),
        rows,
        note="EXPLAIN ANALYZE of what PostgreSQL was sent, without its output's way; the plans are in explain/.",
    )
    return Part("explain", [sheet], data=as_json(found), texts=as_texts(found))


def as_json(found: Mapping[str, Sequence[Explained]]) -> dict[str, Any]:
    return {
        name: [{"ms": each.milliseconds, "read_whole": each.read_whole} for each in explained]
        for name, explained in found.items()
    }


def as_texts(found: Mapping[str, Sequence[Explained]]) -> dict[str, str]:
    """A file for each question, by its name."""
    return {
        f"explain/{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}.txt": "\n".join(each.text for each in explained)
        for name, explained in found.items()
    }
