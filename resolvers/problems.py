"""What problems say, in the caller's language."""

from typing import Any

from app import i18n
from app.services.problems import FieldProblem, PasswordReason, Problem
from resolvers.context import Info


def message(root: Any, info: Info) -> str:
    problem: Problem = root
    return i18n.message(problem, info.context.locale)


def reason_message(root: Any, info: Info) -> str:
    why: PasswordReason = root
    return i18n.reason(why, info.context.locale)


def field_message(root: Any, info: Info) -> str:
    wrong: FieldProblem = root
    return i18n.field(wrong.code, info.context.locale, wrong.field)
