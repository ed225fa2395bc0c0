"""What is to be read, made from a selection and the tables: columns, relations and pages.

A plan holds no SQL but the tables' own, and nothing is read while one is made. Every argument, however deep, is checked
then, so that no statement runs for a selection that is going to be refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.reading.fields import Column, Computed, Condition, Many, One, Paged
from app.reading.page import PageRequest
from app.reading.rows import AnswerKey
from app.reading.table import Table


@dataclass(frozen=True, slots=True)
class RelationPlan:
    """A relation that was asked for. It is empty where the view may not see it."""

    key: AnswerKey
    relation: One | Many
    target: "Plan | None"


@dataclass(frozen=True, slots=True)
class PagedPlan:
    """A page of related rows for each row."""

    key: AnswerKey
    relation: Paged
    page: "PagePlan"


AnyRelationPlan = RelationPlan | PagedPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read of a table's rows: columns from the database, values worked out here, and what is related.

    `hidden` are the values of fields that the view may not see. `links` are the expressions that relations begin from,
    each once, with the name under which the statement answers it.
    """

    table: Table
    columns: Mapping[str, Column]
    hidden: Mapping[str, Any]
    computed: Mapping[str, Computed]
    relations: tuple[AnyRelationPlan, ...]
    links: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PagePlan:
    """One page of a list.

    `filters` is None where they leave nothing to find. Rows, their places in the list, and the count are only read
    where they were asked for.
    """

    request: PageRequest
    filters: tuple[Condition, ...] | None
    rows: Plan
    wants_rows: bool
    wants_places: bool
    wants_total: bool
