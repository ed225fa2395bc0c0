"""How fields read: an entry asks the reader once for all that is selected below it, and the rest is there already."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from app import ids
from app.services.problems import NotFound, Refused
from resolvers.context import Info
from resolvers.selection import selected


async def ask(info: Info, question: str) -> Any:
    """The answer to one of the services' questions, with the arguments and the selection of the field."""
    return await info.context.reader.ask(question, info.context.caller, selected(info))


def related(root: Any, info: Info) -> Any:
    """A relation of a row, which was read together with it under the key of the answer.

    Under all three keys where a page names its edges or nodes twice and asks each for something else.
    """
    path: Any = info.path
    if path.key in root.related:
        return root.related[path.key]
    return root.related[path.prev.prev.prev.key, path.prev.key, path.key]


def by_key(type_name: str, attribute: str) -> Callable[[Any, Info], Awaitable[Any]]:
    """The thing of this type whose key a result holds, as the caller may see it now."""

    async def resolve(root: Any, info: Info) -> Any:
        reader = info.context.reader
        return await reader.by_key(info.context.caller, type_name, getattr(root, attribute), selected(info))

    return resolve


def by_keys(type_name: str, attribute: str) -> Callable[[Any, Info], Awaitable[Any]]:
    """The things of this type whose keys a result holds, as far as the caller may see them."""

    async def resolve(root: Any, info: Info) -> Any:
        reader = info.context.reader
        return await reader.by_keys(info.context.caller, type_name, getattr(root, attribute), selected(info))

    return resolve


def by_id(attribute: str, *, required: bool = False) -> Callable[[Any, Info], Awaitable[Any]]:
    """The thing whose public id a problem holds; null where it holds none, or one that the caller may not know of.

    What is required and gone by now ends as `NotFound`.
    """

    async def resolve(root: Any, info: Info) -> Any:
        public_id: str | None = getattr(root, attribute)
        reader = info.context.reader
        found = None if public_id is None else await reader.node(info.context.caller, public_id, selected(info))
        if found is None and required:
            raise Refused(NotFound(public_id))
        return found

    return resolve


def public_id(type_name: str, attribute: str) -> Callable[[Any], strawberry.ID]:
    """The public id of the thing whose key an object holds."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(ids.encode(type_name, getattr(root, attribute)))

    return resolve
