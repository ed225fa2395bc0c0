"""`adgang documents`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.groups import group
from app.cli.running import Failed, quiet_settings
from app.cli.tables import cell, counted, show

if TYPE_CHECKING:
    from app.cli.document_checks import CheckedOperation, Found
    from app.settings import Settings

commands = group("Trusted documents: manifests of the operations that alone may run (ADGANG_TRUSTED_DOCUMENTS).")

FILES = "GraphQL files, and manifests as Apollo, Relay, GraphQL Code Generator and gql.tada write them."
Files = Annotated[list[Path], typer.Argument(metavar="FILE", help=FILES)]
FilesOrTrusted = Annotated[
    list[Path] | None, typer.Argument(metavar="FILE", help=FILES, show_default="ADGANG_TRUSTED_DOCUMENTS")
]
COLUMNS = ("Name", "Kind", "Cost", "Bytes", "SHA-256")
BY_VARIABLES = "by variables"


@commands.command()
def add(
    files: Files,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="MANIFEST", help="The manifest; made if it isn't there.", show_default="ADGANG_TRUSTED_DOCUMENTS"
        ),
    ] = None,
) -> None:
    """Add the operations in files to a manifest. Where one of them can't be used, nothing is added."""
    from app.http.manifest import as_manifest, write_file

    settings = quiet_settings()
    (target,) = [to] if to is not None else _trusted(settings)
    there = _usable([target], settings) if target.exists() else {}
    operations = {**there, **_usable(files, settings)}
    try:
        write_file(target, as_manifest(operations.values()))
    except OSError as error:
        raise Failed(f"Can't write {target} ({error.strerror}).") from None
    new = counted(len(operations) - len(there), "operation")
    typer.echo(f"Added {new}; {target} holds {len(operations)}. Whatever serves reads it when it starts.")


@commands.command("list")
def list_(files: FilesOrTrusted = None) -> None:
    """List operations: what they are called, cost, and are known by."""
    from app.cli.document_checks import operations_in

    settings = quiet_settings()
    found = operations_in(files or _trusted(settings), settings)
    show(
        COLUMNS,
        (
            (
                each.name or None,
                each.kind,
                BY_VARIABLES if each.cost is None else each.cost,
                len(each.text.encode()),
                each.sha256,
            )
            for each in sorted(found.operations, key=lambda each: (each.name, each.sha256))
        ),
    )
    _tell_faults(found)


@commands.command()
def check(files: FilesOrTrusted = None) -> None:
    """Hold operations against their hashes, the schema and its bounds. Names each fault, and then exits with 1."""
    settings = quiet_settings()
    operations = _usable(files or _trusted(settings), settings)
    typer.echo(f"Checked {counted(len(operations), 'operation')}.")


def _usable(files: list[Path], settings: "Settings") -> "dict[str, CheckedOperation]":
    """The operations of files by their hashes, where all can be used.

    Raises:
        Failed: They can't, and each reason was printed.
    """
    from app.cli.document_checks import operations_in

    found = operations_in(files, settings)
    _tell_faults(found)
    return {each.sha256: each for each in found.operations}


def _tell_faults(found: "Found") -> None:
    for fault in found.faults:
        typer.echo(cell(fault))
    if found.faults:
        raise Failed(f"Found {counted(len(found.faults), 'fault')}: see above.")


def _trusted(settings: "Settings") -> list[Path]:
    """The manifest that the settings name.

    Raises:
        Failed: They name none.
    """
    if not settings.trusted_documents:
        raise Failed("Name a manifest, or set ADGANG_TRUSTED_DOCUMENTS.")
    return [Path(settings.trusted_documents)]
