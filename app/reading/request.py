"""What a request adds to a plan: the pages it asks for, and the values of its statement.

Every argument, however deep, is checked here, before a statement runs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.reading.fields import Condition, Finding
from app.reading.page import PageRequest
from app.reading.plan import PagedPlan, PagePlan, Plan
from app.reading.selection import given
from app.reading.view import View


@dataclass(frozen=True, slots=True)
class FilterShape:
    """A filter's condition without its values, of which it has the names."""

    sql: str
    joins: tuple[str, ...]
    names: tuple[str, ...]
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class PageShape:
    """What of a page's arguments shows in the text of a statement. `filters` is None where nothing can be found."""

    order: str
    descending: bool
    backwards: bool
    after: bool
    before: bool
    filters: "tuple[FilterShape, ...] | None"

    @property
    def runs_down(self) -> bool:
        """Which way the statement runs: the last page of a list is the first one of the list turned round."""
        return self.descending != self.backwards


def pages_of(plan: Plan) -> Iterator[PagePlan]:
    """The pages that are asked for of a plan's rows, and of all that these lead to."""
    for relation in plan.relations:
        if isinstance(relation, PagedPlan):
            yield relation.page
            yield from pages_of(relation.page.rows)
        elif relation.target is not None:
            yield from pages_of(relation.target)


class Request:
    """One request to read by a plan.

    `shapes` and `pages` are those of the plan's pages, by the index of the plan of their rows.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.values: dict[str, Any] = dict(view.values)
        self.shapes: dict[int, PageShape] = {}
        self.pages: dict[int, PageRequest] = {}

    def add_condition(self, condition: Condition) -> None:
        """Adds the values of a condition on the rows that are read first."""
        for name, value in condition.values.items():
            self.values[CONDITION + name] = value

    def add_page(self, plan: PagePlan, variables: Any) -> None:
        """Adds a page, with the arguments that these variables make.

        Raises:
            ArgumentError: An argument is wrong.
        """
        index, table = plan.rows.index, plan.rows.table
        arguments = given(plan.arguments, variables)
        page = PageRequest.of(plan.list_name, table, arguments)
        filters = self._filters(plan, arguments.get("filter") or {})
        self.pages[index] = page
        self.values[size_of(index)] = page.size + 1 if plan.wants_more else page.size
        for prefix, place in ((after_of(index), page.after), (before_of(index), page.before)):
            for number, value in enumerate(place.values if place is not None else ()):
                self.values[f"{prefix}{number}"] = value
        self.shapes[index] = PageShape(
            page.ordering.order,
            page.ordering.descending,
            page.backwards,
            page.after is not None,
            page.before is not None,
            filters,
        )

    def _filters(self, plan: PagePlan, wanted: Mapping[str, Any]) -> tuple[FilterShape, ...] | None:
        found: list[FilterShape] = []
        for name, value in wanted.items():
            if value is None:
                continue
            condition = plan.rows.table.filters[name](value, self.view)
            if condition is None:
                return None
            prefix = filter_of(plan.rows.index, len(found))
            for own, bound in condition.values.items():
                self.values[prefix + own] = bound
            found.append(FilterShape(condition.sql, condition.joins, tuple(condition.values), condition.finding))
        return tuple(found)


CONDITION = "if_"


def size_of(index: int) -> str:
    """The name of a page's size among a request's values."""
    return f"size{index}"


def after_of(index: int) -> str:
    """What the names of the values of a page's `after` begin with."""
    return f"after{index}_"


def before_of(index: int) -> str:
    """What the names of the values of a page's `before` begin with."""
    return f"before{index}_"


def filter_of(index: int, number: int) -> str:
    """What the names of the values of a page's filter begin with."""
    return f"filter{index}_{number}_"
