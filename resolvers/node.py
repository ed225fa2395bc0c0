"""Whatever has an id."""

from resolvers.context import Info
from resolvers.selection import selected


async def node(info: Info, id: str) -> object:
    return await info.context.reader.node(info.context.caller, id, selected(info))
