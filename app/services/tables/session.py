"""Live sessions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.reading import BOOL, INT, MOMENT, TEXT, Column, Computed, Condition, Join, Key, One, Order, Row, Table, View
from app.services.caller import StaffUser
from app.services.lifetimes import Lifetime
from app.services.tables.kinds import PUBLIC_ID
from app.services.tables.views import is_portal, is_staff, viewpoint

# A session lives while its epoch is still that of its login or staff member, until it was idle for too long or has
# reached its end; a portal user's also ends with the time of a temporary password. Ended ones mostly are gone as rows.
_PORTAL: Final = (
    "session.epoch = login.epoch AND session.expires_at > :now AND session.last_seen_at > :portal_seen_after"
    " AND (login.temporary_since IS NULL OR login.temporary_since > :temporary_after)"
)
_STAFF: Final = (
    "session.epoch = staff_member.epoch AND session.expires_at > :now AND session.last_seen_at > :staff_seen_after"
)


class SessionRow(Row):
    __slots__ = ()
    type_name = "Session"


def _scope(view: View) -> Condition | None:
    """A person's own sessions, and to all staff who aren't held those of every portal user."""
    if is_portal(view):
        return Condition(f"session.login_id = :login_id AND {_PORTAL}", ("login",))
    if isinstance(viewpoint(view).caller, StaffUser):
        own = f"(session.staff_id = :staff_id AND {_STAFF})"
        return Condition(f"({_PORTAL}) OR {own}" if is_staff(view) else own, ("login", "staff"))
    return Condition(_PORTAL, ("login",)) if is_staff(view) else None


def _expires_at(values: Mapping[str, Any], view: View) -> datetime:
    settings = viewpoint(view).settings
    lifetime = Lifetime.of_staff(settings) if values["of_staff"] else Lifetime.of_portal(settings)
    return lifetime.ends_at(values["last_seen_at"], values["absolute_expires_at"])


SESSION: Final = Table(
    row=SessionRow,
    source="session",
    joins={
        "login": Join("LEFT JOIN login ON login.id = session.login_id"),
        "staff": Join("LEFT JOIN staff_member ON staff_member.id = session.staff_id"),
        "reference": Join("LEFT JOIN reference ON reference.id = session.reference_id"),
        "customer": Join("LEFT JOIN customer ON customer.id = reference.customer_id", needs=("reference",)),
    },
    fields={
        "id": Column(PUBLIC_ID("Session"), "session.id"),
        "current": Column(BOOL, "COALESCE(session.id = :session_id, FALSE)"),
        "created_at": Column(MOMENT, "session.created_at"),
        "last_seen_at": Column(MOMENT, "session.last_seen_at"),
        "expires_at": Computed(("last_seen_at", "absolute_expires_at", "of_staff"), _expires_at),
        "user_agent": Column(TEXT, "session.user_agent"),
        "ip_address": Column(TEXT, "session.ip_address"),
        "customer": One("Customer", "reference.customer_id", joins=("reference",)),
        "customer_name": Column(TEXT, "customer.name", joins=("customer",)),
        # What the fields above are worked out from.
        "absolute_expires_at": Column(MOMENT, "session.expires_at"),
        "of_staff": Column(BOOL, "session.staff_id IS NOT NULL"),
    },
    scope=_scope,
    order="CURRENT",
    orders={
        "CURRENT": Order(
            (Key(INT, "CASE WHEN session.id = :session_id THEN 1 ELSE 0 END"), Key(MOMENT, "session.created_at")),
            descending=True,
        )
    },
)
