"""`adgang migrate`."""

import asyncio

import typer

from app.cli.running import quiet_settings


def migrate() -> None:
    """Bring the database's tables up to this version. Where ADGANG_DATABASE_URL is SQLite, the file is made."""
    from app.database import open_database
    from app.database.migrate import migrate as run

    settings = quiet_settings()

    async def work() -> list[str]:
        async with open_database(settings) as database:
            return await run(database)

    applied = asyncio.run(work())
    typer.echo(f"Applied {', '.join(applied)}." if applied else "Nothing to do: the database is up to date.")
