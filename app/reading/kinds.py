"""What kinds of value a column can hold, and how each is made from what a driver answers.

Drivers differ: one answers a moment and a truth value, another a text and a number. A kind's decoders know which it is
told by the dialect, so nothing above this module does.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final, Protocol

import orjson

Decoder = Callable[[Any], Any]
ColumnDecoder = Callable[[Sequence[Any]], Sequence[Any]]
Insides = Callable[[Sequence[Any]], list[bytes]]
"""Writes a column, in which there is no null, as what stands between the quotes of JSON strings."""


class Decoding(Protocol):
    """What a database dialect says about the values of its driver."""

    def moment(self, value: Any) -> datetime | None:
        """A stored moment, aware and in UTC."""

    def boolean(self, value: Any) -> bool:
        """A stored truth value."""

    def json(self, value: Any) -> Any:
        """A stored JSON document."""


TRUTHS: Final = {"t": True, "f": False, "n": None}
"""What stands for truth values where a database answers those of a whole column as one text."""


class Memo(dict[Any, Any]):
    """The values of a function that were asked for so far. Columns hold the same values over and over."""

    def __init__(self, function: Decoder) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, argument: Any) -> Any:
        value = self[argument] = self._function(argument)
        return value


class Kind:
    """A kind of value. `make_decoder` makes the function for one dialect, or None where values come as they are.

    `column` decodes a whole column at once, where that is quicker than value by value; `insides` writes one, where the
    values are texts. There are `few` different values of some kinds, however many rows there are.

    What is made of a value is made once for all that equal it, so nothing may tell these apart.
    """

    def __init__(
        self,
        name: str,
        make_decoder: Callable[[Decoding], Decoder | None],
        *,
        column: ColumnDecoder | None = None,
        insides: Insides | None = None,
        few: bool = False,
    ) -> None:
        self.name = name
        self.few = few
        self.column = column
        self.insides = insides
        self._make_decoder = make_decoder
        self._decoders: dict[Decoding, Decoder | None] = {}

    def decoder(self, decoding: Decoding) -> Decoder | None:
        """The function that makes a value of this kind from what the dialect's driver answers. It is made once."""
        if decoding not in self._decoders:
            self._decoders[decoding] = self._make_decoder(decoding)
        return self._decoders[decoding]

    def __repr__(self) -> str:
        return f"<Kind {self.name}>"


def as_it_is(decoding: Decoding) -> None:
    """No decoder at all."""


def through(decode: Decoder) -> Callable[[Decoding], Decoder]:
    """A decoder that is the same for every dialect and is spared the nulls."""
    return lambda decoding: lambda value: None if value is None else decode(value)


def _truth(decoding: Decoding) -> Decoder:
    def truth(value: Any) -> bool | None:
        if isinstance(value, str):
            return TRUTHS[value]
        return None if value is None else decoding.boolean(value)

    return truth


def _json(decoding: Decoding) -> Decoder:
    return lambda value: None if value is None else decoding.json(value)


def text_insides(texts: Sequence[str]) -> list[bytes]:
    """Texts as they stand between the quotes of JSON strings.

    All are written at once. What is between two of them can't be in one, unless a backslash came out.
    """
    if not texts:
        return []
    written = orjson.dumps(texts)
    return [orjson.dumps(text)[1:-1] for text in texts] if b"\\" in written else written[2:-2].split(b'","')


TEXT = Kind("text", as_it_is, insides=text_insides)
INT = Kind("int", as_it_is)
BYTES = Kind("bytes", through(bytes))
BOOL = Kind("bool", _truth, few=True)
MOMENT = Kind("moment", lambda decoding: decoding.moment)
JSON = Kind("json", _json)


def ENUM(members: type[Enum]) -> Kind:
    """The name of a member of an enumeration."""
    return Kind("enum", through(lambda name: members[name]), few=True)


def ENUMS(members: type[Enum]) -> Kind:
    """A JSON list of names of an enumeration's members, as a tuple of members in the order in which they are stored."""

    def decoder(decoding: Decoding) -> Decoder:
        @lru_cache(maxsize=256)
        def from_text(text: str) -> tuple[Enum, ...]:
            return tuple(members[name] for name in decoding.json(text))

        return through(from_text)(decoding)

    return Kind("enums", decoder, few=True)
