"""What a person may do on the portal, worked out from the ticks that are set. Nothing here reads or writes anything.

A permission is effective where it is ticked in the internet order settings that apply, not denied on the reference,
and what it requires is effective as well (the rules, "Logging in" 6). Both kinds of ticks are handed in as they are
stored: the settings' as what is ticked, the reference's as its exceptions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.models.enums import LoginCheckKind, MenuItem, PortalPermission

REQUIRES: Final = {
    PortalPermission.CREATE_MULTI_ORDERS: PortalPermission.CREATE_ORDERS,
    PortalPermission.USE_ORDER_TEMPLATES: PortalPermission.CREATE_ORDERS,
    PortalPermission.VIEW_PROOF_OF_DELIVERY: PortalPermission.TRACK_SHIPMENTS,
}
"""What each permission that doesn't stand alone requires."""

SHOWN_BY: Final = {
    MenuItem.CREATE_ORDER: PortalPermission.CREATE_ORDERS,
    MenuItem.ORDERS: None,
    MenuItem.ADDRESSES: PortalPermission.CHANGE_ADDRESSES,
    MenuItem.TRACKING: PortalPermission.TRACK_SHIPMENTS,
    MenuItem.INVOICES: PortalPermission.VIEW_INVOICES,
    MenuItem.SETTINGS: PortalPermission.CHANGE_ORDER_DEFAULTS,
}
"""The permission that shows each item of the menu; None where the item is always there."""

Permissions = tuple[PortalPermission, ...]


@dataclass(frozen=True, slots=True)
class PortalPermissionInfo:
    """One permission of the catalogue."""

    permission: PortalPermission
    requires: PortalPermission | None
    menu_item: MenuItem | None


@dataclass(frozen=True, slots=True)
class PermissionState:
    """One permission of one reference, and why it is effective or not."""

    permission: PortalPermission
    requires: PortalPermission | None
    allowed_by_settings: bool
    allowed_here: bool
    effective: bool


@dataclass(frozen=True, slots=True)
class LoginCheck:
    """One of the things that must hold for a person to log in and find everything there."""

    check: LoginCheckKind
    passed: bool


def catalogue() -> tuple[PortalPermissionInfo, ...]:
    """Every permission, in order."""
    items = {permission: item for item, permission in SHOWN_BY.items()}
    return tuple(
        PortalPermissionInfo(permission, REQUIRES.get(permission), items.get(permission))
        for permission in PortalPermission
    )


def states(ticked: Permissions, denied: Permissions) -> tuple[PermissionState, ...]:
    """Every permission, in order, for a reference with these exceptions under settings with these ticks."""
    return _states(frozenset(ticked), frozenset(denied))


def effective(ticked: Permissions, denied: Permissions) -> Permissions:
    """The permissions that are effective, in order."""
    return tuple(state.permission for state in states(ticked, denied) if state.effective)


def menu(permissions: Iterable[PortalPermission]) -> tuple[MenuItem, ...]:
    """The menu of somebody with these effective permissions, in order."""
    granted = set(permissions)
    return tuple(item for item, permission in SHOWN_BY.items() if permission is None or permission in granted)


def login_checks(
    *,
    username_set: bool,
    password_set: bool,
    password_expired: bool,
    internet_user: bool,
    customer_active: bool,
    locked_out: bool,
    permissions: Iterable[PortalPermission],
) -> tuple[LoginCheck, ...]:
    """What support reads out on the phone, in the order in which it is checked. `permissions`: the effective ones."""
    passed = {
        LoginCheckKind.USERNAME_SET: username_set,
        LoginCheckKind.PASSWORD_SET: password_set,
        LoginCheckKind.PASSWORD_NOT_EXPIRED: not password_expired,
        LoginCheckKind.INTERNET_USER: internet_user,
        LoginCheckKind.CUSTOMER_ACTIVE: customer_active,
        LoginCheckKind.NOT_LOCKED_OUT: not locked_out,
        LoginCheckKind.SETTINGS_REACHABLE: MenuItem.SETTINGS in menu(permissions),
    }
    return tuple(LoginCheck(kind, passed[kind]) for kind in LoginCheckKind)


@lru_cache(maxsize=1024)
def _states(ticked: frozenset[PortalPermission], denied: frozenset[PortalPermission]) -> tuple[PermissionState, ...]:
    """Few combinations of ticks are in use, and a list of references asks for them over and over."""
    return tuple(
        PermissionState(
            permission,
            REQUIRES.get(permission),
            permission in ticked,
            permission not in denied,
            _is_effective(permission, ticked, denied),
        )
        for permission in PortalPermission
    )


def _is_effective(
    permission: PortalPermission, ticked: frozenset[PortalPermission], denied: frozenset[PortalPermission]
) -> bool:
    required = REQUIRES.get(permission)
    return (
        permission in ticked
        and permission not in denied
        and (required is None or _is_effective(required, ticked, denied))
    )
