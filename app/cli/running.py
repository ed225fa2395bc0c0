"""How commands run, and how they end: what can go wrong becomes a sentence on standard error."""

import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from app.database import Database
    from app.services import Services
    from app.settings import Settings

S = TypeVar("S")
T = TypeVar("T")

LONGEST_LINE = 4096
"""More bytes than any password that is accepted has."""

BEHIND = "The database is behind this version of Adgang. Run: adgang migrate"

NOT_PERMITTED = (
    "The role in ADGANG_DATABASE_URL may not do this in the database. Run the command as the role that owns the "
    "tables, which `adgang migrate` is run as."
)

KEY_LEFT_OUT = (
    "ADGANG_AUDIT_KEY is not set, but the audit is kept under a key: what this command wrote without it would break "
    "the audit's chains for good. Set it as it is for the service."
)


class Failed(Exception):
    """A command can't go on; the text says why and what to do."""


@contextmanager
def as_sentence() -> Iterator[None]:
    """Ends the process with a sentence and exit code 1 where the block fails for a reason that was foreseen."""
    try:
        yield
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        typer.echo(f"adgang: {sentence}", err=True)
        sys.exit(1)


def _sentence(error: Exception) -> str | None:
    """What a failure says to who runs the command; None for one that nobody foresaw."""
    if isinstance(error, Failed):
        return str(error)
    # What these belong to has been imported if one of them was raised.
    from app.database import DatabaseUnavailable, NotPermitted
    from app.settings import SettingsError

    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, NotPermitted):
        return NOT_PERMITTED
    if isinstance(error, DatabaseUnavailable):
        return "The database can't be reached or is busy. Look at ADGANG_DATABASE_URL, and whether it runs; try again."
    return None


def with_services(work: "Callable[[Services], Awaitable[T]]") -> T:
    """Runs `work` with the services of the settings' database.

    Raises:
        Failed: The database is behind.
    """
    import asyncio

    settings = quiet_settings()

    async def run() -> T:
        async with open_current(settings) as services:
            return await work(services)

    return asyncio.run(run())


def quiet_settings(**overrides: object) -> "Settings":
    """The settings for a command that a person runs: its log shows what is wrong, for people, unless told otherwise."""
    from app.logs import configure_logging
    from app.settings import load_settings

    given = load_settings(**overrides)
    quiet = {"log_level": "warning", "log_format": "console"}
    settings = given.model_copy(update={n: v for n, v in quiet.items() if n not in given.model_fields_set})
    configure_logging(settings)
    return settings


def stop_in_order() -> None:
    """From now on a signal to stop ends the process as its end would: what is open is closed, and it is no failure."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


@asynccontextmanager
async def open_current(settings: "Settings") -> "AsyncIterator[Services]":
    """The services on a database that is not behind.

    Raises:
        Failed: It is.
    """
    from app.services import open_services

    await require_current(settings)
    async with open_services(settings) as services:
        yield services


async def require_current(settings: "Settings") -> None:
    """Lets a command pass whose database has every migration, and whose audit it can go on with.

    Raises:
        Failed: It has not, or an event would be written without the key behind events that were written with it.
    """
    from app.database import open_database
    from app.database.migrate import pending
    from app.services.audit_checkpoints import is_keyed

    async with open_database(settings) as database:
        if await pending(database):
            raise Failed(BEHIND)
        if settings.audit_key is None and await is_keyed(database):
            raise Failed(KEY_LEFT_OUT)


async def is_demo(database: "Database") -> bool:
    """Whether the database holds a demo's register."""
    return bool(await database.fetch("SELECT name FROM secret WHERE name = 'demo'"))


def expect(answer: Any, wanted: type[S], **says: str) -> S:
    """The answer of a service where it succeeded.

    Args:
        says: What a problem's code means to this command, where its own text would leave people guessing.

    Raises:
        Failed: With the problem's text, where it didn't.
    """
    from app import i18n
    from app.services.problems import Problem

    if isinstance(answer, Problem):
        raise Failed(says.get(answer.code.name) or i18n.message(answer, "en"))
    assert isinstance(answer, wanted)
    return answer


def read_password(*, from_stdin: bool) -> str:
    """A new password, typed twice without an echo, or the first line of standard input. It is never an argument.

    Raises:
        Failed: There is none.
    """
    if not from_stdin and not sys.stdin.isatty():
        raise Failed("There is no terminal to type a password at. Give it on standard input, with --password-stdin.")
    if not from_stdin:
        return str(typer.prompt("New password", hide_input=True, confirmation_prompt=True))
    try:
        line = sys.stdin.buffer.readline(LONGEST_LINE).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Failed("The password on standard input isn't UTF-8.") from None
    if not line:
        raise Failed("There is no password on standard input.")
    return line
