"""What of a password is a name: of its person, of their e-mail, of their company.

The rules, "Passwords" 3. Case and accents don't count, and ø is found as ø, o and oe.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

SHORTEST: Final = 4
"""Letters of a word that is taken out, so that nobody called Bo is refused every password with "bo" in it."""

_WORD = re.compile(r"[^\W\d_]+")
_SPELT_OUT: Final = {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_PLAIN: Final = {"æ": "ae", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"}
SPELLINGS: Final[tuple[Mapping[str, str], ...]] = (_SPELT_OUT, _PLAIN)
"""The ways in which people write a letter that their keyboard hasn't got."""


def beside(password: str, names: Iterable[str]) -> int:
    """How many code points of the password are left once the words of these names are taken out."""
    letters = list(_folded(password, _SPELT_OUT))
    text = "".join(letter for letter, _ in letters)
    taken: set[int] = set()
    for word in words_of(names, SHORTEST):
        start = text.find(word)
        while start >= 0:
            taken.update(position for _, position in letters[start : start + len(word)])
            start = text.find(word, start + 1)
    return len(password) - len(taken)


def words_of(names: Iterable[str], shortest: int) -> set[str]:
    """The words of names that have so many letters, folded in each of the ways people spell them."""
    words = (word for name in names for word in _WORD.findall(unicodedata.normalize("NFC", name)))
    return {spelt(word, spelling) for word in words if len(word) >= shortest for spelling in SPELLINGS}


def spelt(text: str, spelling: Mapping[str, str]) -> str:
    """A text in one of the ways people spell it, in small letters without accents."""
    return "".join(letter for letter, _ in _folded(text, spelling))


def _folded(text: str, spelling: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The letters of the folded text, each with the position it came from."""
    for position, character in enumerate(text):
        for lowered in character.casefold():
            plain = spelling.get(lowered) or "".join(
                part for part in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(part)
            )
            for letter in plain:
                yield letter.casefold(), position
