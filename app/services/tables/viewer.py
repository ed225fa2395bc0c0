"""Who looks: a portal user, a member of staff, a tool. Each of these tables has one row for whoever looks, or none."""

from collections.abc import Mapping
from typing import Any, Final

from app.models.enums import MenuItem, PortalPermission, StaffRole
from app.reading import (
    BOOL,
    ENUM,
    ENUMS,
    INT,
    MOMENT,
    TEXT,
    Column,
    Computed,
    Condition,
    Fixed,
    Join,
    Key,
    Many,
    One,
    Order,
    Row,
    Scope,
    Table,
    View,
)
from app.services import permissions
from app.services.caller import PortalUser, StaffUser, TokenUser, is_held
from app.services.permissions import Permissions
from app.services.tables.reference import CAN_LOG_IN, effective
from app.services.tables.settings import TO_APPLYING, TO_CUSTOMER
from app.services.tables.staff import HAS_SECOND_FACTOR
from app.services.tables.views import viewpoint

Values = Mapping[str, Any]


class PortalViewerRow(Row):
    __slots__ = ()
    type_name = "PortalViewer"


class StaffViewerRow(Row):
    """A member of staff or a tool: two tables, one type."""

    __slots__ = ()
    type_name = "StaffViewer"


class CustomerChoiceRow(Row):
    """A company that the portal user may work for. It has the fields of `results.Choice`."""

    __slots__ = ()
    type_name = "CustomerChoiceOption"


def _only(caller: type, sql: str, *joins: str) -> Scope:
    """Rows for one kind of caller, for whom the condition holds."""
    return lambda view: Condition(sql, joins) if isinstance(viewpoint(view).caller, caller) else None


def _is_held(view: View) -> bool:
    return is_held(viewpoint(view).caller)


def _permissions(values: Values, view: View) -> Permissions:
    """With a temporary password only changing it is open (the rules, "Passwords" 5)."""
    return () if values["must_change_password"] else effective(values, view)


def _menu(values: Values, view: View) -> tuple[MenuItem, ...]:
    return () if values["must_change_password"] else permissions.menu(values["permissions"])


_BY_KEY: Final = {"KEY": Order(())}
_RECOVERY_CODES: Final = (
    "(SELECT count(*) FROM staff_recovery_code WHERE staff_recovery_code.staff_id = staff_member.id)"
)

PORTAL_VIEWER: Final = Table(
    row=PortalViewerRow,
    source="reference",
    joins={
        "session": Join("JOIN session ON session.login_id = reference.login_id"),
        "customer": TO_CUSTOMER,
        "applying": TO_APPLYING,
    },
    fields={
        "name": Column(TEXT, "reference.name"),
        "email": Column(TEXT, "reference.email"),
        "sessions": Many("Session", here="reference.login_id", there="session.login_id"),
        "reference": One("Reference", "reference.id"),
        "customer": One("Customer", "reference.customer_id"),
        "permissions": Computed(
            ("must_change_password", "applying_permissions", "denied_permissions"), _permissions, pure=True
        ),
        "menu": Computed(("must_change_password", "permissions"), _menu, pure=True),
        "choices": Many("CustomerChoiceOption", here="reference.login_id", there="reference.login_id"),
        "must_change_password": Fixed(_is_held),
        "previous_login_at": Column(MOMENT, "session.previous_login_at", joins=("session",)),
        "failed_logins_since": Column(INT, "session.failed_since", joins=("session",)),
        # What the fields above are worked out from.
        "denied_permissions": Column(ENUMS(PortalPermission), "reference.denied_permissions"),
        "applying_permissions": Column(ENUMS(PortalPermission), "applying.permissions", joins=("applying",)),
    },
    scope=_only(PortalUser, "reference.id = :reference_id AND session.id = :session_id", "session"),
    order="KEY",
    orders=_BY_KEY,
)

CUSTOMER_CHOICE: Final = Table(
    row=CustomerChoiceRow,
    source="reference",
    joins={"customer": TO_CUSTOMER},
    fields={
        "reference_id": Column(INT, "reference.id"),
        "customer_name": Column(TEXT, "customer.name", joins=("customer",)),
        "customer_number": Column(TEXT, "customer.number", joins=("customer",)),
        "reference_name": Column(TEXT, "reference.name"),
        "current": Column(BOOL, "reference.id = :reference_id"),
    },
    scope=_only(PortalUser, f"reference.login_id = :login_id AND {CAN_LOG_IN}", "customer"),
    order="CUSTOMER",
    orders={"CUSTOMER": Order((Key(TEXT, "customer.name_key"),), joins=("customer",))},
)

STAFF_VIEWER: Final = Table(
    row=StaffViewerRow,
    source="staff_member",
    fields={
        "name": Column(TEXT, "staff_member.name"),
        "email": Column(TEXT, "staff_member.email"),
        "role": Column(ENUM(StaffRole), "staff_member.role"),
        "sessions": Many("Session", here="staff_member.id", there="session.staff_id"),
        "second_factor": Column(BOOL, HAS_SECOND_FACTOR),
        "must_enrol_second_factor": Fixed(_is_held),
        "recovery_codes_left": Column(INT, _RECOVERY_CODES),
    },
    scope=_only(StaffUser, "staff_member.id = :staff_id"),
    order="KEY",
    orders=_BY_KEY,
)

TOOL_VIEWER: Final = Table(
    row=StaffViewerRow,
    source="access_token",
    joins={"maker": Join("JOIN staff_member ON staff_member.id = access_token.created_by_id")},
    fields={
        "name": Column(TEXT, "access_token.name"),
        "email": Column(TEXT, "staff_member.email", joins=("maker",)),
        "role": Column(ENUM(StaffRole), "access_token.role"),
        "sessions": Many("Session", here="access_token.id", there="session.staff_id", visible=lambda view: False),
        # A tool has no second factor.
        "second_factor": Column(BOOL, "FALSE"),
        "must_enrol_second_factor": Fixed(_is_held),
        "recovery_codes_left": Column(INT, "0"),
    },
    scope=_only(TokenUser, "access_token.id = :token_id"),
    order="KEY",
    orders=_BY_KEY,
)
