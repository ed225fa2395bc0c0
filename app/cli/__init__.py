"""The command line, `adgang`.

Commands import what they need when they run, so that `adgang --help` answers at once. What goes wrong ends a command
with one sentence and exit code 1; wrong arguments with 2.
"""

from app.cli import audit, database, demo, documents, keys, person, schema, serve, staff, tidy, token
from app.cli.groups import group
from app.cli.running import as_sentence

cli = group(
    "User accounts of a haulage firm's customer portal, over GraphQL. Settings come from ADGANG_… variables.",
    name="adgang",
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables, and those may hold a password
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.command()(serve.serve)
cli.command()(database.migrate)
cli.command()(tidy.tidy)
cli.command()(demo.demo)
cli.add_typer(staff.commands, name="staff")
cli.add_typer(token.commands, name="token")
cli.add_typer(keys.commands, name="keys")
cli.add_typer(person.commands, name="person")
cli.add_typer(documents.commands, name="documents")
cli.add_typer(schema.commands, name="schema")
cli.add_typer(audit.commands, name="audit")


def main() -> None:
    """What `adgang` and `python -m app.cli` run."""
    with as_sentence():
        cli(prog_name="adgang")
