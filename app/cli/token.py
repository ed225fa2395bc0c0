"""`adgang token`."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.groups import group
from app.cli.lists import show_list
from app.cli.running import expect, with_services
from app.cli.staff import UNKNOWN, Role

if TYPE_CHECKING:
    from app.services import Services

commands = group("Access tokens, with which tools ask.")


COLUMNS = {
    "Id": "id",
    "Name": "name",
    "Role": "role",
    "Made by": "created_by",
    "Made": "created_at",
    "Expires": "expires_at",
    "Last used": "last_used_at",
}


@commands.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the tool is called; the audit shows it.")],
    role: Role,
    by: Annotated[str, typer.Option(metavar="EMAIL", help="The ADMIN whose rights it lends, and ends with.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days it is good for.")] = 90,
) -> None:
    """Make an access token. Only the token goes to standard output, and it is shown this once."""

    async def work(services: "Services") -> str:
        from app.models.enums import StaffRole
        from app.services.caller import CommandLine
        from app.services.inputs import CreateAccessToken
        from app.services.results import CreateAccessTokenSuccess

        given = CreateAccessToken(name, StaffRole(role), datetime.now(UTC) + timedelta(days=days))
        answer = await services.access_tokens.create_access_token(CommandLine(), given, maker=by)
        not_admin = "A token lends the rights of an active ADMIN, and --by names somebody else."
        return expect(answer, CreateAccessTokenSuccess, NOT_FOUND=UNKNOWN, NOT_ALLOWED=not_admin).secret

    secret = with_services(work)
    typer.echo("Send it as Authorization: Bearer TOKEN. It is shown this once:", err=True)
    typer.echo(secret)


@commands.command("list")
def list_() -> None:
    """List the access tokens. Their secrets are stored nowhere."""
    show_list("accessTokens", COLUMNS)


@commands.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="The id, as `adgang token list` shows it.")],
) -> None:
    """End an access token at once."""

    async def work(services: "Services") -> None:
        from app.services.caller import CommandLine
        from app.services.results import RevokeAccessTokenSuccess

        answer = await services.access_tokens.revoke_access_token(CommandLine(), token)
        unknown = "There is no access token with this id. See: adgang token list"
        expect(answer, RevokeAccessTokenSuccess, NOT_FOUND=unknown, INVALID_INPUT=unknown)

    with_services(work)
    typer.echo("The token is revoked.")
