"""What pure functions made of values, kept from one answer to the next.

Few combinations of a register's values are in use, and lists ask for them over and over. What is kept was made from
values alone, by functions that were shown neither a caller nor a request, so that it is the same for whoever asks next.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final

MOST: Final = 20_000
"""How many values are kept in a process, of all functions together. Beyond them nothing is kept, which costs time.
The longest, all of a reference's permissions, has a kilobyte."""


class _Room:
    """How many values more may be kept."""

    def __init__(self, left: int) -> None:
        self.left = left


class Kept(dict[Any, Any]):
    """A function's values so far. Their room is given back when nobody asks for them any more."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, argument: Any) -> Any:
        value = self._function(argument)
        if _room.left > 0:
            _room.left -= 1
            self[argument] = value
        return value

    def __del__(self) -> None:
        _room.left += len(self)


class Keeper:
    """Keeps the values of one part of an answer, apart for each way in which they are made."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Hashable, Kept] = {}

    def of(self, way: Hashable, function: Callable[[Any], Any]) -> Kept:
        """What is kept of the values made in this way; `function` makes them, unless there is one that does."""
        kept = self._kept.get(way)
        if kept is None:
            kept = self._kept[way] = Kept(function)
        return kept


_room: Final = _Room(MOST)
