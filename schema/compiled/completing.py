"""Completing values that are there already: from what the services made to what stands in an answer.

It is GraphQL's `CompleteValue` for objects and lists in memory. Where a value has no place, stock execution is asked,
which says what is wrong and where.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import isawaitable
from typing import Any, Final, TypeAlias, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.field import StrawberryField

from app.reading.kinds import Memo
from app.reading.templates import Unexpected
from resolvers.context import Context
from resolvers.selection import Selections

Complete: TypeAlias = "Callable[[Any, CompiledInfo], Any]"

_DEFINITION: Final = "strawberry-definition"


class CompiledInfo:
    """What a resolver may know of the operation where no execution is going on: its context."""

    __slots__ = ("context",)

    def __init__(self, context: "Context | Language") -> None:
        self.context = context


@dataclass(frozen=True, slots=True)
class Language:
    """All of a context that values may be completed by: what is made of them is kept, for whoever asks next."""

    locale: str


@cache
def language_of(locale: str) -> CompiledInfo:
    """What a resolver may know where it completes a value that is the same for everybody."""
    return CompiledInfo(Language(locale))


class NotCompilable(Exception):
    """A document that only stock execution can answer; the text says why, by names of the schema."""


class Completing:
    """Makes the functions that complete the values of one operation's fields."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections

    def of(self, kind: GraphQLOutputType, nodes: list[FieldDetails]) -> Complete:
        """The function for a type, and what is selected below it.

        Raises:
            NotCompilable: Something of it can only be executed.
        """
        if isinstance(kind, GraphQLNonNull):
            return _required(self.of(kind.of_type, nodes))
        if isinstance(kind, GraphQLList):
            return _listed(self.of(kind.of_type, nodes))
        if is_leaf_type(kind):
            return _leaf(kind)
        possible = self._selections.schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
        return _first_of([self._object(cast(GraphQLObjectType, each), nodes) for each in possible])

    def resolved(self, definition: GraphQLField, nodes: list[FieldDetails]) -> Complete:
        """The function for a field of an object in memory: resolves it and completes what comes out.

        Raises:
            NotCompilable: It is asynchronous or takes arguments, or something below it does.
        """
        field = definition.extensions.get(_DEFINITION)
        if not isinstance(field, StrawberryField) or definition.args or _is_async(field) or definition.resolve is None:
            raise NotCompilable("a field that has to be executed")
        complete = self.of(definition.type, nodes)
        if field.base_resolver is None:
            name = field.python_name
            return lambda value, info: complete(getattr(value, name), info)
        resolve = cast(Callable[[Any, Any], Any], definition.resolve)

        def resolved(value: Any, info: CompiledInfo) -> Any:
            found = resolve(value, info)
            if isawaitable(found):
                raise Unexpected("something to wait for")
            return complete(found, info)

        return resolved

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldDetails]) -> tuple[GraphQLObjectType, Complete]:
        parts: dict[str, Complete] = {}
        for key, details in self._selections.below(kind, nodes).items():
            name = details[0].node.name.value
            parts[key] = _constant(kind.name) if name == "__typename" else self.resolved(kind.fields[name], details)
        return kind, _dictionary(parts)


def has_resolver(definition: GraphQLField) -> bool:
    """Whether a field is more than an attribute of what it is a field of."""
    field = definition.extensions.get(_DEFINITION)
    return not isinstance(field, StrawberryField) or field.base_resolver is not None


def _is_async(field: StrawberryField) -> bool:
    return field.base_resolver is not None and field.base_resolver.is_async


def _required(complete: Complete) -> Complete:
    def required(value: Any, info: CompiledInfo) -> Any:
        found = complete(value, info)
        if found is None:
            raise Unexpected("a null that may not be")
        return found

    return required


def _listed(complete: Complete) -> Complete:
    def listed(value: Any, info: CompiledInfo) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise Unexpected("no list")
        return [complete(item, info) for item in value]

    return listed


def _leaf(kind: GraphQLLeafType) -> Complete:
    coerce = kind.coerce_output_value
    if isinstance(kind, GraphQLEnumType):
        # Strawberry goes through all members for each value; they are what they are called by.
        coerce = Memo(coerce).__getitem__

    def leaf(value: Any, info: CompiledInfo) -> Any:
        if value is None:
            return None
        found = coerce(value)
        if found is None or found is Undefined:
            raise Unexpected("a value that isn't of its type")
        return found

    return leaf


def _first_of(possible: list[tuple[GraphQLObjectType, Complete]]) -> Complete:
    """Completes an object as the one of these types that it is."""

    def completed(value: Any, info: CompiledInfo) -> Any:
        if value is None:
            return None
        for kind, complete in possible:
            is_type_of = cast(Callable[[Any, Any], bool] | None, kind.is_type_of)
            if is_type_of(value, info) if is_type_of is not None else len(possible) == 1:
                return complete(value, info)
        raise Unexpected("an object of another type")

    return completed


def _dictionary(parts: Mapping[str, Complete]) -> Complete:
    items = tuple(parts.items())
    return lambda value, info: {key: complete(value, info) for key, complete in items}


def _constant(text: str) -> Complete:
    return lambda value, info: text
