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

    def write(self, file: Path) -> None:
        """Writes the same as JSON."""
        answer = {"machine": self.machine, **{name: _as_json(part) for name, part in self.parts.items()}}
        file.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _table(part: Part) -> Table:
    measures, cpu = part.comparisons[0].measures, part.comparisons[0].cpu
    table = Table(title=part.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    shown = ("answers", "per s", *(["CPU ms"] if cpu else []), "p50 ms", "p99 ms")
    for heading in (*shown, *(f"x {MEASURES[measure]}" for measure in measures)):
        table.add_column(heading, justify="right", no_wrap=True)
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
