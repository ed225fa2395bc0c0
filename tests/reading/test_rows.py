"""Rows: only what was asked for, of every kind, through the eyes of a view."""

import pytest

from app.database import Database
from app.reading import EVERYTHING, Condition, Reading, Row, Selected, Table
from tests.reading.library import (
    AUTHOR,
    GUEST,
    MEMBER,
    PRINTED,
    STRANGER,
    TABLES,
    BookRow,
    Counting,
    Genre,
    fields,
    fill,
)


@pytest.fixture
async def counting(database: Database) -> Counting:
    await fill(database)
    return Counting(database)


@pytest.fixture
def reading(counting: Counting) -> Reading:
    return Reading(TABLES, counting)


FIRST = Condition("book.id = :id", values={"id": 101})


async def test_every_kind_of_value_comes_the_same_from_both_databases(reading: Reading) -> None:
    names = ("title", "year", "sold", "printed_at", "genre", "genres", "notes", "age", "ancient", "written_in")
    row = await reading.one("Book", fields(*names), MEMBER, FIRST)
    assert isinstance(row, BookRow)
    assert {name: getattr(row, name) for name in names} == {
        "title": "t1",
        "year": 1897,
        "sold": False,
        "printed_at": PRINTED,
        "genre": Genre.NOVEL,
        "genres": (Genre.POEMS, Genre.NOVEL),
        "notes": {"pages": 12},
        "age": 129,
        "ancient": True,
        "written_in": "Denmark",
    }
    second = await reading.one("Book", fields("genre", "printed_at"), MEMBER, Condition("book.id = 102"))
    assert second is not None
    assert (second.genre, second.printed_at) == (None, None)


async def test_only_the_columns_asked_for_are_read(reading: Reading, counting: Counting) -> None:
    row = await reading.one("Book", fields("title"), MEMBER, FIRST)
    assert row is not None
    with pytest.raises(AttributeError, match="read without year"):
        _ = row.year
    (statement,) = counting.statements
    assert "year" not in statement
    assert "JOIN" not in statement


async def test_a_hidden_field_is_not_even_asked_for(reading: Reading, counting: Counting) -> None:
    rows = await reading.all("Author", fields("name", "country"), GUEST)
    assert [(row.name, row.country) for row in rows] == [("a1", "?"), ("a2", "?"), ("a3", "?")]
    assert "country" not in counting.statements[0]


async def test_a_field_made_elsewhere_brings_what_it_is_made_from(reading: Reading) -> None:
    row = (await reading.all("Author", fields("blurb"), MEMBER))[0]
    assert (row.name, row.country) == ("a1", "Denmark")


async def test_relations_are_read_under_their_names_in_the_answer(reading: Reading) -> None:
    selection = fields(
        Selected("all_books", "old", children=fields("title", Selected("author", "by", children=fields("name")))),
        Selected("newest_first", "new", children=fields("year")),
        Selected("compatriots", "compatriots", children=fields("name")),
    )
    first, second, third = await reading.all("Author", selection, MEMBER)
    assert [book.title for book in first.related["old"]] == ["t1", "t2", "t3", "t4"]
    assert [book.year for book in second.related["new"]] == [1900, 1899, 1898, 1897]
    assert {book.related["by"].name for book in third.related["old"]} == {"a3"}
    assert [author.name for author in first.related["compatriots"]] == ["a3"]
    assert second.related["compatriots"] == []


async def test_a_relation_that_leads_nowhere_is_none(reading: Reading) -> None:
    sequels = fields("title", Selected("sequel", "next", children=fields("title")))
    rows = await reading.all("Book", sequels, MEMBER, Condition("book.author_id = 1"))
    assert [row.related["next"] and row.related["next"].title for row in rows] == ["t2", "t3", "t4", None]


async def test_the_scope_holds_on_every_path(reading: Reading) -> None:
    """1897, 1898 and 1899 are old enough for guests."""
    assert len(await reading.all("Book", fields("title"), GUEST)) == 9
    assert len(await reading.with_keys("Book", [103, 104], fields("title"), GUEST)) == 1
    selection = fields(Selected("all_books", "all_books", children=fields(Selected("sequel", "sequel"))))
    author = (await reading.all("Author", selection, GUEST))[0]
    assert [book.related["sequel"] is not None for book in author.related["all_books"]] == [True, True, False]


async def test_who_may_see_nothing_costs_no_statement(reading: Reading, counting: Counting) -> None:
    assert await reading.one("Book", fields("title"), STRANGER, FIRST) is None
    assert await reading.with_keys("Book", [101], fields("title"), STRANGER) == []
    assert counting.statements == []
    selection = fields(Selected("all_books", "all"), Selected("secrets", "secrets"))
    author = (await reading.all("Author", selection, STRANGER))[0]
    assert (author.related["all"], author.related["secrets"]) == ([], [])
    assert len(counting.statements) == 1


async def test_a_hidden_relation_is_empty(reading: Reading, counting: Counting) -> None:
    row = await reading.one("Book", fields(Selected("secret_author", "by", children=fields("name"))), MEMBER, FIRST)
    assert row is not None
    assert row.related == {"by": None}
    assert "author_id" not in counting.statements[0]


async def test_nothing_is_read_for_no_keys_at_all(reading: Reading, counting: Counting) -> None:
    assert await reading.with_keys("Book", [], fields("title"), MEMBER) == []
    assert counting.statements == []


async def test_rows_come_in_the_order_asked_for(reading: Reading) -> None:
    rows = await reading.with_keys("Book", [302, 101, 201], fields("title"), MEMBER, "AUTHOR")
    assert [row.key for row in rows] == [101, 201, 302]


async def test_a_row_shows_no_values(reading: Reading) -> None:
    row = await reading.one("Book", fields("title"), MEMBER, FIRST)
    assert repr(row) == "<BookRow 101>"


async def test_an_unknown_field_is_a_mistake_of_the_programs(reading: Reading) -> None:
    with pytest.raises(LookupError, match="Book has no field colour"):
        await reading.all("Book", fields("colour"), MEMBER)


def test_a_field_must_not_hide_what_every_row_has() -> None:
    with pytest.raises(ValueError, match="related"):
        Table(
            row=Row,
            source="author",
            fields={"related": AUTHOR.fields["name"]},
            scope=lambda view: EVERYTHING,
            order="NAME",
            orders=AUTHOR.orders,
        )
