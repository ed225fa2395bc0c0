"""`adgang person`."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.groups import group
from app.cli.running import Failed, expect, with_services
from app.cli.tables import cell, counted

if TYPE_CHECKING:
    from app.services import Services
    from app.services.people import PersonErased, PersonExport
    from app.services.person_findings import Findings, PersonsReference

commands = group("People's data: writing it out for them, and erasing it.")

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail they log in to the portal with.")]
NO_EMAIL = "That is no e-mail address."
NOTHING = "Nothing is stored under this e-mail."


@commands.command()
def export(
    email: Email,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="A new file to write to, for its owner alone to read."),
    ] = None,
) -> None:
    """Write everything stored about a person as JSON, to standard output. Look it over before you hand it on."""

    async def work(services: "Services") -> "PersonExport":
        from app.services.caller import CommandLine
        from app.services.people import PersonExport

        answer = expect(await services.people.export(CommandLine(), email), PersonExport, INVALID_INPUT=NO_EMAIL)
        if answer.nothing:
            raise Failed(NOTHING)
        return answer

    if output is None:
        typer.echo(as_text(with_services(work).document))
        return
    with _new_file(output) as file:
        os.write(file, f"{as_text(with_services(work).document)}\n".encode())
    typer.echo(f"Wrote {output}.")


@commands.command()
def erase(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking first.")] = False,
) -> None:
    """Erase a person for good: references, log-in, sessions, counted tries, and their name in the audit."""
    if not yes:
        _confirm(with_services(lambda services: _preview(services, email)))
    erased = with_services(lambda services: _erase(services, email))
    if erased.found.nothing:
        typer.echo(NOTHING)
    else:
        ended = f" Sessions ended: {erased.sessions_revoked}." if erased.sessions_revoked else ""
        typer.echo(f"Erased: {_listed(erased.found)}.{ended}")
    if yes:
        _tell_what_stays(erased.found)
    if not erased.scrubbed:
        raise Failed(
            "What was erased may still lie in the database's files, which others are using. Run this again when they"
            " have less to do."
        )


async def _preview(services: "Services", email: str) -> "Findings":
    from app.services.caller import CommandLine
    from app.services.people import AuditUnchangeable
    from app.services.person_findings import Findings

    try:
        answer = await services.people.preview_erasure(CommandLine(), email)
    except AuditUnchangeable:
        raise _wrong_role() from None
    return expect(answer, Findings, INVALID_INPUT=NO_EMAIL)


async def _erase(services: "Services", email: str) -> "PersonErased":
    from app.services.caller import CommandLine
    from app.services.people import AuditUnchangeable, PersonErased

    try:
        answer = await services.people.erase(CommandLine(), email)
    except AuditUnchangeable:
        raise _wrong_role() from None
    return expect(answer, PersonErased, INVALID_INPUT=NO_EMAIL)


def _wrong_role() -> Failed:
    return Failed(
        "This database role may not change the audit, so nothing was erased. Run it with the ADGANG_DATABASE_URL that"
        " adgang migrate is run with."
    )


def _confirm(found: "Findings") -> None:
    """Shows what there is and asks. Where there is nothing, there is nothing to ask.

    Raises:
        Failed: The answer is no, or nobody can be asked.
    """
    if found.nothing:
        return
    typer.echo(f"Stored under {cell(found.username)}: {_listed(found)}.")
    for reference in found.references:
        typer.echo(f"  {_shown(reference)}")
    _tell_what_stays(found)
    if not sys.stdin.isatty():
        raise Failed("Nothing was erased. There is no terminal to ask at: give --yes.")
    if not typer.confirm("Erase all of it for good?"):
        raise Failed("Nothing was erased.")


def _tell_what_stays(found: "Findings") -> None:
    if found.staff_id is not None:
        typer.echo("A member of staff has this e-mail, too. They stay; see: adgang staff deactivate")
    for reference in found.passed_on:
        typer.echo(f"Not theirs any more, and stays: {_shown(reference)}")
    for username in found.earlier:
        typer.echo(f"Their references had another e-mail earlier. If it was theirs, erase it, too: {cell(username)}")


def _listed(found: "Findings") -> str:
    """What there is in numbers."""
    parts = [counted(len(found.references), "reference")]
    if found.login_id is not None:
        parts.append("their log-in")
    if found.counted:
        parts.append("counted tries")
    parts.append(f"names in {counted(len(found.entries), 'event')} of the audit")
    return ", ".join(parts)


def _shown(reference: "PersonsReference") -> str:
    return f"{cell(reference.name)} at {cell(reference.customer_name)}"


def as_text(document: dict[str, Any]) -> str:
    """JSON for people, in which what browsers called themselves can't move a terminal's cursor."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return "".join(each if each.isprintable() or each == "\n" else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


@contextmanager
def _new_file(path: Path) -> Iterator[int]:
    """A file that wasn't there, which only its owner may read; gone again where the block fails.

    Raises:
        Failed: It can't be made.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Failed(f"Can't make {path} ({error.strerror}). Choose another file.") from None
    try:
        yield file
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(file)
