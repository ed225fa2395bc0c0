"""The same rows under several names in one answer: each name has what was asked for under it."""

from app.database import Database
from app.reading import Page, Reading, Row, Selected
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
    assert statements == 2
    first, second = page.edges_as("one")[0].node_as("n"), page.edges_as("two")[0].node_as("n")
    assert (first.name, second.country) == ("a1", "Denmark")
    assert first.related["books"].edges[0].node.title == "t1"
    assert second.related["books"].edges[0].node.title == "t1"


async def test_names_that_disagree_have_rows_of_their_own(database: Database) -> None:
    page, _ = await read(
        database, edges("one", node("x", books(first=1)), node("y", books(last=1))), edges("two", node("x", books()))
    )
    one, two = page.edges_as("one")[0], page.edges_as("two")[0]

    def titles(row: Row) -> list[str]:
        return [edge.node.title for edge in row.related["books"].edges]

    assert titles(one.node_as("x")) == ["t1"]
    assert titles(one.node_as("y")) == ["t4"]
    assert titles(two.node_as("x")) == ["t1", "t2", "t3", "t4"]


async def test_the_usual_names_need_no_saying(database: Database) -> None:
    page, _ = await read(database, edges("edges", node("node", "name")))
    assert [edge.node.name for edge in page.edges] == ["a1", "a2", "a3"]
