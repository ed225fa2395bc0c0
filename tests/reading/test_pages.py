"""Pages by keyset, of one list and of many at once, forwards and backwards."""

import base64
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import orjson
import pytest

from app.database import Database
from app.reading import DEFAULT_SIZE, MAX_SIZE, ArgumentError, ArgumentFault, Condition, Page, Reading, Selected
from tests.reading.library import GUEST, MEMBER, STRANGER, TABLES, Counting, fields, fill, page_of

ORDERS = ("TITLE", "YEAR", "YEAR_DOWN", "PRINTED_AT", "AUTHOR")


@pytest.fixture
async def counting(database: Database) -> Counting:
    await fill(database)
    return Counting(database)


@pytest.fixture
def books(counting: Counting) -> Callable[..., Any]:
    reading = Reading(TABLES, counting)

    async def read(*node: str | Selected, view: Any = MEMBER, **asked: Any) -> Page:
        return await reading.page("books", "Book", page_of(*node, **asked), view)

    return read


def keys(page: Page) -> list[int]:
    return [edge.node.key for edge in page.edges]


async def test_pages_put_together_are_the_list(books: Callable[..., Any]) -> None:
    """In every order, with nulls and with equal rows in it, from both ends and in pages of every size."""
    for order, direction in product(ORDERS, ("ASC", "DESC")):
        await check_pages(books, {"order_by": order, "direction": direction, "page": ("cursors",)})


async def check_pages(books: Callable[..., Any], how: dict[str, Any]) -> None:
    whole = keys(await books("title", **how))
    assert len(set(whole)) == 12
    for size in (1, 5, 12):
        forwards: list[int] = []
        after: str | None = None
        while True:
            page = await books("title", first=size, after=after, **how)
            assert page.has_previous_page is (after is not None)
            forwards += keys(page)
            after = page.end_cursor
            if not page.has_next_page:
                break
        assert forwards == whole
        backwards: list[int] = []
        before: str | None = None
        while True:
            page = await books("title", last=size, before=before, **how)
            assert page.has_next_page is (before is not None)
            backwards = keys(page) + backwards
            before = page.start_cursor
            if not page.has_previous_page:
                break
        assert backwards == whole


async def test_those_without_a_value_come_last_in_ascending_order(books: Callable[..., Any]) -> None:
    printed = [edge.node.printed_at is None for edge in (await books("printed_at", order_by="PRINTED_AT")).edges]
    assert printed == [False] * 6 + [True] * 6
    turned = await books("printed_at", order_by="PRINTED_AT", direction="DESC")
    assert [edge.node.printed_at is None for edge in turned.edges] == [True] * 6 + [False] * 6


async def test_an_order_has_its_own_direction_where_none_is_given(books: Callable[..., Any]) -> None:
    years = [edge.node.year for edge in (await books("year", order_by="YEAR_DOWN", direction=None)).edges]
    assert all(one >= other for one, other in pairwise(years))


async def test_a_range_between_two_cursors(books: Callable[..., Any]) -> None:
    cursors = [edge.cursor for edge in (await books("title", page=("cursors",))).edges]
    page = await books("title", after=cursors[2], before=cursors[7], first=2, page=("cursors",))
    assert [edge.cursor for edge in page.edges] == cursors[3:5]
    assert (page.has_previous_page, page.has_next_page) == (True, True)
    page = await books("title", after=cursors[2], before=cursors[7], last=2, page=("cursors",))
    assert [edge.cursor for edge in page.edges] == cursors[5:7]


async def test_totals_filters_and_scope(books: Callable[..., Any]) -> None:
    asked = {"page": ("total_count",), "first": 1}
    assert (await books("title", **asked)).total_count == 12
    assert (await books("title", view=GUEST, **asked)).total_count == 9
    assert (await books("title", filter={"country": "Sweden", "sold": True}, **asked)).total_count == 2
    assert (await books("title", filter={"country": None}, **asked)).total_count == 12
    nothing = await books("title", filter={"country": "nowhere"}, **asked)
    assert (nothing.total_count, nothing.edges, nothing.has_next_page) == (0, [], False)
    nothing = await books("title", view=STRANGER, **asked)
    assert (nothing.total_count, nothing.edges, nothing.start_cursor) == (0, [], None)


