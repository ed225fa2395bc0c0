"""Which passwords are accepted: NIST SP 800-63B-4, made exact in the rules, "Passwords" 3.

Long, not common, and more than the person's own names. No rule about kinds of signs, and nothing is trimmed.
"""

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it comes without types
from zxcvbn.matching import L33T_TABLE  # type: ignore[import-untyped]

from app.models.enums import PasswordReasonCode
from app.security import words
from app.security.breached import BreachedPasswords
from app.security.names import beside, words_of
from app.security.passwords import MAX_LENGTH, PasswordHasher
from app.security.splitting import words_in
from app.settings import Settings

JUDGED: Final = 64
"""Code points that zxcvbn sees: it raises beyond 72, and its time grows faster than the length."""
LEAST_SCORE: Final = 3
LEAST_BESIDE_NAMES: Final = 8
SHORTEST_NAME: Final = 2
"""Letters of a name that is worth nothing where the password is made of names and a word or two alone."""

MOST_READINGS: Final = 8

_ONE_SIGN_EACH: Final = str.maketrans("@{[<!|$+", "4(((1157")
"""Signs that stand for the same letter, as one of them: the words that they spell are found all the same."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What of the policy an operator can choose, for telling people before they choose a password."""

    min_length: int
    refuses_breached: bool
    temporary_hours: int
    max_length: int = MAX_LENGTH

    @classmethod
    def of(cls, settings: Settings) -> "PasswordPolicy":
        """The policy by these settings."""
        return cls(settings.password_min_length, bool(settings.breached_file), settings.temporary_password_hours)


def unencodable(password: str) -> bool:
    """Whether it holds a lone surrogate, which is no character: invalid input, not a weak password."""
    return any("\ud800" <= character <= "\udfff" for character in password)


async def reasons(
    password: str,
    *,
    min_length: int,
    names: Iterable[str],
    hasher: PasswordHasher,
    breached: BreachedPasswords | None = None,
    address: str | None = None,
) -> tuple[PasswordReasonCode, ...]:
    """Why this can't be a password; nothing where it can. Length is looked at first and alone.

    Args:
        names: The person's names, e-mails and companies.
        breached: The passwords that are known from a breach, where the operator has a file of them.

    Raises:
        HashingOverloaded: The pool in whose threads it is judged is full.
    """
    if len(password) > MAX_LENGTH:
        return (PasswordReasonCode.TOO_LONG,)
    normal = unicodedata.normalize("NFC", password)
    if len(normal) < min_length:
        return (PasswordReasonCode.TOO_SHORT,)
    return await hasher.run(weaknesses, normal, tuple(names), breached, address=address)


def weaknesses(
    password: str, names: tuple[str, ...], breached: BreachedPasswords | None = None
) -> tuple[PasswordReasonCode, ...]:
    """What is wrong with a password of the right length. Slow: for a thread."""
    found = []
    common = words_in(password, words_of(names, SHORTEST_NAME))
    if common or score(password) < LEAST_SCORE:
        found.append(PasswordReasonCode.TOO_COMMON)
    if common == 0 or beside(password, names) < LEAST_BESIDE_NAMES:
        found.append(PasswordReasonCode.TOO_LITTLE_BESIDE_NAMES)
    if breached is not None and password in breached:
        found.append(PasswordReasonCode.BREACHED)
    return tuple(found)


def score(password: str) -> int:
    """zxcvbn's score of the beginning, 0 to 4.

    A letter that grows when lower-cased (İ) is put as its first part: zxcvbn counts positions in the lower-cased text.
    """
    judged = "".join(letter if len(letter.lower()) == 1 else letter.lower()[0] for letter in password[:JUDGED])
    if readings(judged) > MOST_READINGS:
        judged = judged.translate(_ONE_SIGN_EACH)
    words.learn()
    result: dict[str, Any] = zxcvbn(judged)
    return int(result["score"])


def readings(text: str) -> int:
    """In about how many ways zxcvbn will read signs as letters (@ and 4 as a). In each it looks through all its lists.

    With all of the signs in one text these were 736 ways, and six seconds of a core.
    """
    present = set(text)
    return math.prod(max(1, sum(sign in present for sign in signs)) for signs in L33T_TABLE.values())
