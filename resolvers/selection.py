"""From what a GraphQL operation selects to what `app.reading` is asked for.

Fragments, `@skip`, `@include` and the merging of equal names go through the same function that executes the operation,
so that what is read ahead is exactly what is going to be answered. Names become the services' (`orderBy` → `order_by`),
enumerations their members, and a field that was left out of an input isn't there.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry import Info

from app.reading import Selected
from app.reading.selection import Arguments


def selected(info: Info[Any, Any] | GraphQLResolveInfo[Any]) -> Selected:
    """The field that is being resolved, with its arguments and all that is asked for below it."""
    raw = info if isinstance(info, GraphQLResolveInfo) else info._raw_info
    values: Any = raw.variable_values
    # Strawberry tells resolvers the coerced values alone.
    variables = values if isinstance(values, VariableValues) else VariableValues({}, values)
    nodes = [FieldDetails(node, None) for node in raw.field_nodes]
    selections = Selections(raw.schema, raw.operation, raw.fragments, variables)
    return selections.selected(str(raw.path.key), raw.parent_type, nodes)


class Selections:
    """What an operation selects, given its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self.schema = schema
        self._operation = operation
        self._fragments = {name: FragmentDetails(fragment) for name, fragment in fragments.items()}
        self._variables = variables

    def at_root(self, parent: GraphQLObjectType) -> Mapping[str, list[FieldDetails]]:
        """The fields at the operation's root, by their names in the answer."""
        collected = collect_fields(self.schema, self._fragments, self._variables, parent, self._operation)
        return collected.grouped_field_set

    def below(self, parent: GraphQLObjectType, nodes: list[FieldDetails]) -> Mapping[str, list[FieldDetails]]:
        """The fields below others, where these turn out to be of a type, by their names in the answer."""
        collected = collect_subfields(self.schema, self._fragments, self._variables, self._operation, parent, nodes)
        return collected.grouped_field_set

    def selected(self, key: str, parent: GraphQLObjectType, nodes: list[FieldDetails]) -> Selected:
        """One field of a type, with its arguments and all that is asked for below it."""
        name = nodes[0].node.name.value
        definition = parent.fields[name]
        kind = get_named_type(definition.type)
        below = [(possible, self.below(possible, nodes)) for possible in self._possible(kind)]
        by_type = {possible.name: self._read(possible, found) for possible, found in below}
        return Selected(
            name=snake(name),
            key=key,
            arguments=self.arguments(definition, nodes[0]),
            children=by_type.get(kind.name, ()),
            by_type=by_type if is_abstract_type(kind) else None,
            shown=tuple(tuple(found) for _, found in below),
        )

    def arguments(self, definition: GraphQLField, details: FieldDetails) -> Mapping[str, Any] | Arguments:
        """A field's arguments."""
        return given_arguments(definition, details, self._variables)

    def _possible(self, kind: GraphQLNamedType) -> Sequence[GraphQLObjectType]:
        if is_abstract_type(kind):
            return self.schema.get_possible_types(kind)
        return (kind,) if isinstance(kind, GraphQLObjectType) else ()

    def _read(self, parent: GraphQLObjectType, found: Mapping[str, list[FieldDetails]]) -> tuple[Selected, ...]:
        return tuple(
            self.selected(key, parent, details)
            for key, details in found.items()
            if not details[0].node.name.value.startswith("__")
        )


def given_arguments(definition: GraphQLField, details: FieldDetails, variables: VariableValues) -> dict[str, Any]:
    """The arguments of a field, by the services' names.

    Raises:
        GraphQLError: One doesn't fit its type.
    """
    values = get_argument_values(definition, details.node, variables, details.fragment_variable_values)
    return {snake(name): _given(value, definition.args[name].type) for name, value in values.items()}


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
