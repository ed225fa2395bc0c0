"""Passwords and log-ins as staff handle them: one username, one password, and what a save does to all who share it."""

from typing import Annotated

import strawberry

from app.services import results
from resolvers import credentials as resolve
from resolvers.context import Info
from resolvers.reading import by_key, by_keys
from schema import problems
from schema.enums import CredentialEffect
from schema.fields import secret, shown_as
from schema.reference import Reference
from schema.registry import shows


@shows(
    results.CredentialImpact,
    description=(
        "What a save did, or would do, to the password that everyone with the username shares. Nobody is locked out "
        "unseen: show it to whoever saves."
    ),
)
class CredentialImpact:
    username: str | None = strawberry.field(
        description="The username, in the form in which usernames are compared; null where the reference has none."
    )
    effect: CredentialEffect = strawberry.field(description="What happens to the password.")
    references: list[Reference] = strawberry.field(
        resolver=by_keys("Reference", "reference_ids"),
        description="Every reference with this username after the save, the saved one too; in the preview of a "
        "creation those there are, and when a shared username is left only the one that leaves. To portal users just "
        "their own.",
    )
    sessions_revoked: int = strawberry.field(description="How many sessions end: people who have to log in again.")
    refused_by: problems.Problem | None = strawberry.field(
        description="In a preview, the problem that the save would end in; `effect` is then NONE. null: it would "
        "succeed."
    )


@strawberry.input(
    one_of=True,
    description=(
        "A new password: either one that you type, or one that is generated. Exactly one of the two: "
        '`{generate: true}` or `{plaintext: "en sti gennem skoven ved havet"}`.'
    ),
)
class NewPasswordInput:
    plaintext: str | None = secret(
        default=strawberry.UNSET,
        description="The password, in plain text. It has to keep to `passwordPolicy`, and can't be read afterwards.",
    )
    generate: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="`true` makes one up and shows it once, as `generatedPassword`. `false` is InvalidInput.",
    )


@strawberry.input(description="Whose password to clear.")
class ClearPasswordInput:
    reference_id: strawberry.ID = strawberry.field(
        description="Any one of the username's references; the password goes for all of them."
    )
    forget: bool | None = strawberry.field(
        default=False,
        description="`true` where the password must not come back, because it has leaked: `restorePassword` is then "
        "NotRestorable.",
    )


@strawberry.input(description="Whose cleared password to put back.")
class RestorePasswordInput:
    reference_id: strawberry.ID = strawberry.field(
        description="Any one of the username's references; the password is back for all of them."
    )


@strawberry.input(description="Whose log-in to unlock.")
class UnlockLoginInput:
    reference_id: strawberry.ID = strawberry.field(description="Any one of the username's references.")


@strawberry.input(description="Whose sessions to end.")
class EndSessionsInput:
    reference_id: strawberry.ID = strawberry.field(
        description="Any one of the username's references; every session of the username ends, for whichever customer."
    )


@shows(results.ClearPasswordSuccess, description="The username has no password any longer.")
class ClearPasswordSuccess:
    impact: CredentialImpact = strawberry.field(description="Who can't log in any longer.")


@shows(results.RestorePasswordSuccess, description="The password that was cleared is back.")
class RestorePasswordSuccess:
    impact: CredentialImpact = strawberry.field(description="Who can log in again. No session comes back.")


@shows(results.UnlockLoginSuccess, description="The username needn't wait any longer.")
class UnlockLoginSuccess:
    reference: Reference = strawberry.field(
        resolver=by_key("Reference", "reference_key"), description="The reference as it is now."
    )


@shows(results.EndSessionsSuccess, description="Every session of the username has ended.")
class EndSessionsSuccess:
    sessions_revoked: int = strawberry.field(description="How many there were.")


ClearPasswordResult = Annotated[
    ClearPasswordSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound,
    strawberry.union("ClearPasswordResult", description="What `clearPassword` can end in."),
]

RestorePasswordResult = Annotated[
    RestorePasswordSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound | problems.NotRestorable,
    strawberry.union("RestorePasswordResult", description="What `restorePassword` can end in."),
]

UnlockLoginResult = Annotated[
    UnlockLoginSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound,
    strawberry.union("UnlockLoginResult", description="What `unlockLogin` can end in."),
]

EndSessionsResult = Annotated[
    EndSessionsSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound,
    strawberry.union("EndSessionsResult", description="What `endSessions` can end in."),
]


@strawberry.type
class CredentialMutations:
    @shown_as(
        ClearPasswordResult,
        "Removes a username's password: nobody with the username can log in, and every session ends. For "
        "ADMIN and EDITOR.",
    )
    async def clear_password(
        self, info: Info, input: Annotated[ClearPasswordInput, strawberry.argument(description="Whose password.")]
    ) -> object:
        return await resolve.clear_password(info, input)

    @shown_as(
        RestorePasswordResult,
        "Puts a cleared password back, for 24 hours after it was cleared unless the service is set "
        "otherwise (`ADGANG_RESTORE_HOURS`). For ADMIN and EDITOR.",
    )
    async def restore_password(
        self, info: Info, input: Annotated[RestorePasswordInput, strawberry.argument(description="Whose password.")]
    ) -> object:
        return await resolve.restore_password(info, input)

    @shown_as(
        UnlockLoginResult,
        "Lets a username try again that has to wait after too many wrong passwords. For ADMIN and EDITOR.",
    )
    async def unlock_login(
        self, info: Info, input: Annotated[UnlockLoginInput, strawberry.argument(description="Whose log-in.")]
    ) -> object:
        return await resolve.unlock_login(info, input)

    @shown_as(
        EndSessionsResult,
        "Ends every session of a username; the password stays. For ADMIN and EDITOR.",
    )
    async def end_sessions(
        self, info: Info, input: Annotated[EndSessionsInput, strawberry.argument(description="Whose sessions.")]
    ) -> object:
        return await resolve.end_sessions(info, input)
