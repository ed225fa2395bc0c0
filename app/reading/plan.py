"""What is to be read, made from a selection and the tables: columns, relations and pages.

A plan holds no SQL but the tables' own and no value of a request, so it is made once for all views of one standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.reading.fields import Column, Computed, Many, One, Paged
from app.reading.rows import AnswerKey
from app.reading.selection import Arguments
from app.reading.table import Table

KEY = "k"
"""The name under which statements answer the keys of rows."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a table's, and the joins that it needs; whether it is a truth value."""

    sql: str
    joins: tuple[str, ...] = ()
    truth: bool = False


@dataclass(frozen=True, slots=True)
class RelationPlan:
    """A relation that was asked for, and the column that it begins from. Without a target the view may not see it."""

    key: AnswerKey
    relation: One | Many
    link: str
    target: "Plan | None"


@dataclass(frozen=True, slots=True)
class PagedPlan:
    """A page of related rows for each row, and the column that holds whose they are."""

    key: AnswerKey
    relation: Paged
    link: str
    page: "PagePlan"


AnyRelationPlan = RelationPlan | PagedPlan


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a field is made from: columns, values that are fixed, and other fields before it; and whether it is made
    from these alone."""

    columns: tuple[str, ...]
    fixed: Mapping[str, Any]
    computed: tuple[tuple[str, Computed], ...]
    pure: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is read of a table's rows: columns from the database, values worked out here, and what is related.

    `fixed` are the values of fields that are the same in all rows, or hidden from the view. `recipes`
    are those of the computed ones. `asked` are the expressions that a statement answers,
    each once, by the names that they have in it; `names` says which of them is a field's. `index` tells the plans of
    one reading apart.
    """

    index: int
    table: Table
    columns: Mapping[str, Column]
    fixed: Mapping[str, Any]
    computed: Mapping[str, Computed]
    recipes: Mapping[str, Recipe]
    relations: tuple[AnyRelationPlan, ...]
    asked: Mapping[str, Expression]
    names: Mapping[str, str]

    @property
    def truths(self) -> frozenset[str]:
        """The names of the expressions that are true or false."""
        return frozenset(name for name, expression in self.asked.items() if expression.truth)


@dataclass(frozen=True, slots=True, eq=False)
class PagePlan:
    """One page of a list. Rows, their places, whether there are more, and the count are only read if asked for."""

    list_name: str
    arguments: Mapping[str, Any] | Arguments
    rows: Plan
    wants_rows: bool
    wants_places: bool
    wants_more: bool
    wants_total: bool


@dataclass(slots=True)
class Asking:
    """The expressions that a statement is going to answer of one table's rows, and what they are called."""

    expressions: dict[str, Expression] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def name(self, sql: str, joins: tuple[str, ...] = (), *, truth: bool = False) -> str:
        """The name of an expression, which is asked for from now on."""
        if sql not in self._names:
            name = f"c{len(self._names)}" if self._names else KEY
            self._names[sql] = name
            self.expressions[name] = Expression(sql, joins, truth)
        return self._names[sql]