async def test_what_was_not_asked_for_is_not_read(books: Callable[..., Any], counting: Counting) -> None:
    page = await books("title", first=3)
    assert page.total_count is None
    assert len(counting.statements) == 1
    counting.statements.clear()
    reading = Reading(TABLES, counting)
    counted = await reading.page("books", "Book", Selected("books", "books", children=fields("total_count")), MEMBER)
    assert (counted.total_count, counted.edges) == (12, [])
    assert len(counting.statements) == 1
    info = Selected("page_info", "page_info", children=fields("end_cursor", "has_next_page"))
    page = await reading.page("books", "Book", Selected("books", "books", {"first": 2}, (info,)), MEMBER)
    assert page.end_cursor is not None
    assert page.page_info.has_next_page


async def test_an_empty_page_says_what_there_is(books: Callable[..., Any]) -> None:
    page = await books("title", first=0)
    assert (page.edges, page.has_next_page, page.end_cursor) == ([], True, None)


def nested(**asked: Any) -> Selected:
    """Authors, with a page of books each."""
    below = page_of("title", Selected("author", "author", children=fields("name")), key="books", **asked)
    return page_of("name", below)


async def test_a_page_for_each_row(database: Database, counting: Counting) -> None:
    page = await Reading(TABLES, counting).page("authors", "Author", nested(first=3, page=("total_count",)), MEMBER)
    for edge in page.edges:
        below = edge.node.related["books"]
        assert [book.node.title for book in below.edges] == ["t1", "t2", "t3"]
        assert (below.total_count, below.has_next_page, below.has_previous_page) == (4, True, False)
        assert {book.node.related["author"].name for book in below.edges} == {edge.node.name}


