"""Sums and products that wait for an operation's variables: what `schema.cost` makes of a document.

What is known when the document is compiled is worked out then, so that a request is left with a handful of numbers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from graphql import BooleanValueNode, IntValueNode, ValueNode, VariableNode

from app.reading.page import DEFAULT_SIZE, MAX_SIZE

LONGEST_NUMBER: Final = 18
"""Of longer ones Python may refuse to make a number, and none counts rows."""

Values: TypeAlias = Mapping[str, Any]
Cost: TypeAlias = int | Callable[[Values], int]
"""A number, or what makes one of the variables' values."""
Deciding: TypeAlias = frozenset[tuple[str, bool]]
"""Variables, and what each must be for something to be in the answer."""

ALWAYS: Final[Deciding] = frozenset()


@dataclass(frozen=True, slots=True)
class Variable:
    """The value that a variable has."""

    name: str


def literal(node: ValueNode) -> Any:
    """A number, a truth value or a variable as it is written; None for anything else."""
    match node:
        case VariableNode(name=name):
            return Variable(name.value)
        case IntValueNode(value=digits):
            return int(digits) if len(digits) <= LONGEST_NUMBER else None
        case BooleanValueNode(value=value):
            return value
    return None


def total(parts: Iterable[Cost]) -> Cost:
    """What several things cost together."""
    return _folded(sum, parts)


def dearest(parts: Iterable[Cost]) -> Cost:
    """What the dearest of several things costs."""
    return _folded(max, parts)


def _folded(fold: Callable[[list[int]], int], parts: Iterable[Cost]) -> Cost:
    """What is known by now is worked out now."""
    known: list[int] = [0]
    open_: list[Callable[[Values], int]] = []
    for part in parts:
        if isinstance(part, int):
            known.append(part)
        else:
            open_.append(part)
    number = fold(known)
    if not open_:
        return number
    if len(open_) == 1 and number == 0:
        return open_[0]
    return lambda values: fold([number, *(part(values) for part in open_)])


def times(number: int, cost: Cost) -> Cost:
    """What so many of one thing cost."""
    if isinstance(cost, int):
        return number * cost
    return lambda values: number * cost(values)


def when(ways: set[Deciding], cost: Cost) -> Cost:
    """What something costs that is in the answer where one of these ways leads to it, and else nothing."""
    if ALWAYS in ways or cost == 0:
        return cost
    each = tuple(tuple(way) for way in ways)

    def decided(values: Values) -> int:
        if any(all(_holds(values.get(name), wanted) for name, wanted in way) for way in each):
            return cost if isinstance(cost, int) else cost(values)
        return 0

    return decided


def _holds(value: Any, wanted: bool) -> bool:
    """What is no truth value will be refused, and counts until then."""
    return value is wanted or not isinstance(value, bool)


def rows(sizes: list[Any], below: Cost) -> Cost:
    """What a page costs: its rows, and 1 at least."""
    if below == 0:
        return 1
    if not any(isinstance(size, Variable) for size in sizes):
        return dearest((1, times(_size(sizes), below)))
    return partial(_rows_then, sizes, below)


def _rows_then(sizes: list[Any], below: Cost, values: Values) -> int:
    size = _size([values.get(size.name) if isinstance(size, Variable) else size for size in sizes])
    return max(1, size * (below if isinstance(below, int) else below(values)))


def _size(asked: list[Any]) -> int:
    """How many rows are asked for. A page that can't be is refused when it is read, and nothing below it is read."""
    numbers = [int(number) for number in asked if isinstance(number, int | float) and not isinstance(number, bool)]
    if not numbers:
        return DEFAULT_SIZE
    return max(numbers) if all(0 <= number <= MAX_SIZE for number in numbers) else 0
