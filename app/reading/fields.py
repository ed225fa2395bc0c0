"""What a table's fields can be.

A field is data, not code that runs statements: whatever is selected of a table, and of those it leads to, becomes one
statement. SQL is written once for all databases. In it `:name` stands for a value: one that the condition it
stands in brings along, or else one of the view's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.reading.kinds import INT, Kind
from app.reading.view import View

Visible = Callable[[View], bool]


def to_everybody(view: View) -> bool:
    """The usual answer to who may see a field."""
    return True


@dataclass(frozen=True, slots=True)
class Column:
    """A value that the database has or works out.

    `joins` are the joins of its table that the expression needs. Where the field isn't `visible` the database isn't
    asked, and its value is `hidden`. `once` names another column of the table: within one answer, what was read first
    for a value of that column holds, whichever rows and statements meet it.
    """

    kind: Kind
    sql: str
    joins: tuple[str, ...] = ()
    visible: Visible = to_everybody
    hidden: Any = None
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A value worked out in Python from the values of other fields of the same table and the view, and from nothing
    else: within one answer it is worked out once for equal ones.

    A `pure` one looks at the values alone. It is shown the view of nobody, and what it says may be kept for ever.
    """

    needs: tuple[str, ...]
    compute: Callable[[Mapping[str, Any], View], Any]
    visible: Visible = to_everybody
    hidden: Any = None
    pure: bool = False


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is the same in all rows, for all views of one standing."""

    value: Callable[[View], Any]


@dataclass(frozen=True, slots=True)
class Basis:
    """A field that whoever shows the row makes, in words of their own: here it only names what they make it from."""

    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class One:
    """The one row of another table whose key the expression `here` gives, where it gives one and it may be seen."""

    target: str
    here: str
    joins: tuple[str, ...] = ()
    visible: Visible = to_everybody


@dataclass(frozen=True, slots=True)
class Many:
    """The rows of another table whose expression `there` equals the expression `here`; in the order named, or its own.

    `but_itself`: where the other table is the same one, all but the row itself.
    """

    target: str
    here: str
    there: str
    joins: tuple[str, ...] = ()
    there_joins: tuple[str, ...] = ()
    order: str | None = None
    but_itself: bool = False
    visible: Visible = to_everybody


@dataclass(frozen=True, slots=True)
class Paged:
    """Like `Many`, page by page, with the filters and orders of the other table. `name` is the list's, for cursors."""

    name: str
    target: str
    here: str
    there: str
    joins: tuple[str, ...] = ()
    there_joins: tuple[str, ...] = ()


Relation = One | Many | Paged
Field = Column | Computed | Fixed | Basis | Relation


@dataclass(frozen=True, slots=True)
class Finding:
    """A source of its own in which a condition looks for rows of a table, and which has one of the table's orders.

    `keys` are what that order goes by, in the source's words; the last is the key of the row that is found. `in_order`
    is the condition in words by which an index answers it in that order.
    """

    source: str
    order: str
    keys: tuple[str, ...]
    in_order: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the rows of a table, the joins it needs, and the values for `:names` in it that are its own.

    With a `finding` the SQL is about the rows of its source, and holds for the table's rows that these find.
    """

    sql: str
    joins: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    finding: Finding | None = None


EVERYTHING = Condition("TRUE")


@dataclass(frozen=True, slots=True)
class Key:
    """One part of an order: an expression that is never null, and its kind (text, moment or int)."""

    kind: Kind
    sql: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a table's rows; rows that are equal in it are ordered by their keys.

    All parts run the same way, so that a page can begin anywhere with one comparison, which an index can answer.
    """

    keys: tuple[Key, ...]
    joins: tuple[str, ...] = ()
    descending: bool = False

    def with_key_of(self, key: str) -> tuple[Key, ...]:
        """The parts, and the row's own key, which makes the order a total one."""
        return (*self.keys, Key(INT, key))
