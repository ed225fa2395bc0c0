"""SELECTs in the making: a table's expressions put together, and the values that belong to them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.reading.executor import Dialect
from app.reading.fields import Condition, Key
from app.reading.kinds import INT
from app.reading.table import Table
from app.reading.view import View

_NAMED = re.compile(r"(?<![:\w]):([a-z_][a-z_0-9]*)")


class Values:
    """The values of one statement, in the order of their placeholders."""

    def __init__(self, view: View) -> None:
        self.bound: list[object] = []
        self._view = view
        self._of_view: dict[str, str] = {}

    def bind(self, value: object) -> str:
        """A placeholder for a value."""
        self.bound.append(value)
        return f"${len(self.bound)}"

    def placed(self, sql: str, own: Mapping[str, object] | None = None) -> str:
        """The SQL with a placeholder for each `:name`: for one of its own values, or else for one of the view's."""
        placeholders: dict[str, str] = {}

        def placeholder(match: re.Match[str]) -> str:
            name = match.group(1)
            known = placeholders if own and name in own else self._of_view
            if name not in known:
                known[name] = self.bind(own[name] if own and name in own else self._view.values[name])
            return known[name]

        return _NAMED.sub(placeholder, sql)


class Select:
    """One SELECT from a table. Columns that are asked for begin with a letter, what only reading needs with `_`."""

    def __init__(self, table: Table, values: Values) -> None:
        self.table = table
        self.values = values
        self._columns: dict[str, str] = {}
        self._joins: set[str] = set()
        self._conditions: list[str] = []
        self._tail = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what it answers."""
        return tuple(self._columns)

    def add(self, name: str, sql: str, joins: Iterable[str] = ()) -> None:
        """Has an expression answered under a name."""
        self._columns[name] = self.values.placed(sql)
        self._joins.update(joins)

    def where(self, condition: Condition) -> None:
        """Keeps only the rows for which this holds beside all else that was asked."""
        self._conditions.append(self.values.placed(condition.sql, condition.values))
        self._joins.update(condition.joins)

    def among(self, expression: str, keys: Sequence[int], dialect: Dialect) -> None:
        """Keeps only the rows in which an expression is one of these keys."""
        self._conditions.append(dialect.any_of(self.values.placed(expression), self.values.bind(list(keys))))

    def beyond(self, keys: Sequence[Key], place: Sequence[Any], *, descending: bool) -> None:
        """Keeps only the rows that come after a place in an order."""
        left = ", ".join(self.values.placed(key.sql) for key in keys)
        right = ", ".join(self.values.bind(value) for value in place)
        self._conditions.append(f"({left}) {'<' if descending else '>'} ({right})")

    def order(self, keys: Iterable[Key], joins: Iterable[str], *, descending: bool) -> None:
        """Has the rows come in an order."""
        direction = " DESC" if descending else ""
        self._tail = " ORDER BY " + ", ".join(self.values.placed(key.sql) + direction for key in keys)
        self._joins.update(joins)

    def limit(self, rows: int) -> None:
        """Has only so many rows come; after `order`."""
        self._tail += f" LIMIT {self.values.bind(rows)}"

    def group(self, name: str) -> None:
        """Has one row for each value of something answered."""
        self._tail = f" GROUP BY {self._columns[name]}"

    def from_(self, before: str = "") -> str:
        """The statement, with something before its own source in FROM."""
        columns = ", ".join(f'{sql} AS "{name}"' for name, sql in self._columns.items())
        where = " AND ".join(f"({condition})" for condition in self._conditions)
        source = self.table.joined(self._joins)
        return f"SELECT {columns} FROM {before}{source}{where and f' WHERE {where}'}{self._tail}"

    def __str__(self) -> str:
        return self.from_()


PARENT_KEY = "parent.key"
"""In `page_of_each`: the key of the row whose page is being read."""


def page_of_each(
    dialect: Dialect,
    table: Table,
    values: Values,
    parents: Sequence[int],
    *,
    columns: Callable[[Select], None],
    restrict: Callable[[Select], None],
    keys: Sequence[Key],
    joins: Sequence[str],
    descending: bool,
) -> str:
    """The statement for one page of rows for each of many parents, in the order of the parents and of the page.

    `restrict` says which rows are on the page, up to its limit, by `PARENT_KEY`. This is the one statement that the two
    databases need in different forms: SQLite's FROM has no subquery that looks at the row before it, so there the page
    is found by a subquery for its keys.
    """
    select = Select(table, values)
    columns(select)
    if dialect.name == "postgres":
        names = ", ".join(f'page."{name}"' for name in select.names)
        for index, key in enumerate(keys):
            select.add(f"_order{index}", key.sql, joins)
        restrict(select)
        direction = " DESC" if descending else ""
        ordinals = ", ".join(f"page._order{index}{direction}" for index in range(len(keys)))
        keys_as_rows = f"unnest({values.bind(list(parents))}::bigint[]) AS parent(key)"
        return (
            f"SELECT {PARENT_KEY} AS _parent, {names} FROM {keys_as_rows}"
            f" CROSS JOIN LATERAL ({select}) AS page ORDER BY {PARENT_KEY}, {ordinals}"
        )
    ids = Select(table, values)
    ids.add("_key", table.key)
    restrict(ids)
    select.add("_parent", PARENT_KEY)
    select.where(Condition(f"{table.key} IN ({ids})"))
    select.order([Key(INT, PARENT_KEY), *keys], joins, descending=descending)
    return select.from_(f"(SELECT value AS key FROM json_each({values.bind(list(parents))})) AS parent CROSS JOIN ")
