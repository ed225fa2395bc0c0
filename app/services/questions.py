"""What can be asked of the register: who may ask each question, and which rows answer it.

What a caller may see of each type is in `app.services.tables`; here is only who may ask at all. Nothing is read here.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app import ids
from app.models.enums import FieldProblemCode
from app.reading import Condition
from app.services.caller import (
    ADMINS,
    AUDITORS,
    Caller,
    Nobody,
    PortalUser,
    Right,
    StaffUser,
    TokenUser,
    anybody,
    is_held,
    person_with_role,
    somebody,
    with_role,
)
from app.services.problems import FieldProblem, InvalidInput, Refused
from app.services.tables import NODES, TABLES
from app.services.tables.filters import storable
from app.services.validation import NUMBER_LENGTH

LONGEST_NUMBER: Final = 4 * NUMBER_LENGTH
"""Looked at before normalising; NFC may have made a stored number longer than it was typed."""


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a table for which a condition holds."""

    table: str
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class One:
    """The one row of a table for which a condition holds. `key`: it is asked for by its id."""

    table: str
    condition: Condition | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class PageOf:
    """A page of a list of a table's rows."""

    list_name: str
    table: str


Asked = Rows | One | PageOf
Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """A question: who may ask it, and what answers it, given who asks and with which arguments.

    `asked` answers None where nothing can: then the answer is null, as if there were no such thing. It raises `Refused`
    with `InvalidInput` where the arguments contradict one another.
    """

    right: Right
    asked: Callable[[Caller, Arguments], Asked | None]


def by_key(table: str, key: int) -> One:
    """The row of a table with this key."""
    return One(table, Condition(f"{TABLES[table].key} = :key", values={"key": key}), key)


def _viewer(caller: Caller, arguments: Arguments) -> Asked | None:
    """Who asks; nothing for nobody."""
    match caller:
        case PortalUser():
            return One("PortalViewer")
        case StaffUser():
            return One("StaffViewer")
        case TokenUser():
            return One("ToolViewer")
        case _:
            return None


def _node(caller: Caller, arguments: Arguments) -> Asked | None:
    found = ids.decode(arguments["id"])
    if is_held(caller) or found is None or found.type not in NODES:
        return None
    return by_key(found.type, found.key)


def _customer(caller: Caller, arguments: Arguments) -> Asked | None:
    """By its public id or by its number."""
    id, number = arguments.get("id"), arguments.get("number")
    if isinstance(caller, Nobody) or is_held(caller):
        return None
    if (id is None) == (number is None):
        code = FieldProblemCode.REQUIRED if id is None else FieldProblemCode.NOT_TOGETHER
        raise Refused(InvalidInput((FieldProblem("id", code), FieldProblem("number", code))))
    if id is not None:
        return _with_id(caller, "Customer", id)
    if number is None or len(number) > LONGEST_NUMBER or not storable(number):
        return None
    stored = unicodedata.normalize("NFC", number.strip())
    return One("Customer", Condition("customer.number = :number", values={"number": stored}))


def _reference(caller: Caller, arguments: Arguments) -> Asked | None:
    return _with_id(caller, "Reference", arguments["id"])


def _with_id(caller: Caller, table: str, id: str) -> Asked | None:
    key = None if is_held(caller) else ids.key_of(id, table)
    return None if key is None else by_key(table, key)


def _always(asked: Asked) -> Callable[[Caller, Arguments], Asked]:
    return lambda caller, arguments: asked


QUESTIONS: Final[Mapping[str, Question]] = {
    "viewer": Question(anybody, _viewer),
    "node": Question(anybody, _node),
    "customer": Question(anybody, _customer),
    "customers": Question(somebody, _always(PageOf("customers", "Customer"))),
    "reference": Question(anybody, _reference),
    "references": Question(somebody, _always(PageOf("references", "Reference"))),
    "internetOrderSettings": Question(somebody, _always(Rows("InternetOrderSettings"))),
    "auditEvents": Question(with_role(AUDITORS), _always(PageOf("auditEvents", "AuditEvent"))),
    "staff": Question(person_with_role(ADMINS), _always(Rows("StaffMember"))),
    "accessTokens": Question(person_with_role(ADMINS), _always(Rows("AccessToken"))),
}
"""By the names that the public schema has for them.

A query for a single thing that the caller may not ask for answers None, as if there were no such thing; one for a list
refuses (the rules, "Who may do what" 4).
"""
