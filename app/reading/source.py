"""Straight-line code that makes a dictionary of each row of some columns.

The code is made from the shape of the dictionary alone: how many things stand in it, and which are dictionaries
themselves. Names and values are bound when it runs, so that nothing anybody wrote is ever part of it, and two answers
of one shape are made by the same code. A literal that the interpreter fills from locals takes a third of the time of
`dict(zip(names, values))`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

COLUMN: Final = "column"
CONSTANT: Final = "constant"

Shape: TypeAlias = tuple[Any, ...]
"""What stands in a dictionary, in its order: a column's value, a constant, or the shape of a dictionary."""

Made: TypeAlias = Callable[[Sequence[Any], Sequence[Sequence[Any]], int], list[Any]]

MOST_SHAPES: Final = 1_000


@lru_cache(maxsize=MOST_SHAPES)
def maker_of(shape: Shape) -> Made:
    """The function that makes dictionaries of a shape.

    It takes the names and constants in the order in which they stand in the shape, each name before what it names; the
    columns in theirs; and how many rows there are.
    """
    scope: dict[str, Any] = {}
    exec(compile(source_of(shape), "<assembly>", "exec"), scope)  # noqa: S102 (nothing but numbers varies in it)
    made: Made = scope["made"]
    return made


def source_of(shape: Shape) -> str:
    """The text of that function."""
    writing = _Writing()
    literal = writing.dictionary(shape)
    constants = _unpacked("c", writing.constants, "constants")
    if not writing.columns:
        each = "for _ in range(count)"
    else:
        values = ", ".join(f"v{number}" for number in range(writing.columns))
        each = f"for {values} in zip(*columns)" if writing.columns > 1 else "for v0 in columns[0]"
    return f"def made(constants, columns, count):\n    {constants}\n    return [{literal} {each}]\n"


class _Writing:
    """A literal in the making, and how many constants and columns there are in it so far."""

    def __init__(self) -> None:
        self.constants = 0
        self.columns = 0

    def dictionary(self, shape: Shape) -> str:
        return "{" + ", ".join(f"{self._constant()}: {self._value(part)}" for part in shape) + "}"

    def _value(self, part: Any) -> str:
        if part == CONSTANT:
            return self._constant()
        if part == COLUMN:
            self.columns += 1
            return f"v{self.columns - 1}"
        return self.dictionary(part)

    def _constant(self) -> str:
        self.constants += 1
        return f"c{self.constants - 1}"


def _unpacked(letter: str, count: int, name: str) -> str:
    names = "".join(f"{letter}{number}, " for number in range(count))
    return f"{names}= {name}" if count else "pass"
