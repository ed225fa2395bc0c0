"""Tables with a corner in every field: things that stand on shelves, are linked to one another, and may be faulty.

Staff see all of it, portal users a part, and nobody is shown less still.
"""

from collections.abc import Mapping
from typing import Any, Final

from app.reading import (
    BOOL,
    ENUM,
    ENUMS,
    EVERYTHING,
    INT,
    JSON,
    MOMENT,
    TEXT,
    ArgumentError,
    ArgumentFault,
    Basis,
    Column,
    Computed,
    Condition,
    Fixed,
    Join,
    Key,
    Many,
    One,
    Order,
    Paged,
    Table,
    View,
)
from app.services.tables.kinds import HEX, PUBLIC_ID
from app.services.tables.views import is_portal, is_staff
from tests.compiled.corners.values import FLOAT, Box, Colour, Disc, FaultyRow, LinkRow, ShelfRow, ThingRow


def _things(view: View) -> Condition:
    if is_staff(view):
        return EVERYTHING
    return Condition("thing.id % 3 <> :customer_id" if is_portal(view) else "thing.id < 6")


def _links(view: View) -> Condition | None:
    return Condition("link.id > 1") if is_portal(view) else EVERYTHING if is_staff(view) else None


def _text_is(value: Any, view: View) -> Condition | None:
    if value == "!":
        raise ArgumentError("filter.text", ArgumentFault.MALFORMED)
    return Condition("thing.text = :text", values={"text": value}) if value.isprintable() else None


def _colours_are(value: Any, view: View) -> Condition:
    if not value:
        return EVERYTHING
    names = {f"name{number}": colour.name for number, colour in enumerate(value)}
    return Condition(f"thing.colour IN ({', '.join(f':{name}' for name in names)})", values=names)


def _label(values: Mapping[str, Any], view: View) -> str:
    return f"{values['text']}/{values['number']}"


def _deep(values: Mapping[str, Any], view: View) -> list[list[Any]]:
    return [[values["label"], values["maybe_text"]], [], [colour.name for colour in values["colours"] or ()]]


def _seldom(values: Mapping[str, Any], view: View) -> int | None:
    return values["maybe_number"] if values["flag"] else None


def _boxes(values: Mapping[str, Any], view: View) -> list[Disc | Box | None] | None:
    number: int | None = values["maybe_number"]
    return None if number is None else [Box([[number]], values["disc"]), None, values["disc"]][: number % 4]


THING: Final = Table(
    row=ThingRow,
    source="thing",
    joins={
        "shelf": Join("JOIN shelf ON shelf.id = thing.shelf_id"),
        "above": Join("LEFT JOIN thing AS above ON above.id = thing.parent_id AND shelf.id > 0", needs=("shelf",)),
    },
    fields={
        "id": Column(TEXT, "thing.code"),
        "name": Column(TEXT, "thing.text"),
        "text": Column(TEXT, "thing.text"),
        "maybe_text": Column(TEXT, "thing.maybe_text"),
        "number": Column(INT, "thing.number"),
        "maybe_number": Column(INT, "thing.maybe_number"),
        "as_float": Column(INT, "thing.number"),
        "as_text": Computed(("ratio",), lambda values, view: values["ratio"]),
        "ratio": Column(FLOAT, "thing.ratio"),
        "maybe_ratio": Column(FLOAT, "thing.maybe_ratio"),
        "flag": Column(BOOL, "thing.flag"),
        "maybe_flag": Column(BOOL, "thing.maybe_flag"),
        "moment": Column(MOMENT, "thing.moment"),
        "maybe_moment": Column(MOMENT, "thing.maybe_moment"),
        "colour": Column(ENUM(Colour), "thing.colour"),
        "maybe_colour": Column(ENUM(Colour), "thing.maybe_colour"),
        "colours": Column(ENUMS(Colour), "thing.colours"),
        "maybe_colours": Column(ENUMS(Colour), "thing.maybe_colours"),
        "matrix": Column(JSON, "thing.matrix"),
        "maybe_matrix": Column(JSON, "thing.maybe_matrix"),
        "hex": Column(HEX, "thing.bytes"),
        # Names that stand for something else somewhere on the way.
        **{
            name: Column(TEXT, f"thing.maybe_text || '{name}'")
            for name in ("class", "lambda", "none", "self", "exec", "k", "up", "c0", "o0", "l0", "total", "edges")
        },
        "shelf_name": Column(TEXT, "shelf.name", joins=("shelf",)),
        "text_above": Column(TEXT, "above.text", joins=("above",)),
        "first_read": Column(TEXT, "shelf.name", joins=("shelf",), once="on_shelf"),
        "on_shelf": Column(INT, "thing.shelf_id"),
        "hidden_text": Column(TEXT, "thing.text", visible=is_staff, hidden='hidden "\u2028'),
        "hidden_number": Column(INT, "thing.number", visible=is_staff),
        "hidden_colours": Column(ENUMS(Colour), "thing.colours", visible=is_staff, hidden=()),
        "hidden_label": Computed(("label",), lambda values, view: values["label"], visible=is_staff, hidden="?"),
        "from_hidden": Computed(
            ("hidden_text", "hidden_number", "on_shelf"), lambda values, view: repr(sorted(values.items()))
        ),
        "label": Computed(("text", "number"), _label, pure=True),
        "fixed": Fixed(lambda view: "of portal users" if is_portal(view) else None),
        "of_fixed": Computed(("fixed", "hidden_text"), lambda values, view: str(values), pure=True),
        "deep": Computed(("label", "maybe_text", "colours"), _deep),
        "seldom": Computed(("flag", "maybe_number"), _seldom, pure=True),
        "colour_of": Computed(("number",), lambda values, view: [*Colour][values["number"] % 3], pure=True),
        "portal": Computed((), lambda values, view: is_portal(view)),
        "disc": Computed(("ratio",), lambda values, view: Disc(values["ratio"]), pure=True),
        "boxes": Computed(("maybe_number", "disc"), _boxes, pure=True),
        "loud": Basis(("text",)),
        "sizes": Basis(("ratio", "matrix", "deep")),
        "shapes": Basis(("number", "ratio")),
        "greeting": Basis(("hidden_label",)),
        "shelf": One("Shelf", "thing.shelf_id"),
        "place": One("Shelf", "thing.shelf_id"),
        "parent": One("Thing", "thing.parent_id"),
        "any_parent": One("Thing", "above.id", joins=("above",)),
        "children": Many("Thing", "thing.id", "thing.parent_id", order="NUMBER"),
        "twins": Many("Thing", "thing.maybe_text", "thing.maybe_text", but_itself=True),
        "neighbours": Many("Thing", "shelf.name", "shelf.name", ("shelf",), ("shelf",), but_itself=True),
        "tree": Paged("Thing.tree", "Thing", "thing.parent_id", "thing.parent_id"),
        "hidden_parent": One("Thing", "thing.parent_id", visible=is_staff),
        "hidden_children": Many("Thing", "thing.id", "thing.parent_id", visible=is_staff),
        "links": Many("Link", "thing.id", "link.left_id"),
        "some_links": Paged("Thing.someLinks", "Link", "thing.id", "link.left_id"),
    },
    scope=_things,
    order="NUMBER",
    orders={
        "NUMBER": Order((Key(INT, "thing.number"),)),
        "MOMENT": Order((Key(MOMENT, "thing.moment"),), descending=True),
        "SHELF": Order((Key(TEXT, "shelf.name"), Key(TEXT, "thing.text")), joins=("shelf",)),
    },
    filters={
        "text": _text_is,
        "colours": _colours_are,
        "flag": lambda value, view: Condition("thing.flag" if value else "NOT thing.flag"),
    },
)

