"""What differs between a row before and after a save, as the audit keeps it."""

from collections.abc import Mapping
from typing import Any

from app import ids
from app.services.audit import Change


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields that differ, under their public names. A field that isn't on one side counts as empty there."""
    names = dict.fromkeys([*before, *after])
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(
        Change(_public(name), _shown(name, old), _shown(name, new))
        for name, old, new in pairs
        if old != new and not (_is_empty(old) and _is_empty(new))
    )


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value == ()


def _public(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _shown(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if name == "settings_id":
        return ids.encode("InternetOrderSettings", value)
    if isinstance(value, tuple | list):
        return " ".join(str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
