"""The schema holds what was agreed on, by the facts in `contract.txt`; it may hold more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    is_introspection_type,
    print_ast,
)

from schema import PRINTED, printed

FACTS = Path(__file__).with_name("contract.txt")


def facts(schema: GraphQLSchema) -> Iterator[str]:
    """Everything in a schema that clients rely on, one fact a line."""
    for kind in schema.type_map.values():
        if not is_introspection_type(kind):
            yield from facts_of(kind)


def facts_of(kind: GraphQLNamedType) -> Iterator[str]:
    match kind:
        case GraphQLScalarType(specified_by_url=str(url)):
            yield f"{kind.name} @specifiedBy {url}"
        case GraphQLEnumType():
            yield from (f"{kind.name} = {value}" for value in kind.values)
        case GraphQLUnionType():
            yield from (f"{kind.name} | {member.name}" for member in kind.types)
        case GraphQLInputObjectType():
            if kind.is_one_of:
                yield f"{kind.name} @oneOf"
            yield from (f"{kind.name}.{name}: {with_default(field)}" for name, field in kind.fields.items())
        case GraphQLObjectType() | GraphQLInterfaceType():
            yield from (f"{kind.name} < {interface.name}" for interface in kind.interfaces)
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}: {field.type}"
                for argument, given in field.args.items():
                    yield f"{kind.name}.{name}({argument}): {with_default(given)}"


def with_default(declared: GraphQLArgument | GraphQLInputField) -> str:
    assert declared.ast_node is not None
    default = declared.ast_node.default_value
    return str(declared.type) if default is None else f"{declared.type} = {print_ast(default)}"


@pytest.fixture(scope="module")
def text() -> str:
    return printed()


def test_all_that_was_agreed_on_is_there(text: str) -> None:
    agreed = FACTS.read_text(encoding="utf-8").splitlines()
    assert len(agreed) > 700
    assert set(agreed) - set(facts(build_schema(text))) == set()


def test_the_order_of_permissions_and_login_checks_is_the_one_agreed_on(text: str) -> None:
    agreed = FACTS.read_text(encoding="utf-8").splitlines()
    for name in ("PortalPermission", "LoginCheckKind", "MenuItem"):
        ours = [fact for fact in facts(build_schema(text)) if fact.startswith(f"{name} = ")]
        assert ours == [fact for fact in agreed if fact.startswith(f"{name} = ")]


def test_what_is_required_of_clients_was_agreed_on(text: str) -> None:
    """Something new in the schema may be offered to clients, but not asked of them."""
    agreed = set(FACTS.read_text(encoding="utf-8").splitlines())
    new = set(facts(build_schema(text))) - agreed
    inputs = {fact for fact in new if fact.partition(".")[0].endswith("Input") or "(" in fact}
    assert not [fact for fact in inputs if fact.endswith("!")]


def test_the_kept_schema_is_what_the_code_has(text: str) -> None:
    assert PRINTED.read_text(encoding="utf-8") == text, "Run: adgang schema print"
