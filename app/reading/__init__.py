"""Reading what was selected, by tables of fields.

Somebody selects fields, and fields of what those lead to. This package reads them: by one statement, however deep, with
only the columns that were asked for, and it answers rows rather than objects with lives of their own, or the JSON of
them, written column by column (`app.reading.templates`). It knows SQL, of PostgreSQL and of SQLite, and it knows
neither what is read nor how it was asked for: a `Table` says the first (fields, who sees them, filters, orders), a
`Selected` the second.

A table, and a page of it:

    from app.reading import TEXT, Column, EVERYTHING, Key, Order, Reading, Row, Selected, Table, View

    class BookRow(Row):
        __slots__ = ()
        type_name = "Book"

    BOOK = Table(
        row=BookRow,
        source="book",
        fields={"title": Column(TEXT, "book.title")},
        scope=lambda view: EVERYTHING,
        order="TITLE",
        orders={"TITLE": Order((Key(TEXT, "book.title"),))},
    )

    titles = Selected("edges", "edges", children=(Selected("node", "node", children=(Selected("title", "title"),)),))
    books = Selected("books", "books", {"first": 10}, children=(titles,))
    page = await Reading({"Book": BOOK}, database).page("books", "Book", books, View(viewer=None))
    [edge.node.title for edge in page.edges]

What holds everywhere:

- **A table's scope is applied to every statement on it**, whatever relation, list or key led there. What a viewer may
  see is therefore said once, and there is no path round it.
- **Tables are data.** SQL in them is written once, with `:names` in place of values, so that a selection is compiled to
  one statement, once, and run with the values of one request after the other.
- **Pages are keyset pages**: a page deep in a list costs what the first one does, and a cursor names list, order and
  place, so that one from elsewhere is noticed.
- **Arguments are checked before the first statement**, and a wrong one is an `ArgumentError` that names it.
"""

from app.reading.errors import ArgumentError, ArgumentFault
from app.reading.executor import Dialect, Executor
from app.reading.fields import (
    EVERYTHING,
    Basis,
    Column,
    Computed,
    Condition,
    Field,
    Finding,
    Fixed,
    Key,
    Many,
    One,
    Order,
    Paged,
)
from app.reading.kinds import BOOL, BYTES, ENUM, ENUMS, INT, JSON, MOMENT, TEXT, Kind, through
from app.reading.page import DEFAULT_SIZE, MAX_SIZE, Edge, Page
from app.reading.reading import Reading
from app.reading.rows import AnswerKey, Row
from app.reading.selection import Selected
from app.reading.table import Filter, Join, Scope, Table
from app.reading.view import Answer, View

__all__ = [
    "BOOL",
    "BYTES",
    "DEFAULT_SIZE",
    "ENUM",
    "ENUMS",
    "EVERYTHING",
    "INT",
    "JSON",
    "MAX_SIZE",
    "MOMENT",
    "TEXT",
    "Answer",
    "AnswerKey",
    "ArgumentError",
    "ArgumentFault",
    "Basis",
    "Column",
    "Computed",
    "Condition",
    "Dialect",
    "Edge",
    "Executor",
    "Field",
    "Filter",
    "Finding",
    "Fixed",
    "Join",
    "Key",
    "Kind",
    "Many",
    "One",
    "Order",
    "Page",
    "Paged",
    "Reading",
    "Row",
    "Scope",
    "Selected",
    "Table",
    "View",
    "through",
]
