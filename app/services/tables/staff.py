"""Staff and their access tokens: only for persons who may manage them, in no other way than by their own lists."""

from typing import Final

from app.models.enums import StaffRole
from app.reading import BOOL, ENUM, EVERYTHING, INT, MOMENT, TEXT, Column, Condition, Join, Key, Order, Row, Table, View
from app.services.tables.kinds import PUBLIC_ID
from app.services.tables.views import may_manage

HAS_SECOND_FACTOR: Final = (
    "EXISTS (SELECT 1 FROM staff_second_factor"
    " WHERE staff_second_factor.staff_id = staff_member.id AND staff_second_factor.confirmed_at IS NOT NULL)"
)


class StaffMemberRow(Row):
    __slots__ = ()
    type_name = "StaffMember"


class AccessTokenRow(Row):
    __slots__ = ()
    type_name = "AccessToken"


def _scope(view: View) -> Condition | None:
    return EVERYTHING if may_manage(view) else None


STAFF_MEMBER: Final = Table(
    row=StaffMemberRow,
    source="staff_member",
    fields={
        "id": Column(PUBLIC_ID("StaffMember"), "staff_member.id"),
        "name": Column(TEXT, "staff_member.name"),
        "email": Column(TEXT, "staff_member.email"),
        "role": Column(ENUM(StaffRole), "staff_member.role"),
        "active": Column(BOOL, "staff_member.active"),
        "last_login_at": Column(MOMENT, "staff_member.last_login_at"),
        "second_factor": Column(BOOL, HAS_SECOND_FACTOR),
        "version": Column(INT, "staff_member.version"),
    },
    scope=_scope,
    order="NAME",
    orders={"NAME": Order((Key(TEXT, "staff_member.name_key"),))},
)

ACCESS_TOKEN: Final = Table(
    row=AccessTokenRow,
    source="access_token",
    joins={"maker": Join("JOIN staff_member ON staff_member.id = access_token.created_by_id")},
    fields={
        "id": Column(PUBLIC_ID("AccessToken"), "access_token.id"),
        "name": Column(TEXT, "access_token.name"),
        "role": Column(ENUM(StaffRole), "access_token.role"),
        "created_by": Column(TEXT, "staff_member.email", joins=("maker",)),
        "created_at": Column(MOMENT, "access_token.created_at"),
        "expires_at": Column(MOMENT, "access_token.expires_at"),
        "last_used_at": Column(MOMENT, "access_token.last_used_at"),
    },
    scope=_scope,
    order="NAME",
    orders={"NAME": Order((Key(TEXT, "access_token.name_key"),))},
)
