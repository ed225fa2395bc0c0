"""A request's headers, sorted by name once, and what their texts were found to mean.

Clients send the same few headers with every request. What one means is worked out when it comes first, and remembered
while it is short: never of a credential or a cookie, and only so many, so that nobody fills the memory with new ones.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, TypeVar

LONGEST_REMEMBERED: Final = 256
MOST_REMEMBERED: Final = 256

Text = TypeVar("Text", str, str | None)
Meaning = TypeVar("Meaning")


class Headers:
    """Headers by their names, which are in lower case; `size` is how many bytes all of them have."""

    __slots__ = ("_values", "size")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[bytes]] = {}
        self.size = 0
        for name_bytes, value in raw:
            self.size += len(name_bytes) + len(value)
            name = name_bytes.decode("latin-1")
            if name in self._values:
                self._values[name].append(value)
            else:
                self._values[name] = [value]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> str | None:
        """The first of a name."""
        values = self._values.get(name)
        return None if values is None else values[0].decode("latin-1")

    def every(self, name: str) -> list[str]:
        """All of a name, in the order they came in."""
        return [value.decode("latin-1") for value in self._values.get(name, ())]


def remembered(function: Callable[[Text], Meaning]) -> Callable[[Text], Meaning]:
    """Has what a function says of short texts remembered. What it refuses is worked out anew each time."""
    remembering = lru_cache(MOST_REMEMBERED)(function)

    def meaning(text: Text) -> Meaning:
        if text is not None and len(text) > LONGEST_REMEMBERED:
            return function(text)
        return remembering(text)

    return meaning
