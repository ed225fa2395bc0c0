"""The words of the register's boxes and checks. The Danish ones are the source document's where it has any."""

from typing import Final

from app.i18n.catalogue import mark, translate
from app.models.enums import LoginCheckKind, PortalPermission

_PERMISSIONS: Final = {
    PortalPermission.CREATE_ORDERS: mark("Create orders"),
    PortalPermission.CREATE_MULTI_ORDERS: mark("Create multi-orders"),
    PortalPermission.CHANGE_ORDERS: mark("Change orders"),
    PortalPermission.CANCEL_ORDERS: mark("Cancel orders"),
    PortalPermission.USE_ORDER_TEMPLATES: mark("Use order templates"),
    PortalPermission.CHANGE_ADDRESSES: mark("Change addresses"),
    PortalPermission.CHANGE_ORDER_DEFAULTS: mark("Change default settings for new orders"),
    PortalPermission.VIEW_ALL_CUSTOMER_ORDERS: mark("See all of the customer's orders"),
    PortalPermission.VIEW_PRICES: mark("See prices"),
    PortalPermission.VIEW_INVOICES: mark("See invoices"),
    PortalPermission.TRACK_SHIPMENTS: mark("Track shipments"),
    PortalPermission.VIEW_PROOF_OF_DELIVERY: mark("See proof of delivery"),
}

_PASSED: Final = {
    LoginCheckKind.USERNAME_SET: mark("The reference has an e-mail, which is the username."),
    LoginCheckKind.PASSWORD_SET: mark("The field Password shows “Encrypted password”."),
    LoginCheckKind.PASSWORD_NOT_EXPIRED: mark("The password is no temporary one that has run out."),
    LoginCheckKind.INTERNET_USER: mark("Internet user is ticked."),
    LoginCheckKind.CUSTOMER_ACTIVE: mark("The customer is active."),
    LoginCheckKind.NOT_LOCKED_OUT: mark("The username isn't locked."),
    LoginCheckKind.SETTINGS_REACHABLE: mark(
        "The menu item Settings is shown, so the person can change the password on their own."
    ),
}

_FAILED: Final = {
    LoginCheckKind.USERNAME_SET: mark("The reference has no e-mail and so no username. Fill in the e-mail."),
    LoginCheckKind.PASSWORD_SET: mark("The field Password is empty. Set a password."),
    LoginCheckKind.PASSWORD_NOT_EXPIRED: mark("The temporary password has run out. Set a new one."),
    LoginCheckKind.INTERNET_USER: mark("Internet user isn't ticked. Tick it."),
    LoginCheckKind.CUSTOMER_ACTIVE: mark("The customer is inactive. Make it active."),
    LoginCheckKind.NOT_LOCKED_OUT: mark(
        "The username is locked after too many wrong passwords, at least where they were typed. Wait, or unlock it."
    ),
    LoginCheckKind.SETTINGS_REACHABLE: mark(
        "The menu item Settings isn't shown, so the person can't change the password on their own. Tick “Change "
        "default settings for new orders” both in the internet order settings and on the reference if they should."
    ),
}


def label(permission: PortalPermission, locale: str) -> str:
    """The text beside a permission's box."""
    return translate(_PERMISSIONS[permission], locale)


def check(kind: LoginCheckKind, passed: bool, locale: str) -> str:
    """One of the reasons why a person can or can't log in, as support reads it out on the phone."""
    return translate((_PASSED if passed else _FAILED)[kind], locale)
