"""Variants that take turns, and what their turns come to."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import Final

from bench.jobs import Outcome

BASE: Final = "base"
VARIANT: Final = "variant"
AGAIN: Final = "base again"
TURNS: Final = (BASE, VARIANT, AGAIN)
FEWEST_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What one variant did in one round: how long each answer took, in seconds, and the processor's time for them."""

    seconds: float
    cpu_seconds: float
    latencies: list[float]
    refused: int = 0

    @classmethod
    def of(cls, outcome: Outcome, cpu_seconds: float) -> "Turn":
        return cls(outcome.seconds, cpu_seconds, outcome.latencies, outcome.refused)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def cpu(self) -> float:
        return self.cpu_seconds / len(self.latencies)

    @property
    def p50(self) -> float:
        return percentile(self.latencies, 50)

    @property
    def p99(self) -> float:
        return percentile(self.latencies, 99)


@dataclass(frozen=True, slots=True)
class Figures:
    """What all turns of a variant come to: medians over the rounds, and percentiles over all of its answers."""

    answers: int
    refused: int
    answers_per_second: float
    cpu_ms_per_answer: float
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> "Figures":
        latencies = [latency for turn in turns for latency in turn.latencies]
        return cls(
            len(latencies),
            sum(turn.refused for turn in turns),
            median(turn.rate for turn in turns),
            1000 * median(turn.cpu for turn in turns),
            1000 * percentile(latencies, 50),
            1000 * percentile(latencies, 99),
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """A variant relative to the base of the same round: the median over the rounds, and how far single ones went."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, variant: Iterable[float], base: Iterable[float]) -> "Ratio":
        ratios = [above / below for above, below in zip(variant, base, strict=True)]
        return cls(median(ratios), min(ratios), max(ratios))


@dataclass(slots=True)
class Comparison:
    """A variant and its base, measured in the same rounds; the base twice, to see what is noise.

    Attributes:
        take: Has the base or the variant take its turn.
        measures: The properties of a turn whose ratio says something here.
        cpu: Whether the processor's time was spent on these answers alone.
    """

    name: str
    base: str
    variant: str
    measures: tuple[str, ...]
    take: Callable[[str], Turn]
    cpu: bool = True
    turns: dict[str, list[Turn]] = field(default_factory=lambda: {name: [] for name in TURNS})

    @property
    def rounds(self) -> int:
        """How many there were."""
        return len(self.turns[BASE])

    def figures(self, name: str) -> Figures:
        """The figures of the base or the variant."""
        return Figures.of(self.turns[name])

    def ratio(self, name: str, measure: str) -> Ratio:
        """The variant, or the base's second series, relative to the base."""
        turns, base = self.turns[name], self.turns[BASE]
        return Ratio.of((getattr(turn, measure) for turn in turns), (getattr(turn, measure) for turn in base))


def take_turns(comparisons: Sequence[Comparison], rounds: int, seconds: float) -> None:
    """Measures. Each round begins with another variant, so that none of them always comes first.

    Where the machine is so busy that waiting for answers takes long, the rounds end when so many seconds have passed.
    """
    end = time.monotonic() + seconds
    for number in range(rounds):
        if number >= FEWEST_ROUNDS and time.monotonic() > end:
            return
        first = number % len(TURNS)
        for comparison in comparisons:
            for name in (*TURNS[first:], *TURNS[:first]):
                comparison.turns[name].append(comparison.take(name))


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest of the values that so many per cent of them don't exceed."""
    return sorted(values)[max(0, ceil(len(values) * share / 100) - 1)]
