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
    """Collects what is wrong with an operation's input. Fields are named as in the public schema.

    What is answered in the place of a wrong value means nothing; `done` sees to it that nobody goes on with it.
    """

    def __init__(self) -> None:
        self._problems: list[FieldProblem] = []

    def add(self, field: str, code: FieldProblemCode) -> None:
        """Notes that a field is wrong."""
        self._problems.append(FieldProblem(f"input.{field}", code))

    def found(self, field: str) -> bool:
        """Whether something was noted about a field."""
        return any(problem.field == f"input.{field}" for problem in self._problems)

    def text(self, field: str, value: str | None, maximum: int) -> str:
        """A text that must be there, trimmed and in NFC."""
        return self._required(field, self.optional_text(field, value, maximum))

    def optional_text(self, field: str, value: str | None, maximum: int) -> str | None:
        """A text, trimmed and in NFC; null where nothing of it shows: joiners and accents alone are empty, too."""
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

    def email(self, field: str, value: str | None) -> str:
        """An e-mail that must be there, as it was typed, trimmed."""
        return self._required(field, self.optional_email(field, value))

    def optional_email(self, field: str, value: str | None) -> str | None:
        """An e-mail as it was typed, trimmed; null where it is empty."""
        if value is None or not value.strip(" "):
            return None
        problem = usernames.problem_of(value)
        if problem is not None:
            self.add(field, problem)
            return None
        return value.strip(" ")

    def key(self, field: str, value: str, type_name: str) -> int:
        """The key in the public id of a thing of this type; whether there is such a thing isn't looked at."""
        key = ids.key_of(value, type_name)
        if key is None:
            self.add(field, FieldProblemCode.UNKNOWN_ID)
        return key or 0

    def optional_key(self, field: str, value: str | None, type_name: str) -> int | None:
        """The key in a public id, where one was given."""
        return None if value is None else self.key(field, value, type_name)

    def done(self) -> None:
        """Ends the checking.

        Raises:
            Refused: InvalidInput with every problem noted.
        """
        if self._problems:
            raise Refused(InvalidInput(tuple(self._problems)))

    def _required(self, field: str, cleaned: str | None) -> str:
        if cleaned is None and not self.found(field):
            self.add(field, FieldProblemCode.REQUIRED)
        return cleaned or ""


def public_name(name: str) -> str:
    """What the public schema calls a field: `settings_id` is `settingsId`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def wrong(field: str, code: FieldProblemCode) -> Refused:
    """The refusal of an input of which one field is wrong; to be raised."""
    return Refused(InvalidInput((FieldProblem(f"input.{field}", code),)))


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
