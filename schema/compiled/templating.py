"""From what is selected of a table's rows to the templates that make it, and what is to be read for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails

from app.reading import Column, Computed, Fixed, Many, One, Paged, Table
from app.reading.plan import PagedPlan, PagePlan, Plan
from app.reading.templates import Constant, Edges, Made, PagePart, Part, Relation, Template, Text, Value
from resolvers.selection import Selections, snake
from schema.compiled.completing import Completing, NotCompilable, has_resolver

Nodes: TypeAlias = list[FieldDetails]
Under: TypeAlias = tuple[str, str] | None

AS_THEY_COME: Final = frozenset(
    {("text", "String"), ("text", "ID"), ("public id", "ID"), ("bool", "Boolean"), ("hex", "String")}
)
"""The kinds of column whose values a GraphQL type takes as they are."""

_PAGE_INFO: Final = {
    "hasNextPage": PagePart.HAS_NEXT,
    "hasPreviousPage": PagePart.HAS_PREVIOUS,
    "startCursor": PagePart.START_CURSOR,
    "endCursor": PagePart.END_CURSOR,
}


@dataclass(slots=True)
class Templates:
    """The template for a table's rows or for pages of them, and those for what these lead to, by answer name."""

    rows: Template | None = None
    page: Template | None = None
    below: dict[Any, "Templates"] = field(default_factory=dict)

    def by_plan(self, plan: Plan | PagePlan, rows: dict[int, Template], pages: dict[int, Template]) -> None:
        """Files the templates by the indexes of the plans whose rows and pages they make."""
        if isinstance(plan, PagePlan):
            assert self.page is not None
            pages[plan.rows.index] = self.page
            plan = plan.rows
        elif self.rows is not None:
            rows[plan.index] = self.rows
        for asked in plan.relations:
            target = asked.page if isinstance(asked, PagedPlan) else asked.target
            if target is not None:
                self.below[asked.key].by_plan(target, rows, pages)


class Templating:
    """Makes the templates of one operation."""

    def __init__(self, selections: Selections, tables: Mapping[str, Table]) -> None:
        self._selections = selections
        self._tables = tables
        self._completing = Completing(selections)

    def of_rows(self, table: str, kind: GraphQLOutputType, nodes: Nodes) -> Templates:
        """The template for rows of a table that are shown as a type, of which this is selected.

        Raises:
            NotCompilable: Something of it can only be executed.
        """
        made = Templates()
        made.rows = Template(self._row(self._tables[table], kind, nodes, made, None))
        return made

    def of_page(self, table: str, kind: GraphQLOutputType, nodes: Nodes) -> Templates:
        """The template for a page of a table's rows.

        Raises:
            NotCompilable: Something of it can only be executed.
        """
        made = Templates()
        connection = _object(kind)
        parts: dict[str, Part] = {}
        for key, details in self._selections.below(connection, nodes).items():
            match details[0].node.name.value:
                case "__typename":
                    parts[key] = Constant(connection.name)
                case "edges":
                    edges = connection.fields["edges"]
                    parts[key] = Edges(Template(self._edge(table, key, edges, details, made)))
                case "pageInfo":
                    parts[key] = self._page_info(connection.fields["pageInfo"], details)
                case "totalCount":
                    parts[key] = PagePart.TOTAL
                case other:
                    raise NotCompilable(f"{connection.name}.{other}")
        made.page = Template(parts)
        return made

    def _edge(self, table: str, edges: str, definition: GraphQLField, nodes: Nodes, made: Templates) -> dict[str, Part]:
        edge = _object(definition.type)
        parts: dict[str, Part] = {}
        for key, details in self._selections.below(edge, nodes).items():
            match details[0].node.name.value:
                case "__typename":
                    parts[key] = Constant(edge.name)
                case "cursor":
                    parts[key] = PagePart.CURSOR
                case "node":
                    shown = edge.fields["node"].type
                    parts[key] = Template(self._row(self._tables[table], shown, details, made, (edges, key)))
                case other:
                    raise NotCompilable(f"{edge.name}.{other}")
        return parts

    def _page_info(self, definition: GraphQLField, nodes: Nodes) -> Template:
        info = _object(definition.type)
        parts: dict[str, Part] = {}
        for key, details in self._selections.below(info, nodes).items():
            name = details[0].node.name.value
            parts[key] = Constant(info.name) if name == "__typename" else _PAGE_INFO[name]
        return Template(parts)

    def _row(
        self, table: Table, shown: GraphQLOutputType, nodes: Nodes, made: Templates, under: Under
    ) -> dict[str, Part]:
        """What stands in a row's object; the templates of what the row is related to are noted in `made`."""
        kind = cast(GraphQLObjectType, self._selections.schema.type_map[table.row.type_name])
        if not self._may_be(get_named_type(shown), kind):
            raise NotCompilable(f"{kind.name} is shown as something else")
        parts: dict[str, Part] = {}
        for key, details in self._selections.below(kind, nodes).items():
            name = details[0].node.name.value
            if name == "__typename":
                parts[key] = Constant(kind.name)
                continue
            definition, found = kind.fields[name], table.field(snake(name))
            if isinstance(found, One | Many | Paged):
                below = self._related(found, definition, details)
                made.below.setdefault(key, below)
                if under is not None:
                    made.below[*under, key] = below
                many = isinstance(found, Many)
                parts[key] = Relation(key, is_non_null_type(definition.type), many, under)
            else:
                parts[key] = self._value(snake(name), found, definition, details)
        return parts

    def _may_be(self, shown: GraphQLNamedType, kind: GraphQLObjectType) -> bool:
        return shown is kind or (is_abstract_type(shown) and self._selections.schema.is_sub_type(shown, kind))

    def _related(self, relation: One | Many | Paged, definition: GraphQLField, nodes: Nodes) -> Templates:
        if isinstance(relation, Paged):
            return self.of_page(relation.target, definition.type, nodes)
        if _is_list(definition.type) is isinstance(relation, One):
            raise NotCompilable("a relation that is shown as something else")
        return self.of_rows(relation.target, definition.type, nodes)

    def _value(self, name: str, found: object, definition: GraphQLField, nodes: Nodes) -> Part:
        required = is_non_null_type(definition.type)
        if has_resolver(definition):
            return Made(name, required, self._completing.resolved(definition, nodes))
        if not isinstance(found, Column | Computed | Fixed):
            raise NotCompilable("a field that its resolver makes")
        kind = get_named_type(definition.type)
        if isinstance(found, Column) and not _is_list(definition.type) and (found.kind.name, kind.name) in AS_THEY_COME:
            return Text(name) if required and found.kind.insides is not None else Value(name, required)
        return Value(name, required, self._completing.of(definition.type, nodes))


def _object(kind: GraphQLOutputType) -> GraphQLObjectType:
    named = get_named_type(kind)
    if not isinstance(named, GraphQLObjectType):
        raise NotCompilable(f"{named.name} is several types")
    return named


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)
