"""`adgang demo`."""

import ipaddress
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.running import Failed, is_demo, quiet_settings, stop_in_order
from app.cli.serve import DEMO_SETTINGS, Port, free_port
from app.cli.tables import show

if TYPE_CHECKING:
    from app.demo.logins import Given
    from app.settings import Settings

FILE = "adgang-demo.db"


def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="Where to keep the register. Without one it is temporary, and gone when the demo stops.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on: loopback only.")] = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Fill a database of its own with a haulage firm's made-up register, and serve it with GraphiQL.

    The log-ins are printed; their passwords are new at each start.
    """
    _require_loopback(host)
    stop_in_order()
    port = free_port(host, port)
    with _folder(folder) as place:
        settings, given = _prepare(place)
        _tell(host, port, folder, given)
        from app.http.server import serve

        serve(settings, host, port)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """The folder for the database: one that is kept, or one that is removed at the end."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="adgang-demo-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)
        return
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(f"Can't make the folder {kept} ({error.strerror}). Choose another.") from None
    yield kept


def _prepare(folder: Path) -> "tuple[Settings, list[Given]]":
    """A database that is filled and current, and its log-ins."""
    import asyncio

    settings = quiet_settings(**DEMO_SETTINGS, database_url=f"sqlite:///{(folder / FILE).resolve()}")
    return settings, asyncio.run(_fill(settings))


async def _fill(settings: "Settings") -> "list[Given]":
    from app.database import open_database
    from app.database.migrate import migrate
    from app.demo.fill import fill
    from app.demo.logins import renew
    from app.services import open_services

    async with open_database(settings) as database:
        await migrate(database)
        filled = await is_demo(database)
        used = filled or await database.fetch("SELECT id FROM customer LIMIT 1")
    if used and not filled:
        raise Failed("The database in this folder is no demo's. Choose another folder.")
    async with open_services(settings) as services:
        if not filled:
            await fill(services)
        return await renew(services)


def _require_loopback(host: str) -> None:
    """Lets the names of this machine pass: whoever reaches a demo can act as its staff.

    Raises:
        Failed: Others could reach it.
    """
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Failed("A demo is for this machine alone: --host can be 127.0.0.1, ::1 or localhost.")


def _tell(host: str, port: int, folder: Path | None, given: "list[Given]") -> None:
    address = f"[{host}]" if ":" in host else host
    show(
        ("Username", "Password", "Who"),
        ((g.username, g.password, f"staff: {g.role}" if g.role else f"portal: {g.shows}") for g in given),
    )
    kept = (
        "The register is temporary: it is gone when the demo stops." if folder is None else f"It is kept in {folder}."
    )
    typer.echo("Staff log in with staffLogin, portal users with login. These passwords are good until the next start.")
    typer.echo(f"{kept} Ctrl-C stops it.")
    typer.echo(f"GraphiQL: http://{address}:{port}/graphql")
