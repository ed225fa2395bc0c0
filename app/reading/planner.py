"""Makes plans from selections."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.reading.fields import Column, Computed, Condition, Many, One, Paged
from app.reading.page import PageRequest
from app.reading.plan import AnyRelationPlan, PagedPlan, PagePlan, Plan, RelationPlan
from app.reading.selection import Selected, merged
from app.reading.table import Table
from app.reading.view import View


class Planner:
    """Makes the plans of one view."""

    def __init__(self, tables: Mapping[str, Table], view: View) -> None:
        self._tables = tables
        self._view = view

    def rows(self, table_name: str, selection: Iterable[Selected]) -> Plan:
        """The plan for rows of a table with these fields.

        Raises:
            ArgumentError: An argument of a list below is wrong.
        """
        table = self._tables[table_name]
        selection = tuple(selection)
        return self._plan(table, [selected.name for selected in selection], self._relations(table, selection))

    def page(self, list_name: str, table_name: str, selected: Selected) -> PagePlan:
        """The plan for one page of a list of a table's rows.

        Raises:
            ArgumentError: An argument, of this list or of one below, is wrong.
        """
        table = self._tables[table_name]
        edges = selected.named("edges")
        page_info = selected.named("page_info")
        return PagePlan(
            request=PageRequest.of(list_name, table, selected.arguments),
            filters=self._filters(table, selected.arguments.get("filter") or {}),
            rows=self._nodes(table, edges),
            wants_rows=bool(edges or page_info),
            wants_places=any(edge.wants("cursor") for edge in edges)
            or any(info.wants("start_cursor", "end_cursor") for info in page_info),
            wants_total=selected.wants("total_count"),
        )

    def _plan(self, table: Table, names: Iterable[str], relations: tuple[AnyRelationPlan, ...]) -> Plan:
        columns: dict[str, Column] = {}
        hidden: dict[str, Any] = {}
        computed: dict[str, Computed] = {}
        shown = [name for name in names if not self._hides(table, name, hidden)]
        for name in table.with_needs(shown):
            field = table.field(name)
            if self._hides(table, name, hidden):
                continue
            if isinstance(field, Column):
                columns[name] = field
            elif isinstance(field, Computed):
                computed[name] = field
        links: dict[str, str] = {}
        for plan in relations:
            if isinstance(plan, PagedPlan) or plan.target is not None:
                links.setdefault(plan.relation.here, f"_link{len(links)}")
        return Plan(table, columns, hidden, computed, relations, links)

    def _hides(self, table: Table, name: str, hidden: dict[str, Any]) -> bool:
        """Whether the view may not see a value; what it sees instead is noted."""
        field = table.field(name)
        if not isinstance(field, Column | Computed) or field.visible(self._view):
            return False
        hidden[name] = field.hidden
        return True

    def _nodes(self, table: Table, edges: Sequence[Selected]) -> Plan:
        """All that is asked for of a page's rows, under whatever names."""
        asked = [((edge.key, node.key), node.of(table.row.type_name)) for edge in edges for node in edge.named("node")]
        names = [field.name for _, below in asked for field in below]
        together = merged(below for _, below in asked)
        if together is not None:
            return self._plan(table, names, self._relations(table, together))
        apart = [relation for under, below in asked for relation in self._relations(table, below, under)]
        return self._plan(table, names, tuple(apart))

    def _relations(
        self, table: Table, selection: Sequence[Selected], under: tuple[str, str] | None = None
    ) -> tuple[AnyRelationPlan, ...]:
        plans: list[AnyRelationPlan] = []
        for selected in selection:
            field = table.field(selected.name)
            key = selected.key if under is None else (*under, selected.key)
            if isinstance(field, Paged):
                plans.append(PagedPlan(key, field, self.page(field.name, field.target, selected)))
            elif isinstance(field, One | Many):
                below = selected.of(self._tables[field.target].row.type_name)
                plan = self.rows(field.target, below) if field.visible(self._view) else None
                plans.append(RelationPlan(key, field, plan))
        return tuple(plans)

    def _filters(self, table: Table, given: Mapping[str, Any]) -> tuple[Condition, ...] | None:
        conditions: list[Condition] = []
        for name, value in given.items():
            if value is None:
                continue
            condition = table.filters[name](value, self._view)
            if condition is None:
                return None
            conditions.append(condition)
        return tuple(conditions)
