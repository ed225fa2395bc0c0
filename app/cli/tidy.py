"""`adgang tidy`."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.running import Failed, with_services

if TYPE_CHECKING:
    from app.database.months import Month
    from app.services import Services

CutBroken = Annotated[
    bool, typer.Option("--cut-broken", help="Cut the audit's old end even where it doesn't hold against its digests.")
]


def tidy(cut_broken: CutBroken = False) -> None:
    """Remove what is past its time, make the audit's next months and cut its old ones. Run it daily from a timer.

    Under the service's own role the audit is left as it is, which is said, and the exit code is 1.
    """

    async def work(services: "Services") -> None:
        from app.database.months import Month, make_months

        resources = services.resources
        await _remove(services)
        made = await make_months(resources.database)
        if made:
            typer.echo(f"Months of the audit made: {len(made)}, up to {_named(made[-1])}.")
        if resources.settings.audit_months:
            oldest_kept = Month.of(resources.clock.now()).plus(-resources.settings.audit_months)
            await _cut(services, oldest_kept, cut_broken)

    with_services(work)


async def _remove(services: "Services") -> None:
    """What every worker also does, once an hour."""
    tidied = await services.tidying.tidy()
    typer.echo(
        f"Removed: ended sessions {tidied.sessions}, dead tickets {tidied.tickets}, forgotten counts of tries "
        f"{tidied.tries}, cleared passwords {tidied.passwords}."
    )


async def _cut(services: "Services", before: "Month", even_if_broken: bool) -> None:
    from app.services.audit_pruning import AuditBroken, Pruning
    from app.services.caller import CommandLine

    pruning = Pruning(services.resources.database, services.audit)
    try:
        cut = await pruning.cut(CommandLine(), before, even_if_broken=even_if_broken)
    except AuditBroken as broken:
        for finding in broken.report.findings:
            typer.echo(f"Broken: {finding}.")
        raise Failed(
            "The audit's old end is broken and was not cut. See what happened to it: adgang audit verify. "
            "To cut it all the same: adgang tidy --cut-broken"
        ) from None
    typer.echo(f"Cut from the audit: events from before {_named(before)} {cut}.")


def _named(month: "Month") -> str:
    return f"{month.year:04}-{month.month:02}"
