"""Lists on the terminal, and what is in them as a person reads it."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime

# A pipe or a log has no width of its own; what is copied from it must be whole.
WIDTH_WITHOUT_TERMINAL = 200


def show(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table. What came from people is printed as it is: never as markup, never as a terminal's controls.

    Only the last column wraps, so that what is in the others can be copied; a terminal too narrow for them wraps lines.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns, start=1):
        table.add_column(column, overflow="fold", no_wrap=number < len(columns))
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    console = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
    least = Console(width=WIDTH_WITHOUT_TERMINAL).measure(table).minimum
    console.width = max(console.width, least)
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


def counted(number: int, noun: str) -> str:
    """So many of something: `1 event`, `2 events`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
