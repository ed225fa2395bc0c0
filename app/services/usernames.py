"""What makes two e-mail addresses the same username (the rules, "Usernames").

Lower-casing and NFC only: a wider folding would let two mailboxes share one password.
"""

import re
import unicodedata
from typing import Final

import idna

from app.models.enums import FieldProblemCode

MAX_LENGTH = 254
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})

_PLAIN_LABEL: Final = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN_DOMAIN: Final = re.compile(rf"(?=.{{1,253}}\Z){_PLAIN_LABEL}(?:\.{_PLAIN_LABEL})*")
"""A domain that idna leaves as it is. Nearly all are, and idna looks at every letter in Python."""


def canonical(email: str) -> str | None:
    """The form in which usernames are compared and stored as a login's key.

    Returns:
        The key, or None where this is no e-mail address that anybody may have.
    """
    return None if problem_of(email) else _canonical(email)


def problem_of(email: str) -> FieldProblemCode | None:
    """Why an e-mail can't be a username, or None. Length is looked at first: normalising is quadratic."""
    if len(email) > MAX_LENGTH:
        return FieldProblemCode.TOO_LONG
    trimmed = email.strip(" ")
    if not trimmed:
        return FieldProblemCode.REQUIRED
    if any(unicodedata.category(character) in _FORBIDDEN for character in trimmed):
        return FieldProblemCode.FORBIDDEN_CHARACTER
    if unicodedata.normalize("NFKC", trimmed) != unicodedata.normalize("NFC", trimmed):
        return FieldProblemCode.FORBIDDEN_CHARACTER
    return None if _canonical(trimmed) else FieldProblemCode.MALFORMED


def _canonical(email: str) -> str | None:
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", email.strip(" ")).lower())
    local, at, domain = lowered.partition("@")
    if not local or not at or "@" in domain:
        return None
    if _PLAIN_DOMAIN.fullmatch(domain):
        return lowered
    try:
        encoded = idna.encode(domain).decode("ascii")
    except idna.IDNAError:
        return None
    return None if encoded.endswith(".") else f"{local}@{encoded}"  # idna takes "。" for a dot, too
