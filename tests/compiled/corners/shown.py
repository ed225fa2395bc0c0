"""The types of the schema full of corners."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError

from resolvers.context import Info
from resolvers.reading import related
from schema.connection import After, Before, Connection, CountedConnection, Edge, First, Last
from schema.enums import Direction
from schema.fields import shown_as
from schema.registry import shows
from tests.compiled.corners.values import Box, Colour, Disc, FaultyRow, LinkRow, ShelfRow, ThingRow

strawberry.enum(Colour)


@strawberry.enum
class ThingOrder(StrEnum):
    NUMBER = "NUMBER"
    MOMENT = "MOMENT"
    SHELF = "SHELF"


@strawberry.interface
class Shape:
    size: float = strawberry.field(resolver=lambda root: root.radius if isinstance(root, Disc) else 1)


@shows(Disc, description="")
class ShownDisc(Shape):
    radius: float

    @strawberry.field
    def language(self, info: Info) -> str:
        return f'"{info.context.locale}"'


@shows(Box, description="")
class ShownBox(Shape):
    sides: list[list[int]]
    inner: ShownDisc | None


DiscOrBox = Annotated[ShownDisc | ShownBox, strawberry.union("DiscOrBox")]
Anything = Annotated["Thing | Shelf | Faulty", strawberry.union("Anything")]


@strawberry.interface
class Entity:
    id: strawberry.ID


@strawberry.interface
class Named(Entity):
    name: str


@strawberry.input
class ThingFilter:
    text: str | None = strawberry.UNSET
    colours: list[Colour] | None = strawberry.field(default_factory=list)
    flag: bool | None = None


def keyword(name: str) -> Any:
    """A field whose name no attribute can have where it is written."""
    return strawberry.field(name=name, resolver=lambda root: getattr(root, name.lower()), graphql_type=str | None)


@shows(ThingRow, description="")
class Thing(Named):
    text: str
    maybe_text: str | None
    number: int
    maybe_number: int | None
    as_float: float
    as_text: str
    ratio: float
    maybe_ratio: float | None
    flag: bool
    maybe_flag: bool | None
    moment: datetime
    maybe_moment: datetime | None
    colour: Colour
    maybe_colour: Colour | None
    colours: list[Colour]
    maybe_colours: list[Colour | None] | None
    matrix: list[list[int]]
    maybe_matrix: list[list[str | None] | None] | None
    hex: str
    class_: str | None = keyword("class")
    lambda_: str | None = keyword("lambda")
    none_: str | None = keyword("None")
    self: str | None
    exec: str | None
    k: str | None
    up: str | None
    c0: str | None
    o0: str | None
    l0: str | None
    total: str | None
    edges: str | None
    shelf_name: str
    text_above: str | None
    first_read: str | None
    on_shelf: int
    hidden_text: str
    hidden_number: int | None
    hidden_colours: list[Colour]
    hidden_label: str
    from_hidden: str
    label: str
    fixed: str | None
    of_fixed: str
    colour_of: Colour
    deep: list[list[str | None]]
    seldom: int | None
    portal: bool
    shelf: "Shelf" = strawberry.field(resolver=related)
    place: Named | None = strawberry.field(resolver=related)
    parent: "Thing | None" = strawberry.field(resolver=related)
    any_parent: Anything | None = strawberry.field(resolver=related)
    children: list["Thing"] = strawberry.field(resolver=related)
    twins: list["Thing | None"] | None = strawberry.field(resolver=related)
    neighbours: list[Named] = strawberry.field(resolver=related)
    hidden_parent: "Thing | None" = strawberry.field(resolver=related)
    hidden_children: list["Thing"] = strawberry.field(resolver=related)
    links: list["Link"] = strawberry.field(resolver=related)
    disc: ShownDisc
    boxes: list[DiscOrBox | None] | None

    @shown_as("LinkConnection", "")
    def some_links(self, info: Info, first: First = None) -> Any:
        return related(self, info)

    @strawberry.field
    def loud(self) -> str:
        return self.text.upper()

    @strawberry.field
    def sizes(self) -> list[list[float | None] | None]:
        return [[self.ratio, None], None, [float(number) for row in self.matrix for number in row], []]

    @strawberry.field
    def greeting(self, info: Info) -> str | None:
        return f"{info.context.locale} {self.hidden_label}" if len(self.hidden_label) % 2 else None

    @shown_as(list[DiscOrBox], "")
    def shapes(self) -> Any:
        disc = Disc(self.ratio)
        return [disc, Box([[self.number], []], disc), Box([], None)][: self.number % 4]

    @shown_as("ThingConnection", "")
    def tree(
        self,
        info: Info,
        first: First = 2,
        after: After = strawberry.UNSET,
        filter: ThingFilter | None = strawberry.UNSET,
    ) -> Any:
        return related(self, info)


@shows(ShelfRow, description="")
class Shelf(Named):
    size: int | None
    best: Thing | None = strawberry.field(resolver=related)
    all_things: list[Thing] | None = strawberry.field(resolver=related)

    @shown_as("ThingConnection", "")
    def things(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = None,
        last: Last = strawberry.UNSET,
        before: Before = None,
        filter: ThingFilter | None = strawberry.UNSET,
        order_by: ThingOrder = ThingOrder.MOMENT,
        direction: Direction | None = None,
    ) -> Any:
        return related(self, info)

    @shown_as("NamedConnection | None", "")
    def named(self, info: Info, last: int = 3, direction: Direction = Direction.DESC) -> Any:
        return related(self, info)


@shows(LinkRow, description="")
class Link:
    left: Thing | None = strawberry.field(resolver=related)
    right: Entity | None = strawberry.field(resolver=related)
    others: list["Link"] = strawberry.field(resolver=related)
    back: list["Link"] = strawberry.field(resolver=related)
    shelves: list[Shelf] = strawberry.field(resolver=related)


@shows(FaultyRow, description="")
class Faulty(Entity):
    """Much of it can't be answered, of some rows."""

    big: int | None
    required: str
    required_colour: Colour
    required_items: list[list[str]]
    required_label: str
    maybe: str | None
    infinite: float | None
    no_colour: Colour | None
    no_list: list[str] | None
    hidden: str
    parent: "Faulty" = strawberry.field(resolver=related)

    @strawberry.field
    def refused(self) -> str | None:
        if self.maybe is None:
            raise GraphQLError("refused")
        return self.maybe


@strawberry.type
class ThingEdge(Edge):
    node: Thing


@strawberry.type
class ThingConnection(CountedConnection):
    edges: list[ThingEdge]


@strawberry.type
class LinkEdge(Edge):
    node: Link


@strawberry.type
class LinkConnection(CountedConnection):
    edges: list[LinkEdge]


@strawberry.type
class NamedEdge(Edge):
    node: Named


@strawberry.type
class NamedConnection(Connection):
    edges: list[NamedEdge]
