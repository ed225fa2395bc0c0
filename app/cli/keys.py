"""`adgang keys`."""

from typing import TYPE_CHECKING

import typer

from app.cli.groups import group
from app.cli.running import Failed, with_services
from app.cli.tables import show

if TYPE_CHECKING:
    from app.services import Services
    from app.services.keys_report import KeyUse

commands = group("The keys that passwords stand under (ADGANG_PASSWORD_KEY).")

NO_KEY = "(no key)"
COLUMNS = ("Key", "Configured", "Portal log-ins", "Cleared", "Staff", "Second factors")


@commands.command()
def status() -> None:
    """Count what stands under which key, by the keys' ids. Exits with 1 where a key is missing."""

    async def work(services: "Services") -> "list[KeyUse]":
        from app.services.keys_report import key_uses

        return await key_uses(services.resources.database, services.resources.settings)

    uses = with_services(work)
    from app.services.keys_report import KeyState, Kind

    rows = ((use.key or NO_KEY, use.state.value, *(use.counts[kind] for kind in Kind)) for use in uses)
    show(COLUMNS, rows)
    missing = [use for use in uses if use.state is KeyState.MISSING]
    if missing:
        raise Failed(
            f"{sum(use.total for use in missing)} of these can't be used: add the missing keys to ADGANG_PASSWORD_KEY, "
            "or set those passwords and second factors anew."
        )
    first = [use for use in uses if use.state is KeyState.FIRST]
    waiting = sum(use.total for use in uses if use.state is not KeyState.FIRST) if first else 0
    if waiting:
        typer.echo(f"{waiting} still wait for the first key: each moves there when its person next logs in.")
    for use in uses:
        if use.state is KeyState.LATER and not use.total:
            typer.echo(f"Nothing stands under {use.key} any more: it can be taken out of ADGANG_PASSWORD_KEY.")
