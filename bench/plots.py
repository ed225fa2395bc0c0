"""Plots of what was measured, as PNG files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.figure import Figure

COLOURS: Final = (
    "#1b6e8f",
    "#c4572b",
    "#6b7f3a",
    "#8a5a9e",
    "#9a8648",
    "#7d7d7d",
    "#3fa7a0",
    "#a83c5a",
    "#c9a227",
    "#4a5fa5",
    "#2f2f2f",
)
MARKED: Final = "#222222"
DPI: Final = 130


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, how long it is, how far single rounds went, and the goal for it, where there is one."""

    label: str
    value: float
    lowest: float
    highest: float
    goal: float | None = None


def bars(file: Path, title: str, measure: str, groups: Mapping[str, Sequence[Bar]]) -> None:
    """Groups of horizontal bars. A bar's colour goes by its label; the line at 1 is the base, a tick is a goal."""
    labels = list(dict.fromkeys(bar.label for group in groups.values() for bar in group))
    colours = {label: COLOURS[index % len(COLOURS)] for index, label in enumerate(labels)}
    height = sum(len(group) + 1 for group in groups.values())
    figure, axes = _axes(title, width=9, height=1.2 + 0.26 * height)
    place, places, names = 0.0, [], []
    for name, group in groups.items():
        places.append(place + (len(group) - 1) / 2)
        names.append(name)
        for bar in group:
            spread = [[max(bar.value - bar.lowest, 0)], [max(bar.highest - bar.value, 0)]]
            axes.barh(place, bar.value, color=colours[bar.label], xerr=spread, ecolor="#555555", height=0.85)
            axes.annotate(f"{bar.value:.2f}", (bar.highest, place), (4, 0), textcoords="offset points", va="center")
            if bar.goal is not None:
                axes.plot([bar.goal, bar.goal], [place - 0.45, place + 0.45], color=MARKED, linewidth=2.5)
            place += 1
        place += 1
    axes.set_yticks(places, names)
    axes.set_ylim(place - 1, -1)
    axes.axvline(1, color=MARKED, linewidth=0.8, linestyle=":")
    axes.set_xlabel(measure)
    handles = [axes.barh(0, 0, color=colours[label], label=label) for label in labels]
    figure.legend(handles=handles, frameon=False, loc="outside lower center", ncols=min(len(handles), 4))
    figure.savefig(file, dpi=DPI)


def lines(
    file: Path, title: str, x: str, y: str, series: Mapping[str, Sequence[tuple[float, float]]], *, log_x: bool = True
) -> None:
    """Lines through points, one for each series; y begins at 0, so that what looks flat is flat."""
    figure, axes = _axes(title, width=8, height=4.5)
    for (label, points), colour in zip(series.items(), COLOURS * len(series), strict=False):
        axes.plot(*zip(*points, strict=True), marker="o", label=label, color=colour)
    if log_x:
        axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(file, dpi=DPI)


def _axes(title: str, *, width: float, height: float) -> tuple[Any, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes
