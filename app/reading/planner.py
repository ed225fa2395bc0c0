"""Makes plans from selections."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from app.reading.fields import Column, Computed, Fixed, Many, One, Paged
from app.reading.kinds import BOOL
from app.reading.plan import AnyRelationPlan, Asking, PagedPlan, PagePlan, Plan, Recipe, RelationPlan
from app.reading.selection import Selected, merged
from app.reading.table import Table
from app.reading.view import View


class Planner:
    """Makes the plan of one reading, for all views of one standing.

    A reading is `alone` where its statement is all that its answer reads: then it is all of one moment.
    """

    def __init__(self, tables: Mapping[str, Table], view: View, *, alone: bool = False) -> None:
        self._tables = tables
        self._view = view
        self._alone = alone
        self._indexes: Iterator[int] = count()

    def rows(self, table_name: str, selection: Iterable[Selected]) -> Plan:
        """The plan for rows of a table with these fields."""
        table = self._tables[table_name]
        selection = tuple(selection)
        return self._plan(table, [selected.name for selected in selection], [(None, selection)])

    def page(self, list_name: str, table_name: str, selected: Selected) -> PagePlan:
        """The plan for one page of a list of a table's rows."""
        table = self._tables[table_name]
        edges = selected.named("edges")
        page_info = selected.named("page_info")
        return PagePlan(
            list_name=list_name,
            arguments=selected.arguments,
            rows=self._nodes(table, edges),
            wants_rows=bool(edges or page_info),
            wants_places=any(edge.wants("cursor") for edge in edges)
            or any(info.wants("start_cursor", "end_cursor") for info in page_info),
            wants_more=any(info.wants("has_next_page", "has_previous_page") for info in page_info),
            wants_total=selected.wants("total_count"),
        )

    def _plan(
        self,
        table: Table,
        names: Iterable[str],
        below: Iterable[tuple[tuple[str, str] | None, Sequence[Selected]]],
    ) -> Plan:
        """The plan for these fields of a table; relations are looked for in `below`, and answered under those names."""
        index = next(self._indexes)
        asking = Asking()
        asking.name(table.key)
        columns: dict[str, Column] = {}
        fixed: dict[str, Any] = {}
        computed: dict[str, Computed] = {}
        shown = [name for name in names if not self._fixes(table, name, fixed)]
        for name in table.made_from(shown) if self._alone else table.with_needs(shown):
            field = table.field(name)
            if self._fixes(table, name, fixed):
                continue
            if isinstance(field, Column):
                columns[name] = field
            elif isinstance(field, Computed):
                computed[name] = field
        named = {
            name: asking.name(column.sql, column.joins, truth=column.kind is BOOL) for name, column in columns.items()
        }
        relations = tuple(
            self._relation(table, selected, under, asking)
            for under, selection in below
            for selected in selection
            if isinstance(table.field(selected.name), One | Many | Paged)
        )
        recipes = {name: _recipe(table, name, columns, fixed, computed) for name in computed}
        return Plan(index, table, columns, fixed, computed, recipes, relations, asking.expressions, named)

    def _fixes(self, table: Table, name: str, fixed: dict[str, Any]) -> bool:
        """Whether a value is fixed, or the view may not see it; what it sees instead is noted."""
        field = table.field(name)
        if isinstance(field, Fixed):
            fixed[name] = field.value(self._view)
        elif isinstance(field, Column | Computed) and not field.visible(self._view):
            fixed[name] = field.hidden
        else:
            return False
        return True

    def _nodes(self, table: Table, edges: Sequence[Selected]) -> Plan:
        """All that is asked for of a page's rows, under whatever names."""
        asked = [((edge.key, node.key), node.of(table.row.type_name)) for edge in edges for node in edge.named("node")]
        names = [field.name for _, below in asked for field in below]
        together = merged(below for _, below in asked)
        return self._plan(table, names, asked if together is None else [(None, together)])

    def _relation(
        self, table: Table, selected: Selected, under: tuple[str, str] | None, asking: Asking
    ) -> AnyRelationPlan:
        field = table.field(selected.name)
        key = selected.key if under is None else (*under, selected.key)
        assert isinstance(field, One | Many | Paged)
        if isinstance(field, Paged):
            link = asking.name(field.here, field.joins)
            return PagedPlan(key, field, link, self.page(field.name, field.target, selected))
        if not field.visible(self._view):
            return RelationPlan(key, field, "", None)
        below = selected.of(self._tables[field.target].row.type_name)
        return RelationPlan(key, field, asking.name(field.here, field.joins), self.rows(field.target, below))


def _recipe(
    table: Table,
    name: str,
    columns: Mapping[str, Column],
    fixed: Mapping[str, Any],
    computed: Mapping[str, Computed],
) -> Recipe:
    fields = table.made_from([name])
    return Recipe(
        tuple(each for each in fields if each in columns),
        {each: fixed[each] for each in fields if each in fixed},
        tuple((each, computed[each]) for each in fields if each in computed),
        all(computed[each].pure for each in fields if each in computed),
    )
