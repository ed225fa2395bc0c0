"""What problems say to people: what is wrong, and what to do about it. One text a problem, here and nowhere else."""

from typing import Final

from app.i18n.catalogue import mark, mark_plural, translate, translate_plural
from app.ids import decode
from app.models.enums import FieldProblemCode, PasswordReasonCode, ProblemCode
from app.services.problems import (
    AlreadyExists,
    InUse,
    InvalidInput,
    Overloaded,
    PasswordReason,
    Problem,
    TooManyAttempts,
    WeakPassword,
)

_MESSAGES: Final = {
    ProblemCode.NO_USER_FOUND: mark("No users found"),
    ProblemCode.TOO_MANY_ATTEMPTS: mark("Too many failed attempts. Try again in {duration}."),
    ProblemCode.TICKET_EXPIRED: mark("This log-in can no longer be finished. Log in again."),
    ProblemCode.NOT_LOGGED_IN: mark("You are not logged in. Log in and try again."),
    ProblemCode.NOT_ALLOWED: mark("You may not do this. Ask an administrator if you need to."),
    ProblemCode.WRONG_PASSWORD: mark("The current password is wrong. Type it again."),
    ProblemCode.WRONG_CODE: mark("The code is wrong or was used already. Wait for the next one and type that."),
    ProblemCode.WEAK_PASSWORD: mark("This password can't be used. {reasons}"),
    ProblemCode.INVALID_INPUT: mark("Some of what was sent can't be used. {fields}"),
    ProblemCode.NOT_FOUND: mark("It wasn't found. It may have been deleted: look it up again."),
    ProblemCode.ALREADY_EXISTS: mark("It exists already. Choose another value."),
    ProblemCode.SHARED_USERNAME: mark(
        "Others have the same username, and this would touch their log-in. "
        "Look at the preview, and save again if that is what you want."
    ),
    ProblemCode.VERSION_CONFLICT: mark(
        "Somebody else has saved this in the meantime. Look at what it holds now, and save again."
    ),
    ProblemCode.OVERLOADED: mark("The service is busy. Try again in {duration}."),
    ProblemCode.NOT_RESTORABLE: mark("There is no removed password that can be put back. Set a new one instead."),
    ProblemCode.IN_USE: mark("It can't be deleted, as it is still used by {users}. Change or delete those first."),
}

_EXISTING: Final = {
    ("Customer", "number"): mark("Another customer has this number. Choose another."),
    ("Reference", "email"): mark("This customer already has a reference with this e-mail."),
    ("StaffMember", "email"): mark("There is already a member of staff with this e-mail."),
    ("", "secondFactor"): mark("You have an authenticator app already. Remove it first."),
    ("InternetOrderSettings", "name"): mark("Other internet order settings have this name. Choose another."),
}

_REASONS: Final = {
    PasswordReasonCode.TOO_SHORT: mark(
        "It is too short: use at least {limit} characters, such as a few words that don't belong together."
    ),
    PasswordReasonCode.TOO_LONG: mark("It is too long: use at most {limit} characters."),
    PasswordReasonCode.TOO_COMMON: mark("It is too easy to guess: use words that don't belong together."),
    PasswordReasonCode.TOO_LITTLE_BESIDE_NAMES: mark(
        "It holds little but the name, the e-mail or the company: add words that have nothing to do with them."
    ),
    PasswordReasonCode.BREACHED: mark(
        "It became known when some other service was broken into, and is tried everywhere since: choose another, and "
        "change it wherever you use it."
    ),
    PasswordReasonCode.SAME_AS_BEFORE: mark("It is the one you have now: choose another."),
}

_FIELDS: Final = {
    FieldProblemCode.REQUIRED: mark("Fill this in."),
    FieldProblemCode.TOO_LONG: mark("This is too long: shorten it."),
    FieldProblemCode.MALFORMED: mark("This isn't written as it should be: check it."),
    FieldProblemCode.FORBIDDEN_CHARACTER: mark(
        "This holds a character that can't be used, perhaps an invisible one: type it again."
    ),
    FieldProblemCode.UNKNOWN_ID: mark("This is no id of the right kind: use one that the service has given."),
    FieldProblemCode.OUT_OF_RANGE: mark("This is outside of what is possible: choose another value."),
    FieldProblemCode.NOT_TOGETHER: mark("This can't be given together with the rest: leave one of them out."),
}

_NO_USERNAME: Final = mark(
    "Without an e-mail there is no username and no log-in: fill in the e-mail, or leave this out."
)

_ONE_OF_CUSTOMER: Final = mark("Name the customer by exactly one of “id” and “number”.")
_ONE_OF_PREVIEW: Final = mark("Give the id of a reference to change, or the customerId of a new one, not both.")

# By the whole way to a field, where its name says other things in other places.
_FIELDS_BY_PATH: Final = {
    (FieldProblemCode.REQUIRED, "id"): _ONE_OF_CUSTOMER,
    (FieldProblemCode.REQUIRED, "number"): _ONE_OF_CUSTOMER,
    (FieldProblemCode.NOT_TOGETHER, "id"): _ONE_OF_CUSTOMER,
    (FieldProblemCode.NOT_TOGETHER, "number"): _ONE_OF_CUSTOMER,
    (FieldProblemCode.REQUIRED, "input.id"): _ONE_OF_PREVIEW,
    (FieldProblemCode.OUT_OF_RANGE, "input.id"): mark(
        "These are the default settings, which can't be deleted: make others the default ones first."
    ),
}

