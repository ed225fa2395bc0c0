"""What problems say, in the caller's language."""

from typing import Any

from app import i18n
from app.models.enums import PasswordReasonCode
from app.services.problems import FieldProblem, Problem
from resolvers.context import Info


def message(root: Any, info: Info) -> str:
    problem: Problem = root
    return i18n.message(problem, info.context.locale)


def reason_code(root: Any) -> PasswordReasonCode:
    """A reason is its code; the type around it adds the words."""
    code: PasswordReasonCode = root
    return code


def reason_message(root: Any, info: Info) -> str:
    return i18n.reason(reason_code(root), info.context.locale)


def field_message(root: Any, info: Info) -> str:
    wrong: FieldProblem = root
    return i18n.field(wrong.code, info.context.locale, wrong.field)