async def test_pages_of_many_are_pages_of_each(counting: Counting) -> None:
    """Guests may see three books of each author."""
    reading = Reading(TABLES, counting)
    for order, direction, (end, size) in product(ORDERS, ("ASC", "DESC"), (("first", 2), ("last", 2), ("first", 9))):
        arguments: dict[str, Any] = {"order_by": order, "direction": direction, "page": ("cursors",)}
        whole = await reading.page("books", "Book", page_of("title", **arguments), GUEST)
        together = await reading.page("authors", "Author", nested(**{end: size}, **arguments), GUEST)
        for edge in together.edges:
            keys_of_all = [book.node.key for book in whole.edges if book.node.key // 100 == edge.node.key]
            wanted = keys_of_all[:size] if end == "first" else keys_of_all[-size:]
            below = edge.node.related["books"]
            assert [book.node.key for book in below.edges] == wanted
            assert (below.has_next_page, below.has_previous_page) == (
                end == "first" and size < 3,
                end == "last" and size < 3,
            )


async def test_a_nested_list_goes_on_by_its_own_cursor(counting: Counting) -> None:
    reading = Reading(TABLES, counting)
    only_first = Condition("author.id = 1")
    selection = fields(page_of("title", key="books", first=2, page=("cursors",)))
    author = await reading.one("Author", selection, MEMBER, only_first)
    assert author is not None
    cursor = author.related["books"].end_cursor
    selection = fields(page_of("title", key="books", after=cursor, page=("cursors",)))
    author = await reading.one("Author", selection, MEMBER, only_first)
    assert author is not None
    assert [edge.node.title for edge in author.related["books"].edges] == ["t3", "t4"]
    with pytest.raises(ArgumentError) as wrong:
        await reading.one("Author", selection, MEMBER, Condition("author.id = 2"))
    assert (wrong.value.argument, wrong.value.fault) == ("after", ArgumentFault.MALFORMED)


WRONG: list[tuple[dict[str, Any], str, ArgumentFault]] = [
    ({"first": -1}, "first", ArgumentFault.OUT_OF_RANGE),
    ({"first": MAX_SIZE + 1}, "first", ArgumentFault.OUT_OF_RANGE),
    ({"last": -1}, "last", ArgumentFault.OUT_OF_RANGE),
    ({"last": MAX_SIZE + 1}, "last", ArgumentFault.OUT_OF_RANGE),
    ({"first": 1, "last": 1}, "last", ArgumentFault.NOT_TOGETHER),
    ({"filter": {"country": ""}}, "filter.country", ArgumentFault.MALFORMED),
]


async def test_wrong_arguments_are_told_before_anything_is_read(books: Callable[..., Any], counting: Counting) -> None:
    for arguments, argument, fault in WRONG:
        with pytest.raises(ArgumentError) as wrong:
            await books("title", **arguments)
        assert (wrong.value.argument, wrong.value.fault) == (argument, fault)
        with pytest.raises(ArgumentError):
            await Reading(TABLES, counting).page("authors", "Author", nested(**arguments), MEMBER)
    assert counting.statements == []


def made_up(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode()


MADE_UP = [
    "",
    "x",
    "é",
    "\ud800",
    "A" * 5000,
    made_up(),
    made_up("books"),
    made_up("books", "TITLE", "ASC", None, "t1"),
    made_up("books", "TITLE", "ASC", None, "t1", "101"),
    made_up("books", "TITLE", "ASC", None, "t1", True),
    made_up("books", "TITLE", "ASC", None, "t1", 2**63),
    made_up("books", "TITLE", "ASC", None, "t\0", 101),
    made_up("books", "TITLE", "ASC", None, None, 101),
    made_up("books", "TITLE", "ASC", None, 1, 101),
    made_up("books", "TITLE", "ASC", None, "t1", 101, 1),
    made_up("books", "TITLE", "ASC", "1", "t1", 101),
    made_up("books", "TITLE", "ASC", 1, "t1", 101),
    made_up("books", "TITLE", "DESC", None, "t1", 101),
    made_up("books", "YEAR", "ASC", None, 1897, 101),
    made_up("authors", "TITLE", "ASC", None, "t1", 101),
    base64.urlsafe_b64encode(b'{"books": 1}').decode(),
    base64.urlsafe_b64encode(b'["books"').decode(),
]


async def test_a_cursor_that_is_made_up_or_from_elsewhere_is_noticed(
    books: Callable[..., Any], counting: Counting
) -> None:
    for cursor, argument in product(MADE_UP, ("after", "before")):
        with pytest.raises(ArgumentError) as wrong:
            await books("title", **{argument: cursor})
        assert (wrong.value.argument, wrong.value.fault) == (argument, ArgumentFault.MALFORMED)
        assert not cursor or cursor not in str(wrong.value)
    for moment in ("yesterday", "2020-01-01T00:00:00", "0001-01-01T00:00:00+14:00", 5):
        cursor = made_up("books", "PRINTED_AT", "ASC", None, moment, 1)
        with pytest.raises(ArgumentError):
            await books("title", order_by="PRINTED_AT", after=cursor)
    assert counting.statements == []


async def test_fifty_rows_unless_told_otherwise(database: Database) -> None:
    await fill(database, authors=2, books=DEFAULT_SIZE)
    page = await Reading(TABLES, database).page("books", "Book", page_of("title"), MEMBER)
    assert len(page.edges) == DEFAULT_SIZE
    assert page.has_next_page


async def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    await fill(database, authors=50, books=4)
    counts = []
    for first in (5, 50):
        counting = Counting(database)
        books = page_of(
            "title", Selected("author", "author", children=fields("name")), key="books", page=("total_count",)
        )
        authors = page_of("name", books, Selected("compatriots", "others", children=fields("name")), first=first)
        page = await Reading(TABLES, counting).page("authors", "Author", authors, MEMBER)
        assert len(page.edges) == first
        counts.append(len(counting.statements))
    assert counts == [1, 1]
