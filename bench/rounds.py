"""Variants that take turns, and what their turns come to."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median
from typing import Final

from bench.jobs import Outcome

FEWEST_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """What one variant did in one round: how long each answer took, in seconds, and the processor's time for them.

    `database_seconds` is PostgreSQL's; None where nobody else worked for these answers, or nobody knows.
    """

    seconds: float
    cpu_seconds: float
    latencies: list[float]
    refused: int = 0
    database_seconds: float | None = None

    @classmethod
    def of(cls, outcome: Outcome, cpu_seconds: float, database_seconds: float | None = None) -> "Turn":
        return cls(outcome.seconds, cpu_seconds, outcome.latencies, outcome.refused, database_seconds)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def per_cpu(self) -> float:
        """Answers for each second that the server had a processor."""
        return len(self.latencies) / self.cpu_seconds

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
    database_ms_per_answer: float | None
    p50_ms: float
    p99_ms: float

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> "Figures":
        latencies = [latency for turn in turns for latency in turn.latencies]
        database = [turn.database_seconds / len(turn.latencies) for turn in turns if turn.database_seconds is not None]
        return cls(
            len(latencies),
            sum(turn.refused for turn in turns),
            median(turn.rate for turn in turns),
            1000 / median(turn.per_cpu for turn in turns),
            1000 * median(database) if database else None,
            1000 * percentile(latencies, 50),
            1000 * percentile(latencies, 99),
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """A variant relative to another of the same round: the median over the rounds, and how far single ones went."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, variant: Iterable[float], base: Iterable[float]) -> "Ratio":
        ratios = [above / below for above, below in zip(variant, base, strict=True)]
        return cls(median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.lowest:.2g}–{self.highest:.2g})"


@dataclass(slots=True)
class Comparison:
    """Variants measured in the same rounds. The first is the base, which takes a second turn, to see what is noise.

    Attributes:
        take: Has a variant take its turn; it may be asked for `again`, too.
        measures: The properties of a turn whose ratio to the base says something here.
        cpu: Whether the processor's time was spent on these answers alone.
    """

    name: str
    variants: Sequence[str]
    take: Callable[[str], Turn]
    measures: Sequence[str] = ("rate", "per_cpu")
    cpu: bool = True
    turns: dict[str, list[Turn]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return self.variants[0]

    @property
    def again(self) -> str:
        """The base's second series."""
        return again(self.base)

    @property
    def all(self) -> list[str]:
        return [*self.variants, self.again]

    @property
    def rounds(self) -> int:
        """How many there were."""
        return len(self.turns[self.base])

    def figures(self, name: str) -> Figures:
        """The figures of a variant."""
        return Figures.of(self.turns[name])

    def ratio(self, name: str, measure: str, to: str | None = None) -> Ratio:
        """A variant relative to another one, or to the base."""
        turns, others = self.turns[name], self.turns[to or self.base]
        return Ratio.of((getattr(turn, measure) for turn in turns), (getattr(turn, measure) for turn in others))


def again(base: str) -> str:
    """What the base's second series is called."""
    return f"{base}, again"


def take_turns(comparisons: Sequence[Comparison], rounds: int, seconds: float) -> None:
    """Measures. Each round begins with another variant, so that none of them always comes first.

    Where the machine is so busy that waiting for answers takes long, the rounds end when so many seconds have passed.
    """
    end = time.monotonic() + seconds
    for number in range(rounds):
        if number >= FEWEST_ROUNDS and time.monotonic() > end:
            return
        for comparison in comparisons:
            first = number % len(comparison.all)
            for name in (*comparison.all[first:], *comparison.all[:first]):
                comparison.turns.setdefault(name, []).append(comparison.take(name))


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest of the values that so many per cent of them don't exceed."""
    return sorted(values)[max(0, ceil(len(values) * share / 100) - 1)]
