"""The parts of a statement: the rows of one table each, for a plan and, below it, for the rows of the level above."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.reading.executor import Dialect
from app.reading.fields import EVERYTHING, Condition, Finding, Many, Order, Paged
from app.reading.page import MAX_SIZE
from app.reading.plan import KEY, PagePlan, Plan
from app.reading.request import CONDITION, PageShape, after_of, before_of, filter_of, size_of
from app.reading.statement import Select, Slots

PARENT: Final = "up"
"""The name under which a level answers what its rows are linked by."""
TOTAL: Final = "total"
_PARENT_KEY: Final = "parent.key"
_MOST_ROWS: Final = str(MAX_SIZE + 1)
"""The most rows of a page. With it in the statement the planner knows that few are wanted, whatever will be bound."""
MOST_SORTED: Final = 2_000
"""How much a search may find to be sorted. More is gone through in order."""


def order_names(order: Order) -> tuple[str, ...]:
    """The names under which a level answers what its rows are ordered by."""
    return (*(f"o{index}" for index in range(len(order.keys))), KEY)


@dataclass(frozen=True, slots=True)
class Parent:
    """The level above: its name, and the column of it that this level's rows belong to."""

    level: str
    link: str

    @property
    def links(self) -> str:
        """A SELECT for what the level above links to."""
        return f"SELECT {self.link} FROM {self.level}"

    @property
    def keys(self) -> str:
        """The same, each once, as a source for FROM."""
        return f"(SELECT DISTINCT {self.link} AS key FROM {self.level} WHERE {self.link} IS NOT NULL) AS parent"


