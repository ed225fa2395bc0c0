"""A little library to read from: the read path is tried on things it was not made for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app.database import Database, Transaction
from app.reading import (
    BOOL,
    ENUM,
    ENUMS,
    EVERYTHING,
    INT,
    JSON,
    MOMENT,
    TEXT,
    ArgumentError,
    ArgumentFault,
    Basis,
    Column,
    Computed,
    Condition,
    Join,
    Key,
    Many,
    One,
    Order,
    Paged,
    Row,
    Selected,
    Table,
    View,
)


class Genre(StrEnum):
    NOVEL = "NOVEL"
    POEMS = "POEMS"


class AuthorRow(Row):
    __slots__ = ()
    type_name = "Author"


class BookRow(Row):
    __slots__ = ()
    type_name = "Book"


MEMBER, GUEST, STRANGER = (
    View("member", {"year": 1900}),
    View("guest", {"year": 1900}),
    View("stranger", {"year": 1900}),
)


def _books(view: View) -> Condition | None:
    """Guests see what is old, strangers nothing."""
    if view.viewer == "stranger":
        return None
    return EVERYTHING if view.viewer == "member" else Condition("book.year < :year")


def _by_country(value: Any, view: View) -> Condition | None:
    if value == "":
        raise ArgumentError("filter.country", ArgumentFault.MALFORMED)
    return None if value == "nowhere" else Condition("author.country = :country", ("author",), {"country": value})


def _age(values: Mapping[str, Any], view: View) -> int:
    return 2026 - int(values["year"])


AUTHOR = Table(
    row=AuthorRow,
    source="author",
    fields={
        "name": Column(TEXT, "author.name"),
        "country": Column(TEXT, "author.country", visible=lambda view: view.viewer == "member", hidden="?"),
        "books": Paged("Author.books", "Book", "author.id", "book.author_id"),
        "all_books": Many("Book", "author.id", "book.author_id"),
        "newest_first": Many("Book", "author.id", "book.author_id", order="YEAR_DOWN"),
        "compatriots": Many("Author", "author.group_id", "author.group_id", but_itself=True),
        "secrets": Many("Book", "author.id", "book.author_id", visible=lambda view: False),
        "blurb": Basis(("name", "country")),
    },
    scope=lambda view: EVERYTHING,
    order="NAME",
    orders={"NAME": Order((Key(TEXT, "author.name"),))},
)

BOOK = Table(
    row=BookRow,
    source="book",
    joins={
        "author": Join("JOIN author ON author.id = book.author_id"),
        "home": Join("JOIN author AS home ON home.country = author.country AND home.id = author.id", needs=("author",)),
    },
    fields={
        "title": Column(TEXT, "book.title"),
        "year": Column(INT, "book.year"),
        "age": Computed(("year",), _age),
        "ancient": Computed(("age",), lambda values, view: values["age"] > 100),
        "sold": Column(BOOL, "book.sold"),
        "printed_at": Column(MOMENT, "book.printed_at"),
        "genre": Column(ENUM(Genre), "book.genre"),
        "genres": Column(ENUMS(Genre), "book.genres"),
        "notes": Column(JSON, "book.notes"),
        "written_in": Column(TEXT, "home.country", joins=("home",)),
        "author": One("Author", "book.author_id"),
        "sequel": One("Book", "book.sequel_id"),
        "secret_author": One("Author", "book.author_id", visible=lambda view: False),
    },
    scope=_books,
    order="TITLE",
    orders={
        "TITLE": Order((Key(TEXT, "book.title"),)),
        "YEAR": Order((Key(INT, "book.year"),)),
        "YEAR_DOWN": Order((Key(INT, "book.year"),), descending=True),
        "PRINTED_AT": Order((Key(MOMENT, "COALESCE(book.printed_at, '9999-12-31 00:00:00.000000+00:00')"),)),
        "AUTHOR": Order((Key(TEXT, "author.name"), Key(TEXT, "book.title")), joins=("author",)),
    },
    filters={
        "country": _by_country,
        "sold": lambda value, view: Condition("book.sold" if value else "NOT book.sold"),
    },
)

TABLES = {"Author": AUTHOR, "Book": BOOK}

_SCHEMA = {
    "sqlite": {"key": "INTEGER PRIMARY KEY", "truth": "INTEGER", "moment": "TEXT", "json": "TEXT", "text": "TEXT"},
    "postgres": {
        "key": "bigint PRIMARY KEY",
        "truth": "boolean",
        "moment": "timestamptz",
        "json": "jsonb",
        "text": 'text COLLATE "C"',
    },
}

PRINTED = datetime(2020, 2, 29, 23, 59, 59, 5, tzinfo=UTC)


class Counting:
    """Runs statements and keeps them, to be counted, and the values of each."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: list[str] = []
        self.values: list[tuple[object, ...]] = []

    @property
    def dialect(self) -> Any:
        return self._database.dialect

    async def fetch(self, sql: str, *args: object) -> Any:
        self.statements.append(sql)
        self.values.append(args)
        return await self._database.fetch(sql, *args)

    async def fetch_small(self, sql: str, *args: object) -> Any:
        return await self.fetch(sql, *args)


async def fill(database: Database, *, authors: int = 3, books: int = 4) -> None:
    """Authors `a1`… in Denmark and Sweden by turns, with books of the years 1897, 1898 …, every second one sold."""
    types = _SCHEMA[database.dialect.name]
    key, text, truth, moment, json = (types[name] for name in ("key", "text", "truth", "moment", "json"))
    await database.execute(f"CREATE TABLE author (id {key}, name {text}, country {text}, group_id bigint)")
    await database.execute(
        f"CREATE TABLE book (id {key}, author_id bigint, title {text}, year int, sold {truth}, printed_at {moment},"
        f" genre {text}, genres {json}, notes {json}, sequel_id bigint)"
    )

    async def write(tx: Transaction) -> None:
        for author in range(1, authors + 1):
            country = "Denmark" if author % 2 else "Sweden"
            await tx.execute("INSERT INTO author VALUES ($1, $2, $3, $4)", author, f"a{author}", country, author % 2)
            for book in range(1, books + 1):
                key, odd = author * 100 + book, book % 2 == 1
                await tx.execute(
                    "INSERT INTO book VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    key,
                    author,
                    f"t{book}",
                    1896 + book,
                    not odd,
                    PRINTED if odd else None,
                    "NOVEL" if odd else None,
                    '["POEMS", "NOVEL"]',
                    '{"pages": 12}',
                    key + 1 if book < books else None,
                )

    await database.transact(write)


def fields(*names: str | Selected) -> tuple[Selected, ...]:
    """Fields by their names, and ones that say more."""
    return tuple(name if isinstance(name, Selected) else Selected(name, name) for name in names)


def page_of(*node: str | Selected, page: tuple[str, ...] = (), key: str = "list", **arguments: Any) -> Selected:
    """A selection of a page: fields of its nodes, and what else is asked of the page (`cursors`, `total_count`)."""
    edges = fields(Selected("node", "node", children=fields(*node)), *(("cursor",) if "cursors" in page else ()))
    more = ("has_next_page", "has_previous_page", *(("start_cursor", "end_cursor") if "cursors" in page else ()))
    asked = (
        Selected("edges", "edges", children=edges),
        Selected("page_info", "page_info", children=fields(*more)),
        *(("total_count",) if "total_count" in page else ()),
    )
    return Selected("books", key, arguments, fields(*asked))