SHELF: Final = Table(
    row=ShelfRow,
    source="shelf",
    fields={
        "id": Column(INT, "shelf.id"),
        "name": Column(TEXT, "shelf.name"),
        "size": Column(INT, "shelf.size"),
        "things": Paged("Shelf.things", "Thing", "shelf.id", "thing.shelf_id"),
        "named": Paged("Shelf.named", "Thing", "shelf.id", "thing.shelf_id"),
        "all_things": Many("Thing", "shelf.id", "thing.shelf_id", order="MOMENT"),
        "best": One("Thing", "shelf.best_id"),
    },
    scope=lambda view: EVERYTHING if is_staff(view) or is_portal(view) else Condition("shelf.id <> 2"),
    order="NAME",
    orders={"NAME": Order((Key(TEXT, "shelf.name"),)), "SIZE": Order((Key(INT, "shelf.size"),), descending=True)},
)

LINK: Final = Table(
    row=LinkRow,
    source="link",
    fields={
        "left": One("Thing", "link.left_id"),
        "right": One("Thing", "link.right_id"),
        "others": Many("Link", "link.left_id", "link.left_id", but_itself=True),
        "back": Many("Link", "link.right_id", "link.left_id"),
        "shelves": Many("Shelf", "link.shelf_id", "shelf.id"),
    },
    scope=_links,
    order="ID",
    orders={"ID": Order((Key(INT, "link.id"),))},
)

FAULTY: Final = Table(
    row=FaultyRow,
    source="thing",
    fields={
        "id": Column(PUBLIC_ID("Faulty"), "thing.id"),
        "big": Column(INT, "thing.big"),
        "required": Column(TEXT, "thing.maybe_text"),
        "required_colour": Column(ENUM(Colour), "thing.maybe_colour"),
        "required_items": Column(JSON, "thing.maybe_matrix"),
        "required_label": Computed(("maybe",), lambda values, view: values["maybe"]),
        "maybe": Column(TEXT, "thing.maybe_text"),
        "infinite": Computed((), lambda values, view: float("inf")),
        "no_colour": Computed(("maybe",), lambda values, view: values["maybe"]),
        "no_list": Computed(("maybe",), lambda values, view: values["maybe"]),
        "refused": Basis(("maybe",)),
        "parent": One("Faulty", "thing.parent_id"),
        "hidden": Column(TEXT, "thing.text", visible=is_staff),
    },
    scope=_things,
    order="ID",
    orders={"ID": Order((Key(INT, "thing.id"),))},
)

TABLES: Final[Mapping[str, Table]] = {"Thing": THING, "Shelf": SHELF, "Link": LINK, "Faulty": FAULTY}