@dataclass(frozen=True, slots=True)
class Levels:
    """Makes the levels of one statement."""

    dialect: Dialect
    slots: Slots

    def all(self, plan: Plan, scope: Condition, condition: Condition | None, order: Order) -> str:
        """All rows for which a condition holds."""
        select = self._select(plan, scope, order)
        if condition is not None:
            select.where(condition, CONDITION)
        select.order(order.with_key_of(plan.table.key), order.joins, descending=order.descending)
        return str(select)

    def one_of_each(self, plan: Plan, scope: Condition, parent: Parent) -> str:
        """The rows that the level above points at."""
        select = self._select(plan, scope)
        self._among(select, plan.table.key, (), parent)
        return str(select)

    def all_of_each(self, plan: Plan, scope: Condition, relation: Many, order: Order, parent: Parent) -> str:
        """The related rows of each row above; those of one stand together."""
        select = self._select(plan, scope, order)
        select.add(PARENT, relation.there, relation.there_joins)
        self._among(select, relation.there, relation.there_joins, parent)
        select.order(order.with_key_of(plan.table.key), order.joins, descending=order.descending, first=relation.there)
        return str(select)

    def page(self, page: PagePlan, scope: Condition, shape: PageShape, own: Condition | None = None) -> str:
        """One page of the rows for which `own` holds."""
        order = page.rows.table.orders[shape.order]
        select = self._select(page.rows, scope, order)
        self._restrict(select, page, shape, own, alone=own is None and scope == EVERYTHING)
        select.limit(_MOST_ROWS)
        names = ", ".join(name + " DESC" * shape.runs_down for name in order_names(order))
        size = self.slots.placeholder(size_of(page.rows.index))
        return f"SELECT * FROM ({select}) AS few ORDER BY {names} LIMIT {size}"

    def page_of_each(self, page: PagePlan, scope: Condition, shape: PageShape, relation: Paged, parent: Parent) -> str:
        """A page of related rows of each row above.

        This is the one level that the two databases need in different forms: SQLite's FROM has no subquery that looks
        at the row before it, so there the page is found by a subquery for its keys.
        """
        own = Condition(f"{relation.there} = {_PARENT_KEY}", relation.there_joins)
        if self.dialect.name == "postgres":
            one = self.page(page, scope, shape, own)
            return f"SELECT {_PARENT_KEY} AS {PARENT}, page.* FROM {parent.keys} CROSS JOIN LATERAL ({one}) AS page"
        table = page.rows.table
        keys = Select(table, self.slots)
        keys.add(KEY, table.key)
        keys.where(scope)
        self._restrict(keys, page, shape, own)
        keys.limit(self.slots.placeholder(size_of(page.rows.index)))
        select = self._select(page.rows, scope, table.orders[shape.order])
        select.add(PARENT, _PARENT_KEY)
        select.where(Condition(f"{table.key} IN ({keys})"))
        return select.from_(f"{parent.keys} CROSS JOIN ")

    def count(self, page: PagePlan, scope: Condition, shape: PageShape) -> str:
        """The length of a list."""
        return str(self._counting(page, scope, shape))

    def count_of_each(self, page: PagePlan, scope: Condition, shape: PageShape, relation: Paged, parent: Parent) -> str:
        """The length of the list of each row above."""
        select = self._counting(page, scope, shape)
        select.add(PARENT, relation.there, relation.there_joins)
        self._among(select, relation.there, relation.there_joins, parent)
        select.group(PARENT)
        return str(select)

    def _select(self, plan: Plan, scope: Condition, order: Order | None = None) -> Select:
        select = Select(plan.table, self.slots)
        for name, expression in plan.asked.items():
            select.add(name, expression.sql, expression.joins)
        if order is not None:
            for name, key in zip(order_names(order), order.keys, strict=False):
                select.add(name, key.sql, order.joins)
        select.where(scope)
        return select

    def _restrict(
        self, select: Select, page: PagePlan, shape: PageShape, own: Condition | None, *, alone: bool = False
    ) -> None:
        """Keeps only the rows of the page, up to its limit; `alone` says that nothing but its shape restricts it."""
        index, order = page.rows.index, page.rows.table.orders[shape.order]
        keys = order.with_key_of(page.rows.table.key)
        if own is not None:
            select.where(own)
        self._filter(select, index, shape, alone=alone)
        if shape.after:
            select.beyond(keys, after_of(index), descending=shape.descending)
        if shape.before:
            select.beyond(keys, before_of(index), descending=not shape.descending)
        select.order(keys, order.joins, descending=shape.runs_down)

    def _counting(self, page: PagePlan, scope: Condition, shape: PageShape) -> Select:
        select = Select(page.rows.table, self.slots)
        select.add(TOTAL, "count(*)")
        select.where(scope)
        self._filter(select, page.rows.index, shape)
        return select

    def _filter(self, select: Select, index: int, shape: PageShape, *, alone: bool = False) -> None:
        filters = shape.filters or ()
        for number, wanted in enumerate(filters):
            sql, finding = wanted.sql, wanted.finding
            if finding is not None:
                in_order = alone and len(filters) == 1 and finding.order == shape.order
                found = self._first_found(sql, finding, index, shape) if in_order else _found(sql, finding)
                sql = f"{select.table.key} {self._among_those(found)}"
            select.where(Condition(sql, wanted.joins, dict.fromkeys(wanted.names)), filter_of(index, number))

    def _first_found(self, condition: str, finding: Finding, index: int, shape: PageShape) -> str:
        """A SELECT for those of what is found that a page is made of, where nothing else leaves rows out.

        Little is sorted. Much is gone through in the order of the list until the page is full: there the next is near.
        """
        much = f"EXISTS (SELECT 1 FROM {finding.source} WHERE {condition} LIMIT 1 OFFSET {MOST_SORTED})"
        sorted_ = self._first(finding, f"NOT {much} AND {condition}", index, shape)
        met = self._first(finding, f"{much} AND {finding.in_order}", index, shape)
        return f"SELECT * FROM ({sorted_}) AS sorted UNION ALL SELECT * FROM ({met}) AS met"

    def _first(self, finding: Finding, condition: str, index: int, shape: PageShape) -> str:
        """A SELECT for the keys of the first rows within a page's bounds that a condition finds, each once."""
        keys, conditions = finding.keys, [condition]
        if shape.after:
            conditions.append(self.slots.beyond(keys, after_of(index), descending=shape.descending))
        if shape.before:
            conditions.append(self.slots.beyond(keys, before_of(index), descending=not shape.descending))
        order = ", ".join(key + " DESC" * shape.runs_down for key in keys)
        return (
            f"SELECT {keys[-1]} FROM {finding.source} WHERE {' AND '.join(conditions)} GROUP BY {', '.join(keys)}"
            f" ORDER BY {order} LIMIT {self.slots.placeholder(size_of(index))}"
        )

    def _among(self, select: Select, expression: str, joins: Sequence[str], parent: Parent) -> None:
        """Keeps only the rows in which an expression is one of those that the level above answers."""
        select.where(Condition(f"{expression} {self._among_those(parent.links)}", tuple(joins)))

    def _among_those(self, found: str) -> str:
        """Being one of what a SELECT finds.

        PostgreSQL takes an array for a few values, each of which it looks up; of a subquery it may believe that it
        yields half a table, and of one that finds nothing it then reads all (10 s among a million references).
        """
        return f"= ANY(ARRAY({found}))" if self.dialect.name == "postgres" else f"IN ({found})"


def _found(condition: str, finding: Finding) -> str:
    """A SELECT for the keys of all rows that are found."""
    return f"SELECT {finding.keys[-1]} FROM {finding.source} WHERE {condition}"
