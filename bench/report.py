"""What came out: tables for a person, Markdown for a page, JSON for a program, and plots beside it."""

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table

from bench.parts import Part, Sheet, Verdict
from bench.plots import Bar, bars

VERDICTS: Final = ("measured", "against", "reached", "goal", "", "beside")

GOALS: Final = "goals.png"


@dataclass(slots=True)
class Report:
    """All that a run has measured, and what is to be known about the machine that it was measured on."""

    postgres: str
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    parts: list[Part] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """What could not be measured here, for what isn't installed, a sentence each."""
    failed: list[str] = field(default_factory=list)
    """The parts that failed, and why."""

    @property
    def machine(self) -> str:
        return (
            f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, PostgreSQL {self.postgres}, "
            f"load average {self.load_before:.1f} before this run"
        )

    @property
    def goals(self) -> Sheet:
        """Every goal, and whether it was met."""
        rows = [
            (each.name, each.against, each.shown, each.goal, "met" if each.met else "NOT met", each.beside)
            for each in self.verdicts
        ]
        met = sum(each.met for each in self.verdicts)
        return Sheet("Goals", VERDICTS, rows, note=f"{met} of {len(rows)} met.")

    @property
    def summary(self) -> Sheet:
        """The same in short: a row for all the circumstances of one measurement."""
        rows = [
            (
                *key,
                " / ".join(each.shown.partition(" (")[0] for each in group),
                " / ".join(dict.fromkeys(each.goal for each in group)),
                " / ".join(dict.fromkeys("met" if each.met else "not met" for each in group)),
            )
            for key, group in self._groups().items()
        ]
        return Sheet("In short", ("", "against", "reached at 1 / 4 / 32 connections", "goal", ""), rows)

    @property
    def sheets(self) -> list[Sheet]:
        """The tables of all parts."""
        return [sheet for part in self.parts for sheet in part.sheets]

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for part in self.parts for verdict in part.verdicts]

    def _groups(self) -> dict[tuple[str, str], list[Verdict]]:
        """The verdicts on each measurement, by what it is and what it is held against."""
        groups: dict[tuple[str, str], list[Verdict]] = {}
        for each in self.verdicts:
            groups.setdefault((each.of, each.against), []).append(each)
        return groups

    def _reached(self) -> dict[str, list[Bar]]:
        """How far each goal was reached, as bars: where it was least, up to where it was most."""
        bars_of: dict[str, list[Bar]] = {}
        for (of, against), group in self._groups().items():
            far = [each.far for each in group]
            bars_of.setdefault(of, []).append(Bar(against or "a bound", min(far), min(far), max(far)))
        return bars_of

    def show(self, console: Console) -> None:
        """Prints the tables."""
        console.print(self.machine)
        for sheet in (*self.sheets, self.goals):
            console.print()
            console.print(_table(sheet))
            if sheet.note:
                console.print(sheet.note)
        for sentence in (*self.missing, *self.failed):
            console.print(sentence, markup=False, highlight=False)

    def write(self, folder: Path) -> None:
        """Writes the same as `report.json` and `report.md`, in short as `summary.md`, with the plots."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "machine": self.machine,
            "missing": self.missing,
            "failed": self.failed,
            "goals": [
                {
                    "of": v.name,
                    "against": v.against,
                    "reached": v.reached,
                    "least": v.least,
                    "most": v.most,
                    "met": v.met,
                }
                for v in self.verdicts
            ],
            **{part.name: part.data for part in self.parts},
        }
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (folder / "report.json").write_text(text, encoding="utf-8")
        (folder / "report.md").write_text(self.markdown([self.goals, *self.sheets]), encoding="utf-8")
        (folder / "summary.md").write_text(self.markdown([self.summary]), encoding="utf-8")
        for part in self.parts:
            for name, draw in part.plots.items():
                draw(folder / f"{name}.png")
            for name, text in part.texts.items():
                file = folder / name
                file.parent.mkdir(exist_ok=True)
                file.write_text(text, encoding="utf-8")
        if self.verdicts:
            bars(
                folder / GOALS,
                "How far each goal was reached, at 1, 4 or 32 connections",
                "from the least to the most; 1: just met, 2: twice as good",
                self._reached(),
            )

    def markdown(self, sheets: Sequence[Sheet]) -> str:
        """Tables in Markdown."""
        lines = [f"{self.machine}.", ""]
        for sheet in sheets:
            lines += [f"### {sheet.title}", "", *_markdown(sheet), ""]
            lines += [sheet.note, ""] if sheet.note else []
        return "\n".join([*lines, *self.missing, *self.failed]).rstrip() + "\n"


def _table(sheet: Sheet) -> Table:
    table = Table(title=sheet.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for index, heading in enumerate(sheet.headings):
        table.add_column(heading, justify="right" if index else "left", no_wrap=True)
    for number, row in enumerate(sheet.rows):
        after = sheet.rows[number + 1 : number + 2]
        ends = bool(after) and len(after[0]) == 1
        table.add_row(*row, style="bold" if row[0] == sheet.strong else None, end_section=ends)
    return table


def _markdown(sheet: Sheet) -> Iterable[str]:
    yield _line(sheet.headings)
    yield _line(["---", *["---:"] * (len(sheet.headings) - 1)])
    for row in sheet.rows:
        strong = row[0] == sheet.strong or len(row) == 1
        cells = [f"**{cell}**" if strong and cell else cell for cell in row]
        yield _line([*cells, *[""] * (len(sheet.headings) - len(row))])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
