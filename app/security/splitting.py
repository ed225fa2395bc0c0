"""Passwords that are long but made of a word or two: `adgangskode12345`, `Sommer2026Sommer2026`, `Ida Dam Ida Dam`.

The rules, "Passwords" 3. No list holds these: there are too many ways to double a word and to put a year behind it.
They are found by splitting: what is left of the password when digits, spaces and punctuation between words are passed
over must be more than two words, however often each of them comes.
"""

import unicodedata
from collections import deque
from collections.abc import Iterator, Set
from typing import Final

from app.security.names import SPELLINGS, spelt
from app.security.words import common, longest

MOST: Final = 2
"""So many words, repeated or not, are too few."""

_PASSED_OVER: Final = frozenset({"Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "Zs"})
"""The categories of digits, punctuation, spaces, and signs that stand on a keyboard. Emoji are none of these."""


def words_in(password: str, names: Set[str]) -> int | None:
    """The fewest common words that the whole password is made of, beside its person's own names.

    None where it isn't made of so few: something is left, or more than `MOST` are needed, or there is no letter in it.

    Args:
        names: The words of the person's names, folded. However many of them there are, they count as none.
    """
    if not any(map(str.isalpha, password)):
        return None
    texts = {spelt(password, spelling) for spelling in SPELLINGS}
    return min((fewest for text in texts if (fewest := _fewest(text, names)) is not None), default=None)


def _fewest(text: str, names: Set[str]) -> int | None:
    """The fewest words from one end of the text to the other: a breadth-first search in which repeating is free.

    The last repetition may be cut off, as where somebody fills a field with one word.
    """
    steps = [tuple(_steps(text, place, names)) for place in range(len(text))]
    begin: tuple[int, frozenset[str]] = (0, frozenset())
    waiting, seen = deque([begin]), {begin}
    while waiting:
        place, used = waiting.popleft()
        rest = text[place:]
        if not rest or any(word.startswith(rest) for word in used):
            return len(used)
        for end, word in steps[place]:
            costs = word is not None and word not in used
            reached = (end, used | {word} if word is not None and costs else used)
            if reached not in seen and len(reached[1]) <= MOST:
                seen.add(reached)
                (waiting.append if costs else waiting.appendleft)(reached)
    return None


def _steps(text: str, place: int, names: Set[str]) -> Iterator[tuple[int, str | None]]:
    """Where one can go on from a place in the text, and the common word that this takes, if any."""
    if unicodedata.category(text[place]) in _PASSED_OVER:
        yield place + 1, None
    for end in range(place + 1, min(place + longest(), len(text)) + 1):
        word = text[place:end]
        if word in names:
            yield end, None
        elif any(word in listed for listed in common()):
            yield end, word
