"""The problems that an operation can end in: one type each, all of them a `Problem`, each in the unions it can end."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from app.models.enums import FieldProblemCode, PasswordReasonCode, ProblemCode
from app.services import problems
from resolvers import problems as resolve
from resolvers.reading import by_id, by_keys
from schema.enums import described
from schema.node import Node
from schema.registry import shows

if TYPE_CHECKING:
    from schema.reference import Reference

described(
    ProblemCode,
    "What went wrong, for programs. People are shown `message`.",
    {
        "NO_USER_FOUND": "Nobody can log in with this username and password. More isn't said to anyone.",
        "TOO_MANY_ATTEMPTS": "Too many wrong passwords or codes: wait.",
        "TICKET_EXPIRED": "The second step of a log-in came too late, or was no longer possible: log in again.",
        "NOT_LOGGED_IN": "The caller isn't logged in, or no longer is.",
        "NOT_ALLOWED": "The caller is logged in, but may not do this.",
        "WRONG_PASSWORD": "The present password isn't the one that was given.",
        "WRONG_CODE": "The code isn't one of the authenticator app's now, or was used before.",
        "WEAK_PASSWORD": "The new password is too easy to guess.",
        "INVALID_INPUT": "Some of the input can't be right, whatever the register holds.",
        "NOT_FOUND": "There is no such thing, or none that the caller may know of.",
        "ALREADY_EXISTS": "Something else has this value already, and it has to be unique.",
        "SHARED_USERNAME": "The save would touch other references' log-in in a way that wasn't agreed to.",
        "VERSION_CONFLICT": "Somebody else saved first.",
        "OVERLOADED": "The service has too much to do: try again a little later.",
        "NOT_RESTORABLE": "There is no cleared password that could be put back.",
        "IN_USE": "Other things still point at it, so it can't be deleted.",
    },
)

described(
    PasswordReasonCode,
    "Why a password isn't accepted.",
    {
        "TOO_SHORT": "It has fewer characters than `passwordPolicy.minLength`.",
        "TOO_LONG": "It has more characters than `passwordPolicy.maxLength`.",
        "TOO_COMMON": "It is on the lists that are tried first, or follows a pattern that is.",
        "TOO_LITTLE_BESIDE_NAMES": "Little is left of it without the person's name, e-mail and company.",
        "BREACHED": "It is among the passwords that became known when some service was broken into.",
        "SAME_AS_BEFORE": "It is the one the person has now.",
    },
)

described(
    FieldProblemCode,
    "What is wrong with one input field.",
    {
        "REQUIRED": "It has to be given, and not empty.",
        "TOO_LONG": "It has too many characters.",
        "MALFORMED": "It isn't written the way it has to be, as an e-mail without @ or a cursor that is none.",
        "FORBIDDEN_CHARACTER": "It holds a character that can't be stored or seen, such as a control character.",
        "UNKNOWN_ID": "It is no id of this kind of thing.",
        "OUT_OF_RANGE": "It is a number or a moment outside of what is possible.",
        "NOT_TOGETHER": "It contradicts another field, or of several fields not exactly one was given.",
    },
)


@strawberry.interface(
    description=(
        "Why an operation didn't do what it was asked to. Every mutation answers with its success or with one of "
        "these, and then nothing was saved: ask for `... on Problem { code message }` beside the success."
    )
)
class Problem:
    code: ProblemCode = strawberry.field(description="Which problem it is, for programs.")
    message: str = strawberry.field(
        resolver=resolve.message,
        description=(
            "What to tell the person, in their language (the header `Accept-Language`: da, en, sv or nb). "
            "For example `Ingen brugere findes`."
        ),
    )


@shows(
    problems.NoUserFound,
    description=(
        "Nobody can log in with what was typed (“Ingen brugere findes”). Whether the username is unknown, the password "
        "is wrong or missing, or the person may not log in, isn't told apart; staff see it in `Reference.loginChecks`."
    ),
)
class NoUserFound(Problem):
    pass


@shows(
    problems.TooManyAttempts,
    description=(
        "Too many wrong passwords or codes: until the wait is over none is looked at. Within a session, at a change of "
        "one's own password or authenticator app, the fifth wrong one also ends the session."
    ),
)
class TooManyAttempts(Problem):
    retry_after_seconds: int = strawberry.field(
        description="How long to wait before trying again, for example 900; 0: the session has ended, log in again."
    )


@shows(
    problems.TicketExpired,
    description=(
        "The ticket is used up, older than five minutes, or what it was for can't be logged in to (any longer). "
        "Log in again."
    ),
)
class TicketExpired(Problem):
    pass


@shows(
    problems.NotLoggedIn,
    description="The caller isn't logged in: no token was sent, or its session has ended. Log in and try again.",
)
class NotLoggedIn(Problem):
    pass


@shows(
    problems.NotAllowed,
    description="The caller may not do this; another role or another permission is needed.",
)
class NotAllowed(Problem):
    pass


@shows(problems.WrongPassword, description="`currentPassword` isn't the caller's password.")
class WrongPassword(Problem):
    pass


@shows(
    problems.WrongCode,
    description=(
        "The code is none of the authenticator app's now, or was used before: each is accepted once. Where a recovery "
        "code may be given, it is none that is left."
    ),
)
class WrongCode(Problem):
    pass


@strawberry.type(description="One reason why a password isn't accepted.")
class PasswordReason:
    code: PasswordReasonCode = strawberry.field(description="Which reason it is, for programs.")
    message: str = strawberry.field(
        resolver=resolve.reason_message, description="What to tell the person, in their language."
    )


@shows(problems.WeakPassword, description="The new password is too easy to guess. Nothing was saved.")
class WeakPassword(Problem):
    reasons: list[PasswordReason] = strawberry.field(description="All the reasons that were found, at least one.")


@strawberry.type(description="What is wrong with one input field.")
class FieldProblem:
    field: str = strawberry.field(description="The way to the field, for example `input.email` or `first`.")
    code: FieldProblemCode = strawberry.field(description="What is wrong with it, for programs.")
    message: str = strawberry.field(
        resolver=resolve.field_message, description="What to tell the person beside the field, in their language."
    )


@shows(
    problems.InvalidInput,
    description="Some of what was sent can't be right, whatever the register holds. Nothing was saved.",
)
class InvalidInput(Problem):
    fields: list[FieldProblem] = strawberry.field(description="All the fields that are wrong, at least one.")


@shows(
    problems.NotFound,
    description="There is no such thing (any longer), or none that the caller may know of: the two look alike.",
)
class NotFound(Problem):
    id: strawberry.ID | None = strawberry.field(
        description="The id that led nowhere, as it was sent; null where the thing wasn't named by an id."
    )


@shows(
    problems.AlreadyExists,
    description="Something else has this value already: a customer number, say, or an e-mail at the same customer.",
)
class AlreadyExists(Problem):
    field: str = strawberry.field(description="The field whose value is taken, for example `number`.")
    existing: Node | None = strawberry.field(
        resolver=by_id("existing_id"), description="What has the value; null where the caller may not see it."
    )


@shows(
    problems.SharedUsername,
    description=(
        "Other references have this username, and the save would touch their log-in in a way that wasn't agreed to: "
        "`sharedUsername` is REJECT, or the outcome isn't that of `expectedEffect` and `expectedReferences`. Nothing "
        "was saved. Look at `previewReference`, and save with what it says."
    ),
)
class SharedUsername(Problem):
    references: list[Annotated["Reference", strawberry.lazy("schema.reference")]] = strawberry.field(
        resolver=by_keys("Reference", "reference_ids"), description="The references it would touch."
    )


@shows(
    problems.VersionConflict,
    description=(
        "Somebody else saved since the caller read it (`expectedVersion`). Nothing was saved: show what it holds now, "
        "and save again with `currentVersion`."
    ),
)
class VersionConflict(Problem):
    current_version: int = strawberry.field(description="The version it has now.")
    current: Node = strawberry.field(
        resolver=by_id("current_id", required=True), description="The thing as it is now, with the other's changes."
    )


@shows(
    problems.Overloaded,
    description="More passwords wait to be checked than the service can. Nothing was looked at or saved.",
)
class Overloaded(Problem):
    retry_after_seconds: int = strawberry.field(description="How long to wait before trying again, for example 2.")


@shows(
    problems.NotRestorable,
    description=(
        "No password can be put back: none was cleared, it was cleared for good (`forget`), it is too long ago, or "
        "another one was set since."
    ),
)
class NotRestorable(Problem):
    pass


@shows(problems.InUse, description="It can't be deleted while others point at it. Move or delete those first.")
class InUse(Problem):
    customers: int = strawberry.field(description="How many customers point at it.")
    references: int = strawberry.field(description="How many references point at it.")
