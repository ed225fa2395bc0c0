"""The command line as a whole: help, and how commands end that can't be carried out."""

import re
import subprocess
import sys
import tomllib
from typing import get_args

import pytest

from app.cli.staff import RoleName
from app.models.enums import StaffRole
from tests.cli.running import COMMAND, ROOT, Adgang, refused, succeeded

COMMANDS = [
    ("serve",),
    ("migrate",),
    ("tidy",),
    ("demo",),
    ("staff", "add"),
    ("staff", "list"),
    ("staff", "set-password"),
    ("staff", "deactivate"),
    ("token", "add"),
    ("token", "list"),
    ("token", "revoke"),
    ("schema", "print"),
    ("person", "export"),
    ("person", "erase"),
    ("audit", "verify"),
    ("audit", "head"),
    ("documents", "add"),
    ("documents", "list"),
    ("documents", "check"),
]
ON_A_DATABASE = [
    ("serve",),
    ("tidy",),
    ("staff", "list"),
    ("staff", "deactivate", "bo@vognmand.example"),
    ("token", "list"),
    ("token", "revoke", "QWNjZXNzVG9rZW46MQ=="),
    ("person", "export", "bo@vognmand.example"),
    ("person", "erase", "bo@vognmand.example"),
    ("audit", "verify"),
    ("audit", "head"),
]
HEAVY = {"argon2", "asyncio", "asyncpg", "graphql", "pydantic", "rich", "starlette", "strawberry", "tortoise"}


def test_help_names_every_command(adgang: Adgang) -> None:
    text = succeeded(adgang("--help"))
    for command in {names[0] for names in COMMANDS}:
        assert f" {command} " in text


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...], adgang: Adgang) -> None:
    assert f"adgang {' '.join(command)}" in succeeded(adgang(*command, "--help"))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_command_is_given_is_in_capitals(command: tuple[str, ...], adgang: Adgang) -> None:
    (usage,) = re.findall("Usage: (.+)", succeeded(adgang(*command, "--help")))
    assert not re.search(r"[\[{][a-z]", usage)


def test_help_comes_before_anything_heavy_is_imported() -> None:
    """Nobody waits for an ORM to read what a command does."""
    program = (
        "import sys, app.cli\n"
        "try: app.cli.main()\n"
        "except SystemExit: pass\n"
        f"print({HEAVY} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert done.stderr.strip() == "set()"


def test_an_unknown_command_is_a_usage_error(adgang: Adgang) -> None:
    done = adgang("nonsense")
    assert done.returncode == 2
    assert "No such command 'nonsense'" in done.stderr


def test_no_command_shows_the_help(adgang: Adgang) -> None:
    done = adgang()
    assert done.returncode == 2
    assert "Usage: adgang" in done.stderr


def test_a_commands_first_sentence_stands_whole_in_the_list(adgang: Adgang) -> None:
    text = " ".join(succeeded(adgang("--help")).split())
    assert "Serve GraphQL at /graphql, until it is told to stop; what is being answered then is answered first." in text
    assert "..." not in text.partition("Commands:")[2]


def test_the_roles_of_the_command_line_are_the_roles() -> None:
    assert get_args(RoleName) == tuple(StaffRole.__members__)


@pytest.mark.parametrize("command", ON_A_DATABASE, ids=" ".join)
def test_a_command_refuses_a_database_that_is_behind(command: tuple[str, ...], adgang: Adgang) -> None:
    assert refused(adgang(*command)).endswith("Run: adgang migrate")


def test_commands_run_as_processes(adgang_process: Adgang) -> None:
    """The other tests run most commands within their own process, which is the same but for the process."""
    assert refused(adgang_process("audit", "head")).endswith("Run: adgang migrate")
    assert succeeded(adgang_process("migrate")).startswith("Applied 0001_first")
    arguments = ("staff", "add", "bo@vognmand.example", "--name", "Bo Åsen", "--role", "ADMIN", "--password-stdin")
    assert "can log in now" in succeeded(adgang_process(*arguments, stdin="en bog om både og blomster\n"))
    assert "Bo Åsen" in succeeded(adgang_process("staff", "list"))
    made = adgang_process("token", "add", "Import", "--role", "EDITOR", "--by", "bo@vognmand.example")
    assert made.returncode == 0
    assert made.stdout.startswith("adg_")
    (key,) = re.findall(r"^ *(\S+) +Import ", succeeded(adgang_process("token", "list")), re.MULTILINE)
    assert succeeded(adgang_process("token", "revoke", key)) == "The token is revoked.\n"
    renewing = ("staff", "set-password", "bo@vognmand.example", "--password-stdin")
    assert "has a new password" in succeeded(adgang_process(*renewing, stdin="ni gule cykler ved havnen\n"))
    assert "last active ADMIN" in refused(adgang_process("staff", "deactivate", "bo@vognmand.example"))
    assert "Verified 4 events" in succeeded(adgang_process("audit", "verify"))
    assert succeeded(adgang_process("audit", "head")).startswith("1:")
    assert "up to date" in succeeded(adgang_process("schema", "print", "--check"))


def test_commands_work_on_both_databases(adgang: Adgang, database_url: str) -> None:
    url = {"ADGANG_DATABASE_URL": database_url}
    assert succeeded(adgang("migrate", **url)) == "Nothing to do: the database is up to date.\n"
    arguments = ("staff", "add", "bo@vognmand.example", "--name", "Bo", "--role", "ADMIN", "--password-stdin")
    succeeded(adgang(*arguments, stdin="en bog om både og blomster", **url))
    assert "bo@vognmand.example" in succeeded(adgang("staff", "list", **url))
    assert "Verified 1 event " in succeeded(adgang("audit", "verify", **url))


def test_a_wrong_setting_stops_the_command_and_is_named(adgang: Adgang) -> None:
    assert "ADGANG_RESTORE_HOURS" in refused(adgang("staff", "list", ADGANG_RESTORE_HOURS="soon"))


def test_a_wrong_secret_is_named_and_not_quoted(adgang: Adgang) -> None:
    sentence = refused(adgang("migrate", ADGANG_AUDIT_KEY="not-32-bytes"))
    assert "ADGANG_AUDIT_KEY" in sentence
    assert "not-32-bytes" not in sentence


def test_a_database_that_is_down_is_said_to_be(adgang: Adgang) -> None:
    url = "postgres://adgang:hunter2@127.0.0.1:1/adgang"
    sentence = refused(adgang("migrate", ADGANG_DATABASE_URL=url))
    assert "ADGANG_DATABASE_URL" in sentence
    assert "hunter2" not in sentence


def test_migrating_twice_does_nothing_the_second_time(adgang: Adgang) -> None:
    assert succeeded(adgang("migrate")).startswith("Applied 0001_first")
    assert succeeded(adgang("migrate")) == "Nothing to do: the database is up to date.\n"


def test_the_installed_command_is_this_one() -> None:
    """`.venv/bin/adgang` and `python -m app.cli` are the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"adgang": "app.cli:main"}
    assert COMMAND[1:] == ("-m", "app.cli")
