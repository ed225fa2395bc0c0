"""The same rows under several names in one answer: each name has what was asked for under it."""

from app.database import Database
from app.reading import AnswerKey, Page, Reading, Row, Selected
from tests.reading.library import MEMBER, TABLES, Counting, fields, fill, page_of


def books(**arguments: int) -> Selected:
    return page_of("title", key="books", first=arguments.get("first"), last=arguments.get("last"))


async def read(database: Database, *selection: Selected) -> tuple[Page, int]:
    await fill(database)
    counting = Counting(database)
    page = await Reading(TABLES, counting).page("authors", "Author", Selected("a", "a", {}, selection), MEMBER)
    return page, len(counting.statements)


def edges(key: str, *nodes: Selected) -> Selected:
    return Selected("edges", key, children=nodes)


def node(key: str, *below: str | Selected) -> Selected:
    return Selected("node", key, children=fields(*below))


async def test_names_that_agree_share_their_rows(database: Database) -> None:
    page, statements = await read(
        database, edges("one", node("n", "name", books(first=1))), edges("two", node("n", "country", books(first=1)))
    )
    assert statements == 1
    first = page.edges[0].node
    assert (first.name, first.country) == ("a1", "Denmark")
    assert titles(first, "books") == ["t1"]


async def test_names_that_disagree_are_told_apart(database: Database) -> None:
    page, _ = await read(
        database, edges("one", node("x", books(first=1)), node("y", books(last=1))), edges("two", node("x", books()))
    )
    first = page.edges[0].node
    assert titles(first, ("one", "x", "books")) == ["t1"]
    assert titles(first, ("one", "y", "books")) == ["t4"]
    assert titles(first, ("two", "x", "books")) == ["t1", "t2", "t3", "t4"]


async def test_one_name_for_different_fields_is_no_matter(database: Database) -> None:
    asked = [edges(key, node("n", Selected(name, "same"), books())) for key, name in (("a", "name"), ("b", "country"))]
    page, _ = await read(database, *asked)
    first = page.edges[0].node
    assert (first.name, first.country) == ("a1", "Denmark")
    assert titles(first, ("b", "n", "books")) == ["t1", "t2", "t3", "t4"]


def titles(row: Row, key: AnswerKey) -> list[str]:
    return [edge.node.title for edge in row.related[key].edges]
