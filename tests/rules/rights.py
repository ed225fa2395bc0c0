"""The rules, "Who may do what": the table itself, for every field that can be asked and every change.

Each row says what the field is given, and what it answers to whom: the `__typename` of a value or of a payload, `null`,
or the code of an error. `$name` stands for a thing of `tests.support.callers.Register`, or for an unknown id of a type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.callers import EVA, Column
from tests.support.story import OTHER_PASSWORD, PASSWORD, STAFF_PASSWORD

Answers = Mapping[Column, str]

PEOPLE_OF_STAFF = frozenset({Column.ADMIN, Column.EDITOR, Column.AUDITOR})
TOOLS = frozenset({Column.ADMIN_TOKEN, Column.EDITOR_TOKEN, Column.AUDITOR_TOKEN})
READERS = PEOPLE_OF_STAFF | TOOLS
EDITORS = frozenset({Column.ADMIN, Column.EDITOR, Column.ADMIN_TOKEN, Column.EDITOR_TOKEN})
AUDITORS = frozenset({Column.ADMIN, Column.AUDITOR, Column.ADMIN_TOKEN, Column.AUDITOR_TOKEN})
ADMINS = frozenset({Column.ADMIN, Column.ADMIN_TOKEN})
ADMIN_IN_PERSON = frozenset({Column.ADMIN})
PORTAL = frozenset({Column.PORTAL})
SOMEBODY = READERS | PORTAL
ANYBODY = frozenset(Column)

STRANGE = "sære sager i skuffen her"
NEW_STAFF_PASSWORD = "syv stille køer på broen"


@dataclass(frozen=True)
class Row:
    """One field: what it is given, and what it answers to those who may.

    Attributes:
        given: Arguments that make sense, and what they answer.
        unknown: Arguments that name nothing there is, or are wrong in another way, and what they answer.
        others: Answers that are neither, by who gets them.
    """

    may: frozenset[Column]
    given: tuple[Mapping[str, Any], str]
    unknown: tuple[Mapping[str, Any], str] | None = None
    others: Mapping[Column, str] | None = None


def change(
    may: frozenset[Column],
    given: Mapping[str, Any],
    answer: str,
    unknown: Mapping[str, Any],
    problem: str = "NotFound",
) -> Row:
    """A mutation that takes an `input`."""
    return Row(may, ({"input": given}, answer), ({"input": unknown}, problem))


def answers(row: Row, case: tuple[Mapping[str, Any], str], refused: str, nobody: str) -> Answers:
    """What each column gets."""
    said = {column: case[1] if column in row.may else refused for column in Column}
    if Column.NOBODY not in row.may:
        said[Column.NOBODY] = nobody
    return {**said, **(row.others or {})}


# A field that can be null answers null to whoever may not ask; any other answers an error.
NULLABLE = {
    "viewer": Row(SOMEBODY, ({}, "StaffViewer"), others={Column.PORTAL: "PortalViewer"}),
    "node": Row(SOMEBODY, ({"id": "$nord"}, "Customer"), ({"id": "$Customer"}, "null")),
    "customer": Row(SOMEBODY, ({"id": "$nord"}, "Customer"), ({"id": "$Customer"}, "null")),
    "reference": Row(SOMEBODY, ({"id": "$ida"}, "Reference"), ({"id": "$Reference"}, "null")),
}
QUERIES = {
    "customers": Row(SOMEBODY, ({}, "CustomerConnection"), ({"first": -1}, "INVALID_INPUT")),
    "references": Row(SOMEBODY, ({}, "ReferenceConnection"), ({"filter": {"customerId": "x"}}, "INVALID_INPUT")),
    "internetOrderSettings": Row(SOMEBODY, ({}, "[InternetOrderSettings]")),
    "portalPermissions": Row(ANYBODY, ({}, "[PortalPermissionInfo]")),
    "passwordPolicy": Row(ANYBODY, ({}, "PasswordPolicy")),
    "previewReference": Row(
        EDITORS,
        ({"input": {"id": "$eva", "setsPassword": True}}, "CredentialImpact"),
        ({"input": {"id": "$Reference", "setsPassword": True}}, "CredentialImpact"),
    ),
    "auditEvents": Row(AUDITORS, ({}, "AuditEventConnection"), ({"first": -1}, "INVALID_INPUT")),
    "staff": Row(ADMIN_IN_PERSON, ({}, "[StaffMember]")),
    "accessTokens": Row(ADMIN_IN_PERSON, ({}, "[AccessToken]")),
}

# In this order: each leaves what the next ones need.
MUTATIONS = {
    "createCustomer": change(
        EDITORS,
        {"number": "90001", "name": "Ny kunde", "settingsId": "$settings"},
        "CreateCustomerSuccess",
        {"number": "90002", "name": "Ny kunde", "settingsId": "$InternetOrderSettings"},
    ),
    "updateCustomer": change(
        EDITORS, {"id": "$empty", "name": "Tomt"}, "UpdateCustomerSuccess", {"id": "$Customer", "name": "Tomt"}
    ),
    "deleteCustomer": change(EDITORS, {"id": "$empty"}, "DeleteCustomerSuccess", {"id": "$Customer"}),
    "createReference": change(
        EDITORS,
        {"customerId": "$syd", "name": "Ny Mand"},
        "CreateReferenceSuccess",
        {"customerId": "$Customer", "name": "Ny Mand"},
    ),
    "updateReference": change(
        EDITORS,
        {"id": "$eva", "phone": "12345678"},
        "UpdateReferenceSuccess",
        {"id": "$Reference", "phone": "12345678"},
    ),
    "deleteReference": change(EDITORS, {"id": "$spare"}, "DeleteReferenceSuccess", {"id": "$Reference"}),
    "clearPassword": change(EDITORS, {"referenceId": "$eva"}, "ClearPasswordSuccess", {"referenceId": "$Reference"}),
    "restorePassword": change(
        EDITORS, {"referenceId": "$eva"}, "RestorePasswordSuccess", {"referenceId": "$Reference"}
    ),
    "unlockLogin": change(EDITORS, {"referenceId": "$eva"}, "UnlockLoginSuccess", {"referenceId": "$Reference"}),
    "endSessions": change(EDITORS, {"referenceId": "$eva"}, "EndSessionsSuccess", {"referenceId": "$Reference"}),
    "createInternetOrderSettings": change(
        ADMINS,
        {"name": "Nye", "permissions": []},
        "CreateInternetOrderSettingsSuccess",
        {"name": "", "permissions": []},
        "InvalidInput",
    ),
    "updateInternetOrderSettings": change(
        ADMINS,
        {"id": "$settings", "name": "Andre"},
        "UpdateInternetOrderSettingsSuccess",
        {"id": "$InternetOrderSettings", "name": "Andre"},
    ),
    "deleteInternetOrderSettings": change(
        ADMINS, {"id": "$spareSettings"}, "DeleteInternetOrderSettingsSuccess", {"id": "$InternetOrderSettings"}
    ),
    "createStaff": change(
        ADMIN_IN_PERSON,
        {"name": "Ny Bo", "email": "ny@firma.dk", "role": "AUDITOR", "newPassword": {"generate": True}},
        "CreateStaffSuccess",
        {"name": "", "email": "x", "role": "AUDITOR", "newPassword": {"generate": False}},
        "InvalidInput",
    ),
    "updateStaff": change(
        ADMIN_IN_PERSON, {"id": "$member", "name": "Bo"}, "UpdateStaffSuccess", {"id": "$StaffMember", "name": "Bo"}
    ),
    "createAccessToken": change(
        ADMIN_IN_PERSON,
        {"name": "Nyt", "role": "EDITOR", "expiresAt": "2027-01-01T00:00:00Z"},
        "CreateAccessTokenSuccess",
        {"name": "", "role": "EDITOR", "expiresAt": "2020-01-01T00:00:00Z"},
        "InvalidInput",
    ),
    "revokeAccessToken": Row(
        ADMIN_IN_PERSON,
        ({"id": "$token"}, "RevokeAccessTokenSuccess"),
        ({"id": "$AccessToken"}, "NotFound"),
    ),
    "revokeSession": Row(
        SOMEBODY - TOOLS,
        ({"id": "$session"}, "RevokeSessionSuccess"),
        ({"id": "$Session"}, "NotFound"),
        others=dict.fromkeys(TOOLS, "NotFound"),
    ),
    "endOtherSessions": Row(SOMEBODY, ({}, "LogoutSuccess")),
    "logout": Row(SOMEBODY, ({}, "LogoutSuccess")),
    "login": change(
        ANYBODY,
        {"username": EVA, "password": PASSWORD},
        "LoginSuccess",
        {"username": "ingen@kunde.example", "password": PASSWORD},
        "NoUserFound",
    ),
    "staffLogin": change(
        ANYBODY,
        {"email": "admin@firma.dk", "password": STAFF_PASSWORD},
        "StaffLoginSuccess",
        {"email": "ingen@firma.dk", "password": STAFF_PASSWORD},
        "NoUserFound",
    ),
    "confirmStaffLogin": change(
        ANYBODY,
        {"ticket": "$staffTicket", "code": "$recoveryCode"},
        "StaffLoginSuccess",
        {"ticket": "x", "code": "123456"},
        "TicketExpired",
    ),
    "enrolTotp": change(
        PEOPLE_OF_STAFF,
        {"currentPassword": STAFF_PASSWORD},
        "EnrolTotpSuccess",
        {"currentPassword": STRANGE},
        "WrongPassword",
    ),
    # Who may is told that the code is none, or that they have no app. An app would be asked for from here on.
    "confirmTotp": change(PEOPLE_OF_STAFF, {"code": "x"}, "WrongCode", {"code": "x"}),
    "renewRecoveryCodes": change(PEOPLE_OF_STAFF, {"code": "x"}, "NotFound", {"code": "x"}),
    "removeTotp": change(
        PEOPLE_OF_STAFF,
        {"currentPassword": STAFF_PASSWORD, "code": "x"},
        "NotFound",
        {"currentPassword": STRANGE, "code": "x"},
    ),
    "chooseCustomer": change(
        ANYBODY,
        {"ticket": "$ticket", "referenceId": "$ida"},
        "LoginSuccess",
        {"ticket": "x", "referenceId": "$Reference"},
        "TicketExpired",
    ),
    "switchCustomer": change(
        PORTAL, {"referenceId": "$idaAtSyd"}, "SwitchCustomerSuccess", {"referenceId": "$Reference"}
    ),
    "changePassword": change(
        PORTAL,
        {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD},
        "ChangePasswordSuccess",
        {"currentPassword": STRANGE, "newPassword": OTHER_PASSWORD},
        "WrongPassword",
    ),
    "changeStaffPassword": change(
        PEOPLE_OF_STAFF,
        {"currentPassword": STAFF_PASSWORD, "newPassword": NEW_STAFF_PASSWORD},
        "ChangeStaffPasswordSuccess",
        {"currentPassword": STRANGE, "newPassword": NEW_STAFF_PASSWORD},
        "WrongPassword",
    ),
}

# `node` finds what its type's own field would show.
NODES = {
    "nord": SOMEBODY,
    "syd": READERS,
    "ida": SOMEBODY,
    "idaAtSyd": READERS,
    "eva": READERS,
    "settings": READERS,
    "member": ADMIN_IN_PERSON,
    "token": ADMIN_IN_PERSON,
    "event": AUDITORS,
    "evasSession": READERS,
    "adminsSession": ADMIN_IN_PERSON,
}
