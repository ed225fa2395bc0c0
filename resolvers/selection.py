"""From what a GraphQL operation selects to what `app.reading` is asked for.

Fragments, `@skip`, `@include` and the merging of equal names go through the same function that executes the operation,
so that what is read ahead is exactly what is going to be answered. Names become the services' (`orderBy` → `order_by`),
enumerations their members, and a field that was left out of an input isn't there.
"""

import re
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    get_argument_values,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues
from strawberry import Info

from app.reading import Selected


def selected(info: Info[Any, Any] | GraphQLResolveInfo[Any]) -> Selected:
    """The field that is being resolved, with its arguments and all that is asked for below it."""
    raw = info if isinstance(info, GraphQLResolveInfo) else info._raw_info
    return _Selection(raw).of_field()


class _Selection:
    """What one field's resolver is told, walked through."""

    def __init__(self, info: GraphQLResolveInfo[Any]) -> None:
        self._info = info
        values: Any = info.variable_values
        # Strawberry tells resolvers the coerced values alone.
        self._variables = values if isinstance(values, VariableValues) else VariableValues({}, values)
        self._fragments = {name: FragmentDetails(fragment) for name, fragment in info.fragments.items()}

    def of_field(self) -> Selected:
        info = self._info
        nodes = [FieldDetails(node, None) for node in info.field_nodes]
        return self._field(str(info.path.key), info.parent_type.fields[info.field_name], info.field_name, nodes)

    def _field(self, key: str, definition: GraphQLField, name: str, nodes: list[FieldDetails]) -> Selected:
        arguments = get_argument_values(definition, nodes[0].node, self._variables, nodes[0].fragment_variable_values)
        kind = get_named_type(definition.type)
        return Selected(
            name=snake(name),
            key=key,
            arguments={
                snake(argument): _given(value, definition.args[argument].type) for argument, value in arguments.items()
            },
            children=self._below(kind, nodes) if isinstance(kind, GraphQLObjectType) else (),
            by_type={
                possible.name: self._below(possible, nodes) for possible in self._info.schema.get_possible_types(kind)
            }
            if is_abstract_type(kind)
            else None,
        )

    def _below(self, parent: GraphQLObjectType, nodes: list[FieldDetails]) -> tuple[Selected, ...]:
        info = self._info
        collected = collect_subfields(info.schema, self._fragments, self._variables, info.operation, parent, nodes)
        return tuple(
            self._field(key, parent.fields[name], name, details)
            for key, details in collected.grouped_field_set.items()
            if not (name := details[0].node.name.value).startswith("__")
        )


def _given(value: Any, kind: GraphQLInputType) -> Any:
    """A coerced argument with the services' names in it. An enumeration's members are there already."""
    nullable = get_nullable_type(kind)
    if value is None:
        return None
    if is_list_type(nullable):
        return [_given(item, nullable.of_type) for item in value]
    if isinstance(nullable, GraphQLInputObjectType):
        return {snake(name): _given(item, nullable.fields[name].type) for name, item in value.items()}
    return value


@lru_cache(maxsize=1024)
def snake(name: str) -> str:
    """The services' name for a public name: `orderBy` is `order_by`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match.group(1)}", name).lower()
