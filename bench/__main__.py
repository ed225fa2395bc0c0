"""`python -m bench`: see the package."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from bench.page import put_on_pages
from bench.run import FULL, QUICK
from bench.suite import PARTS, measure
from tests.support.postgres import NoPostgres

WIDTH: Final = 160
"""What the tables need, in characters; a narrower terminal wraps them."""
OUT: Final = Path("build/bench")


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A few minutes, and more noise.")] = False,
    only: Annotated[
        str, typer.Option(metavar="PART,…", help=f"Only these parts: {', '.join(PARTS)}.", show_default="all")
    ] = ",".join(PARTS),
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where report.json, report.md and the plots go.", file_okay=False)
    ] = OUT,
    publish: Annotated[
        bool, typer.Option("--publish", help="Put what is written there into the README files, too.")
    ] = False,
) -> None:
    """Measure the service against code written by hand and against its peers, on databases of its own."""
    for variable in [name for name in os.environ if name.upper().startswith("ADGANG_")]:
        del os.environ[variable]  # the defaults are what is measured
    signal.signal(signal.SIGTERM, _stop)
    console = Console(stderr=True)
    wanted = only.split(",")
    if unknown := set(wanted) - set(PARTS):
        raise typer.BadParameter(f"There is no part {', '.join(sorted(unknown))}.")
    try:
        report = measure(QUICK if quick else FULL, console.print, wanted)
    except NoPostgres as failure:
        console.print(str(failure), markup=False, highlight=False)
        raise typer.Exit(1) from None
    report.show(Console(width=max(WIDTH, Console().width)))
    report.write(out)
    console.print(f"Written to {out}: report.json, report.md and the plots.")
    if publish:
        put_on_pages(out)
    if report.failed:
        raise typer.Exit(1)


def _stop(_signal: int, _frame: object) -> NoReturn:
    """Ends the run as its end would, and so all that it started."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    typer.run(main)
