"""What can be asked of the tables full of corners: the questions, the query, and the schema that both make."""

from collections.abc import Mapping
from datetime import datetime
from itertools import chain
from typing import Any, Final, cast

import strawberry
from strawberry.schema.config import StrawberryConfig

from app import ids
from app.reading import Condition, Reading
from app.reading.selection import given
from app.services.caller import ADMINS, Caller, Nobody, anybody, require, somebody, with_role
from app.services.questions import Asked, One, PageOf, Question, Rows
from resolvers.context import Info
from resolvers.selection import selected
from schema import Limits, Schema
from schema.compiled.documents import CompiledDocuments
from schema.compiled.query import Askable
from schema.connection import After, Before, First, Last
from schema.enums import Direction
from schema.fields import shown_as
from schema.operations import Documents, ReadDocuments
from schema.scalars import DATE_TIME
from tests.compiled.corners.shown import (
    Anything,
    DiscOrBox,
    Entity,
    Faulty,
    Link,
    Named,
    NamedConnection,
    Shape,
    Shelf,
    ShownBox,
    ShownDisc,
    Thing,
    ThingConnection,
    ThingFilter,
    ThingOrder,
)
from tests.compiled.corners.tables import TABLES
from tests.compiled.corners.values import Box, Colour, Disc
from tests.schema.running import UNBOUNDED

Arguments = Mapping[str, Any]


def _coded(code: str) -> One:
    return One("Thing", Condition("thing.code = :code", values={"code": code}))


def _anything(caller: Caller, arguments: Arguments) -> Asked | None:
    """A thing by its code, something faulty by its public id, a shelf by its number."""
    id: str = arguments["id"]
    faulty = ids.key_of(id, "Faulty")
    if faulty is not None:
        return One("Faulty", Condition("thing.id = :key", values={"key": faulty}), faulty)
    if id.isascii() and id.isdecimal() and len(id) < 9:
        return One("Shelf", Condition("shelf.id = :key", values={"key": int(id)}))
    return _coded(id) if "\0" not in id else None


def _thing(caller: Caller, arguments: Arguments) -> Asked | None:
    return None if isinstance(caller, Nobody) and arguments["code"] == "x" else _coded(arguments["code"])


def _shelves(caller: Caller, arguments: Arguments) -> Rows:
    """Those with a thing for which all that is given holds, and of one of these sizes."""
    where, among = arguments.get("where") or {}, arguments.get("among")
    parts, values = [], {}
    if where.get("colour") is not None:
        parts.append("EXISTS (SELECT 1 FROM thing WHERE thing.shelf_id = shelf.id AND thing.colour = :colour)")
        values["colour"] = where["colour"].name
    if where.get("least") is not None:
        parts.append("EXISTS (SELECT 1 FROM thing WHERE thing.shelf_id = shelf.id AND thing.number >= :least)")
        values["least"] = round(max(-9.0, min(where["least"], 9.0)))
    if where.get("since") is not None:
        parts.append("EXISTS (SELECT 1 FROM thing WHERE thing.shelf_id = shelf.id AND thing.moment >= :since)")
        values["since"] = where["since"]
    if where.get("but") is not None and where["but"].get("colour") is not None:
        parts.append("shelf.name <> :but")
        values["but"] = where["but"]["colour"].name
    if among is not None:
        sizes = {f"size{number}": size for number, size in enumerate(chain(*among)) if size is not None}
        parts.append(f"shelf.size IN ({', '.join(f':{name}' for name in sizes)})" if sizes else "FALSE")
        values |= sizes
    return Rows("Shelf", Condition(" AND ".join(parts), values=values) if parts else None)


QUESTIONS: Final[Mapping[str, Question]] = {
    "anything": Question(anybody, _anything),
    "named": Question(anybody, _anything),
    "entity": Question(anybody, _anything),
    "thing": Question(anybody, _thing),
    "mustThing": Question(anybody, _thing),
    "shelves": Question(anybody, _shelves),
    "links": Question(anybody, lambda caller, arguments: Rows("Link")),
    "nodes": Question(somebody, lambda caller, arguments: Rows("Thing", Condition("thing.flag"))),
    "faulty": Question(anybody, lambda caller, arguments: Rows("Faulty")),
    "secrets": Question(with_role(ADMINS), lambda caller, arguments: Rows("Thing")),
    "things": Question(anybody, lambda caller, arguments: PageOf("things", "Thing")),
    "namedThings": Question(anybody, lambda caller, arguments: PageOf("namedThings", "Thing")),
}


