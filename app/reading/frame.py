"""The rows of one level, as columns: what the database answered, and by field what that means."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from app.reading.columns import Columns
from app.reading.cursor import Ordering
from app.reading.kinds import Decoder, Decoding, Memo, text_insides
from app.reading.levels import PARENT, order_names
from app.reading.plan import KEY, Plan, Recipe
from app.reading.view import NOBODY, View

Finish = Callable[[Any], Any]
"""What is made of a field's value where it is answered."""

Keep = Callable[[Decoding, Finish], Mapping[Any, Any]]
"""What is kept of a function's values, which makes them where they aren't there."""


def made_anew(decoding: Decoding, function: Finish) -> Memo:
    """Keeps nothing from one answer to the next."""
    return Memo(function)


class Frame:
    """The values of one plan's rows. Each column is as long as there are rows, and all are in the rows' order."""

    def __init__(self, plan: Plan, columns: Columns, view: View, decoding: Decoding) -> None:
        self.plan = plan
        self._columns = columns
        self._view = view
        self._decoding = decoding
        self._stored: dict[str, Sequence[Any]] = {}
        self.keys: Sequence[int] = columns.get(KEY, ())
        self.parents: Sequence[Any] = columns.get(PARENT, ()) or [None] * len(self.keys)

    def link(self, name: str) -> Sequence[Any]:
        """What relations begin from."""
        return self._columns.get(name, ())

    def values(self, name: str, finish: Finish | None = None, keep: Keep = made_anew) -> Sequence[Any]:
        """The values of a field, finished, where a way is given. Equal ones are made once.

        `keep` gives what is kept of a function's values; it is asked where there are few, made from nothing else.
        """
        plan = self.plan
        if name in plan.fixed:
            value = plan.fixed[name]
            return [value if finish is None else finish(value)] * len(self.keys)
        if name in plan.computed:
            return self._computed(name, finish, keep)
        column = plan.columns[name]
        stored = self.stored(name)
        if finish is None and column.kind.column is not None:
            return column.kind.column(stored)
        decode = column.kind.decoder(self._decoding)
        if decode is None and finish is None:
            return stored
        memo = (keep if column.kind.few else made_anew)(self._decoding, _both(decode, finish))
        return list(map(memo.__getitem__, stored))

    def insides(self, name: str) -> list[bytes] | None:
        """What stands between the quotes where a field's values are written as JSON; None where one of them is null.

        It is for a kind that has `insides`.
        """
        plan = self.plan
        if name in plan.fixed:
            value = plan.fixed[name]
            return None if value is None else text_insides([value]) * len(self.keys)
        stored, column = self.stored(name), plan.columns[name]
        assert column.kind.insides is not None
        return None if None in stored else column.kind.insides(stored)

    def stored(self, name: str) -> Sequence[Any]:
        """The values of a column as they came from the database, or came first within the answer."""
        if name not in self._stored:
            column = self.plan.columns[name]
            stored: Sequence[Any] = self._columns.get(self.plan.names[name], ())
            if column.once is not None and column.once in self.plan.columns:
                of = (self.plan.table.source, name)
                stored = self._view.answer.first_readings(of, self.stored(column.once), stored)
            self._stored[name] = stored
        return self._stored[name]

    def cursors(self, ordering: Ordering) -> list[bytes]:
        """The cursors of the rows in their lists."""
        order = self.plan.table.orders[ordering.order]
        places = []
        for name, key in zip(order_names(order), ordering.keys, strict=True):
            decode = key.kind.decoder(self._decoding)
            place = self._columns.get(name, ())
            places.append(place if decode is None else list(map(decode, place)))
        return ordering.cursors(list(zip(self.parents, *places, strict=True)))

    def made(self, name: str, make: Finish) -> Sequence[Any]:
        """What is made of each row, which has the field of this name, where it is one, and all that it is made from."""
        names = [need for need in self.plan.table.made_from([name]) if need in self._readable]
        columns = [self.values(need) for need in names]
        row = self.plan.table.row
        return [
            make(row(key, dict(zip(names, values, strict=True))))
            for key, *values in zip(self.keys, *columns, strict=True)
        ]

    @property
    def _readable(self) -> set[str]:
        return {*self.plan.fixed, *self.plan.columns, *self.plan.computed}

    def _computed(self, name: str, finish: Finish | None, keep: Keep) -> Sequence[Any]:
        """Works a field out, once for each combination of what the database answered."""
        recipe = self.plan.recipes[name]
        needed = [(need, self.plan.columns[need].kind.decoder(self._decoding)) for need in recipe.columns]
        view, keep = (NOBODY, keep) if recipe.pure else (self._view, made_anew)
        memo = keep(self._decoding, partial(_worked_out, name, recipe, needed, view, finish))
        if len(needed) != 1:
            stored = list(map(self.stored, recipe.columns))
            return list(map(memo.__getitem__, zip(*stored, strict=True) if stored else repeat((), len(self.keys))))
        return list(map(memo.__getitem__, self.stored(recipe.columns[0])))


def _worked_out(
    name: str,
    recipe: Recipe,
    needed: Sequence[tuple[str, Decoder | None]],
    view: View,
    finish: Finish | None,
    stored: Any,
) -> Any:
    """A field's value, made from what the database answered: of one column its value, of several a tuple of them."""
    parts = (stored,) if len(needed) == 1 else stored
    values = dict(recipe.fixed)
    for (need, decode), value in zip(needed, parts, strict=True):
        values[need] = value if decode is None else decode(value)
    for each, field in recipe.computed:
        values[each] = field.compute(values, view)
    return values[name] if finish is None else finish(values[name])


def _both(first: Finish | None, second: Finish | None) -> Finish:
    if first is None or second is None:
        return first or second or _same
    return lambda value: second(first(value))


def _same(value: Any) -> Any:
    return value
