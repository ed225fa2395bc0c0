"""Customers."""

from typing import Any, Final

from app.reading import BOOL, INT, MOMENT, TEXT, Column, Condition, Key, One, Order, Paged, Row, Table, View
from app.services.tables.filters import flag, key_in, search_in
from app.services.tables.kinds import PUBLIC_ID
from app.services.tables.settings import APPLYING_TO_VIEWER
from app.services.tables.views import is_portal, register_scope


class CustomerRow(Row):
    __slots__ = ()
    type_name = "Customer"


def _own_settings_are(value: Any, view: View) -> Condition:
    """A portal user can only ask about settings that they may see: those that apply to them."""
    seen = f" AND customer.settings_id = {APPLYING_TO_VIEWER}" if is_portal(view) else ""
    key = key_in("settings_id", value, "InternetOrderSettings")
    return Condition(f"customer.settings_id = :key{seen}", values={"key": key})


CUSTOMER: Final = Table(
    row=CustomerRow,
    source="customer",
    fields={
        "id": Column(PUBLIC_ID("Customer"), "customer.id"),
        "number": Column(TEXT, "customer.number"),
        "name": Column(TEXT, "customer.name"),
        "active": Column(BOOL, "customer.active"),
        "version": Column(INT, "customer.version"),
        "created_at": Column(MOMENT, "customer.created_at"),
        "updated_at": Column(MOMENT, "customer.updated_at"),
        "own_settings": One("InternetOrderSettings", "customer.settings_id"),
        "references": Paged("Customer.references", "Reference", "customer.id", "reference.customer_id"),
    },
    scope=register_scope("customer.id = :customer_id"),
    order="NUMBER",
    orders={
        "NUMBER": Order((Key(TEXT, "customer.number_key"),)),
        "NAME": Order((Key(TEXT, "customer.name_key"),)),
        "CREATED_AT": Order((Key(MOMENT, "customer.created_at"),)),
    },
    filters={
        "search": search_in("customer_search", "customer_id", "NUMBER"),
        "active": flag("customer.active"),
        "settings_id": _own_settings_are,
    },
)
