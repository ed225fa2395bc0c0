"""`adgang person`."""

import asyncio
import json
import os
import pty
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.cli.person import as_text
from app.services import open_services
from tests.cli.running import COMMAND, Adgang, refused, succeeded
from tests.rules.test_person import EARLIER, MARRIED, TYPED, USERNAME, tell_of_a_person
from tests.support.people import People
from tests.support.services import cheap_hasher, make_settings
from tests.support.traces import traces


@pytest.fixture
def url(database_url: str) -> dict[str, str]:
    """The setting that leads a command to a register with the person in it."""

    async def fill() -> None:
        hasher = cheap_hasher()
        async with open_services(make_settings(database_url=database_url), hasher=hasher) as opened:
            await tell_of_a_person(People(opened))
        hasher.close()

    asyncio.run(fill())
    return {"ADGANG_DATABASE_URL": database_url}


def searched(url: dict[str, str], *texts: str) -> set[str]:
    async def search() -> set[str]:
        async with open_services(settings := make_settings(database_url=url["ADGANG_DATABASE_URL"])) as opened:
            return await traces(opened.resources.database, settings.database_url, texts)

    return asyncio.run(search())


def test_an_export_is_json_on_standard_output_or_in_a_file_of_ones_own(
    adgang: Adgang, url: dict[str, str], tmp_path: Path
) -> None:
    printed = json.loads(succeeded(adgang("person", "export", TYPED.upper(), **url)))
    assert [each["name"] for each in printed["references"]] == [MARRIED, MARRIED]
    assert succeeded(adgang("person", "export", TYPED, "--output", "out.json", **url)) == "Wrote out.json.\n"
    file = tmp_path / "out.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["email"] == USERNAME
    assert written["references"] == printed["references"]
    again = refused(adgang("person", "export", TYPED, "--output", "out.json", **url))
    assert again == "Can't make out.json (File exists). Choose another file."


def test_an_erasure_is_told_of_and_leaves_nothing(adgang: Adgang, url: dict[str, str]) -> None:
    told = succeeded(adgang("person", "erase", TYPED, "--yes", **url))
    assert told.startswith("Erased: 2 references, their log-in, counted tries, names in ")
    assert " Sessions ended: 1.\n" in told
    assert "Not theirs any more, and stays: Efterfølger Nielsen at Kunde 1003\n" in told
    assert told.endswith(f"If it was theirs, erase it, too: {EARLIER}\n")
    assert searched(url, "rosmarie", "rosenb") == set()
    verified = succeeded(adgang("audit", "verify", **url))
    assert " of the events, names are erased." in verified
    assert succeeded(adgang("person", "erase", TYPED, "--yes", **url)) == "Nothing is stored under this e-mail.\n"
    assert refused(adgang("person", "export", TYPED, **url)) == "Nothing is stored under this e-mail."


def test_without_a_terminal_nothing_is_erased_unless_it_is_told_to(adgang: Adgang, url: dict[str, str]) -> None:
    done = adgang("person", "erase", TYPED, **url)
    assert done.returncode == 1
    assert f"Stored under {USERNAME}: 2 references" in done.stdout
    assert f"  {MARRIED} at Kunde 1001\n" in done.stdout
    assert done.stderr == "adgang: Nothing was erased. There is no terminal to ask at: give --yes.\n"
    assert searched(url, "rosmarie") != set()


@pytest.mark.parametrize(("typed", "erased"), [("\n", False), ("y\n", True)])
def test_at_a_terminal_it_asks(
    typed: str, erased: bool, url: dict[str, str], environment: dict[str, str], tmp_path: Path
) -> None:
    master, slave = pty.openpty()
    os.write(master, typed.encode())
    done = subprocess.run(
        [*COMMAND, "person", "erase", TYPED],
        stdin=slave,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment | url,
        timeout=60,
        check=False,
    )
    os.close(master)
    os.close(slave)
    assert "Erase all of it for good? [y/N]:" in done.stdout
    assert (done.returncode == 0) is erased
    assert ("Nothing was erased." in done.stderr) is not erased
    assert (searched(url, "rosmarie") == set()) is erased


def test_what_is_no_e_mail_is_said_to_be_none(migrated: Adgang) -> None:
    for command in (("export",), ("erase", "--yes"), ("erase",)):
        assert refused(migrated("person", command[0], "ikke en adresse", *command[1:])) == "That is no e-mail address."


def test_a_file_for_nothing_is_not_left(migrated: Adgang, tmp_path: Path) -> None:
    assert refused(migrated("person", "export", TYPED, "--output", "out.json")).startswith("Nothing is stored")
    assert not (tmp_path / "out.json").exists()


def test_controls_that_a_browser_sent_are_escaped(migrated: Adgang) -> None:
    document: dict[str, Any] = {"userAgent": "\x9b2J\u202egab\n", "name": "Søren 🚚"}
    text = as_text(document)
    assert json.loads(text) == document
    assert "Søren 🚚" in text
    assert not set("\x9b\u202e") & set(text)
