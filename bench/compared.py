"""From comparisons to a part of the report: a table of all variants, and the goals that one of them is held to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from bench.parts import Part, Sheet, Verdict
from bench.plots import Bar, bars
from bench.rounds import Comparison

MEASURES: Final = {"rate": "a second", "per_cpu": "by CPU", "p50": "p50", "p99": "p99"}
"""What a turn's measures are called. Of the first two more is better, of the others less."""
NOTE: Final = (
    "x: relative to the first variant in the same round, the median of the rounds (lowest–highest); its second series "
    "shows what is noise. CPU ms: the processor's time of the server's process for each answer; PG ms: PostgreSQL's."
)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a variant must reach relative to another, in all comparisons or only in some."""

    against: str
    least: float | None = None
    most: float | None = None
    measure: str = "rate"
    only: Collection[str] | None = None

    def applies(self, comparison: Comparison) -> bool:
        return self.against in comparison.variants and (self.only is None or comparison.name in self.only)


def compared(
    name: str, title: str, comparisons: Sequence[Comparison], ours: str, goals: Sequence[Goal] = (), short: str = ""
) -> Part:
    """The part that comparisons of the same kind make up; `ours` is held to the goals, `short` names it there."""
    verdicts = [
        _verdict(short or title, comparison, ours, goal)
        for goal in goals
        for comparison in comparisons
        if goal.applies(comparison)
    ]
    data = {"title": title, "comparisons": [_as_json(comparison) for comparison in comparisons]}
    plots = {}
    if comparisons[0].cpu:
        plots[name] = partial(
            bars, title=title, measure="answers a second, relative to the first", groups=_bars(comparisons, ours, goals)
        )
    return Part(name, [_sheet(title, comparisons, ours)], verdicts, data, plots)


def _verdict(of: str, comparison: Comparison, ours: str, goal: Goal) -> Verdict:
    ratio = comparison.ratio(ours, goal.measure, goal.against)
    against = goal.against if goal.measure == "rate" else f"{goal.against}, {MEASURES[goal.measure]}"
    beside = [
        f"{comparison.ratio(ours, other, goal.against).median:.2f} {MEASURES[other]}"
        for other in comparison.measures
        if other in ("rate", "per_cpu") and other != goal.measure
    ]
    shown = (ratio.median, str(ratio), goal.least, goal.most, "; ".join(beside), comparison.name)
    return Verdict(of, against, *shown)


def _sheet(title: str, comparisons: Sequence[Comparison], ours: str) -> Sheet:
    first = comparisons[0]
    database = first.figures(first.base).database_ms_per_answer is not None
    cpu = ("CPU ms", *(("PG ms",) if database else ())) if first.cpu else ()
    headings = (
        "",
        "answers",
        "a second",
        *cpu,
        "p50 ms",
        "p99 ms",
        *(f"x {MEASURES[each]}" for each in first.measures),
    )
    rows: list[Sequence[str]] = []
    for comparison in comparisons:
        rows.append((f"{comparison.name}, {comparison.rounds} rounds",))
        rows += [_row(comparison, name, database) for name in comparison.all]
    return Sheet(title, headings, rows, strong=ours, note=NOTE if first.cpu else "")


def _row(comparison: Comparison, name: str, database: bool) -> Sequence[str]:
    figures = comparison.figures(name)
    cpu = [f"{figures.cpu_ms_per_answer:.2f}"] if comparison.cpu else []
    if database:
        cpu.append("" if figures.database_ms_per_answer is None else f"{figures.database_ms_per_answer:.2f}")
    base = name == comparison.base
    return (
        name,
        f"{figures.answers}{f' (+{figures.refused} refused)' if figures.refused else ''}",
        f"{figures.answers_per_second:.1f}",
        *cpu,
        f"{figures.p50_ms:.1f}",
        f"{figures.p99_ms:.1f}",
        *("" if base else str(comparison.ratio(name, measure)) for measure in comparison.measures),
    )


def _bars(comparisons: Sequence[Comparison], ours: str, goals: Sequence[Goal]) -> Mapping[str, Sequence[Bar]]:
    return {
        comparison.name: [
            _bar(comparison, name, goals if name == ours else ()) for name in comparison.all if name != comparison.base
        ]
        for comparison in comparisons
    }


def _bar(comparison: Comparison, name: str, goals: Sequence[Goal]) -> Bar:
    ratio = comparison.ratio(name, "rate")
    to_base = (each.least for each in goals if each.against == comparison.base and each.applies(comparison))
    return Bar(name, ratio.median, ratio.lowest, ratio.highest, next(to_base, None))


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "rounds": comparison.rounds,
        "figures": {name: asdict(comparison.figures(name)) for name in comparison.all},
        "ratios": {
            name: {measure: asdict(comparison.ratio(name, measure)) for measure in comparison.measures}
            for name in comparison.all[1:]
        },
    }
