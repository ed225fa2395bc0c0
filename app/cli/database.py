"""`adgang migrate`."""

from typing import TYPE_CHECKING

import typer

from app.cli.running import Failed, quiet_settings

if TYPE_CHECKING:
    from app.settings import Settings


def migrate() -> None:
    """Bring the database's tables up to this version. Where ADGANG_DATABASE_URL is SQLite, the file is made."""
    import asyncio

    settings = quiet_settings()
    if settings.service_role and settings.database_url.startswith("sqlite"):
        raise Failed("ADGANG_SERVICE_ROLE is for PostgreSQL: SQLite knows no roles.")
    applied = asyncio.run(_migrate(settings))
    typer.echo(f"Applied {', '.join(applied)}." if applied else "Nothing to do: the database is up to date.")
    if settings.service_role:
        typer.echo(f"{settings.service_role} may serve, and may only read and add to the audit.")


async def _migrate(settings: "Settings") -> list[str]:
    """Makes what is missing, and grants the service's role what it needs of it."""
    from app.database import open_database
    from app.database.grants import RoleUnusable, grant
    from app.database.migrate import migrate as run

    async with open_database(settings) as database:
        applied = await run(database)
        if settings.service_role:
            try:
                await grant(database, settings.service_role)
            except RoleUnusable as reason:
                raise Failed(str(reason)) from None
        return applied
