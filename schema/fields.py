"""What several types say in the same words, and fields that keep secrets."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.types.field import StrawberryField

VERSION = (
    "Grows by one with each change of its own fields. Send it back as `expectedVersion` to be told if somebody else "
    "saved in the meantime."
)

EXPECTED_VERSION = (
    "The `version` you read. If it is another one by now, nothing is saved and the answer is VersionConflict. "
    "Left out, the last to save wins."
)

LEFT_OUT = "A field that is left out keeps its value."

SHOWN_ONCE = (
    "The password that was generated, where that was asked for (`newPassword: {generate: true}`). It is shown this "
    "once and can't be read again: pass it on."
)

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def shown_as(graphql_type: object, description: str) -> Callable[[Resolver], Resolver]:
    """Makes a method a field: what it answers with, a domain object, is shown as that type."""

    def declare(resolver: Resolver) -> Resolver:
        # What stands in the class is a field; type checkers go on seeing the method, and so check it.
        return cast(Resolver, strawberry.field(resolver, graphql_type=graphql_type, description=description))

    return declare


def secret(description: str, **given: Any) -> Any:
    """An input field whose value stays out of the input's repr, and so out of whatever prints one."""
    field = strawberry.field(description=description, **given)
    assert isinstance(field, StrawberryField)
    field.repr = False
    return field
