"""Commands that belong together, and how their help is written."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup


class Group(TyperGroup):
    """Lists commands with the first sentence of what they do, which wraps: Typer's own list cuts it off."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        rows = [(name, command.get_short_help_str(limit=sys.maxsize)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def group(help: str, **others: Any) -> typer.Typer:
    """A group that shows its help where no command is given.

    Its help is plain text: drawing it costs as much time as everything else that a command begins with.
    """
    return typer.Typer(cls=Group, help=help, no_args_is_help=True, rich_markup_mode=None, **others)