async def ask(info: Info, question: str) -> Any:
    """The answer to a question, as stock execution reads it."""
    context, field, wanted = info.context, selected(info), QUESTIONS[question]
    require(wanted.right, context.caller)
    reading, view = Reading(TABLES, context.services.resources.database), context.reader.view_of(context.caller)
    match wanted.asked(context.caller, given(field.arguments, None)):
        case One(table=table, condition=condition):
            return await reading.one(table, field.of(TABLES[table].row.type_name), view, condition)
        case Rows(table=table, condition=condition):
            return await reading.all(table, field.of(TABLES[table].row.type_name), view, condition)
        case PageOf(list_name=list_name, table=table):
            return await reading.page(list_name, table, field, view)
        case None:
            return None


@strawberry.input
class ShelvesWhere:
    colour: Colour | None = Colour.RED
    least: float | None = None
    since: datetime | None = strawberry.UNSET
    but: "ShelvesWhere | None" = strawberry.UNSET


SECOND: Final = strawberry.ID("2")
HIGH: Final = cast(ShelvesWhere, {"least": 2.5})
"""A default, as GraphQL keeps it."""


@strawberry.type
class Query:
    @shown_as(Anything | None, "")
    async def anything(self, info: Info, id: strawberry.ID) -> object:
        return await ask(info, "anything")

    @shown_as(Named | None, "")
    async def named(self, info: Info, id: strawberry.ID = SECOND) -> object:
        return await ask(info, "named")

    @shown_as(Entity, "")
    async def entity(self, info: Info, id: strawberry.ID) -> object:
        return await ask(info, "entity")

    @shown_as(Thing | None, "")
    async def thing(self, info: Info, code: str = 'T0"') -> object:
        return await ask(info, "thing")

    @shown_as(Thing, "")
    async def must_thing(self, info: Info, code: strawberry.ID) -> object:
        return await ask(info, "mustThing")

    @shown_as(list[Shelf | None], "")
    async def shelves(
        self,
        info: Info,
        where: ShelvesWhere | None = HIGH,
        among: list[list[int | None]] | None = None,
    ) -> object:
        return await ask(info, "shelves")

    @shown_as(list[Link] | None, "")
    async def links(self, info: Info) -> object:
        return await ask(info, "links")

    @shown_as(list[Entity], "")
    async def nodes(self, info: Info) -> object:
        return await ask(info, "nodes")

    @shown_as(list[Faulty | None] | None, "")
    async def faulty(self, info: Info) -> object:
        return await ask(info, "faulty")

    @shown_as(list[Anything] | None, "")
    async def secrets(self, info: Info) -> object:
        return await ask(info, "secrets")

    @shown_as(ThingConnection, "")
    async def things(
        self,
        info: Info,
        first: First = None,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: ThingFilter | None = None,
        order_by: ThingOrder | None = strawberry.UNSET,
        direction: Direction = Direction.ASC,
    ) -> object:
        return await ask(info, "things")

    @shown_as(NamedConnection | None, "")
    async def named_things(self, info: Info, last: int = 5, before: Before = strawberry.UNSET) -> object:
        return await ask(info, "namedThings")

    @shown_as(list[Shape | None] | None, "")
    def shapes(self) -> object:
        return [Disc(0.5), None, Box([[1], []], Disc(1e300))]

    @shown_as(DiscOrBox, "")
    def shape(self) -> object:
        return Box([[2**31 - 1, -(2**31)]], None)

    @strawberry.field
    def echo(self, text: str = "x") -> str:
        return text

    @strawberry.field
    async def later(self) -> str:
        return "later"


def create_schema(limits: Limits) -> Schema:
    """The schema, with its compiled documents."""
    documents = Documents(introspection=True, limits=limits)
    schema = Schema(
        query=Query,
        types=[ShownDisc, ShownBox, Faulty],
        config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
        extensions=[lambda: ReadDocuments(documents)],
    )
    schema.compiled = CompiledDocuments(schema._schema, Askable(TABLES, QUESTIONS), documents)
    return schema


SCHEMA: Final = create_schema(UNBOUNDED)
