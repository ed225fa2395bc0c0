"""The audit."""

from typing import Any

from app import i18n
from resolvers.context import Info


def detail(root: Any, info: Info) -> str:
    return i18n.detail(root, info.context.locale)
