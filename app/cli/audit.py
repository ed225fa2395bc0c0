"""`adgang audit`."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.groups import group
from app.cli.running import Failed, with_services
from app.cli.tables import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services import Services
    from app.services.audit_report import Report

commands = group("The audit: that nothing in it was changed or taken out.")


@commands.command()
def head() -> None:
    """Make a checkpoint and print it as NUMBER:DIGEST. Kept elsewhere, it shows when the audit was rewritten since."""

    async def work(services: "Services") -> str:
        return await services.audit.head()

    typer.echo(with_services(work))


@commands.command()
def verify(
    from_: Annotated[
        str | None, typer.Option("--from", metavar="NUMBER:DIGEST", help="Begin at a checkpoint that was kept.")
    ] = None,
) -> None:
    """Hold every event against its digest. Names the first broken one of each lane, and then exits with 1."""

    async def work(services: "Services") -> "Report":
        from app.services.audit_chain import NotACheckpoint

        try:
            return await services.audit.verify(from_)
        except NotACheckpoint as error:
            raise Failed(str(error)) from None

    report = with_services(work)
    for finding in report.findings:
        typer.echo(f"Broken: {finding}.")
    typer.echo(f"Verified {counted(report.events, 'event')} and {counted(report.checkpoints, 'checkpoint')}.")
    for sentence in _remarks(report):
        typer.echo(sentence)
    if not report.ok:
        raise Failed("The audit is broken: see above where.")


def _remarks(report: "Report") -> "Iterator[str]":
    """What is no fault, and still good to know."""
    if report.unkeyed:
        yield (
            f"{report.unkeyed} of the events have a digest without a key: whoever can write the database could have "
            "made these. ADGANG_AUDIT_KEY keys those that come; a checkpoint that was kept shows whether it was so."
        )
    if report.erased:
        yield f"In {report.erased} of the events, names are erased."
    if report.pruned:
        yield f"{counted(report.pruned, 'older event')} {'was' if report.pruned == 1 else 'were'} cut off before."
