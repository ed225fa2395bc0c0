"""Lists that commands show: the same rows that the API's clients get, read with the command line's rights."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from app.cli.running import with_services
from app.cli.tables import show

if TYPE_CHECKING:
    from app.reading.rows import Row
    from app.services import Services

ListName = Literal["staff", "accessTokens"]


async def read_list(services: "Services", name: ListName, columns: Iterable[str]) -> "list[Row]":
    """The rows of a list, with these columns."""
    from app.reading.selection import Selected
    from app.services.caller import CommandLine

    selected = Selected(name, name, children=tuple(Selected(column, column) for column in columns))
    rows: list[Row] = await services.reader.ask(name, CommandLine(), selected)
    return rows


def show_list(name: ListName, columns: Mapping[str, str]) -> None:
    """Prints a list; `columns` are its headings, and the names of what stands below them."""

    async def work(services: "Services") -> "list[Row]":
        return await read_list(services, name, columns.values())

    rows = with_services(work)
    show(tuple(columns), ([getattr(row, column) for column in columns.values()] for row in rows))
