"""Everything an operation can end in besides success, as typed values.

A service answers with a problem; it raises `Refused` inside where a transaction must be undone, and
`refusable` turns that back into the answer. Texts are not here: `app.i18n` has them in every language.
The order in which problems win is in the rules, "Who may do what" 3.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import ClassVar, ParamSpec, TypeVar

from app.models.enums import FieldProblemCode, PasswordReasonCode, ProblemCode


@dataclass(frozen=True, slots=True)
class Problem:
    """What all problems have: a code that programs can act on."""

    code: ClassVar[ProblemCode]


@dataclass(frozen=True, slots=True)
class NoUserFound(Problem):
    """Nobody can log in with what was typed: "Ingen brugere findes"."""

    code = ProblemCode.NO_USER_FOUND


@dataclass(frozen=True, slots=True)
class TooManyAttempts(Problem):
    """Too many wrong passwords. The wait is in whole seconds, 0 where the session has ended and nothing else holds."""

    code = ProblemCode.TOO_MANY_ATTEMPTS
    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class TicketExpired(Problem):
    """The ticket of a log-in's second step is used up, too old, or was never offered this reference."""

    code = ProblemCode.TICKET_EXPIRED


@dataclass(frozen=True, slots=True)
class NotLoggedIn(Problem):
    """The operation needs a caller and there is none."""

    code = ProblemCode.NOT_LOGGED_IN


@dataclass(frozen=True, slots=True)
class NotAllowed(Problem):
    """The caller is known and may not do this."""

    code = ProblemCode.NOT_ALLOWED


@dataclass(frozen=True, slots=True)
class WrongPassword(Problem):
    """The current password given with a change is not the one."""

    code = ProblemCode.WRONG_PASSWORD


@dataclass(frozen=True, slots=True)
class WrongCode(Problem):
    """The code is none of the authenticator app's now, or was used before."""

    code = ProblemCode.WRONG_CODE


@dataclass(frozen=True, slots=True)
class PasswordReason:
    """One way in which a password breaks the policy; `limit` is the length in code points that it misses, if any."""

    code: PasswordReasonCode
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class WeakPassword(Problem):
    """The new password breaks the policy, for these reasons."""

    code = ProblemCode.WEAK_PASSWORD
    reasons: tuple[PasswordReason, ...]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One input field that is wrong: its path (`input.email`) and how."""

    field: str
    code: FieldProblemCode


@dataclass(frozen=True, slots=True)
class InvalidInput(Problem):
    """Input that no state of the register could make right."""

    code = ProblemCode.INVALID_INPUT
    fields: tuple[FieldProblem, ...]


@dataclass(frozen=True, slots=True)
class NotFound(Problem):
    """No such thing, or none that this caller may know of; `id` is the public id that was given."""

    code = ProblemCode.NOT_FOUND
    id: str | None = None


@dataclass(frozen=True, slots=True)
class AlreadyExists(Problem):
    """Something else has this value; `existing_id` is its public id."""

    code = ProblemCode.ALREADY_EXISTS
    field: str
    existing_id: str | None


@dataclass(frozen=True, slots=True)
class SharedUsername(Problem):
    """The save would touch a login in a way that was not agreed to; the references are by key."""

    code = ProblemCode.SHARED_USERNAME
    reference_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VersionConflict(Problem):
    """Somebody saved first; `current_id` is the public id of the thing as it is now."""

    code = ProblemCode.VERSION_CONFLICT
    current_version: int
    current_id: str


@dataclass(frozen=True, slots=True)
class Overloaded(Problem):
    """The server has more passwords to check than it can; the wait is in whole seconds."""

    code = ProblemCode.OVERLOADED
    retry_after_seconds: int


@dataclass(frozen=True, slots=True)
class NotRestorable(Problem):
    """There is no cleared password that may be put back."""

    code = ProblemCode.NOT_RESTORABLE


@dataclass(frozen=True, slots=True)
class InUse(Problem):
    """It can't be deleted: so many customers and references still point at it."""

    code = ProblemCode.IN_USE
    customers: int
    references: int


class Refused(Exception):
    """Carries a problem out of a transaction, which is undone on the way."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code.value)
        self.problem = problem


P = ParamSpec("P")
T = TypeVar("T")


def refusable(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T | Problem]]:
    """Makes a service method answer the problem that it was refused for."""

    @wraps(method)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> T | Problem:
        try:
            return await method(*args, **kwargs)
        except Refused as refusal:
            return refusal.problem

    return answer
