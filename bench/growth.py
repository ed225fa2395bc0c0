"""What a page and a search cost of a small register, and of ones ten and fifty times as large."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg

from bench import questions
from bench.explain import Explained, Explaining, as_json, as_texts
from bench.filling import Register
from bench.jobs import Load
from bench.made import REFERENCES
from bench.parts import Part, Sheet, Verdict
from bench.plots import lines
from bench.processes import BenchFailed, Server, Worker
from bench.questions import CUSTOMERS, FLAT, PAGE_SIZES, REFERENCES_ALONE, Question
from bench.requests import answer_of
from bench.rounds import Comparison, Turn
from bench.run import Run

TURN: Final = 0.25
"""A turn's time, relative to that of a page in other parts: there are many questions."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A register of one size, with the service on it and what it is asked."""

    register: Register
    server: Server
    questions: Mapping[str, Question]

    def request(self, title: str) -> str:
        return self.questions[title].request(self.register.token)


@dataclass(frozen=True, slots=True)
class Lengths:
    """What pages of different lengths take, in milliseconds by rows: the p50 of the round that was disturbed least, as
    differences between them are looked at."""

    title: str
    milliseconds: Mapping[int, float]

    @property
    def bend(self) -> float:
        """What each further row of a long page costs, relative to one of a short page."""
        shortest, *_, middle, longest = self.milliseconds
        return self._each(middle, longest) / self._each(shortest, middle)

    def _each(self, few: int, many: int) -> float:
        return (self.milliseconds[many] - self.milliseconds[few]) / (many - few)


def measure(run: Run) -> Part:
    """Registers of all sizes take turns, question by question; then pages of all lengths of the largest one."""
    sizes = {f"{REFERENCES * customers:,}": _grow(run, customers) for customers in run.plan.growth}
    load, seconds = run.worker(), TURN * run.plan.page
    small, *_, large = sizes
    run.tell("Asking registers of different sizes")
    comparisons = [
        Comparison(title, list(sizes), partial(_take, load, seconds, title, sizes), measures=("p50",))
        for title in sizes[small].questions
    ]
    run.take_turns(comparisons)
    run.tell("Asking for pages of different lengths")
    lengths = [_lengths(run, load, sizes[large], question) for question in (CUSTOMERS, REFERENCES_ALONE)]
    run.tell("Explaining the statements")
    explained = {size: _explain(run, sizes[size]) for size in (small, large)}
    return Part(
        "growth",
        [_sheet(comparisons, explained), _lengths_sheet(large, lengths)],
        [*_verdicts(comparisons, sizes[large].questions), *map(_straight, lengths)],
        _as_json(comparisons, lengths, explained),
        {**_plots(comparisons), "page_size": partial(_plot_lengths, lengths=lengths)},
        as_texts({f"{title}, {size}": each for size, found in explained.items() for title, each in found.items()}),
    )


def _grow(run: Run, customers: int) -> Grown:
    url = run.postgres.url(asyncio.run(_new_database(run, f"register_{customers}")))
    register = run.fill(url, customers)
    asyncio.run(questions.prepare(register))
    server = run.service(register)
    places = asyncio.run(questions.find_places(register, server))
    return Grown(register, server, {question.title: question for question in questions.all_questions(places)})


async def _new_database(run: Run, name: str) -> str:
    connection = await asyncpg.connect(run.postgres.url("postgres"))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return name


def _take(load: Worker, seconds: float, title: str, sizes: Mapping[str, Grown], size: str) -> Turn:
    grown = sizes.get(size) or sizes[next(iter(sizes))]  # the first one's second turn
    try:
        return _ask(load, seconds, grown, grown.request(title))
    except BenchFailed as failure:
        raise BenchFailed(f"{title}, {size} references: {failure}") from None


def _ask(load: Worker, seconds: float, grown: Grown, request: str) -> Turn:
    answer_of(grown.server.port, request)  # that it is answered, and with no errors
    before = grown.server.cpu_seconds()
    outcome = load.ask(Load(grown.server.port, [request], '"pageInfo"', seconds))
    return Turn.of(outcome, grown.server.cpu_seconds() - before)


def _lengths(run: Run, load: Worker, grown: Grown, question: Question) -> Lengths:
    def take(rows: str) -> Turn:
        of_size = question.of_size(int(rows.partition(",")[0]))
        return _ask(load, TURN * run.plan.page, grown, of_size.request(grown.register.token))

    comparison = Comparison(question.title, [str(rows) for rows in PAGE_SIZES], take, measures=("p50",))
    run.take_turns([comparison])
    found = {rows: 1000 * min(turn.p50 for turn in comparison.turns[str(rows)]) for rows in PAGE_SIZES}
    return Lengths(question.title, found)


