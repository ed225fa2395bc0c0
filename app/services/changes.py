"""What a save changed: how it is found, how an event of the audit stores it, and how it is read again.

An event's data lists its changes in their order. The values of one that names a person lie apart from it, under its
place in that list, so that they can be erased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app import ids
from app.services.validation import public_name

PERSONAL: Final = frozenset({"name", "email", "phone", "mobile"})
"""Fields of references and staff that name a person; a customer's name is a company's."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field by its public name, and its value before and after, as text."""

    field: str
    before: str | None
    after: str | None


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields that differ, under their public names. A field that isn't on one side counts as empty there."""
    names = dict.fromkeys([*before, *after])
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(
        Change(public_name(name), _shown(name, old), _shown(name, new))
        for name, old, new in pairs
        if old != new and not (_is_empty(old) and _is_empty(new))
    )


def stored(changes: Sequence[Change], *, about_people: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an event keeps of its changes: in its data, and apart from that in what names a person."""
    listed: list[list[Any]] = []
    personal: dict[str, list[str | None]] = {}
    for place, change in enumerate(changes):
        values = [change.before, change.after]
        if about_people and change.field in PERSONAL:
            personal[str(place)] = values
            listed.append([change.field, None])
        else:
            listed.append([change.field, values])
    return {"changes": listed} if listed else {}, {"changes": personal} if personal else {}


def changes_of(data: Mapping[str, Any], person: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """The changes of a stored event in their order; the values of one that named a person are None once erased."""
    personal = (person or {}).get("changes", {})
    return tuple(
        Change(name, *(values if values is not None else personal.get(str(place), (None, None))))
        for place, (name, values) in enumerate(data.get("changes", ()))
    )


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == ()


def _shown(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if name == "settings_id":
        return ids.encode("InternetOrderSettings", value)
    if isinstance(value, tuple | list):
        return " ".join(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
