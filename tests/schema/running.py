"""Documents through the schema alone: no HTTP, a caller instead of a credential."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import GraphQLNamedType, GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type

from app.services import Services
from app.services.caller import Caller
from resolvers.context import Context
from schema import Limits, create_schema, present
from tests.support.people import CLIENT

HUGE = 10**9
UNBOUNDED = Limits(tokens=HUGE, aliases=HUGE, directives=HUGE, fields=HUGE, pairs=HUGE, cost=HUGE)
"""For documents that ask for everything at once, which no client may."""
SCHEMA = create_schema(introspection=False, limits=UNBOUNDED)


def context_for(
    services: Services,
    caller: Caller,
    *,
    renew: Callable[[], Awaitable[Caller]] | None = None,
    cookie: bool = False,
    ticket_cookie: str | None = None,
) -> Context:
    """A context as the transport makes it. The caller stays the same from field to field unless `renew` is given."""

    async def same() -> Caller:
        return caller

    return Context(
        services,
        caller,
        locale="en",
        client=CLIENT,
        renew=renew or same,
        cookie=cookie,
        ticket_cookie=ticket_cookie,
    )


async def run(
    context: Context, document: str, variables: Mapping[str, Any] | None = None
) -> tuple[Any, list[dict[str, Any]]]:
    """What a document is answered with: its data, and its errors as they go out."""
    result = await SCHEMA.execute(document, dict(variables or {}), context)
    return result.data, [present(error, context.locale, "r1") for error in result.errors or []]


async def data(context: Context, document: str, variables: Mapping[str, Any] | None = None) -> Any:
    """The data of a document that has no errors."""
    answered, errors = await run(context, document, variables)
    assert errors == []
    return answered


def everything(kind: GraphQLNamedType, depth: int) -> str:
    """A selection of every field of a type, and of those below it as deep as said."""
    if is_abstract_type(kind):
        possible = SCHEMA._schema.get_possible_types(kind)
        return " ".join(["__typename", *(f"... on {each.name} {{ {everything(each, depth)} }}" for each in possible)])
    assert isinstance(kind, GraphQLObjectType)
    selected = []
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        # Fields of one name may have different types in the fragments of one selection: each gets a name of its own.
        if is_leaf_type(below):
            selected.append(f"{kind.name}_{name}: {name}")
        elif depth:
            selected.append(f"{kind.name}_{name}: {name} {{ {everything(below, depth - 1)} }}")
    return " ".join(["__typename", *selected])
