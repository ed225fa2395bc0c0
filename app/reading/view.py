"""Through whose eyes something is read."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


class Answer:
    """What one answer has read so far, where several statements may read the same thing at different moments.

    The first reading holds for the whole answer, which so never contradicts itself. Not for longer than one answer, and
    never beyond a write.
    """

    def __init__(self) -> None:
        self._untouched: dict[Hashable, tuple[Sequence[Any], Sequence[Any]]] = {}
        self._readings: dict[Hashable, dict[Any, Any]] = {}

    def first_readings(self, of: Hashable, keys: Sequence[Any], values: Sequence[Any]) -> Sequence[Any]:
        """For each key the value that was read of it first; these, where they are the first.

        What one statement reads is of one moment, so that the first ones are only gone through when others come.
        """
        if of not in self._untouched:
            self._untouched[of] = (keys, values)
            return values
        if of not in self._readings:
            self._readings[of] = dict(zip(*self._untouched[of], strict=True))
        first = self._readings[of].setdefault
        return [first(key, value) for key, value in zip(keys, values, strict=True)]


@dataclass(frozen=True, slots=True)
class View:
    """Who reads, and the values that the SQL of tables may name (`:now`, `:customer_id` …).

    `viewer` is whatever the tables' functions know to look at, and `standing` what of it decides about rights: tables'
    `scope` and `visible` must answer alike for all views of one standing, and differ for the rest in values alone. So a
    plan that was made for one view serves all others of its standing. There is no reading without a view, so nothing is
    read that nobody has decided about.
    """

    viewer: object
    values: Mapping[str, Any] = field(default_factory=dict)
    answer: Answer = field(default_factory=Answer)
    standing: Hashable = None


NOBODY: Final = View(None)
"""The view that shows nothing of who reads."""
