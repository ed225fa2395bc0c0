"""How many operations compiled documents answered in this process, and how many were left to stock execution."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final


class Outcome(StrEnum):
    """What became of an operation."""

    COMPILED = auto()
    """A compiled document answered."""
    MUTATION = auto()
    """It is none of a query, and always executed."""
    NOT_COMPILABLE = auto()
    """It has something in it that can only be executed, or is nothing that can be answered at all."""
    LEFT = auto()
    """Something about this request has to be said by stock execution: a wrong argument, a right that is missing."""
    FAILED = auto()
    """An exception that nobody expected; the log has it."""


_totals: Final[Counter[Outcome]] = Counter()


def count(outcome: Outcome) -> None:
    """Counts an operation."""
    _totals[outcome] += 1


def totals() -> Mapping[Outcome, int]:
    """How many operations ended how since this process began."""
    return {outcome: _totals[outcome] for outcome in Outcome}


def share() -> float:
    """The share of queries that compiled documents answered, of those that came so far; 0 where none did."""
    queries = sum(count for outcome, count in _totals.items() if outcome is not Outcome.MUTATION)
    return _totals[Outcome.COMPILED] / queries if queries else 0.0
