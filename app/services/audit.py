"""The audit (first version of the interface)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from app.models.enums import AuditAction

Scalar = str | int | bool | None
Datum = Scalar | Sequence[Scalar]


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Event:
    action: AuditAction
    subjects: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    username: str | None = None
    username_known: bool = True
    data: Mapping[str, Datum] = field(default_factory=lambda: MappingProxyType({}))
