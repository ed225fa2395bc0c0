"""Which passwords are accepted: NIST SP 800-63B-4, made exact in the rules, "Passwords" 3.

Long, not common, and more than the person's own names. No rule about kinds of signs, and nothing is trimmed.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it comes without types
from zxcvbn.matching import L33T_TABLE  # type: ignore[import-untyped]

from app.models.enums import PasswordReasonCode
from app.security.passwords import MAX_LENGTH, PasswordHasher

JUDGED: Final = 64
"""Code points that zxcvbn sees: it raises beyond 72, and its time grows faster than the length."""
LEAST_SCORE: Final = 3
LEAST_BESIDE_NAMES: Final = 8
SHORTEST_NAME: Final = 4

MOST_READINGS: Final = 8

_ONE_SIGN_EACH: Final = str.maketrans("@{[<!|$+", "4(((1157")
"""Signs that stand for the same letter, as one of them: the words that they spell are found all the same."""

_WORD = re.compile(r"[^\W\d_]+")
_SPELT_OUT: Final = {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_PLAIN: Final = {"æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"}


def unencodable(password: str) -> bool:
    """Whether it holds a lone surrogate, which is no character: invalid input, not a weak password."""
    return any("\ud800" <= character <= "\udfff" for character in password)


async def reasons(
    password: str,
    *,
    min_length: int,
    names: Iterable[str],
    hasher: PasswordHasher,
    address: str | None = None,
) -> tuple[PasswordReasonCode, ...]:
    """Why this can't be a password; nothing where it can. Length is looked at first and alone.

    Args:
        names: The person's names, e-mails and companies.

    Raises:
        HashingOverloaded: The pool in whose threads it is judged is full.
    """
    if len(password) > MAX_LENGTH:
        return (PasswordReasonCode.TOO_LONG,)
    normal = unicodedata.normalize("NFC", password)
    if len(normal) < min_length:
        return (PasswordReasonCode.TOO_SHORT,)
    return await hasher.run(weaknesses, normal, tuple(names), address=address)


def weaknesses(password: str, names: tuple[str, ...]) -> tuple[PasswordReasonCode, ...]:
    """What is wrong with a password of the right length. Slow: for a thread."""
    found = []
    if score(password) < LEAST_SCORE:
        found.append(PasswordReasonCode.TOO_COMMON)
    if beside(password, names) < LEAST_BESIDE_NAMES:
        found.append(PasswordReasonCode.TOO_LITTLE_BESIDE_NAMES)
    return tuple(found)


def score(password: str) -> int:
    """zxcvbn's score of the beginning, 0 to 4.

    A letter that grows when lower-cased (İ) is put as its first part: zxcvbn counts positions in the lower-cased text.
    """
    judged = "".join(letter if len(letter.lower()) == 1 else letter.lower()[0] for letter in password[:JUDGED])
    if readings(judged) > MOST_READINGS:
        judged = judged.translate(_ONE_SIGN_EACH)
    result: dict[str, Any] = zxcvbn(judged)
    return int(result["score"])


def readings(text: str) -> int:
    """In about how many ways zxcvbn will read signs as letters (@ and 4 as a). In each it looks through all its lists.

    With all of the signs in one text these were 736 ways, and six seconds of a core.
    """
    present = set(text)
    return math.prod(max(1, sum(sign in present for sign in signs)) for signs in L33T_TABLE.values())


def beside(password: str, names: Iterable[str]) -> int:
    """How many code points of the password are left once the words of these names are taken out.

    Words have four letters or more, so that nobody called Bo is refused every password with "bo" in it. Case and
    accents don't count, and ø is found as ø, o and oe.
    """
    letters = list(_folded(password, _SPELT_OUT))
    text = "".join(letter for letter, _ in letters)
    taken: set[int] = set()
    for word in _words(names):
        start = text.find(word)
        while start >= 0:
            taken.update(position for _, position in letters[start : start + len(word)])
            start = text.find(word, start + 1)
    return len(password) - len(taken)


def _words(names: Iterable[str]) -> set[str]:
    """The words that count, folded in each of the ways people spell them."""
    words = (word for name in names for word in _WORD.findall(unicodedata.normalize("NFC", name)))
    return {
        "".join(letter for letter, _ in _folded(word, spelling))
        for word in words
        if len(word) >= SHORTEST_NAME
        for spelling in (_SPELT_OUT, _PLAIN)
    }


def _folded(text: str, spelling: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The letters of the folded text, each with the position it came from."""
    for position, character in enumerate(text):
        for lowered in character.casefold():
            plain = spelling.get(lowered) or "".join(
                part for part in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(part)
            )
            for letter in plain:
                yield letter.casefold(), position
