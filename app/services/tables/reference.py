"""References: people who order for a customer, and what follows from their login, customer and settings."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.models.enums import PasswordStatus, PortalPermission
from app.reading import (
    BOOL,
    ENUMS,
    EVERYTHING,
    INT,
    MOMENT,
    TEXT,
    Column,
    Computed,
    Condition,
    Join,
    Key,
    Many,
    One,
    Order,
    Row,
    Table,
    View,
)
from app.services import permissions
from app.services.lifetimes import is_outdated
from app.services.permissions import LoginCheck, Permissions, PermissionState
from app.services.places import IS_PLACE
from app.services.tables.filters import equal_key, flag, search_in, username_is
from app.services.tables.kinds import PUBLIC_ID
from app.services.tables.settings import APPLYING, TO_APPLYING, TO_CUSTOMER
from app.services.tables.views import is_portal, is_staff, register_scope, viewpoint

CAN_LOG_IN: Final = f"reference.has_password AND {IS_PLACE}"
"""The rules, "Logging in" 1; with the join to the customer."""

Values = Mapping[str, Any]


class ReferenceRow(Row):
    __slots__ = ()
    type_name = "Reference"


def _password_status(values: Values, view: View) -> PasswordStatus:
    return PasswordStatus.ENCRYPTED if values["has_password"] else PasswordStatus.NONE


def _can_log_in(values: Values, view: View) -> bool:
    return bool(values["internet_user"] and values["has_password"] and values["customer_active"])


def _permissions(values: Values, view: View) -> tuple[PermissionState, ...]:
    return permissions.states(values["applying_permissions"], values["denied_permissions"])


def effective(values: Values, view: View) -> Permissions:
    """The effective permissions of a row that has `applying_permissions` and `denied_permissions`."""
    return permissions.effective(values["applying_permissions"], values["denied_permissions"])


def _login_checks(values: Values, view: View) -> tuple[LoginCheck, ...]:
    seen = viewpoint(view)
    return permissions.login_checks(
        username_set=values["login_id"] is not None,
        password_set=values["has_password"],
        password_expired=is_outdated(seen.settings, values["temporary_since"], seen.now),
        internet_user=values["internet_user"],
        customer_active=values["customer_active"],
        locked_out=values["locked_until"] is not None,
        permissions=effective(values, view),
    )


def _if_to_come(moment: datetime | None, view: View) -> datetime | None:
    return moment if moment is not None and moment > viewpoint(view).now else None


def _locked_until(values: Values, view: View) -> datetime | None:
    return _if_to_come(values["last_locked_until"], view)


def _restorable_until(values: Values, view: View) -> datetime | None:
    cleared_at = values["restorable_since"]
    hours = viewpoint(view).settings.restore_hours
    return None if cleared_at is None else _if_to_come(cleared_at + timedelta(hours=hours), view)


def _is_shared(value: Any, view: View) -> Condition | None:
    """To a portal user there are no other companies, so nothing of theirs is shared."""
    if is_portal(view):
        return None if value else EVERYTHING
    others = "SELECT 1 FROM reference AS other WHERE other.login_id = reference.login_id AND other.id <> reference.id"
    return Condition(f"{'' if value else 'NOT '}EXISTS ({others})")


def _password_status_is(value: Any, view: View) -> Condition:
    return flag("reference.has_password")(value == PasswordStatus.ENCRYPTED, view) or EVERYTHING


REFERENCE: Final = Table(
    row=ReferenceRow,
    source="reference",
    joins={
        "customer": TO_CUSTOMER,
        "applying": TO_APPLYING,
        "login": Join("LEFT JOIN login ON login.id = reference.login_id"),
    },
    fields={
        "id": Column(PUBLIC_ID("Reference"), "reference.id"),
        "customer": One("Customer", "reference.customer_id"),
        "name": Column(TEXT, "reference.name"),
        "email": Column(TEXT, "reference.email"),
        "password_status": Computed(("has_password",), _password_status, pure=True),
        "internet_user": Column(BOOL, "reference.internet_user"),
        "can_log_in": Computed(("internet_user", "has_password", "customer_active"), _can_log_in, pure=True),
        "own_settings": One("InternetOrderSettings", "reference.settings_id"),
        "settings": One("InternetOrderSettings", APPLYING, joins=("customer",)),
        "permissions": Computed(("applying_permissions", "denied_permissions"), _permissions, pure=True),
        "login_checks": Computed(
            (
                "login_id",
                "has_password",
                "temporary_since",
                "internet_user",
                "customer_active",
                "locked_until",
                "applying_permissions",
                "denied_permissions",
            ),
            _login_checks,
        ),
        "phone": Column(TEXT, "reference.phone"),
        "mobile": Column(TEXT, "reference.mobile"),
        "shared_with": Many(
            "Reference",
            here="reference.login_id",
            there="reference.login_id",
            order="CUSTOMER",
            but_itself=True,
            visible=is_staff,
        ),
        "last_login_at": Column(MOMENT, "reference.last_login_at"),
        "locked_until": Computed(("last_locked_until",), _locked_until),
        "password_restorable_until": Computed(("restorable_since",), _restorable_until),
        "sessions": Many("Session", here="reference.id", there="session.reference_id"),
        "version": Column(INT, "reference.version"),
        "created_at": Column(MOMENT, "reference.created_at"),
        "updated_at": Column(MOMENT, "reference.updated_at"),
        # What the fields above are worked out from.
        "login_id": Column(INT, "reference.login_id"),
        # All of an answer goes by one reading of each login, whichever of its statements met it first.
        "has_password": Column(BOOL, "reference.has_password", once="login_id"),
        "customer_active": Column(BOOL, "customer.active", joins=("customer",)),
        "denied_permissions": Column(ENUMS(PortalPermission), "reference.denied_permissions"),
        "applying_permissions": Column(ENUMS(PortalPermission), "applying.permissions", joins=("applying",)),
        "last_locked_until": Column(MOMENT, "login.locked_until", joins=("login",)),
        "temporary_since": Column(MOMENT, "login.temporary_since", joins=("login",)),
        "restorable_since": Column(
            MOMENT, "CASE WHEN login.cleared_hash IS NOT NULL THEN login.cleared_at END", joins=("login",)
        ),
    },
    scope=register_scope("reference.id = :reference_id"),
    order="NAME",
    orders={
        "NAME": Order((Key(TEXT, "reference.name_key"),)),
        "EMAIL": Order((Key(TEXT, "reference.email_order"),)),
        "CREATED_AT": Order((Key(MOMENT, "reference.created_at"),)),
        "LAST_LOGIN_AT": Order((Key(MOMENT, "reference.last_login_order"),)),
        "CUSTOMER": Order((Key(TEXT, "customer.name_key"), Key(TEXT, "reference.name_key")), joins=("customer",)),
    },
    filters={
        "search": search_in("reference_search", "reference_id", "NAME"),
        "username": username_is("reference.login_id"),
        "customer_id": equal_key("customer_id", "Customer", "reference.customer_id"),
        "settings_id": equal_key("settings_id", "InternetOrderSettings", APPLYING, "customer"),
        "password_status": _password_status_is,
        "internet_user": flag("reference.internet_user"),
        "can_log_in": flag(CAN_LOG_IN, "customer"),
        "shared": _is_shared,
        "locked_out": flag("COALESCE(login.locked_until > :now, FALSE)", "login"),
    },
)
