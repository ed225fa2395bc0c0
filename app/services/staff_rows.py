"""The rows of staff and of the access tokens they made, inside a transaction."""

from app import ids
from app.database import Transaction
from app.models import StaffMember
from app.models.enums import AuditAction, StaffRole
from app.services.audit import Event
from app.services.changes import Change


async def lock_member(tx: Transaction, staff_id: int) -> StaffMember | None:
    """Locks a member of staff, where there is one."""
    return await StaffMember.filter(id=staff_id).select_for_update(no_key=True).using_db(tx.client).first()


async def lock_with_admins(tx: Transaction, staff_id: int) -> list[StaffMember]:
    """Locks a member of staff and every active ADMIN, in the order of their keys.

    Two who demote each other meet here: the second finds that the first is no longer one.
    """
    rows = await tx.fetch(
        "SELECT id FROM staff_member WHERE id = $1 OR (active AND role = 'ADMIN')"
        f" ORDER BY id{tx.dialect.for_no_key_update}",
        staff_id,
    )
    keys = [row["id"] for row in rows]
    return await StaffMember.filter(id__in=keys).using_db(tx.client)


async def end_tokens_of(tx: Transaction, staff_id: int) -> list[Event]:
    """Ends the access tokens that a member of staff made; answers what the audit is to record."""
    rows = await tx.fetch("DELETE FROM access_token WHERE created_by_id = $1 RETURNING id, name", staff_id)
    return [token_revoked(row["id"], row["name"]) for row in sorted(rows, key=lambda row: row["id"])]


def token_revoked(key: int, name: str) -> Event:
    """The event of an access token's end."""
    return Event(AuditAction.ACCESS_TOKEN_REVOKED, (ids.encode("AccessToken", key),), (Change("name", name, None),))


def is_active_admin(member: StaffMember) -> bool:
    """Whether they may make staff and access tokens, now."""
    return member.active and member.role is StaffRole.ADMIN
