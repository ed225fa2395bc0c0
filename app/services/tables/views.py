"""Through whose eyes the register is read: what a caller's role lets them see, and the values that the tables name.

The rules, "Who may do what". A table's scope asks here; nothing else decides about rows.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.models.enums import StaffRole
from app.reading import EVERYTHING, Answer, Condition, Scope, View
from app.services.audit import Audit
from app.services.caller import (
    ADMINS,
    AUDITORS,
    READERS,
    Caller,
    CommandLine,
    Person,
    PortalUser,
    StaffUser,
    TokenUser,
    is_held,
)
from app.services.lifetimes import Lifetime
from app.settings import Settings

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spans:
    """How long sessions may be idle, and temporary passwords live: None for ever."""

    portal_idle: timedelta
    staff_idle: timedelta
    temporary: timedelta | None

    @classmethod
    def of(cls, settings: Settings) -> "Spans":
        """What the settings say; worked out once, since every view of the register names it."""
        hours = settings.temporary_password_hours
        return cls(
            Lifetime.of_portal(settings).idle,
            Lifetime.of_staff(settings).idle,
            timedelta(hours=hours) if hours else None,
        )


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """What a view of the register looks from. `audit` knows the keys under which events are found."""

    caller: Caller
    now: datetime
    settings: Settings
    spans: Spans
    audit: Audit


def viewpoint(view: View) -> Viewpoint:
    """The viewpoint that a view of the register always has."""
    assert isinstance(view.viewer, Viewpoint)
    return view.viewer


def view_of(viewpoint: Viewpoint, answer: Answer) -> View:
    """The view of a caller, with the values for SQL that any table may name."""
    caller, now, spans = viewpoint.caller, viewpoint.now, viewpoint.spans
    values = {
        "now": now,
        "portal_seen_after": now - spans.portal_idle,
        "staff_seen_after": now - spans.staff_idle,
        "temporary_after": now - spans.temporary if spans.temporary else _EVER,
        "session_id": caller.session_id if isinstance(caller, Person) else None,
        "staff_id": caller.staff_id if isinstance(caller, StaffUser) else None,
        "token_id": caller.token_id if isinstance(caller, TokenUser) else None,
    }
    if isinstance(caller, PortalUser):
        values |= {
            "login_id": caller.login_id,
            "reference_id": caller.reference_id,
            "customer_id": caller.customer_id,
        }
    return View(viewpoint, values, answer, standing=(type(caller), caller.role, is_held(caller)))


def is_portal(view: View) -> bool:
    """Whether it is a portal user who looks."""
    return isinstance(viewpoint(view).caller, PortalUser)


def is_staff(view: View) -> bool:
    """Whether it is somebody who may read the whole register."""
    return _role(view) in READERS


def may_audit(view: View) -> bool:
    """Whether it is somebody who may read the audit."""
    return _role(view) in AUDITORS


def may_manage(view: View) -> bool:
    """Whether it is a person who may read about staff and access tokens: a tool may not, whatever its role."""
    return _role(view) in ADMINS and isinstance(viewpoint(view).caller, StaffUser | CommandLine)


def register_scope(own: str) -> Scope:
    """The scope of a table of the register: staff see every row, a portal user those for which `own` holds."""

    def scope(view: View) -> Condition | None:
        if is_portal(view):
            return Condition(own)
        return EVERYTHING if is_staff(view) else None

    return scope


def _role(view: View) -> StaffRole | None:
    """The role that counts: none for who is held."""
    caller = viewpoint(view).caller
    return None if is_held(caller) else caller.role
