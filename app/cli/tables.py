"""Lists on the terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime

# A pipe or a log has no width of its own; what is copied from it must be whole.
WIDTH_WITHOUT_TERMINAL = 200


def show(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Prints a table. What came from people is printed as it is: never as markup, never as a terminal's controls."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False, highlight=False)
    if not console.is_terminal:
        console = Console(width=WIDTH_WITHOUT_TERMINAL, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    console.print(table)


def cell(value: object) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M UTC")
        case _:
            return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value))
