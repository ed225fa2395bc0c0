"""`adgang serve`."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.running import Failed, is_demo, require_current
from app.cli.tables import cell

if TYPE_CHECKING:
    from app.settings import Settings

Host = Annotated[str, typer.Option(help="The address to listen on. Anything but loopback belongs behind a proxy.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]
Workers = Annotated[int, typer.Option(min=1, max=256, help="How many processes serve; one a core is a good number.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    demo: Annotated[bool, typer.Option("--demo", help="Serve a demo's register, with GraphiQL.")] = False,
) -> None:
    """Serve GraphQL at /graphql, until it is told to stop; what is being answered then is answered first."""
    import asyncio

    from app.http.server import serve as run
    from app.logs import configure_logging
    from app.settings import load_settings

    settings = load_settings(**DEMO_SETTINGS) if demo else load_settings()
    configure_logging(settings)
    asyncio.run(_require_servable(settings, workers))
    chosen = free_port(host, port)
    _warn_of_missing_keys(settings)
    run(settings, host, chosen, workers)


DEMO_SETTINGS = {"demo": True, "graphiql": True, "introspection": True}


async def _require_servable(settings: "Settings", workers: int) -> None:
    from app.database import open_database
    from app.security.breached import opened_breached
    from app.settings_hashing import require_affordable

    with opened_breached(settings.breached_file):  # what is wrong with it is said here, and not by each worker
        pass
    if settings.trusted_documents:
        _require_trustworthy(settings)
    try:
        require_affordable(settings.argon2_memory_kib, settings.hash_threads, workers)
    except ValueError as error:
        raise Failed(str(error)) from None
    await require_current(settings)
    async with open_database(settings) as database:
        if await is_demo(database) and not settings.demo:
            raise Failed("This is a demo's database. Serve it with --demo, or set ADGANG_DATABASE_URL to another.")


def _require_trustworthy(settings: "Settings") -> None:
    """Lets a manifest pass whose operations can all be run here.

    Raises:
        SettingsError: An entry isn't what it says it is.
        Failed: The service wouldn't run it.
    """
    from app.cli.document_checks import operations_in
    from app.http.documents import trusted_texts

    trusted_texts(settings.trusted_documents)
    faults = operations_in([Path(settings.trusted_documents)], settings).faults
    if faults:
        raise Failed(f"ADGANG_TRUSTED_DOCUMENTS can't be used, see `adgang documents check`. {cell(faults[0])}")


def _warn_of_missing_keys(settings: "Settings") -> None:
    """Says in the log what a stolen or rewritten database would give away; a demo's has nothing to lose."""
    import structlog

    log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang")
    if not settings.password_key and not settings.demo:
        log.warning("without ADGANG_PASSWORD_KEY, who steals the database can guess its weakest passwords")
    if settings.audit_key is None and not settings.demo:
        log.warning("without ADGANG_AUDIT_KEY, who can write the database can rewrite the audit")


def free_port(host: str, port: int) -> int:
    """The port, if it can be listened on, or one that can where it is 0.

    Raises:
        Failed: It can't.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as server:
            found: int = server.getsockname()[1]
            return found
    except OSError as error:
        reason = error.strerror or str(error)
        raise Failed(f"Can't listen on {host}, port {port} ({reason}). Choose another with --host or --port.") from None
