"""Documents made from the printed schema: they ask for all there is, or do all that can be done."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from tests.attacks.firm import PASSWORD
from tests.cli.running import ROOT

_SCHEMA: Final = build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8"))
_PARTS_OF_LISTS: Final = frozenset({"edges", "node", "pageInfo"})


def soon() -> str:
    """A moment in a month."""
    return (datetime.now(UTC) + timedelta(days=30)).isoformat()


def fields_of(type_name: str) -> Mapping[str, GraphQLField]:
    """The fields of an object type."""
    kind = _SCHEMA.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    fields: Mapping[str, GraphQLField] = kind.fields
    return fields


def everything(type_name: str, depth: int = 3, lists: int = 1) -> str:
    """A selection of all there is below a type: so many levels deep, and within so many plain lists."""
    kind = _SCHEMA.type_map[type_name]
    if is_leaf_type(kind):
        return ""
    if isinstance(kind, GraphQLObjectType):
        return f"{{ __typename {' '.join(_below(kind, depth, lists))} }}"
    assert isinstance(kind, GraphQLUnionType | GraphQLInterfaceType)
    return f"{{ __typename {' '.join(_kinds(kind, depth, lists))} }}"


def _below(kind: GraphQLObjectType, depth: int, lists: int) -> Iterator[str]:
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named):
            yield name
            continue
        levels = depth if name in _PARTS_OF_LISTS else depth - 1
        left = lists - (is_list_type(get_nullable_type(field.type)) and name not in _PARTS_OF_LISTS)
        if levels >= 0 and left >= 0 and not any(map(is_required_argument, field.args.values())):
            yield f"{name}{'(first: 2)' if 'first' in field.args else ''} {everything(named.name, levels, left)}"


def _kinds(kind: GraphQLNamedType, depth: int, lists: int) -> Iterator[str]:
    if isinstance(kind, GraphQLUnionType):
        yield "... on Problem { code message }"
        for each in kind.types:
            if each.name.endswith("Success"):
                yield f"... on {each.name} {everything(each.name, depth, lists)}"
    elif kind.name == "Viewer":
        yield f"... on PortalViewer {everything('PortalViewer', depth, lists)}"
    elif kind.name == "Node":
        yield "id"


def questions(things: list[str], word: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of Query with all that is below it, for each of these ids where it takes one."""
    for name, field in fields_of("Query").items():
        selection = everything(get_named_type(field.type).name)
        if name == "node":
            for kind in ("Customer", "Reference", "InternetOrderSettings", "Session"):
                document = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {everything(kind)} }} }}"
                yield from ((document, {"id": thing}) for thing in things)
        elif "id" in field.args:
            document = f"query($id: ID!) {{ {name}(id: $id) {selection} }}"
            yield from ((document, {"id": thing}) for thing in things)
        elif "input" in field.args:
            document = f"query($i: PreviewReferenceInput!) {{ {name}(input: $i) {selection} }}"
            yield from ((document, {"i": {"id": thing, "setsPassword": True}}) for thing in things)
        else:
            yield f"{{ {name}{'(first: 2)' if 'first' in field.args else ''} {selection} }}", {}
        if "filter" in field.args and name != "auditEvents":
            yield f'{{ {name}(filter: {{search: "{word}"}}) {selection} }}', {}


def mutation(name: str, selection: str = "{ __typename }") -> str:
    """A document that does one thing; its variables are called as the arguments are."""
    arguments = fields_of("Mutation")[name].args
    declared = ", ".join(f"${argument}: {given.type}" for argument, given in arguments.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in arguments)
    return (
        f"mutation({declared}) {{ {name}({passed}) {selection} }}"
        if arguments
        else f"mutation {{ {name} {selection} }}"
    )


def least(name: str, thing: str) -> dict[str, Any]:
    """The least that a mutation takes, with one id wherever it takes one."""
    return {argument: _least(given.type, thing) for argument, given in fields_of("Mutation")[name].args.items()}


def _least(kind: GraphQLInputType, thing: str) -> Any:
    if is_list_type(get_nullable_type(kind)):
        return []
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        if named.is_one_of:
            return {"plaintext": PASSWORD}
        required = {name: field for name, field in named.fields.items() if is_required_input_field(field)}
        return {name: _least(field.type, thing) for name, field in required.items()}
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    return {"ID": thing, "String": "ord@x.example", "Boolean": True, "Int": 1, "DateTime": soon()}[named.name]
