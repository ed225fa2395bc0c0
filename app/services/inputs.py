"""What callers hand to the services: plain values, checked by nobody yet.

A field that was left out is `LEFT_OUT`; `None` is a null that was given. What null means is in the contract: it empties
an optional text or relation, is invalid on a name or number, and is the same as left out elsewhere.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from app.models.enums import (
    CredentialEffect,
    PortalPermission,
    SessionTransport,
    SharedUsernameRule,
    StaffRole,
)


class LeftOut(Enum):
    """The type of `LEFT_OUT`, the value of a field that was not given."""

    LEFT_OUT = "left out"

    def __bool__(self) -> bool:
        return False


LEFT_OUT = LeftOut.LEFT_OUT


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password typed by staff, or an order to generate one; exactly one of the two is given."""

    plaintext: str | None = field(default=None, repr=False)
    generate: bool | None = None


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    password: str = field(repr=False)
    transport: SessionTransport = SessionTransport.BEARER


@dataclass(frozen=True, slots=True)
class StaffLogin:
    email: str
    password: str = field(repr=False)
    transport: SessionTransport = SessionTransport.BEARER


@dataclass(frozen=True, slots=True)
class ChangePassword:
    current_password: str = field(repr=False)
    new_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmStaffLogin:
    ticket: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EnrolTotp:
    current_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmTotp:
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveTotp:
    current_password: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenewRecoveryCodes:
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    number: str
    name: str
    settings_id: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateCustomer:
    id: str
    expected_version: int | None = None
    number: str | LeftOut | None = LEFT_OUT
    name: str | LeftOut | None = LEFT_OUT
    active: bool | None = None
    settings_id: str | LeftOut | None = LEFT_OUT


@dataclass(frozen=True, slots=True)
class CreateReference:
    customer_id: str
    name: str
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    settings_id: str | None = None
    new_password: NewPassword | None = None
    internet_user: bool | None = None
    denied_permissions: tuple[PortalPermission, ...] | None = None
    shared_username: SharedUsernameRule | None = None
    expected_effect: CredentialEffect | None = None
    expected_references: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class UpdateReference:
    id: str
    expected_version: int | None = None
    name: str | LeftOut | None = LEFT_OUT
    email: str | LeftOut | None = LEFT_OUT
    phone: str | LeftOut | None = LEFT_OUT
    mobile: str | LeftOut | None = LEFT_OUT
    settings_id: str | LeftOut | None = LEFT_OUT
    new_password: NewPassword | None = None
    internet_user: bool | None = None
    denied_permissions: tuple[PortalPermission, ...] | None = None
    shared_username: SharedUsernameRule | None = None
    expected_effect: CredentialEffect | None = None
    expected_references: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PreviewReference:
    """With `id` a change is previewed, with `customer_id` a creation; exactly one of the two is given."""

    sets_password: bool
    id: str | None = None
    customer_id: str | None = None
    email: str | LeftOut | None = LEFT_OUT
    shared_username: SharedUsernameRule | None = None


@dataclass(frozen=True, slots=True)
class CreateInternetOrderSettings:
    name: str
    permissions: tuple[PortalPermission, ...]


@dataclass(frozen=True, slots=True)
class UpdateInternetOrderSettings:
    id: str
    expected_version: int | None = None
    name: str | LeftOut | None = LEFT_OUT
    permissions: tuple[PortalPermission, ...] | None = None
    is_default: bool | None = None


@dataclass(frozen=True, slots=True)
class CreateStaff:
    name: str
    email: str
    role: StaffRole
    new_password: NewPassword


@dataclass(frozen=True, slots=True)
class UpdateStaff:
    id: str
    expected_version: int | None = None
    name: str | LeftOut | None = LEFT_OUT
    role: StaffRole | None = None
    active: bool | None = None
    new_password: NewPassword | None = None


@dataclass(frozen=True, slots=True)
class CreateAccessToken:
    name: str
    role: StaffRole
    expires_at: datetime
