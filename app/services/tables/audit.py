"""The audit's events, as they are shown. What names a person is null once it has been erased."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app import ids
from app.models.enums import ActorKind, AuditAction
from app.reading import (
    ENUM,
    EVERYTHING,
    JSON,
    MOMENT,
    ArgumentError,
    ArgumentFault,
    Basis,
    Column,
    Computed,
    Condition,
    Filter,
    Key,
    Order,
    Row,
    Table,
    View,
)
from app.services.changes import Change, changes_of
from app.services.tables.filters import moment
from app.services.tables.kinds import HEX, PUBLIC_ID
from app.services.tables.views import may_audit, viewpoint

Values = Mapping[str, Any]


class AuditEventRow(Row):
    __slots__ = ()
    type_name = "AuditEvent"


def _personal(name: str) -> Callable[[Values, View], Any]:
    """Something that names a person."""
    return lambda values, view: (values["person"] or {}).get(name)


def _changes(values: Values, view: View) -> tuple[Change, ...]:
    return changes_of(values["data"], values["person"])


def _actions_are(value: Sequence[AuditAction], view: View) -> Condition | None:
    actions = {f"action_{index}": str(action) for index, action in enumerate(dict.fromkeys(value))}
    if not actions:
        return None
    return Condition(f"audit_event.action IN ({', '.join(f':{name}' for name in actions)})", values=actions)


def _actor_is(value: str, view: View) -> Condition:
    return Condition("audit_event.actor_key = :actor", values={"actor": viewpoint(view).audit.actor_key(value)})


def _username_is(value: str, view: View) -> Condition:
    username_key = viewpoint(view).audit.username_key(value)
    return Condition("audit_event.username_key = :username", values={"username": username_key})


def _subject_is(value: str, view: View) -> Condition:
    if ids.decode(value) is None:
        raise ArgumentError("filter.subject_id", ArgumentFault.UNKNOWN_ID)
    found = "SELECT audit_subject.event_id FROM audit_subject WHERE audit_subject.subject = :subject"
    return Condition(f"audit_event.id IN ({found})", values={"subject": value})


def _at(argument: str, comparison: str) -> Filter:
    return lambda value, view: Condition(f"audit_event.at {comparison} :at", values={"at": moment(argument, value)})


AUDIT_EVENT: Final = Table(
    row=AuditEventRow,
    source="audit_event",
    fields={
        "id": Column(PUBLIC_ID("AuditEvent"), "audit_event.id"),
        "at": Column(MOMENT, "audit_event.at"),
        "action": Column(ENUM(AuditAction), "audit_event.action"),
        "actor": Computed(("person",), _personal("actor")),
        "actor_kind": Column(ENUM(ActorKind), "audit_event.actor_kind"),
        "username": Computed(("person",), _personal("username")),
        "subjects": Column(JSON, "audit_event.subjects"),
        "changes": Computed(("data", "person"), _changes),
        "ip_address": Computed(("person",), _personal("ip_address")),
        "detail": Basis(("action", "actor_kind", "actor", "username", "changes", "data")),
        "digest": Column(HEX, "audit_event.digest"),
        # What the fields above are worked out from.
        "data": Column(JSON, "audit_event.data"),
        "person": Column(JSON, "audit_event.person"),
    },
    scope=lambda view: EVERYTHING if may_audit(view) else None,
    order="NEWEST",
    orders={"NEWEST": Order((Key(MOMENT, "audit_event.at"),), descending=True)},
    filters={
        "actions": _actions_are,
        "actor": _actor_is,
        "username": _username_is,
        "subject_id": _subject_is,
        "since": _at("since", ">="),
        "until": _at("until", "<"),
    },
)
