"""Public ids: one opaque string that names a thing's type and its key (Relay's global object identification)."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

MAX_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class PublicId:
    """The type and key that a public id stands for."""

    type: str
    key: int

    def __str__(self) -> str:
        return encode(self.type, self.key)


def encode(type_name: str, key: int) -> str:
    """The public id of the thing of this type with this key."""
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def encode_all(type_name: str, keys: Iterable[int | None]) -> list[str | None]:
    """The public ids of many things of this type; where there is no key there is no id."""
    form, encode = f"{type_name}:%d".encode(), binascii.b2a_base64
    return [None if key is None else encode(form % key, newline=False).decode() for key in keys]


def encode_present(type_name: str, keys: Sequence[int]) -> list[bytes]:
    """The public ids of things of this type that are all there, as ASCII."""
    prefix, encode = f"{type_name}:".encode(), binascii.b2a_base64
    plain = prefix + orjson.dumps(keys)[1:-1].replace(b",", b"," + prefix)
    return [encode(each, newline=False) for each in plain.split(b",")] if keys else []


def decode(value: str) -> PublicId | None:
    """What a public id stands for, or None where it is none of ours (only the canonical spelling is)."""
    if len(value) > 128:
        return None
    try:
        type_name, separator, digits = base64.b64decode(value, validate=True).decode("ascii").partition(":")
    except (ValueError, binascii.Error):
        return None
    if not separator or not digits.isdecimal() or int(digits) > MAX_KEY:
        return None
    found = PublicId(type_name, int(digits))
    return found if str(found) == value else None


def key_of(value: str, type_name: str) -> int | None:
    """The key in a public id of this type, or None where it is no id of this type."""
    found = decode(value)
    return found.key if found is not None and found.type == type_name else None
