"""The second factor of staff: the second step of their log-in, and the authenticator app that they add and remove."""

from typing import Annotated

import strawberry

from app.services import results
from resolvers import second_factor as resolve
from resolvers import viewer as resolve_viewer
from resolvers.context import Info
from schema import problems
from schema.fields import secret, shown_as
from schema.login import StaffLoginSuccess
from schema.registry import shows
from schema.viewer import StaffViewer

_CODE = "The six digits that the app shows now. Each code is accepted once."
_CODES = (
    "Ten codes for when the app is lost, each good once, for example `k3v8q-x2m7d-9wjtn-c6r4z`. They are shown this "
    "once and can't be read again: print them or write them down."
)
_WHO = "Who is logged in."


@strawberry.input(description="The second step of a staff log-in.")
class ConfirmStaffLoginInput:
    ticket: str = secret("The `ticket` of the SecondFactorRequired.")
    code: str = secret("The six digits that the authenticator app shows now, or a recovery code.")


@strawberry.input(description="What an authenticator app is added with.")
class EnrolTotpInput:
    current_password: str = secret("The password the member of staff has now.")


@strawberry.input(description="The first code of an app that was added.")
class ConfirmTotpInput:
    code: str = secret("The six digits that the app shows now. A recovery code won't do: there are none yet.")


@strawberry.input(description="What an authenticator app is removed with.")
class RemoveTotpInput:
    current_password: str = secret("The password the member of staff has now.")
    code: str = secret(f"{_CODE} Or a recovery code, where the app is lost.")


@strawberry.input(description="What new recovery codes are asked for with.")
class RenewRecoveryCodesInput:
    code: str = secret(_CODE)


@shows(
    results.EnrolTotpSuccess,
    description="The secret that the app and the service share. It counts for nothing until `confirmTotp` has seen a "
    "first code.",
)
class EnrolTotpSuccess:
    secret: str = strawberry.field(
        description="The secret in base32, for apps into which it is typed. It is shown this once."
    )
    provisioning_uri: str = strawberry.field(
        description="The same as an address that apps read from a picture (QR code): `otpauth://totp/…`. Make the "
        "picture where it is shown; no other service need see it."
    )


@shows(
    results.ConfirmTotpSuccess,
    description="The app counts: from here on every log-in asks for its code. Every other session of the member of "
    "staff has ended.",
)
class ConfirmTotpSuccess:
    recovery_codes: list[str] = strawberry.field(description=_CODES)
    viewer: StaffViewer = strawberry.field(resolver=resolve_viewer.payload_viewer, description=_WHO)
    sessions_revoked: int = strawberry.field(description="How many other sessions of theirs ended.")


@shows(
    results.RemoveTotpSuccess,
    description="The app and the recovery codes are worthless. Every other session of the member of staff has ended.",
)
class RemoveTotpSuccess:
    viewer: StaffViewer = strawberry.field(resolver=resolve_viewer.payload_viewer, description=_WHO)
    sessions_revoked: int = strawberry.field(description="How many other sessions of theirs ended.")


@shows(results.RenewRecoveryCodesSuccess, description="There are new recovery codes, and the old ones are worthless.")
class RenewRecoveryCodesSuccess:
    recovery_codes: list[str] = strawberry.field(description=_CODES)
    viewer: StaffViewer = strawberry.field(resolver=resolve_viewer.payload_viewer, description=_WHO)


ConfirmStaffLoginResult = Annotated[
    StaffLoginSuccess | problems.WrongCode | problems.TicketExpired | problems.TooManyAttempts,
    strawberry.union("ConfirmStaffLoginResult", description="What `confirmStaffLogin` can end in."),
]

EnrolTotpResult = Annotated[
    EnrolTotpSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.AlreadyExists
    | problems.WrongPassword
    | problems.TooManyAttempts
    | problems.Overloaded,
    strawberry.union("EnrolTotpResult", description="What `enrolTotp` can end in."),
]

ConfirmTotpResult = Annotated[
    ConfirmTotpSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.NotFound
    | problems.AlreadyExists
    | problems.WrongCode
    | problems.TooManyAttempts,
    strawberry.union("ConfirmTotpResult", description="What `confirmTotp` can end in."),
]

RemoveTotpResult = Annotated[
    RemoveTotpSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.NotFound
    | problems.WrongPassword
    | problems.WrongCode
    | problems.TooManyAttempts
    | problems.Overloaded,
    strawberry.union("RemoveTotpResult", description="What `removeTotp` can end in."),
]

RenewRecoveryCodesResult = Annotated[
    RenewRecoveryCodesSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.NotFound
    | problems.WrongCode
    | problems.TooManyAttempts,
    strawberry.union("RenewRecoveryCodesResult", description="What `renewRecoveryCodes` can end in."),
]


@strawberry.type
class SecondFactorMutations:
    @shown_as(
        ConfirmStaffLoginResult,
        "The answer to a SecondFactorRequired: logs the member of staff in with a code of their authenticator app, or "
        "with a recovery code. The ticket outlives a wrong code; the tries are counted as passwords are. It stands "
        "alone in its operation.",
    )
    async def confirm_staff_login(
        self,
        info: Info,
        input: Annotated[ConfirmStaffLoginInput, strawberry.argument(description="The ticket, and the code.")],
    ) -> object:
        return await resolve.confirm_staff_login(info, input)

    @shown_as(
        EnrolTotpResult,
        "Begins to add an authenticator app to a staff member's own log-in: answers the secret that the app takes, "
        "and `confirmTotp` goes on. Asked again, it draws another secret. AlreadyExists where there is an app: "
        "`removeTotp` comes first. NotAllowed for portal users and tools, and where the service is set to do without "
        "(`ADGANG_STAFF_TOTP=off`). It stands alone in its operation.",
    )
    async def enrol_totp(
        self,
        info: Info,
        input: Annotated[EnrolTotpInput, strawberry.argument(description="The present password.")],
    ) -> object:
        return await resolve.enrol_totp(info, input)

    @shown_as(
        ConfirmTotpResult,
        "Adds the app of which `enrolTotp` gave the secret, once it shows a right code. NotFound where there is none "
        "to confirm. It stands alone in its operation.",
    )
    async def confirm_totp(
        self,
        info: Info,
        input: Annotated[ConfirmTotpInput, strawberry.argument(description="The app's first code.")],
    ) -> object:
        return await resolve.confirm_totp(info, input)

    @shown_as(
        RemoveTotpResult,
        "Takes the authenticator app off a staff member's own log-in, to do without or to add another. NotFound where "
        "there is none. Who has lost the app and the recovery codes asks for `adgang staff reset-totp` at the command "
        "line. It stands alone in its operation.",
    )
    async def remove_totp(
        self,
        info: Info,
        input: Annotated[RemoveTotpInput, strawberry.argument(description="The present password, and a code.")],
    ) -> object:
        return await resolve.remove_totp(info, input)

    @shown_as(
        RenewRecoveryCodesResult,
        "Gives a member of staff new recovery codes in place of those that are left. NotFound where there is no "
        "authenticator app. It stands alone in its operation.",
    )
    async def renew_recovery_codes(
        self,
        info: Info,
        input: Annotated[RenewRecoveryCodesInput, strawberry.argument(description="A code of the app.")],
    ) -> object:
        return await resolve.renew_recovery_codes(info, input)
