"""From GraphQL documents to what is read: against a schema of its own, so that only the translation is tried."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry

from app.models.enums import Direction
from app.reading import Selected
from app.reading.selection import given
from resolvers.selection import selected, snake

strawberry.enum(Direction)


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


@strawberry.input
class Inner:
    min_size: int | None = strawberry.UNSET
    colours: list[Colour] | None = strawberry.UNSET


@strawberry.input
class ThingFilter:
    own_colour: Colour | None = strawberry.UNSET
    inner: Inner | None = strawberry.UNSET
    text: str | None = strawberry.UNSET


@strawberry.interface
class Named:
    name: str = ""


@strawberry.type
class Wheel(Named):
    spokes: int = 8


@strawberry.type
class Thing(Named):
    own_size: int = 1

    @strawberry.field
    def parts(
        self,
        first: int | None = None,
        filter: ThingFilter | None = strawberry.UNSET,
        order_by: Colour | None = strawberry.UNSET,
        direction: Direction | None = Direction.ASC,
    ) -> list["Thing"]:
        return []


Either = Annotated[Thing | Wheel, strawberry.union("Either")]

SEEN: list[Selected] = []


def see(info: strawberry.Info) -> None:
    SEEN.append(selected(info))


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, info: strawberry.Info, id: strawberry.ID | None = None) -> Thing:
        see(info)
        return Thing()

    @strawberry.field
    def named(self, info: strawberry.Info) -> Named | None:
        see(info)
        return None

    @strawberry.field
    def either(self, info: strawberry.Info) -> Either:
        see(info)
        return Wheel()

    @strawberry.field
    def number(self, info: strawberry.Info) -> int:
        see(info)
        return 1


SCHEMA = strawberry.Schema(Query, types=[Wheel, Thing])


def read(document: str, **variables: Any) -> Selected:
    SEEN.clear()
    result = SCHEMA.execute_sync(document, variable_values=variables)
    assert result.errors is None, result.errors
    return SEEN[0]


def names(fields: tuple[Selected, ...]) -> list[str]:
    return [field.key for field in fields]


def test_names_keys_and_the_metafield() -> None:
    found = read("{ it: thing { __typename name size: ownSize } }")
    below = (Selected("name", "name"), Selected("own_size", "size"))
    assert found == Selected("thing", "it", {"id": None}, below, shown=(("__typename", "name", "size"),))


def test_a_field_without_fields() -> None:
    assert read("{ number }") == Selected("number", "number")


def test_fields_of_one_name_are_merged_at_every_depth() -> None:
    found = read(
        """{ thing { parts { name } parts { ownSize parts { name } ...F } } }
        fragment F on Thing { parts { ownSize } }"""
    )
    (parts,) = found.children
    assert names(parts.children) == ["name", "ownSize", "parts"]
    assert names(parts.children[2].children) == ["name", "ownSize"]


def arguments_of(selected: Selected) -> Mapping[str, Any]:
    return given(selected.arguments, None)


def test_other_names_stay_apart() -> None:
    found = read("{ thing { a: parts(first: 1) { name } b: parts(first: 2) { ownSize } } }")
    assert [(field.key, field.name, arguments_of(field)["first"]) for field in found.children] == [
        ("a", "parts", 1),
        ("b", "parts", 2),
    ]


@pytest.mark.parametrize(
    ("skip", "include", "there"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_skip_and_include_hold(skip: bool, include: bool, there: bool) -> None:
    document = """query ($skip: Boolean!, $include: Boolean!) { thing {
        ownSize
        name @skip(if: $skip) @include(if: $include)
        ... @skip(if: $skip) { ... @include(if: $include) { inline: name } }
        ...F @skip(if: $skip) @include(if: $include)
    } } fragment F on Named { spread: name }"""
    found = read(document, skip=skip, include=include)
    assert names(found.children) == ["ownSize", *(["name", "inline", "spread"] if there else [])]


def test_an_interface_is_asked_for_by_type() -> None:
    found = read("{ named { name ... on Thing { ownSize } ...W } } fragment W on Wheel { spokes }")
    assert found.children == ()
    assert names(found.of("Thing")) == ["name", "ownSize"]
    assert names(found.of("Wheel")) == ["name", "spokes"]
    assert found.of("Elephant") == ()


def test_a_union_is_asked_for_by_type() -> None:
    found = read("{ either { ... on Named { name } ... on Wheel { spokes } } }")
    assert names(found.of("Thing")) == ["name"]
    assert names(found.of("Wheel")) == ["name", "spokes"]


def test_arguments_are_coerced_and_what_was_left_out_is_not_there() -> None:
    document = """query ($filter: ThingFilter, $first: Int) {
        thing { parts(first: $first, filter: $filter, orderBy: BLUE) { name } }
    }"""
    (parts,) = read(document, filter={"ownColour": "RED", "inner": {"minSize": 3, "colours": ["BLUE"]}}).children
    assert parts.arguments == {
        "first": None,
        "filter": {"own_colour": Colour.RED, "inner": {"min_size": 3, "colours": [Colour.BLUE]}},
        "order_by": Colour.BLUE,
        "direction": Direction.ASC,
    }
    assert isinstance(arguments_of(parts)["direction"], Direction)


def test_a_null_that_was_given_is_one() -> None:
    (parts,) = read("{ thing { parts(filter: {text: null, inner: null}, direction: null) { name } } }").children
    assert arguments_of(parts)["filter"] == {"text": None, "inner": None}
    assert arguments_of(parts)["direction"] is None


def test_literals_and_variables_inside_of_inputs() -> None:
    document = "query ($c: [Colour!]) { thing { parts(filter: {inner: {colours: $c}, ownColour: RED}) { name } } }"
    (parts,) = read(document, c=["RED"]).children
    assert arguments_of(parts)["filter"] == {"inner": {"colours": [Colour.RED]}, "own_colour": Colour.RED}


@pytest.mark.parametrize(
    ("public", "ours"),
    [("name", "name"), ("orderBy", "order_by"), ("passwordRestorableUntil", "password_restorable_until")],
)
def test_public_names_become_the_services(public: str, ours: str) -> None:
    assert snake(public) == ours
