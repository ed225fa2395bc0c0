"""The audit."""

from typing import Any

from app import i18n
from resolvers.context import Info
from resolvers.selection import selected


async def audit_events(info: Info) -> object:
    return await info.context.reader.audit_events(info.context.caller, selected(info))


def detail(root: Any, info: Info) -> str:
    return i18n.detail(root, info.context.locale)
