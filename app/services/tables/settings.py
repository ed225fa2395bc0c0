"""Internet order settings, and which of them apply to a reference."""

from typing import Final

from app.models.enums import PortalPermission
from app.reading import BOOL, ENUMS, INT, MOMENT, TEXT, Column, Join, Key, Order, Row, Table
from app.services.tables.kinds import PUBLIC_ID
from app.services.tables.views import is_staff, register_scope

DEFAULT: Final = "(SELECT standard.id FROM internet_order_settings AS standard WHERE standard.is_default)"

APPLYING: Final = f"COALESCE(reference.settings_id, customer.settings_id, {DEFAULT})"
"""The key of the settings that apply to a reference: its own, or else its customer's, or else the default ones."""

TO_CUSTOMER: Final = Join("JOIN customer ON customer.id = reference.customer_id")
TO_APPLYING: Final = Join(f"JOIN internet_order_settings AS applying ON applying.id = {APPLYING}", needs=("customer",))

APPLYING_TO_VIEWER: Final = (
    "(SELECT COALESCE(viewing.settings_id, employer.settings_id, "
    f"{DEFAULT}) FROM reference AS viewing JOIN customer AS employer ON employer.id = viewing.customer_id"
    " WHERE viewing.id = :reference_id)"
)
"""The key of the settings that apply to the portal user who looks."""

# Three counts that indexes answer, in place of one that looks at every reference for each settings.
_USED_BY: Final = (
    "(SELECT count(*) FROM reference AS own WHERE own.settings_id = internet_order_settings.id)"
    " + (SELECT count(*) FROM customer AS employer JOIN reference AS inheriting ON inheriting.customer_id = employer.id"
    " WHERE employer.settings_id = internet_order_settings.id AND inheriting.settings_id IS NULL)"
    " + CASE WHEN internet_order_settings.is_default THEN"
    " (SELECT count(*) FROM customer AS employer JOIN reference AS inheriting ON inheriting.customer_id = employer.id"
    " WHERE employer.settings_id IS NULL AND inheriting.settings_id IS NULL) ELSE 0 END"
)


class InternetOrderSettingsRow(Row):
    __slots__ = ()
    type_name = "InternetOrderSettings"


INTERNET_ORDER_SETTINGS: Final = Table(
    row=InternetOrderSettingsRow,
    source="internet_order_settings",
    fields={
        "id": Column(PUBLIC_ID("InternetOrderSettings"), "internet_order_settings.id"),
        "name": Column(TEXT, "internet_order_settings.name"),
        "is_default": Column(BOOL, "internet_order_settings.is_default"),
        "permissions": Column(ENUMS(PortalPermission), "internet_order_settings.permissions"),
        "used_by": Column(INT, _USED_BY, visible=is_staff),
        "version": Column(INT, "internet_order_settings.version"),
        "updated_at": Column(MOMENT, "internet_order_settings.updated_at"),
    },
    scope=register_scope(f"internet_order_settings.id = {APPLYING_TO_VIEWER}"),
    order="NAME",
    orders={
        "NAME": Order(
            (
                Key(INT, "CASE WHEN internet_order_settings.is_default THEN 0 ELSE 1 END"),
                Key(TEXT, "internet_order_settings.name_key"),
            )
        )
    },
)
