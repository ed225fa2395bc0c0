"""Checks of single input values, gathered so that one answer names every field that is wrong.

Lengths are looked at before a text is normalised or walked through. Limits are in code points:

    name 200, number 50, phone and mobile 50, e-mail 254, names of settings, staff and access tokens 200
"""

import unicodedata

from app import ids
from app.models.enums import FieldProblemCode
from app.services import usernames
from app.services.problems import FieldProblem, InvalidInput, NotFound, Refused, VersionConflict

NAME_LENGTH = 200
NUMBER_LENGTH = 50
PHONE_LENGTH = 50
_FORBIDDEN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Cf"})
_JOINERS = "\u200c\u200d"  # needed to spell names in some scripts


class Checks:
    """Collects what is wrong with an input."""

    def __init__(self, prefix: str = "input") -> None:
        self._prefix = prefix
        self._problems: list[FieldProblem] = []

    def add(self, field: str, code: FieldProblemCode) -> None:
        """Notes that a field (named as in the public schema) is wrong."""
        self._problems.append(FieldProblem(self._path(field), code))

    def found(self, field: str) -> bool:
        """Whether something was noted about a field."""
        return any(problem.field == self._path(field) for problem in self._problems)

    def text(self, field: str, value: str | None, maximum: int) -> str:
        """A text that must be there, trimmed and in NFC; the empty string where it is wrong."""
        cleaned = self.optional_text(field, value, maximum)
        if cleaned is None and not self.found(field):
            self.add(field, FieldProblemCode.REQUIRED)
        return cleaned or ""

    def optional_text(self, field: str, value: str | None, maximum: int) -> str | None:
        """A text that may be empty, which is the same as null; one of joiners and accents alone shows nothing."""
        if value is None:
            return None
        if len(value) > maximum:
            self.add(field, FieldProblemCode.TOO_LONG)
            return None
        if any(unicodedata.category(c) in _FORBIDDEN and c not in _JOINERS for c in value):
            self.add(field, FieldProblemCode.FORBIDDEN_CHARACTER)
            return None
        if not any(_shows(character) for character in value):
            return None
        return unicodedata.normalize("NFC", value.strip())

    def email(self, field: str, value: str | None) -> str | None:
        """An e-mail as typed (trimmed), or None where it is left empty or wrong."""
        if value is None or not value.strip(" "):
            return None
        problem = usernames.problem_of(value)
        if problem is not None:
            self.add(field, problem)
            return None
        return value.strip(" ")

    def key(self, field: str, value: str | None, type_name: str) -> int | None:
        """The key in a public id; one of another type, or none at all, is UNKNOWN_ID."""
        if value is None:
            return None
        key = ids.key_of(value, type_name)
        if key is None:
            self.add(field, FieldProblemCode.UNKNOWN_ID)
        return key

    def done(self) -> None:
        """Ends the checking.

        Raises:
            Refused: InvalidInput with every problem noted.
        """
        if self._problems:
            raise Refused(InvalidInput(tuple(self._problems)))

    def _path(self, field: str) -> str:
        return f"{self._prefix}.{field}" if self._prefix else field


def _shows(character: str) -> bool:
    """Whether it is seen by itself: no space, no joiner, no accent without its letter."""
    return unicodedata.category(character)[0] not in "ZCM"


def existing_key(value: str, type_name: str) -> int:
    """The key in the id of the thing an operation is about; what is no such id names no such thing.

    Raises:
        Refused: NotFound.
    """
    key = ids.key_of(value, type_name)
    if key is None:
        raise Refused(NotFound(value))
    return key


def check_version(expected: int | None, current: int, public_id: str) -> None:
    """Lets a save pass that knows the present version, or that asked for no check.

    Raises:
        Refused: VersionConflict.
    """
    if expected is not None and expected != current:
        raise Refused(VersionConflict(current, public_id))
