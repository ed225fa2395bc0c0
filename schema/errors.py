"""What errors say, to clients and to the log. All that goes wrong comes through here, and leaves without values."""

from typing import Any

import structlog
from graphql import GraphQLError

from app import i18n
from app.database import DatabaseUnavailable
from app.logs import describe
from app.models.enums import ProblemCode
from app.services.problems import InvalidInput, Overloaded, Problem, Refused, TooManyAttempts
from schema.document_errors import about_argument, about_document
from schema.limits import RuleBroken

INTERNAL_ERROR = "INTERNAL_ERROR"
INTROSPECTION_OFF = "GraphQL introspection has been disabled"

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.graphql")


def present(error: GraphQLError, locale: str, request_id: str) -> dict[str, Any]:
    """An error as it goes out, in the caller's language where it is for people.

    It is one of four things: a problem that a field can't answer with, the database being busy or down, a document or
    an argument that doesn't fit the schema, or a mistake of ours, of which nothing is told but the request's id.
    """
    cause = cause_of(error)
    if isinstance(cause, Refused):
        return _formatted(error, i18n.message(cause.problem, locale), _about(cause.problem, locale))
    if isinstance(cause, DatabaseUnavailable):
        seconds = cause.retry_after_seconds
        message = i18n.text("unavailable", locale, duration=i18n.duration(seconds, locale))
        return _formatted(error, message, {"code": ProblemCode.OVERLOADED.value, "retryAfterSeconds": seconds})
    if isinstance(cause, RuleBroken):
        return _formatted(error, i18n.text(cause.key, locale, **cause.values), cause.extensions)
    refused = _refused(error, locale) if isinstance(cause, GraphQLError) else None
    if refused is not None:
        return _formatted(error, refused)
    log.error("unexpected exception", request_id=request_id, **describe(cause))
    message = i18n.text("internal_error", locale, request_id=request_id)
    return _formatted(error, message, {"code": INTERNAL_ERROR, "requestId": request_id})


def cause_of(error: GraphQLError) -> Exception:
    """What was raised in the first place; GraphQL wraps it as often as it passes a level."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _refused(error: GraphQLError, locale: str) -> str | None:
    """What to say where the client's request was wrong; None where the error is ours."""
    if error.path is not None:
        return about_argument(error.message)
    if error.message.startswith(INTROSPECTION_OFF):
        return i18n.text("introspection_off", locale)
    return about_document(error.message)


def _about(problem: Problem, locale: str) -> dict[str, Any]:
    """What programs are told of a problem that became an error."""
    told: dict[str, Any] = {"code": problem.code.value}
    match problem:
        case InvalidInput(fields=fields):
            told["fields"] = [
                {"field": wrong.field, "code": wrong.code.value, "message": i18n.field(wrong.code, locale, wrong.field)}
                for wrong in fields
            ]
        case TooManyAttempts(retry_after_seconds=seconds) | Overloaded(retry_after_seconds=seconds):
            told["retryAfterSeconds"] = seconds
    return told


def _formatted(error: GraphQLError, message: str, extensions: dict[str, Any] | None = None) -> dict[str, Any]:
    """The error in GraphQL's form, with the position in the document and the way to the field."""
    formatted: dict[str, Any] = {"message": message}
    if error.locations is not None:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    if extensions:
        formatted["extensions"] = extensions
    return formatted
