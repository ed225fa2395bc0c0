"""Tables of fields: what can be read of each type, from where, by whom, filtered and ordered by what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.reading.fields import Basis, Column, Computed, Condition, Field, Order
from app.reading.rows import Row
from app.reading.view import View

Scope = Callable[[View], Condition | None]
Filter = Callable[[Any, View], Condition | None]

_TAKEN = frozenset(name for name in dir(Row) if not name.startswith("_"))


@dataclass(frozen=True, slots=True)
class Join:
    """A join of a table's source, and the joins that must stand before it."""

    sql: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The fields of one type, and the rules for reading them.

    `source` is the database's table, whose `id` tells rows apart. `scope` answers which rows a view may see, or None
    where it may see none; it holds for every statement on the table, whatever led there. A filter makes a condition
    from its argument, None where it leaves nothing to find; it raises `ArgumentError` where the argument is wrong.
    `order` is the one that holds where none is asked for.
    """

    row: type[Row]
    source: str
    fields: Mapping[str, Field]
    scope: Scope
    order: str
    orders: Mapping[str, Order]
    joins: Mapping[str, Join] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clashes = _TAKEN.intersection(self.fields)
        if clashes:
            raise ValueError(f"{self.source}: rows have no room for fields named {sorted(clashes)}.")

    @property
    def key(self) -> str:
        """The expression for a row's key."""
        return f"{self.source}.id"

    def field(self, name: str) -> Field:
        """The field of this name.

        Raises:
            LookupError: There is none. That is a mistake of the program's: what may be asked for is checked before.
        """
        try:
            return self.fields[name]
        except KeyError:
            raise LookupError(f"The table of {self.row.type_name} has no field {name}.") from None

    def with_needs(self, names: Iterable[str]) -> tuple[str, ...]:
        """These fields and all that must be read for them, each after what it needs."""
        return self._after_needs(names, lambda field: (field.once,) if isinstance(field, Column) and field.once else ())

    def made_from(self, names: Iterable[str]) -> tuple[str, ...]:
        """These fields and all that their values are made from, each after what it needs."""
        return self._after_needs(names, lambda field: ())

    def _after_needs(self, names: Iterable[str], besides: Callable[[Field], tuple[str, ...]]) -> tuple[str, ...]:
        found: dict[str, None] = {}

        def add(name: str) -> None:
            wanted = self.field(name)
            if name not in found:
                needs = wanted.needs if isinstance(wanted, Computed | Basis) else besides(wanted)
                for need in needs:
                    add(need)
                found[name] = None

        for name in names:
            add(name)
        return tuple(found)

    def joined(self, names: Iterable[str]) -> str:
        """The source with these joins and those they need, in the order in which the table declares them."""
        wanted: set[str] = set()
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in wanted:
                wanted.add(name)
                pending.extend(self.joins[name].needs)
        return " ".join([self.source, *(join.sql for name, join in self.joins.items() if name in wanted)])
