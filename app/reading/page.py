"""Pages of a list, by keyset: a page costs the same however deep in the list it lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.reading.cursor import Ordering, Place
from app.reading.errors import ArgumentError, ArgumentFault
from app.reading.rows import Row
from app.reading.table import Table

DEFAULT_SIZE = 50
MAX_SIZE = 500


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list was asked for, read from the arguments and checked."""

    ordering: Ordering
    size: int
    backwards: bool
    after: Place | None
    before: Place | None

    @classmethod
    def of(cls, list_name: str, table: Table, arguments: Mapping[str, Any]) -> "PageRequest":
        """The page that these arguments ask for: `first`, `after`, `last`, `before`, `order_by`, `direction`.

        Raises:
            ArgumentError: They contradict one another, or one is out of bounds or no cursor of this list.
        """
        first, last = arguments.get("first"), arguments.get("last")
        if first is not None and last is not None:
            raise ArgumentError("last", ArgumentFault.NOT_TOGETHER)
        for name, size in (("first", first), ("last", last)):
            if size is not None and not 0 <= size <= MAX_SIZE:
                raise ArgumentError(name, ArgumentFault.OUT_OF_RANGE)
        ordering = _ordering(list_name, table, arguments)
        after, before = arguments.get("after"), arguments.get("before")
        return cls(
            ordering=ordering,
            size=next((size for size in (first, last) if size is not None), DEFAULT_SIZE),
            backwards=last is not None,
            after=None if after is None else ordering.decode("after", after),
            before=None if before is None else ordering.decode("before", before),
        )


def _ordering(list_name: str, table: Table, arguments: Mapping[str, Any]) -> Ordering:
    name = str(arguments.get("order_by") or table.order)
    order = table.orders[name]
    direction = arguments.get("direction")
    descending = order.descending if direction is None else str(direction) == "DESC"
    return Ordering(list_name, name, descending, order.with_key_of(table.key))


@dataclass(frozen=True, slots=True)
class Edge:
    """A row's place on a page. `cursor` is only there where cursors were asked for."""

    node: Row
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `total_count` is only there where it was asked for."""

    edges: list[Edge]
    has_next_page: bool
    has_previous_page: bool
    total_count: int | None

    @property
    def page_info(self) -> "Page":
        """Relay keeps these in an object of their own; here the page has them itself."""
        return self

    @property
    def start_cursor(self) -> str | None:
        """The place of the first edge."""
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        """The place of the last edge."""
        return self.edges[-1].cursor if self.edges else None
