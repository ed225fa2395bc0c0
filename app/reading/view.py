"""Through whose eyes something is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


class Answer:
    """What one answer has read so far, where several statements may read the same thing at different moments.

    The first reading holds for the whole answer, which so never contradicts itself. Not for longer than one answer, and
    never beyond a write.
    """

    def __init__(self) -> None:
        self._readings: dict[object, Any] = {}

    def first_reading(self, of: object, value: T) -> T:
        """The value that was read first of whatever `of` names; this one, where it is the first."""
        first: T = self._readings.setdefault(of, value)
        return first


@dataclass(frozen=True, slots=True)
class View:
    """Who reads, and the values that the SQL of tables may name (`:now`, `:customer_id` …).

    `viewer` is whatever the tables' `scope`, `visible` and `compute` know to look at. There is no reading without a
    view, so nothing is read that nobody has decided about.
    """

    viewer: object
    values: Mapping[str, Any] = field(default_factory=dict)
    answer: Answer = field(default_factory=Answer)
