"""The forms of a text by which lists are ordered and searched.

Databases fold and collate as their host or their build has it, SQLite's own folding stops at ASCII. So both forms are
worked out here, stored beside the text, and compared bytewise: every database then has the Danish alphabet, and the
same one. Both forms ignore case and accents, and both take aa for å, as Danish dictionaries and directories do.

The lengths of the texts are the caller's concern: normalising a text is quadratic in its combining marks.
"""

import unicodedata
from collections.abc import Iterable

SEARCH_KEY_LENGTH = 64
"""Search keys are cut after so many characters: nobody types more to find somebody."""

END = "\U0010ffff"
"""Sorts after every folded text: no text that is stored holds this character."""

# æ, ø and å as the alphabet has them: behind z and in this order. Control characters stand bytewise between ASCII and
# all other letters, and no stored text has any, so nothing else can be taken for these three.
_AE, _OE, _AA = "\x80", "\x81", "\x82"

_RING, _DIAERESIS, _DOUBLE_ACUTE = "\u030a", "\u0308", "\u030b"
_MARKED = {
    ("a", _RING): _AA,
    ("a", _DIAERESIS): _AE,
    ("o", _DIAERESIS): _OE,
    ("o", _DOUBLE_ACUTE): _OE,
    ("u", _DIAERESIS): "y",
    ("u", _DOUBLE_ACUTE): "y",
}
_LETTERS = {"æ": _AE, "ø": _OE, "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i"}


def fold(text: str) -> str:
    """The key that orders a text in the Danish alphabet: compared bytewise, æ ø å come last, ä as æ, ö as ø, ü as y."""
    return _letters(text).replace("aa", _AA)


def search_keys(*, name: str, starts: Iterable[str | None] = ()) -> tuple[str, ...]:
    """The keys by which a row is found: whole values, and the rest of the name from the start of each of its words.

    A search is for keys that begin with `search_start` of what was typed.
    """
    keys = {_searchable(start)[:SEARCH_KEY_LENGTH] for start in starts if start}
    keys.update(key[:SEARCH_KEY_LENGTH] for key in _from_each_word(_searchable(name)))
    return tuple(sorted(keys - {""}))


def search_start(typed: str) -> str:
    """What the keys of the rows that are searched for begin with; the empty string where nothing was typed.

    Anything may have been typed, so the length is looked at before the text is.
    """
    return _searchable(typed[: 4 * SEARCH_KEY_LENGTH])[:SEARCH_KEY_LENGTH]


def _searchable(text: str) -> str:
    """Like `fold`, but å is written aa: who has typed the first a of Aabenraa has begun its name."""
    return _letters(text).replace(_AA, "aa")


def _letters(text: str) -> str:
    """Lower-case letters without accents, single spaces between words."""
    letters: list[str] = []
    for character in unicodedata.normalize("NFKD", text.casefold()).casefold():
        if not unicodedata.combining(character):
            letters.append(_LETTERS.get(character, character))
        elif letters and (letters[-1], character) in _MARKED:
            letters[-1] = _MARKED[letters[-1], character]
    return " ".join("".join(letters).split())


def _from_each_word(key: str) -> Iterable[str]:
    previous = " "
    for index, character in enumerate(key):
        if previous == " " or (_in_word(character) and not _in_word(previous)):
            yield key[index:]
        previous = character


def _in_word(character: str) -> bool:
    return character.isalnum() or character in (_AE, _OE, _AA)
