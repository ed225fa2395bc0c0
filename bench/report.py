"""What came out, as tables for a person and as JSON for a program."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

from bench.refusals import Refusals
from bench.rounds import AGAIN, BASE, VARIANT, Comparison, Ratio

MEASURES: Final = {"rate": "per second", "cpu": "CPU", "p50": "p50", "p99": "p99"}
"""What a turn's measures are called in a table."""


@dataclass(frozen=True, slots=True)
class Part:
    """Comparisons that say the same about different circumstances."""

    title: str
    comparisons: Sequence[Comparison]


@dataclass(slots=True)
class Report:
    """All that a run has measured, and what is to be known about the machine that it was measured on."""

    postgres: str
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    parts: dict[str, Part] = field(default_factory=dict)
    refusals: dict[str, Refusals] = field(default_factory=dict)

    @property
    def machine(self) -> str:
        return (
            f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, PostgreSQL {self.postgres}, "
            f"load average {self.load_before:.1f} before this run"
        )

    def show(self, console: Console) -> None:
        """Prints the tables."""
        console.print(self.machine)
        for part in self.parts.values():
            console.print()
            console.print(_table(part))
        console.print(
            "\nx: relative to the base in the same round, the median of the rounds (lowest–highest). "
            "The base's second series shows what is noise. CPU is that of the server's process, or of argon2's."
        )
        for refusals in self.refusals.values():
            console.print()
            console.print(_refusals_table(refusals))
            console.print(f"The medians lie within {refusals.spread:.1%} of one another.")

    def write(self, file: Path) -> None:
        """Writes the same as JSON."""
        answer = {
            "machine": self.machine,
            **{name: _as_json(part) for name, part in self.parts.items()},
            "refusals": {name: _refusals_as_json(refusals) for name, refusals in self.refusals.items()},
        }
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(part: Part) -> Table:
    measures, cpu = part.comparisons[0].measures, part.comparisons[0].cpu
    shown = ("answers", "per s", *(["CPU ms"] if cpu else []), "p50 ms", "p99 ms")
    table = _empty_table(part.title, (*shown, *(f"x {MEASURES[measure]}" for measure in measures)))
    for comparison in part.comparisons:
        table.add_row(f"{comparison.name}, {comparison.rounds} rounds")
        for name, variant in _names(comparison).items():
            figures = comparison.figures(name)
            table.add_row(
                f"  {variant}",
                f"{figures.answers}{f' (+{figures.refused} refused)' if figures.refused else ''}",
                f"{figures.answers_per_second:.1f}",
                *([f"{figures.cpu_ms_per_answer:.2f}"] if cpu else []),
                f"{figures.p50_ms:.1f}",
                f"{figures.p99_ms:.1f}",
                *("" if name == BASE else _ratio(comparison.ratio(name, measure)) for measure in measures),
                style="bold" if name == VARIANT else None,
                end_section=name == AGAIN,
            )
    return table


def _refusals_table(refusals: Refusals) -> Table:
    table = _empty_table(refusals.title, ("answers", "p50 ms", "CPU ms", "x p50", "x CPU"))
    for name, taken in refusals.kinds.items():
        medians = (f"{1000 * taken.median:.2f}", f"{1000 * taken.cpu_median:.2f}")
        table.add_row(
            f"  {name}", str(len(taken.seconds)), *medians, *(f"{ratio:.3f}" for ratio in refusals.ratios[name])
        )
    return table


def _empty_table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _ratio(ratio: Ratio) -> str:
    return f"{ratio.median:.3g} ({ratio.lowest:.2g}–{ratio.highest:.2g})"


def _names(comparison: Comparison) -> dict[str, str]:
    return {BASE: comparison.base, VARIANT: comparison.variant, AGAIN: f"{comparison.base}, again"}


def _as_json(part: Part) -> dict[str, Any]:
    return {"title": part.title, "comparisons": [_comparison_as_json(comparison) for comparison in part.comparisons]}


def _comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "rounds": comparison.rounds,
        "figures": {shown: asdict(comparison.figures(name)) for name, shown in _names(comparison).items()},
        "ratios": {
            shown: {measure: asdict(comparison.ratio(name, measure)) for measure in comparison.measures}
            for name, shown in _names(comparison).items()
            if name != BASE
        },
    }


def _refusals_as_json(refusals: Refusals) -> dict[str, Any]:
    kinds = {
        name: {
            "answers": len(taken.seconds),
            "p50_ms": 1000 * taken.median,
            "cpu_ms": 1000 * taken.cpu_median,
            "ratios": dict(zip(("p50", "cpu"), refusals.ratios[name], strict=True)),
        }
        for name, taken in refusals.kinds.items()
    }
    return {"title": refusals.title, "spread": refusals.spread, "kinds": kinds}
