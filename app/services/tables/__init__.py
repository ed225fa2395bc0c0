"""The tables of fields: all that can be read of the register, by type, and who may see it.

This is the one place that says so. `app.reading` reads by these tables; a field that is missing here can't be read by
anybody, and what a table's scope leaves out exists for its viewer by no path at all.
"""

from collections.abc import Mapping
from typing import Final

from app.reading import Table
from app.services.tables.audit import AUDIT_EVENT, AuditEventRow
from app.services.tables.customer import CUSTOMER, CustomerRow
from app.services.tables.reference import REFERENCE, ReferenceRow
from app.services.tables.session import SESSION, SessionRow
from app.services.tables.settings import INTERNET_ORDER_SETTINGS, InternetOrderSettingsRow
from app.services.tables.staff import ACCESS_TOKEN, STAFF_MEMBER, AccessTokenRow, StaffMemberRow
from app.services.tables.viewer import (
    CUSTOMER_CHOICE,
    PORTAL_VIEWER,
    STAFF_VIEWER,
    TOOL_VIEWER,
    CustomerChoiceRow,
    PortalViewerRow,
    StaffViewerRow,
)

NODES: Final = frozenset(
    {"Customer", "Reference", "InternetOrderSettings", "Session", "StaffMember", "AccessToken", "AuditEvent"}
)
"""The types whose things have an id of their own."""

TABLES: Final[Mapping[str, Table]] = {
    "Customer": CUSTOMER,
    "Reference": REFERENCE,
    "InternetOrderSettings": INTERNET_ORDER_SETTINGS,
    "Session": SESSION,
    "StaffMember": STAFF_MEMBER,
    "AccessToken": ACCESS_TOKEN,
    "AuditEvent": AUDIT_EVENT,
    "PortalViewer": PORTAL_VIEWER,
    "StaffViewer": STAFF_VIEWER,
    "ToolViewer": TOOL_VIEWER,
    "CustomerChoiceOption": CUSTOMER_CHOICE,
}

__all__ = [
    "NODES",
    "TABLES",
    "AccessTokenRow",
    "AuditEventRow",
    "CustomerChoiceRow",
    "CustomerRow",
    "InternetOrderSettingsRow",
    "PortalViewerRow",
    "ReferenceRow",
    "SessionRow",
    "StaffMemberRow",
    "StaffViewerRow",
]
