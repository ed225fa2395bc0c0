"""What operations answer when they succeed: one class for each success type of the public schema, and for two things
that are done at the command line alone.

They hold keys, not rows: who reads the answer reads the things it names through `app.services.reader`, as the caller
they are by then.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.models.enums import CredentialEffect, SessionTransport
from app.services.caller import PortalUser, StaffUser
from app.services.problems import Problem


@dataclass(frozen=True, slots=True)
class CredentialImpact:
    """What a save did, or would do, to a login: the rules, "One username, one password" 10 and 11."""

    username: str | None
    effect: CredentialEffect
    reference_ids: tuple[int, ...] = ()
    sessions_revoked: int = 0
    refused_by: Problem | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new session's secret and how it is to travel. Its text appears in no repr and so in no log."""

    secret: str = field(repr=False)
    transport: SessionTransport
    expires_at: datetime
    absolute_expires_at: datetime

    @property
    def access_token(self) -> str | None:
        """The secret, where it travels in the answer's body."""
        return self.secret if self.transport is SessionTransport.BEARER else None


@dataclass(frozen=True, slots=True)
class DeviceCookie:
    """What a browser is known by that has logged in before (`app.services.devices`). It travels in no payload, and its
    text appears in no repr.
    """

    secret: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoginSuccess:
    token: IssuedToken
    caller: PortalUser
    device: DeviceCookie | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One company a person may work for."""

    reference_id: int
    customer_name: str
    customer_number: str
    reference_name: str
    current: bool


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """Several companies share this login: one is to be chosen with the ticket.

    `cookie_secret` must come back beside the ticket where the log-in asked for a cookie.
    """

    ticket: str = field(repr=False)
    expires_at: datetime
    options: tuple[Choice, ...]
    cookie_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StaffLoginSuccess:
    token: IssuedToken
    caller: StaffUser
    device: DeviceCookie | None = None


@dataclass(frozen=True, slots=True)
class SecondFactorRequired:
    """The password was right, and a code is to come with the ticket; `cookie_secret` beside it, as with a choice."""

    ticket: str = field(repr=False)
    expires_at: datetime
    cookie_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EnrolTotpSuccess:
    secret: str = field(repr=False)
    provisioning_uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmTotpSuccess:
    caller: StaffUser
    recovery_codes: tuple[str, ...] = field(repr=False)
    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class RemoveTotpSuccess:
    caller: StaffUser
    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class RenewRecoveryCodesSuccess:
    caller: StaffUser
    recovery_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TotpReset:
    """An authenticator app was taken away, at the command line alone: it is in no public schema."""

    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class SwitchCustomerSuccess:
    caller: PortalUser


@dataclass(frozen=True, slots=True)
class ChangePasswordSuccess:
    token: IssuedToken
    caller: PortalUser
    impact: CredentialImpact
    device: DeviceCookie | None = None


@dataclass(frozen=True, slots=True)
class ChangeStaffPasswordSuccess:
    token: IssuedToken
    caller: StaffUser
    sessions_revoked: int
    device: DeviceCookie | None = None


@dataclass(frozen=True, slots=True)
class LogoutSuccess:
    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class RevokeSessionSuccess:
    session_id: str
    was_current: bool


@dataclass(frozen=True, slots=True)
class CreateCustomerSuccess:
    customer_key: int


@dataclass(frozen=True, slots=True)
class UpdateCustomerSuccess:
    customer_key: int
    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class DeleteCustomerSuccess:
    customer_id: str


@dataclass(frozen=True, slots=True)
class CreateReferenceSuccess:
    reference_key: int
    generated_password: str | None = field(repr=False)
    impact: CredentialImpact


@dataclass(frozen=True, slots=True)
class UpdateReferenceSuccess:
    reference_key: int
    generated_password: str | None = field(repr=False)
    impact: CredentialImpact


@dataclass(frozen=True, slots=True)
class DeleteReferenceSuccess:
    reference_id: str
    impact: CredentialImpact


@dataclass(frozen=True, slots=True)
class ClearPasswordSuccess:
    impact: CredentialImpact


@dataclass(frozen=True, slots=True)
class RestorePasswordSuccess:
    impact: CredentialImpact


@dataclass(frozen=True, slots=True)
class UnlockLoginSuccess:
    reference_key: int


@dataclass(frozen=True, slots=True)
class EndSessionsSuccess:
    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class CreateInternetOrderSettingsSuccess:
    settings_key: int


@dataclass(frozen=True, slots=True)
class UpdateInternetOrderSettingsSuccess:
    settings_key: int


@dataclass(frozen=True, slots=True)
class DeleteInternetOrderSettingsSuccess:
    settings_id: str


@dataclass(frozen=True, slots=True)
class CreateStaffSuccess:
    staff_key: int
    generated_password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class UpdateStaffSuccess:
    staff_key: int
    generated_password: str | None = field(repr=False)
    sessions_revoked: int


@dataclass(frozen=True, slots=True)
class StaffUnlocked:
    """A staff log-in's counted tries were taken away, at the command line alone."""

    was_counted: bool


@dataclass(frozen=True, slots=True)
class CreateAccessTokenSuccess:
    access_token_key: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RevokeAccessTokenSuccess:
    access_token_id: str