_FIELDS_BY_NAME: Final = {
    (FieldProblemCode.NOT_TOGETHER, "customerId"): _ONE_OF_PREVIEW,
    (FieldProblemCode.NOT_TOGETHER, "last"): mark("Ask for “first” or for “last”, not for both."),
    (FieldProblemCode.OUT_OF_RANGE, "isDefault"): mark(
        "There are always default settings: make others the default ones instead."
    ),
    (FieldProblemCode.OUT_OF_RANGE, "expiresAt"): mark("Choose a moment to come, at most a year away."),
    (FieldProblemCode.NOT_TOGETHER, "email"): mark(
        "An Internet user, or one with a password, has an e-mail: fill it in, or untick Internet user first."
    ),
    (FieldProblemCode.NOT_TOGETHER, "internetUser"): _NO_USERNAME,
    (FieldProblemCode.NOT_TOGETHER, "newPassword"): _NO_USERNAME,
    (FieldProblemCode.NOT_TOGETHER, "setsPassword"): _NO_USERNAME,
    (FieldProblemCode.OUT_OF_RANGE, "generate"): mark("This can only be true: leave it out, or type a password."),
    (FieldProblemCode.REQUIRED, "email"): mark("Fill in the e-mail: it is the username."),
    (FieldProblemCode.MALFORMED, "email"): mark("Write an e-mail address such as ida@example.com."),
    (FieldProblemCode.MALFORMED, "after"): mark("This is no cursor of this list: use one of its own, or leave it out."),
    (FieldProblemCode.MALFORMED, "before"): mark(
        "This is no cursor of this list: use one of its own, or leave it out."
    ),
    (FieldProblemCode.OUT_OF_RANGE, "first"): mark("A page holds at most 500 rows: ask for a number from 0 to 500."),
    (FieldProblemCode.OUT_OF_RANGE, "last"): mark("A page holds at most 500 rows: ask for a number from 0 to 500."),
}

_SESSION_ENDED: Final = mark("Too many failed attempts. Your session has ended: log in again.")
_SECONDS: Final = mark_plural("{count} second", "{count} seconds")
_MINUTES: Final = mark_plural("{count} minute", "{count} minutes")
_HOURS: Final = mark_plural("{count} hour", "{count} hours")
_CUSTOMERS: Final = mark_plural("{count} customer", "{count} customers")
_REFERENCES: Final = mark_plural("{count} reference", "{count} references")
_BOTH: Final = mark("{first} and {second}")


def message(problem: Problem, locale: str) -> str:
    """What a problem says to the person who met it."""
    source = _MESSAGES[problem.code]
    match problem:
        case TooManyAttempts(retry_after_seconds=0):
            return translate(_SESSION_ENDED, locale)
        case TooManyAttempts(retry_after_seconds=seconds) | Overloaded(retry_after_seconds=seconds):
            return translate(source, locale, duration=duration(seconds, locale))
        case WeakPassword(reasons=reasons):
            return translate(source, locale, reasons=" ".join(reason(each, locale) for each in reasons))
        case InvalidInput(fields=fields):
            texts = (f"{wrong.field}: {field(wrong.code, locale, wrong.field)}" for wrong in fields)
            return translate(source, locale, fields=" ".join(texts))
        case AlreadyExists(field=path, existing_id=existing):
            known = decode(existing) if existing is not None else None
            return translate(_EXISTING.get((known.type if known else "", _last(path)), source), locale)
        case InUse(customers=customers, references=references):
            return translate(source, locale, users=_users(customers, references, locale))
        case _:
            return translate(source, locale)


def reason(why: PasswordReason, locale: str) -> str:
    """Why a password was refused, and what makes a better one."""
    return translate(_REASONS[why.code], locale, limit=why.limit)


def field(code: FieldProblemCode, locale: str, path: str = "") -> str:
    """What is wrong with an input field; `path` (`input.email`) lets the text say what the field is for."""
    text = _FIELDS_BY_PATH.get((code, path)) or _FIELDS_BY_NAME.get((code, _last(path))) or _FIELDS[code]
    return translate(text, locale)


def duration(seconds: int, locale: str) -> str:
    """A wait in the largest unit that says it well, rounded up: who waits that long has waited long enough."""
    if seconds < 60:
        return translate_plural(_SECONDS, seconds, locale)
    minutes = -(-seconds // 60)
    if minutes < 120:
        return translate_plural(_MINUTES, minutes, locale)
    return translate_plural(_HOURS, -(-minutes // 60), locale)


def _users(customers: int, references: int, locale: str) -> str:
    counted = [
        translate_plural(forms, count, locale)
        for forms, count in ((_CUSTOMERS, customers), (_REFERENCES, references))
        if count
    ]
    return counted[0] if len(counted) == 1 else translate(_BOTH, locale, first=counted[0], second=counted[1])


def _last(path: str) -> str:
    return path.rpartition(".")[2]
