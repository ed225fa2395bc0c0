"""One statement for all that a plan reads, however deep: each table's rows are a level of it, linked by their columns.

A level is read once, whatever number of rows leads to it, and the rows below it are found by what it answered, so that
all that a statement answers is of one moment. It answers columns (`app.reading.columns` takes them apart).

SQL promises an order of rows at the end of a statement alone. SQLite's statement answers each row's number, by which
they are put in order. PostgreSQL's gathers each column of a level into an array, from rows that come in order: its
manual has it that `array_agg` keeps the order of a sorted subquery where, as here, nothing happens in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.reading.executor import Dialect
from app.reading.fields import Condition, One
from app.reading.levels import PARENT, TOTAL, Levels, Parent, order_names
from app.reading.plan import PagedPlan, PagePlan, Plan, RelationPlan
from app.reading.request import PageShape
from app.reading.statement import Slots
from app.reading.view import View


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a statement: its name, what it answers, which of it is true or false, and what its rows are ordered
    by, where they are."""

    name: str
    columns: tuple[str, ...]
    truths: frozenset[str] = frozenset()
    order: str = ""

    def gathered(self, column: str) -> str:
        """One of PostgreSQL's values for a column of all rows: an array, or a text with a letter for each truth value,
        which takes the server a third of the time and the driver none (`app.reading.kinds` reads it)."""
        if column not in self.truths:
            return f"array_agg({column})"
        return f"string_agg(CASE {column} WHEN TRUE THEN 't' WHEN FALSE THEN 'f' ELSE 'n' END, '')"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, the names of the values it takes, and its levels. No `sql`: what is asked for can't be seen."""

    sql: str
    values: tuple[str, ...]
    levels: tuple[Level, ...]


def rows_of(plan: Plan) -> str:
    """The name of the level of a plan's rows."""
    return f"l{plan.index}"


def totals_of(page: PagePlan) -> str:
    """The name of the level that counts lists."""
    return f"t{page.rows.index}"


class Composer:
    """Puts one statement together."""

    def __init__(self, dialect: Dialect, view: View, shapes: Mapping[int, PageShape]) -> None:
        self._view = view
        self._shapes = shapes
        self._slots = Slots()
        self._make = Levels(dialect, self._slots)
        self._sql: dict[str, str] = {}
        self._levels: list[Level] = []
        self._parents: set[str] = set()

    def rows(self, plan: Plan, condition: Condition | None, order_name: str | None) -> Statement:
        """The statement for all rows for which a condition holds."""
        scope = plan.table.scope(self._view)
        if scope is not None:
            order = plan.table.orders[order_name or plan.table.order]
            sql = self._make.all(plan, scope, condition, order)
            self._add_rows(plan, sql, (*plan.asked,), _ordered(order_names(order), down=order.descending))
            self._below(plan)
        return self._statement()

    def page(self, page: PagePlan) -> Statement:
        """The statement for one page of all rows."""
        shape = self._shapes[page.rows.index]
        scope = page.rows.table.scope(self._view)
        if scope is None or shape.filters is None:
            return self._statement()
        if page.wants_rows:
            self._add_page(page, self._make.page(page, scope, shape), shape)
        if page.wants_total:
            self._add(totals_of(page), self._make.count(page, scope, shape), (TOTAL,))
        return self._statement()

    def _below(self, plan: Plan) -> None:
        """Adds the levels of what a plan's rows are related to."""
        for asked in plan.relations:
            parent = Parent(rows_of(plan), asked.link)
            if isinstance(asked, PagedPlan):
                self._pages(asked, parent)
            elif asked.target is not None:
                self._related(asked, asked.target, parent)

    def _related(self, asked: RelationPlan, target: Plan, parent: Parent) -> None:
        scope = target.table.scope(self._view)
        if scope is None:
            return
        self._parents.add(parent.level)
        if isinstance(asked.relation, One):
            self._add_rows(target, self._make.one_of_each(target, scope, parent), (*target.asked,))
        else:
            order = target.table.orders[asked.relation.order or target.table.order]
            sql = self._make.all_of_each(target, scope, asked.relation, order, parent)
            names = _ordered(order_names(order), down=order.descending)
            self._add_rows(target, sql, (PARENT, *target.asked), f"{PARENT}, {names}")
        self._below(target)

    def _pages(self, asked: PagedPlan, parent: Parent) -> None:
        page, relation, shape = asked.page, asked.relation, self._shapes[asked.page.rows.index]
        scope = page.rows.table.scope(self._view)
        if scope is None or shape.filters is None:
            return
        self._parents.add(parent.level)
        if page.wants_rows:
            self._add_page(page, self._make.page_of_each(page, scope, shape, relation, parent), shape, PARENT)
        if page.wants_total:
            sql = self._make.count_of_each(page, scope, shape, relation, parent)
            self._add(totals_of(page), sql, (PARENT, TOTAL))

    def _add_page(self, page: PagePlan, sql: str, shape: PageShape, *first: str) -> None:
        names = order_names(page.rows.table.orders[shape.order])
        places = tuple(name for name in names if name not in page.rows.asked) if page.wants_places else ()
        order = ", ".join((*first, _ordered(names, down=shape.runs_down)))
        self._add_rows(page.rows, sql, (*first, *page.rows.asked, *places), order)
        self._below(page.rows)

    def _add_rows(self, plan: Plan, sql: str, columns: tuple[str, ...], order: str = "") -> None:
        self._add(rows_of(plan), sql, columns, plan.truths, order)

    def _add(
        self, name: str, sql: str, columns: tuple[str, ...], truths: frozenset[str] = frozenset(), order: str = ""
    ) -> None:
        self._sql[name] = sql
        self._levels.append(Level(name, columns, truths, order))

    def _statement(self) -> Statement:
        finish = _as_arrays if self._make.dialect.name == "postgres" else _as_rows
        sql = finish(self._levels, self._sql, self._parents) if self._levels else ""
        return Statement(sql, self._slots.names, tuple(self._levels))


def _ordered(names: tuple[str, ...], *, down: bool) -> str:
    return ", ".join(name + " DESC" * down for name in names)


def _as_arrays(levels: list[Level], sql: Mapping[str, str], parents: set[str]) -> str:
    """One row, in which each column of each level is an array."""
    made = ", ".join(f"{level.name} AS MATERIALIZED ({sql[level.name]})" for level in levels if level.name in parents)
    gathered = []
    for level in levels:
        columns = ", ".join(f"{level.gathered(name)} AS {level.name}_{name}" for name in level.columns)
        source = level.name if level.name in parents else f"({sql[level.name]}) AS {level.name}"
        gathered.append(f"(SELECT {columns} FROM {source}) AS of_{level.name}")
    return f"{made and f'WITH {made} '}SELECT * FROM {', '.join(gathered)}"


def _as_rows(levels: list[Level], sql: Mapping[str, str], _parents: set[str]) -> str:
    """The rows of all levels, each with the number of its level and its own in it.

    They are not sorted by these: SQLite would do it a second time, with all the columns in hand, which takes as long as
    all the rest.
    """
    made = ", ".join(f"{level.name} AS MATERIALIZED ({sql[level.name]})" for level in levels)
    width = max(len(level.columns) for level in levels)
    arms = []
    for number, level in enumerate(levels):
        place = f"row_number() OVER (ORDER BY {level.order})" if level.order else "0"
        columns = ", ".join((*level.columns, *["NULL"] * (width - len(level.columns))))
        arms.append(f"SELECT {number}, {place}, {columns} FROM {level.name}")
    return f"WITH {made} {' UNION ALL '.join(arms)}"
