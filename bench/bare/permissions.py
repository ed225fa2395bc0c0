"""What a person may do: ticked in the settings that apply, not denied, and so is what it requires.

Both are JSON as the database hands it over. Few combinations are in use, and a page asks for them over and over, so
that whoever writes this by hand remembers them, too.
"""

from functools import lru_cache
from typing import Final

import orjson

LABELS: Final = {
    "CREATE_ORDERS": "Create orders",
    "CREATE_MULTI_ORDERS": "Create multi-orders",
    "CHANGE_ORDERS": "Change orders",
    "CANCEL_ORDERS": "Cancel orders",
    "USE_ORDER_TEMPLATES": "Use order templates",
    "CHANGE_ADDRESSES": "Change addresses",
    "CHANGE_ORDER_DEFAULTS": "Change default settings for new orders",
    "VIEW_ALL_CUSTOMER_ORDERS": "See all of the customer's orders",
    "VIEW_PRICES": "See prices",
    "VIEW_INVOICES": "See invoices",
    "TRACK_SHIPMENTS": "Track shipments",
    "VIEW_PROOF_OF_DELIVERY": "See proof of delivery",
}
REQUIRES: Final = {
    "CREATE_MULTI_ORDERS": "CREATE_ORDERS",
    "USE_ORDER_TEMPLATES": "CREATE_ORDERS",
    "VIEW_PROOF_OF_DELIVERY": "TRACK_SHIPMENTS",
}
MENU: Final = {
    "CREATE_ORDER": "CREATE_ORDERS",
    "ORDERS": None,
    "ADDRESSES": "CHANGE_ADDRESSES",
    "TRACKING": "TRACK_SHIPMENTS",
    "INVOICES": "VIEW_INVOICES",
    "SETTINGS": "CHANGE_ORDER_DEFAULTS",
}


@lru_cache
def effective(ticked: str, denied: str) -> frozenset[str]:
    """The permissions that are effective."""
    allowed = set(orjson.loads(ticked)) - set(orjson.loads(denied))
    return frozenset(name for name in allowed if name not in REQUIRES or REQUIRES[name] in allowed)


@lru_cache
def states(ticked: str, denied: str) -> list[dict[str, object]]:
    """Every permission, with whether it is effective."""
    granted = effective(ticked, denied)
    return [{"permission": name, "label": label, "effective": name in granted} for name, label in LABELS.items()]


def menu(granted: frozenset[str]) -> list[str]:
    """The items of the menu."""
    return [item for item, permission in MENU.items() if permission is None or permission in granted]
