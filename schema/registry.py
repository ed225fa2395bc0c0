"""Which GraphQL type shows which domain class. Services answer with domain objects; nothing copies them.

A type names its domain class where it is declared, with `@shows(...)`, and that is all that unions and interfaces need:
what a value is shown as is looked up here, for every type by the same line.
"""

from collections.abc import Callable
from typing import TypeVar

import strawberry

GraphQLType = TypeVar("GraphQLType", bound=type)

TYPES: dict[type, type] = {}

# The name under which Strawberry looks for the answer to "is this value one of your type?".
_HOOK = "is_type_of"


def shows(domain: type, *, description: str) -> Callable[[GraphQLType], GraphQLType]:
    """Makes a class the GraphQL type that shows the objects of one domain class.

    Raises:
        ValueError: the domain class has a type already.
    """

    def register(cls: GraphQLType) -> GraphQLType:
        if domain in TYPES:
            raise ValueError(f"{domain.__name__} is shown as {TYPES[domain].__name__} already")

        def is_type_of(value: object, _info: object) -> bool:
            return TYPES.get(type(value)) is cls

        TYPES[domain] = cls
        setattr(cls, _HOOK, staticmethod(is_type_of))
        strawberry.type(cls, description=description)
        return cls

    return register
