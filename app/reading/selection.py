"""What somebody wants to read, whatever language they asked in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Arguments(Protocol):
    """Arguments that are only known when something is read: they are made from what a request calls its variables."""

    def of(self, variables: Any) -> Mapping[str, Any]:
        """The ones that were given, by name."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One field that was asked for.

    `name` is the field's name in its table, `key` the name it has in the answer. `arguments` holds the ones that were
    given, by name, or makes them. What is asked for below it is in `children`, or, where the field can be of several
    types, in `by_type`. `shown` are the names below it in the answer, in their order, for each of these types: what is
    never read, such as the name of a type, is only told there.
    """

    name: str
    key: str
    arguments: Mapping[str, Any] | Arguments = field(default_factory=dict)
    children: tuple["Selected", ...] = ()
    by_type: Mapping[str, tuple["Selected", ...]] | None = None
    shown: tuple[tuple[str, ...], ...] = ()

    def of(self, type_name: str) -> tuple["Selected", ...]:
        """What is asked for below this field where it turns out to be of this type."""
        return self.children if self.by_type is None else self.by_type.get(type_name, ())

    def named(self, *names: str) -> tuple["Selected", ...]:
        """The fields with these names directly below this one."""
        return tuple(child for child in self.children if child.name in names)

    def wants(self, *names: str) -> bool:
        """Whether any field with one of these names is asked for directly below this one."""
        return any(child.name in names for child in self.children)


def given(arguments: Mapping[str, Any] | Arguments, variables: Any) -> Mapping[str, Any]:
    """The arguments themselves."""
    return arguments if isinstance(arguments, Mapping) else arguments.of(variables)


def merged(selections: Iterable[tuple[Selected, ...]]) -> tuple[Selected, ...] | None:
    """Several selections of one thing as one, or None where they use one answer name for different things.

    Two fields of one name with different things below them are different as well: they are only the same where they
    are equal.
    """
    found: dict[str, Selected] = {}
    for selection in selections:
        for selected in selection:
            if found.setdefault(selected.key, selected) != selected:
                return None
    return tuple(found.values())
