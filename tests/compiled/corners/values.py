"""What rows and fields of the tables full of corners are made into."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from app.reading import Kind, Row, through

FLOAT: Final = Kind("float", through(lambda value: value + 0.0))
"""Numbers in which -0.0 is 0.0, because the two are equal."""


class Colour(Enum):
    """Its members' values are nothing like their names."""

    RED = 1
    GREEN = 'g"'
    None_ = None


@dataclass(frozen=True)
class Disc:
    """A shape in memory."""

    radius: float


@dataclass(frozen=True)
class Box:
    """Another one, with one of them in it or nothing."""

    sides: list[list[int]]
    inner: Disc | None


class ThingRow(Row):
    __slots__ = ()
    type_name = "Thing"


class ShelfRow(Row):
    __slots__ = ()
    type_name = "Shelf"


class LinkRow(Row):
    __slots__ = ()
    type_name = "Link"


class FaultyRow(Row):
    __slots__ = ()
    type_name = "Faulty"
