"""`adgang schema`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.groups import group
from app.cli.running import Failed

commands = group("The public GraphQL schema.")


@commands.command("print")
def print_(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Where to; - is standard output.", show_default="schema/schema.graphql"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if the file isn't up to date.")] = False,
) -> None:
    """Print the schema that the code has, with all its descriptions, to the file that is kept beside it."""
    from schema import PRINTED, printed

    text = printed()
    if file == Path("-"):
        typer.echo(text, nl=False)
        return
    target = file or PRINTED
    if check:
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            raise Failed(f"{target.name} isn't what the code has. Run: adgang schema print")
        typer.echo(f"{target.name} is up to date.")
        return
    target.write_text(text, encoding="utf-8")
    typer.echo(f"Wrote {target}.")
