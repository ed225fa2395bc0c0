"""The tables of fields and the public schema name the same things."""

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, get_named_type

from app.services.tables import NODES, TABLES
from resolvers.selection import snake
from schema import create_schema

SCHEMA = create_schema(introspection=True)._schema
LISTS = {
    "Customer": ("CustomerFilter", "CustomerOrder"),
    "Reference": ("ReferenceFilter", "ReferenceOrder"),
    "AuditEvent": ("AuditFilter", None),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_field_that_can_be_asked_for_is_in_the_table(name: str) -> None:
    table = TABLES[name]
    shown = SCHEMA.type_map[table.row.type_name]
    assert isinstance(shown, GraphQLObjectType)
    assert {snake(field) for field in shown.fields} <= set(table.fields)


@pytest.mark.parametrize("name", LISTS)
def test_every_filter_and_order_is_in_the_table(name: str) -> None:
    filters, orders = LISTS[name]
    given = SCHEMA.type_map[filters]
    assert isinstance(given, GraphQLInputObjectType)
    assert {snake(field) for field in given.fields} == set(TABLES[name].filters)
    if orders is not None:
        listed = SCHEMA.type_map[orders]
        assert isinstance(listed, GraphQLEnumType)
        assert set(listed.values) <= set(TABLES[name].orders)


def test_whatever_has_an_id_can_be_read_by_it() -> None:
    node = SCHEMA.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert {kind.name for kind in SCHEMA.get_possible_types(node)} == NODES


def test_relations_lead_to_tables_of_the_right_type() -> None:
    for name, table in TABLES.items():
        shown = SCHEMA.type_map[table.row.type_name]
        assert isinstance(shown, GraphQLObjectType)
        for public, field in shown.fields.items():
            target = getattr(table.fields[snake(public)], "target", None)
            if target is not None:
                kind = get_named_type(field.type).name.removesuffix("Connection")
                assert TABLES[target].row.type_name == kind, f"{name}.{public}"
