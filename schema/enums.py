"""The vocabularies of the schema: the domain's own enumerations, each value explained to whoever meets it in GraphiQL.

The audit's are in `schema.audit` and the problems' in `schema.problems`, beside the types that use them.
"""

from collections.abc import Mapping
from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from app.models.enums import (
    CredentialEffect,
    CustomerOrder,
    Direction,
    LoginCheckKind,
    MenuItem,
    PasswordStatus,
    PortalPermission,
    ReferenceOrder,
    SessionTransport,
    SharedUsernameRule,
    StaffRole,
)

__all__ = [
    "CredentialEffect",
    "CustomerOrder",
    "Direction",
    "LoginCheckKind",
    "MenuItem",
    "PasswordStatus",
    "PortalPermission",
    "ReferenceOrder",
    "SessionTransport",
    "SharedUsernameRule",
    "StaffRole",
    "described",
]


def described(enum: type[Enum], description: str, values: Mapping[str, str]) -> None:
    """Shows a domain enumeration in the schema, with a description for each of its values.

    Raises:
        ValueError: a value has no description, or a description no value.
    """
    if set(values) != set(enum.__members__):
        raise ValueError(f"{enum.__name__}: describe {sorted(set(values) ^ set(enum.__members__))}")
    strawberry.enum(enum, description=description)
    definition: StrawberryEnumDefinition = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[value.name]


described(
    PortalPermission,
    "What a portal user may see and do: one box each, on the tab Internet of the register. A permission is in effect "
    "where it is ticked both in the internet order settings that apply and on the reference, and where the permission "
    "it requires is in effect too.",
    {
        "CREATE_ORDERS": "Place orders. Shows the menu item CREATE_ORDER.",
        "CREATE_MULTI_ORDERS": "Place several orders in one go. Requires CREATE_ORDERS.",
        "CHANGE_ORDERS": "Change orders that were placed.",
        "CANCEL_ORDERS": "Cancel orders that were placed.",
        "USE_ORDER_TEMPLATES": "Place orders from saved templates. Requires CREATE_ORDERS.",
        "CHANGE_ADDRESSES": "Keep the address book. Shows the menu item ADDRESSES.",
        "CHANGE_ORDER_DEFAULTS": (
            "Change the default settings for new orders (“Ændr standardindstillinger for nye ordrer”). Shows the menu "
            "item SETTINGS, which is also where people change their own password."
        ),
        "VIEW_ALL_CUSTOMER_ORDERS": "See the orders of everyone at the customer, not just one's own.",
        "VIEW_PRICES": "See what things cost.",
        "VIEW_INVOICES": "See the customer's invoices. Shows the menu item INVOICES.",
        "TRACK_SHIPMENTS": "Follow shipments on their way. Shows the menu item TRACKING.",
        "VIEW_PROOF_OF_DELIVERY": "See who signed for a shipment. Requires TRACK_SHIPMENTS.",
    },
)

described(
    MenuItem,
    "The items of the portal's menu. Each follows from a permission that is in effect.",
    {
        "CREATE_ORDER": "Shown with CREATE_ORDERS.",
        "ORDERS": "Always shown.",
        "ADDRESSES": "Shown with CHANGE_ADDRESSES.",
        "TRACKING": "Shown with TRACK_SHIPMENTS.",
        "INVOICES": "Shown with VIEW_INVOICES.",
        "SETTINGS": "Shown with CHANGE_ORDER_DEFAULTS. Where it is missing, `changePassword` is closed.",
    },
)

described(
    PasswordStatus,
    "What the field Adgangskode shows in the register. The password itself can't be shown: nobody has it.",
    {
        "ENCRYPTED": "There is a password (“Krypteret adgangskode”).",
        "NONE": "The field is empty: there is no password, and nobody with this username can log in.",
    },
)

described(
    LoginCheckKind,
    "What has to hold for a person to log in, in the order in which support goes through it on the phone.",
    {
        "USERNAME_SET": "The reference has an e-mail. It is the username.",
        "PASSWORD_SET": "The username has a password.",
        "PASSWORD_NOT_EXPIRED": "The password isn't a temporary one, set by staff, whose time is over.",
        "INTERNET_USER": "Internet user (“Internet bruger”) is ticked on the reference.",
        "CUSTOMER_ACTIVE": "The customer is active.",
        "NOT_LOCKED_OUT": "The username isn't waiting after too many wrong passwords.",
        "SETTINGS_REACHABLE": (
            "The menu item SETTINGS is shown, so that the person can change the password alone. Logging in works "
            "without."
        ),
    },
)

described(
    CustomerOrder,
    "What a list of customers is ordered by.",
    {
        "NAME": "By name, in the Danish alphabet: æ, ø and å come last, and aa is å.",
        "NUMBER": "By customer number. This is what you get when you don't say.",
        "CREATED_AT": "By when they were entered in the register.",
    },
)

described(
    ReferenceOrder,
    "What a list of references is ordered by.",
    {
        "NAME": "By name, in the Danish alphabet. This is what you get when you don't say.",
        "EMAIL": "By e-mail; those without one come last, with DESC first.",
        "CREATED_AT": "By when they were entered in the register.",
        "LAST_LOGIN_AT": "By when they last logged in; those who never did come last, with DESC first.",
    },
)

described(
    Direction,
    "Which way a list runs.",
    {
        "ASC": "From the first to the last: A to Å, oldest to newest.",
        "DESC": "From the last to the first: Å to A, newest to oldest.",
    },
)

described(
    StaffRole,
    "What a member of staff, or a tool with an access token, may do.",
    {
        "ADMIN": "Everything: the register, internet order settings, staff, access tokens and the audit.",
        "EDITOR": "Read and change customers and references.",
        "AUDITOR": "Read the register and the audit, and change nothing.",
    },
)

described(
    SessionTransport,
    "How the proof of a log-in travels from here to the service and back.",
    {
        "BEARER": (
            "As `accessToken` in the answer, which the client sends in the header `Authorization: Bearer …`. For "
            "tools, scripts and GraphiQL."
        ),
        "COOKIE": (
            "As a cookie that scripts in the page can't read; `accessToken` is then null. For browser applications, "
            "whose requests come from one of the portal's own pages."
        ),
    },
)

described(
    SharedUsernameRule,
    "What happens to the password of a username that other references have already, when a reference gets that "
    "username without a new password. With a new password it becomes everyone's, unless the rule is REJECT.",
    {
        "CLEAR_PASSWORD": "Remove it: nobody with the username can log in until somebody sets a new one.",
        "KEEP_PASSWORD": "Keep it: the reference can log in with the password that the others have.",
        "REJECT": "Refuse to save, with SharedUsername, whether a new password is given or not.",
    },
)

described(
    CredentialEffect,
    "What a save does to the password that everyone with the username shares.",
    {
        "NONE": "Nothing.",
        "PASSWORD_SET": "There was no password and now there is one.",
        "PASSWORD_CHANGED": "The password is another one, for all of them. Whoever was logged in has to log in again.",
        "PASSWORD_CLEARED": "The password is gone, for all of them: “Ingen brugere findes” is what they will read.",
        "PASSWORD_INHERITED": "The reference can log in with the password that the others had already.",
        "PASSWORD_RESTORED": "The password that was cleared is back, for all of them.",
    },
)
