"""References: reading them."""

from typing import Any

from app import i18n
from app.services.permissions import LoginCheck, PermissionState, PortalPermissionInfo, catalogue
from resolvers.context import Info


def portal_permissions() -> tuple[PortalPermissionInfo, ...]:
    return catalogue()


def permission_label(root: Any, info: Info) -> str:
    state: PermissionState | PortalPermissionInfo = root
    return i18n.label(state.permission, info.context.locale)


def check_message(root: Any, info: Info) -> str:
    found: LoginCheck = root
    return i18n.check(found.check, found.passed, info.context.locale)
