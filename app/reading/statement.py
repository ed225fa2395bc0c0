"""SELECTs in the making: a table's expressions put together, with names in place of the values that belong to them."""

import re
from collections.abc import Collection, Iterable, Sequence

from app.reading.fields import Condition, Key
from app.reading.table import Table

_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z_0-9]*)")


class Slots:
    """The values that a statement takes, by name and in the order of their placeholders."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self._placeholders)

    def placeholder(self, name: str) -> str:
        """The placeholder for the value of this name."""
        return self._placeholders.setdefault(name, f"${len(self._placeholders) + 1}")

    def placed(self, sql: str, own: Collection[str] = (), prefix: str = "") -> str:
        """The SQL with a placeholder for each `:name`: of the view's, or of its own ones, which get a prefix."""
        return _NAMED.sub(lambda match: self.placeholder(prefix * (match[1] in own) + match[1]), sql)

    def beyond(self, keys: Sequence[str], prefix: str, *, descending: bool) -> str:
        """A condition: these keys come after a place in an order, whose values are named by the prefix and a number."""
        place = ", ".join(self.placeholder(f"{prefix}{index}") for index in range(len(keys)))
        return f"({', '.join(keys)}) {'<' if descending else '>'} ({place})"


class Select:
    """One SELECT from a table."""

    def __init__(self, table: Table, slots: Slots) -> None:
        self.table = table
        self._slots = slots
        self._columns: dict[str, str] = {}
        self._joins: set[str] = set()
        self._conditions: list[str] = []
        self._tail = ""

    def add(self, name: str, sql: str, joins: Iterable[str] = ()) -> None:
        """Has an expression answered under a name."""
        self._columns[name] = self._slots.placed(sql)
        self._joins.update(joins)

    def where(self, condition: Condition, prefix: str = "") -> None:
        """Keeps only the rows for which this holds beside all else; the prefix is for the names of its own values."""
        self._conditions.append(self._slots.placed(condition.sql, condition.values, prefix))
        self._joins.update(condition.joins)

    def beyond(self, keys: Sequence[Key], prefix: str, *, descending: bool) -> None:
        """Keeps only the rows that come after a place in an order; its values are named by the prefix and a number."""
        placed = [self._slots.placed(key.sql) for key in keys]
        self._conditions.append(self._slots.beyond(placed, prefix, descending=descending))

    def order(self, keys: Iterable[Key], joins: Iterable[str], *, descending: bool, first: str | None = None) -> None:
        """Has the rows come in an order; those with one value of `first` together, where it is given."""
        parts = [self._slots.placed(key.sql) + " DESC" * descending for key in keys]
        self._tail = " ORDER BY " + ", ".join(parts if first is None else [self._slots.placed(first), *parts])
        self._joins.update(joins)

    def limit(self, rows: str) -> None:
        """Has only so many rows come; after `order`."""
        self._tail += f" LIMIT {rows}"

    def group(self, name: str) -> None:
        """Has one row for each value of something answered."""
        self._tail = f" GROUP BY {self._columns[name]}"

    def from_(self, before: str = "") -> str:
        """The statement, with something before its own source in FROM."""
        columns = ", ".join(f"{sql} AS {name}" for name, sql in self._columns.items())
        where = " AND ".join(f"({condition})" for condition in self._conditions)
        source = self.table.joined(self._joins)
        return f"SELECT {columns} FROM {before}{source}{where and f' WHERE {where}'}{self._tail}"

    def __str__(self) -> str:
        return self.from_()
