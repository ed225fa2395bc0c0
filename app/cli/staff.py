"""`adgang staff`."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli.groups import group
from app.cli.lists import read_list, show_list
from app.cli.running import Failed, expect, read_password, with_services

if TYPE_CHECKING:
    from app.services import Services
    from app.services.inputs import UpdateStaff
    from app.services.results import StaffUnlocked, TotpReset, UpdateStaffSuccess

commands = group("The firm's own people, who log in with staffLogin.")

# The members of StaffRole, which can't be imported before the ORM is.
RoleName = Literal["ADMIN", "EDITOR", "AUDITOR"]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail they log in with.")]
Role = Annotated[
    RoleName,
    typer.Option(help="ADMIN may do everything, EDITOR keeps the register, AUDITOR only reads."),
]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]
COLUMNS = {
    "Name": "name",
    "E-mail": "email",
    "Role": "role",
    "Active": "active",
    "Second factor": "second_factor",
    "Last log-in": "last_login_at",
}
UNKNOWN = "No member of staff has this e-mail. See: adgang staff list"


@commands.command()
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Their name.")],
    role: Role,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a member of staff."""
    password = read_password(from_stdin=password_stdin)

    async def work(services: "Services") -> None:
        from app.models.enums import StaffRole
        from app.services.caller import CommandLine
        from app.services.inputs import CreateStaff, NewPassword
        from app.services.results import CreateStaffSuccess

        given = CreateStaff(name, email, StaffRole(role), NewPassword(plaintext=password))
        expect(await services.staff.create_staff(CommandLine(), given), CreateStaffSuccess)

    with_services(work)
    typer.echo(f"{email} can log in now, as {role}.")


@commands.command("list")
def list_() -> None:
    """List all staff, those who can no longer log in too."""
    show_list("staff", COLUMNS)


@commands.command()
def set_password(email: Email, password_stdin: PasswordStdin = False) -> None:
    """Give a member of staff a new password, which ends their sessions and lifts a lock."""
    password = read_password(from_stdin=password_stdin)

    async def work(services: "Services") -> "UpdateStaffSuccess":
        from app.services.inputs import NewPassword, UpdateStaff

        key = await _id_of(services, email)
        return await _update(services, UpdateStaff(key, new_password=NewPassword(plaintext=password)))

    typer.echo(f"{email} has a new password.{_ended(with_services(work))}")


@commands.command()
def unlock(email: Email) -> None:
    """Let a member of staff try again at once who has to wait after too many wrong passwords."""

    async def work(services: "Services") -> "StaffUnlocked":
        from app.services.caller import CommandLine
        from app.services.results import StaffUnlocked

        answer = await services.staff.unlock_staff(CommandLine(), await _id_of(services, email))
        return expect(answer, StaffUnlocked)

    counted = with_services(work).was_counted
    typer.echo(f"{email} can try again at once." if counted else f"Nothing was counted against {email}.")


@commands.command()
def deactivate(email: Email) -> None:
    """Shut a member of staff out, and with them the access tokens they made."""

    async def work(services: "Services") -> "UpdateStaffSuccess":
        from app.services.inputs import UpdateStaff

        return await _update(services, UpdateStaff(await _id_of(services, email), active=False))

    typer.echo(f"{email} can no longer log in.{_ended(with_services(work))}")


@commands.command()
def reset_totp(email: Email) -> None:
    """Take the authenticator app off a member of staff who has lost it, and end their sessions."""

    async def work(services: "Services") -> "TotpReset":
        from app.services.caller import CommandLine
        from app.services.results import TotpReset

        key = await _id_of(services, email)
        answer = await services.second_factor.reset_totp(CommandLine(), key)
        return expect(answer, TotpReset, NOT_FOUND="They have no authenticator app.")

    typer.echo(f"{email} logs in with the password alone, and can add another app.{_ended(with_services(work))}")


async def _id_of(services: "Services", email: str) -> str:
    """The public id of a member of staff, by their e-mail in any spelling.

    Raises:
        Failed: Nobody has it.
    """
    from app.services.usernames import canonical

    wanted = canonical(email)
    for member in await read_list(services, "staff", ("id", "email")):
        if wanted is not None and canonical(member.email) == wanted:
            return str(member.id)
    raise Failed(UNKNOWN)


async def _update(services: "Services", given: "UpdateStaff") -> "UpdateStaffSuccess":
    from app.services.caller import CommandLine
    from app.services.results import UpdateStaffSuccess

    answer = await services.staff.update_staff(CommandLine(), given)
    return expect(answer, UpdateStaffSuccess, NOT_ALLOWED="This is the last active ADMIN: add another one first.")


def _ended(saved: "UpdateStaffSuccess | TotpReset") -> str:
    return f" Sessions ended: {saved.sessions_revoked}." if saved.sessions_revoked else ""
