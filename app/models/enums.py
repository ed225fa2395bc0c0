"""The closed vocabularies that rows, rules and the public schema share.

Members are stored by name and are part of the public contract, so one may be added but never renamed.
The order of `PortalPermission` is the order in which permissions are shown.
"""

from collections.abc import Iterable
from enum import StrEnum, auto


class Name(StrEnum):
    """An enumeration whose values are its members' names."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name


class PortalPermission(Name):
    """What a portal user may see and do: the boxes of the internet order settings."""

    CREATE_ORDERS = auto()
    CREATE_MULTI_ORDERS = auto()
    CHANGE_ORDERS = auto()
    CANCEL_ORDERS = auto()
    USE_ORDER_TEMPLATES = auto()
    CHANGE_ADDRESSES = auto()
    CHANGE_ORDER_DEFAULTS = auto()
    VIEW_ALL_CUSTOMER_ORDERS = auto()
    VIEW_PRICES = auto()
    VIEW_INVOICES = auto()
    TRACK_SHIPMENTS = auto()
    VIEW_PROOF_OF_DELIVERY = auto()

    @classmethod
    def in_order(cls, given: Iterable["PortalPermission"]) -> tuple["PortalPermission", ...]:
        """These permissions, each once, in the order in which they are shown."""
        wanted = set(given)
        return tuple(permission for permission in cls if permission in wanted)


class MenuItem(Name):
    """The portal's menu, which follows from the effective permissions."""

    CREATE_ORDER = auto()
    ORDERS = auto()
    ADDRESSES = auto()
    TRACKING = auto()
    INVOICES = auto()
    SETTINGS = auto()


class PasswordStatus(Name):
    """The password field as the register shows it: "Krypteret adgangskode", or empty."""

    ENCRYPTED = auto()
    NONE = auto()


class LoginCheckKind(Name):
    """The reasons, in the order they are checked, why a person can or can't log in."""

    USERNAME_SET = auto()
    PASSWORD_SET = auto()
    PASSWORD_NOT_EXPIRED = auto()
    INTERNET_USER = auto()
    CUSTOMER_ACTIVE = auto()
    NOT_LOCKED_OUT = auto()
    SETTINGS_REACHABLE = auto()


class CustomerOrder(Name):
    """What a list of customers can be ordered by."""

    NAME = auto()
    NUMBER = auto()
    CREATED_AT = auto()


class ReferenceOrder(Name):
    """What a list of references can be ordered by."""

    NAME = auto()
    EMAIL = auto()
    CREATED_AT = auto()
    LAST_LOGIN_AT = auto()


class Direction(Name):
    """Which way an order runs."""

    ASC = auto()
    DESC = auto()


class StaffRole(Name):
    """What a member of staff or an access token may do."""

    ADMIN = auto()
    EDITOR = auto()
    AUDITOR = auto()


class SessionTransport(Name):
    """How a session's token travels: in the answer's body, or as a cookie."""

    BEARER = auto()
    COOKIE = auto()


class SharedUsernameRule(Name):
    """What a new or renamed reference without a password does to a login others share."""

    CLEAR_PASSWORD = auto()
    KEEP_PASSWORD = auto()
    REJECT = auto()


class StaffTotp(Name):
    """Whether staff log in with a second factor."""

    OFF = auto()
    OPTIONAL = auto()
    REQUIRED = auto()


class CredentialEffect(Name):
    """What a save did, or would do, to the password of a username."""

    NONE = auto()
    PASSWORD_SET = auto()
    PASSWORD_CHANGED = auto()
    PASSWORD_CLEARED = auto()
    PASSWORD_INHERITED = auto()
    PASSWORD_RESTORED = auto()


class ActorKind(Name):
    """What kind of caller caused an audit event."""

    STAFF = auto()
    PORTAL = auto()
    TOKEN = auto()
    COMMAND_LINE = auto()
    NOBODY = auto()
    SYSTEM = auto()


class AuditAction(Name):
    """Every kind of event that the audit records."""

    CUSTOMER_CREATED = auto()
    CUSTOMER_UPDATED = auto()
    CUSTOMER_DELETED = auto()
    REFERENCE_CREATED = auto()
    REFERENCE_UPDATED = auto()
    REFERENCE_DELETED = auto()
    PASSWORD_SET = auto()
    PASSWORD_CLEARED = auto()
    PASSWORD_CHANGED = auto()
    PASSWORD_RESTORED = auto()
    LOGIN_UNLOCKED = auto()
    LOGIN_SUCCEEDED = auto()
    CHOICE_OFFERED = auto()
    LOGIN_FAILED = auto()
    LOGIN_THROTTLED = auto()
    CUSTOMER_SWITCHED = auto()
    LOGGED_OUT = auto()
    SESSION_REVOKED = auto()
    SESSIONS_ENDED = auto()
    SETTINGS_CREATED = auto()
    SETTINGS_UPDATED = auto()
    SETTINGS_DELETED = auto()
    STAFF_CREATED = auto()
    STAFF_UPDATED = auto()
    STAFF_PASSWORD_CHANGED = auto()
    SECOND_FACTOR_ENABLED = auto()
    SECOND_FACTOR_REMOVED = auto()
    SECOND_FACTOR_RESET = auto()
    RECOVERY_CODE_USED = auto()
    RECOVERY_CODES_RENEWED = auto()
    ACCESS_TOKEN_CREATED = auto()
    ACCESS_TOKEN_REVOKED = auto()
    IMPORT_APPLIED = auto()
    PERSON_EXPORTED = auto()
    PERSON_ERASED = auto()
    AUDIT_PRUNED = auto()


class ProblemCode(Name):
    """The problems an operation can end in, one code each."""

    NO_USER_FOUND = auto()
    TOO_MANY_ATTEMPTS = auto()
    TICKET_EXPIRED = auto()
    NOT_LOGGED_IN = auto()
    NOT_ALLOWED = auto()
    WRONG_PASSWORD = auto()
    WRONG_CODE = auto()
    WEAK_PASSWORD = auto()
    INVALID_INPUT = auto()
    NOT_FOUND = auto()
    ALREADY_EXISTS = auto()
    SHARED_USERNAME = auto()
    VERSION_CONFLICT = auto()
    OVERLOADED = auto()
    NOT_RESTORABLE = auto()
    IN_USE = auto()


class PasswordReasonCode(Name):
    """Why a password is refused."""

    TOO_SHORT = auto()
    TOO_LONG = auto()
    TOO_COMMON = auto()
    TOO_LITTLE_BESIDE_NAMES = auto()
    BREACHED = auto()
    SAME_AS_BEFORE = auto()


class FieldProblemCode(Name):
    """What is wrong with one input field."""

    REQUIRED = auto()
    TOO_LONG = auto()
    MALFORMED = auto()
    FORBIDDEN_CHARACTER = auto()
    UNKNOWN_ID = auto()
    OUT_OF_RANGE = auto()
    NOT_TOGETHER = auto()
