"""From what GraphQL made of an input to the plain values that services take."""

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_type_hints

from strawberry import UNSET

Given = TypeVar("Given")
Value = TypeVar("Value")


def given(source: object, domain: type[Given]) -> Given:
    """The domain's input of the same fields.

    A field that was left out is left out here too, so that the domain's default holds. A null stays a null where the
    domain knows one; where it doesn't, null is the same as left out.
    """
    values = {}
    for name, accepts in _fields(cast(Hashable, domain)).items():  # a class is hashable, whatever mypy makes of type[T]
        value = getattr(source, name, UNSET)
        if value is UNSET or (value is None and NoneType not in accepts):
            continue
        values[name] = _plain(value, accepts)
    return domain(**values)


def or_none(value: Value | None) -> Value | None:
    """An argument, or None where it was left out."""
    return None if value is UNSET else value


@cache
def _fields(domain: Any) -> dict[str, tuple[Any, ...]]:
    """A domain input's fields, and the types that each accepts."""
    assert is_dataclass(domain)
    hints = get_type_hints(domain)
    return {each.name: get_args(hints[each.name]) or (hints[each.name],) for each in fields(domain)}


def _plain(value: object, accepts: tuple[Any, ...]) -> object:
    if isinstance(value, list):
        return tuple(value)
    if is_dataclass(value):
        nested = next(kind for kind in accepts if is_dataclass(kind))
        assert isinstance(nested, type)
        return given(value, nested)
    return value
