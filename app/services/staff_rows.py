"""The rows of staff and of the access tokens they made, inside a transaction."""

from collections.abc import Mapping
from typing import Any, Final

from app import ids
from app.database import Executor, Transaction
from app.models import StaffMember
from app.models.enums import AuditAction, StaffRole
from app.services.audit import Event
from app.services.changes import Change

ACTIVE_ADMIN: Final = "staff_member.active AND staff_member.role = 'ADMIN'"
"""The same as `is_active_admin`, in SQL."""


async def lock_member(tx: Transaction, staff_id: int) -> StaffMember | None:
    """Locks a member of staff, where there is one."""
    return await StaffMember.filter(id=staff_id).select_for_update(no_key=True).using_db(tx.client).first()


async def read_with_admins(executor: Executor, staff_id: int, *, lock: str = "") -> dict[int, Mapping[str, Any]]:
    """A member of staff, where there is one, and every active ADMIN, by key.

    With a lock, two who demote each other meet here: the second finds that the first is no longer one.
    """
    rows = await executor.fetch(
        "SELECT id, version, name, email, role, active FROM staff_member"
        f" WHERE id = $1 OR ({ACTIVE_ADMIN}) ORDER BY id{lock}",
        staff_id,
    )
    return {row["id"]: row for row in rows}


async def end_tokens_of(tx: Transaction, staff_id: int) -> list[Event]:
    """Ends the access tokens that a member of staff made; answers what the audit is to record."""
    rows = await tx.fetch("DELETE FROM access_token WHERE created_by_id = $1 RETURNING id, name", staff_id)
    return [token_revoked(row["id"], row["name"]) for row in sorted(rows, key=lambda row: row["id"])]


def token_revoked(key: int, name: str) -> Event:
    """The event of an access token's end."""
    return Event(AuditAction.ACCESS_TOKEN_REVOKED, (ids.encode("AccessToken", key),), (Change("name", name, None),))


def is_active_admin(role: StaffRole, active: bool) -> bool:
    """Whether a member of staff with these may make staff and access tokens."""
    return active and role is StaffRole.ADMIN
