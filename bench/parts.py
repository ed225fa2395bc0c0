"""What every part of a run hands in: tables for a person, verdicts on the goals, data for a program, and plots."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. A row of one cell is a heading within it; rows whose first cell is `strong` stand out."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal and what was reached.

    Attributes:
        of: What was measured: "page of 50 x 10"; `at`, under what circumstances: "32 connections".
        against: What it is held against: "bare", "mercurius + jit"; empty where the goal is no ratio.
        reached: The figure that is judged, by its number.
        shown: The same as it is printed, with its spread or its unit.
        least, most: The bound; one of the two.
        beside: What is to be known beside it, such as the ratio by another measure.
    """

    of: str
    against: str
    reached: float
    shown: str
    least: float | None = None
    most: float | None = None
    beside: str = ""
    at: str = ""

    @property
    def name(self) -> str:
        return f"{self.of}, {self.at}" if self.at else self.of

    @property
    def goal(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    @property
    def far(self) -> float:
        """How far the goal was reached: 1 is just met, 2 twice as good or better."""
        if self.least is not None:
            return min(self.reached / self.least, 2.0)
        return min((self.most or 0.0) / self.reached, 2.0)

    @property
    def met(self) -> bool:
        above = self.least is None or self.reached >= self.least
        return above and (self.most is None or self.reached <= self.most)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a run, measured.

    Attributes:
        name: What `--only` and the JSON call it.
        data: What goes into the JSON.
        plots: By the name of the file without its ending: what draws it (`bench.plots`).
        texts: Files to write beside the report, by their names.
    """

    name: str
    sheets: Sequence[Sheet]
    verdicts: Sequence[Verdict] = ()
    data: Any = None
    plots: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
