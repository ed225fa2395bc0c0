"""All that is stored about a person, as they may be handed it: no hash, no secret, nothing that others did or are.

Of an event that somebody else caused, say staff who saved a reference, only the kind of that somebody is told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app import ids
from app.database import Dialect, Executor
from app.models.enums import ActorKind
from app.services.person_findings import Findings
from app.services.person_trail import Entry
from app.services.resources import Resources
from app.services.throttle_bounds import moment
from app.services.validation import public_name

_REFERENCES: Final = (
    "SELECT r.id, r.name, r.email, r.phone, r.mobile, r.internet_user, r.denied_permissions, r.created_at,"
    " r.updated_at, r.last_login_at, c.number AS customer_number, c.name AS customer_name, s.name AS settings_name"
    " FROM reference r JOIN customer c ON c.id = r.customer_id"
    " LEFT JOIN internet_order_settings s ON s.id = r.settings_id WHERE r.login_id = $1 ORDER BY c.name_key, r.id"
)
_LOGIN: Final = (
    "SELECT username_key AS username, has_password, created_at, last_login_at, failures, locked_until,"
    " temporary_since AS password_set_by_staff_at, cleared_at AS password_cleared_at,"
    " cleared_hash IS NOT NULL AS password_restorable FROM login WHERE id = $1"
)
_SESSIONS: Final = (
    "SELECT s.id, s.created_at, s.last_seen_at, s.expires_at, s.cookie, s.wrong_passwords, s.previous_login_at,"
    " s.failed_since, s.ip_address, s.user_agent, c.name AS customer_name FROM session s"
    " LEFT JOIN reference r ON r.id = s.reference_id LEFT JOIN customer c ON c.id = r.customer_id"
    " WHERE s.login_id = $1 OR s.staff_id = $2 ORDER BY s.created_at, s.id"
)
_TICKETS: Final = "SELECT created_at, expires_at, cookie FROM ticket WHERE login_id = $1 ORDER BY created_at"
_TRIES: Final = (
    "SELECT kind, tries, last_try_at, locked_until FROM throttle WHERE username_hash = $1 ORDER BY kind, last_try_at"
)
_STAFF: Final = (
    "SELECT m.id, m.name, m.email, m.role, m.active, m.created_at, m.updated_at, m.last_login_at, m.failures,"
    " m.locked_until, f.created_at AS second_factor_since, f.confirmed_at AS second_factor_confirmed_at"
    " FROM staff_member m LEFT JOIN staff_second_factor f ON f.staff_id = m.id WHERE m.id = $1"
)
_TOKENS: Final = (
    "SELECT id, name, role, created_at, expires_at, last_used_at FROM access_token WHERE created_by_id = $1 ORDER BY id"
)
_BOOLEANS: Final = frozenset({"internet_user", "has_password", "password_restorable", "cookie", "active"})
_TYPES: Final = {
    "references": "Reference",
    "sessions": "Session",
    "staff": "StaffMember",
    "accessTokens": "AccessToken",
}


async def everything_about(executor: Executor, resources: Resources, found: Findings) -> dict[str, Any]:
    """The export of what was found, everything by its public name and every moment in UTC."""

    async def read(name: str, sql: str, *args: object) -> list[dict[str, Any]]:
        rows = await executor.fetch(sql, *args)
        return [_shown(executor.dialect, _TYPES.get(name), row) for row in rows]

    login, staff = found.login_id or 0, found.staff_id or 0
    tries = []
    for application in found.counted:
        rows = await executor.fetch(_TRIES, resources.throttle.username_hash(application, found.username))
        tries += [{"application": application, **_tries(row)} for row in rows]
    return {
        "email": found.username,
        "exportedAt": _utc(resources.clock.now()),
        "references": await read("references", _REFERENCES, login),
        "login": next(iter(await read("login", _LOGIN, login)), None),
        "sessions": await read("sessions", _SESSIONS, login, staff),
        "choicesPending": await read("tickets", _TICKETS, login),
        "countedTries": tries,
        "staffMember": next(iter(await read("staff", _STAFF, staff)), None),
        "accessTokens": await read("accessTokens", _TOKENS, staff),
        "auditEvents": [_event(entry, found.username) for entry in found.entries],
    }


def _shown(dialect: Dialect, type_name: str | None, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row by public names and in JSON's values; moments are those columns that are called so."""
    shown: dict[str, Any] = {}
    for name in row.keys():  # noqa: SIM118 - a record iterates its values
        value = row[name]
        if name == "id" and type_name is not None:
            value = ids.encode(type_name, value)
        elif name in _BOOLEANS:
            value = dialect.boolean(value)
        elif name == "denied_permissions":
            value = dialect.json(value)
        elif name.endswith(("_at", "_until", "_since")) and name != "failed_since":
            value = _utc(dialect.moment(value))
        shown[public_name(name)] = value
    return shown


def _tries(row: Mapping[str, Any]) -> dict[str, Any]:
    until = row["locked_until"]
    return {
        "countedFor": row["kind"],
        "tries": row["tries"],
        "lastTryAt": _utc(moment(row["last_try_at"])),
        "lockedUntil": _utc(moment(until)) if until else None,
    }


def _event(entry: Entry, username: str) -> dict[str, Any]:
    """An event of the audit; where it came from is told if that was the person, or maybe was: nobody had logged in."""
    own = entry.acted or entry.actor_kind is ActorKind.NOBODY
    data = {name: value for name, value in entry.data.items() if name not in ("changes", "actor_id")}
    return {
        "id": ids.encode("AuditEvent", entry.id),
        "at": _utc(entry.at),
        "action": entry.action.value,
        "actorKind": entry.actor_kind.value,
        "byThePerson": entry.acted,
        "username": username if entry.concerned else None,
        "ipAddress": entry.person.get("ip_address") if own else None,
        "userAgent": entry.person.get("user_agent") if own else None,
        "subjects": list(entry.subjects),
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after} for change in entry.changes
        ],
        "data": data,
    }


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