def _explain(run: Run, grown: Grown) -> dict[str, list[Explained]]:
    explaining = Explaining(run, grown.register)
    return {title: explaining.explain(grown.request(title)) for title in grown.questions}


def _verdicts(comparisons: Sequence[Comparison], asked: Mapping[str, Question]) -> list[Verdict]:
    verdicts = []
    for comparison in comparisons:
        small, *_, large = comparison.variants
        ratio = comparison.ratio(large, "p50")
        question = asked[comparison.name]
        of = f"{comparison.name}: {large} references"
        verdicts.append(Verdict(of, small, ratio.median, str(ratio), most=question.most, beside="p50"))
    return verdicts


def _straight(lengths: Lengths) -> Verdict:
    of = f"{lengths.title.partition(',')[0]}: each row from 200 to 500"
    return Verdict(of, "from 10 to 200", lengths.bend, f"{lengths.bend:.2f}", most=FLAT, beside="p50")


def _sheet(comparisons: Sequence[Comparison], explained: Mapping[str, Mapping[str, Sequence[Explained]]]) -> Sheet:
    sizes = comparisons[0].variants
    headings = ("p50 ms", *sizes, "x", "x again", *(f"PG ms {size}" for size in explained), "read whole")
    rows = []
    for comparison in comparisons:
        by_size = [explained[size][comparison.name] for size in explained]
        rows.append(
            (
                comparison.name,
                *(f"{1000 * median(turn.p50 for turn in comparison.turns[size]):.2f}" for size in sizes),
                str(comparison.ratio(sizes[-1], "p50")),
                str(comparison.ratio(comparison.again, "p50")),
                *(f"{sum(each.milliseconds for each in found):.2f}" for found in by_size),
                ", ".join(sorted({table for each in by_size[-1] for table in each.read_whole})) or "none",
            )
        )
    note = (
        "One connection. x: the largest relative to the smallest in the same round; again: the smallest's second "
        "series. PG ms: the statements by themselves (EXPLAIN ANALYZE), the session's among them; read whole: the "
        "growing tables that the largest register's statements read from beginning to end."
    )
    return Sheet("Registers of 10 references a customer, by how many references there are", headings, rows, note=note)


def _lengths_sheet(size: str, lengths: Sequence[Lengths]) -> Sheet:
    rows = [
        (
            each.title,
            *(f"{milliseconds:.2f}" for milliseconds in each.milliseconds.values()),
            f"{each.bend:.2f}",
        )
        for each in lengths
    ]
    headings = ("p50 ms", *(f"{rows} rows" for rows in PAGE_SIZES), "bend")
    note = "Bend: what each further row costs from 200 to 500 rows, relative to 10 to 200."
    return Sheet(f"Pages of different lengths, of {size} references", headings, rows, note=note)


def _as_json(
    comparisons: Sequence[Comparison],
    lengths: Sequence[Lengths],
    explained: Mapping[str, Mapping[str, Sequence[Explained]]],
) -> dict[str, Any]:
    return {
        "questions": {
            comparison.name: {
                "p50_ms": {size: 1000 * median(turn.p50 for turn in comparison.turns[size]) for size in comparison.all},
                "ratios": {size: asdict(comparison.ratio(size, "p50")) for size in comparison.all[1:]},
            }
            for comparison in comparisons
        },
        "lengths": {each.title: dict(each.milliseconds) for each in lengths},
        "explained": {size: as_json(found) for size, found in explained.items()},
    }


def _plots(comparisons: Sequence[Comparison]) -> dict[str, Callable[[Path], None]]:
    """One for pages, one for narrow searches and one for broad ones: all in one can't be told apart."""
    kinds: dict[str, list[Comparison]] = {"growth_pages": [], "growth_narrow": [], "growth_broad": []}
    for comparison in comparisons:
        searched = comparison.name.startswith("search")
        kind = "pages" if not searched else "broad" if comparison.name.endswith("broad") else "narrow"
        kinds[f"growth_{kind}"].append(comparison)
    return {name: partial(_plot, comparisons=some) for name, some in kinds.items()}


def _plot(file: Path, comparisons: Sequence[Comparison]) -> None:
    series = {
        comparison.name: [
            (float(size.replace(",", "")), comparison.ratio(size, "p50").median if size != comparison.base else 1.0)
            for size in comparison.variants
        ]
        for comparison in comparisons
    }
    title = "What it costs as the register grows"
    lines(file, title, "references", "p50, relative to the smallest", series)


def _plot_lengths(file: Path, lengths: Sequence[Lengths]) -> None:
    series = {each.title: [(float(rows), ms) for rows, ms in each.milliseconds.items()] for each in lengths}
    lines(file, "What a page costs by its length", "rows", "p50 ms", series, log_x=False)
