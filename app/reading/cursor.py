"""Cursors: where a page begins or ends, as an opaque text that names its list, its order, and the row's place in it.

A cursor is no secret and gives no right. What is in one is checked as strictly as any argument: it must have been made
for this very list in this very order, else the page would begin somewhere by accident.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from app.reading.errors import ArgumentError, ArgumentFault
from app.reading.fields import Key
from app.reading.kinds import INT, MOMENT, Kind

MAX_LENGTH = 4096
_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Ordering:
    """A list in one of its orders: what all cursors of one page have in common."""

    list_name: str
    order: str
    descending: bool
    keys: tuple[Key, ...]

    def cursors(self, places: Sequence[tuple[Any, ...]]) -> list[bytes]:
        """The cursors of rows at these places, as ASCII: the key of the row whose list it is, and the values there.

        All are written at once; what is between two of them may be in a text, too, and then there are more parts.
        """
        if not places:
            return []
        tails = orjson.dumps(places)[2:-1].split(b",[")
        if len(tails) != len(places):
            tails = [orjson.dumps(place)[1:] for place in places]
        head, encode = self._encoded_head(), binascii.b2a_base64
        return [head + encode(tail, newline=False) for tail in tails]

    def _encoded_head(self) -> bytes:
        """What all cursors of the list begin with: JSON allows for spaces, so that its base64 can be made once."""
        head = orjson.dumps(self._head)[:-1] + b","
        return binascii.b2a_base64(head + b" " * (-len(head) % 3), newline=False)

    def decode(self, argument: str, cursor: str) -> "Place":
        """The place that a cursor names.

        Raises:
            ArgumentError: It is made up, or was made for another list or order.
        """
        parts = self._parts(cursor)
        head = len(self._head)
        if parts is None or len(parts) != head + 1 + len(self.keys) or tuple(parts[:head]) != self._head:
            raise ArgumentError(argument, ArgumentFault.MALFORMED)
        parent = parts[head]
        place = tuple(_read(key.kind, part) for key, part in zip(self.keys, parts[head + 1 :], strict=True))
        if None in place or not (parent is None or _is_key(parent)):
            raise ArgumentError(argument, ArgumentFault.MALFORMED)
        return Place(argument, parent, place)

    @property
    def _head(self) -> tuple[str, str, str]:
        return (self.list_name, self.order, "DESC" if self.descending else "ASC")

    @staticmethod
    def _parts(cursor: str) -> list[Any] | None:
        if len(cursor) > MAX_LENGTH:
            return None
        try:
            parts = orjson.loads(base64.b64decode(cursor.encode("ascii"), validate=True))
        except (ValueError, binascii.Error):
            return None
        return parts if isinstance(parts, list) else None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list, as an argument named it."""

    argument: str
    parent: int | None
    values: tuple[Any, ...]

    def check(self, parents: Sequence[int | None]) -> None:
        """Lets the lists of these parents pass.

        Raises:
            ArgumentError: The place is in another row's list.
        """
        if any(parent != self.parent for parent in parents):
            raise ArgumentError(self.argument, ArgumentFault.MALFORMED)


def _is_key(value: Any) -> bool:
    return type(value) is int and -_LARGEST_KEY <= value <= _LARGEST_KEY


def _read(kind: Kind, value: Any) -> Any:
    """A part of a place, or None where it isn't of its kind."""
    if kind is INT:
        return value if _is_key(value) else None
    if not isinstance(value, str) or "\0" in value:
        return None
    return _moment(value) if kind is MOMENT else value


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
