"""`python -m bench`: see the package."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from bench.processes import BenchFailed
from bench.run import FULL, QUICK, run
from tests.support.postgres import NoPostgres

WIDTH: Final = 124
"""What the tables need, in characters; a narrower terminal wraps them."""


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Less than a minute, and more noise.")] = False,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what is printed as JSON, too.", dir_okay=False, writable=True),
    ] = None,
) -> None:
    """Measure the service against code written by hand, on a PostgreSQL of its own, in less than five minutes."""
    for variable in [name for name in os.environ if name.upper().startswith("ADGANG_")]:
        del os.environ[variable]  # the defaults are what is measured
    signal.signal(signal.SIGTERM, _stop)
    console = Console(stderr=True)
    try:
        report = run(QUICK if quick else FULL, console.print)
    except (BenchFailed, NoPostgres) as failure:
        console.print(str(failure), markup=False, highlight=False)
        raise typer.Exit(1) from None
    report.show(Console(width=max(WIDTH, Console().width)))
    if json is not None:
        report.write(json)


def _stop(_signal: int, _frame: object) -> NoReturn:
    """Ends the run as its end would, and so all that it started."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    typer.run(main)
