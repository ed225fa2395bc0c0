"""`adgang keys status`: which passwords stand under which key, and what is missing."""

import secrets

import pytest

from app.security.keys import key_id
from tests.cli.running import Adgang, succeeded
from tests.cli.test_staff import EMAIL, OTHER, PASSWORD

OLD, NEW, ANOTHER = (secrets.token_bytes(32) for _ in range(3))


def keys(*given: bytes) -> dict[str, str]:
    return {"ADGANG_PASSWORD_KEY": ",".join(key.hex() for key in given)}


def add(adgang: Adgang, **settings: str) -> None:
    """A member of staff, whose password is the only one."""
    options = ("--name", "Bo Disponent", "--role", "ADMIN", "--password-stdin")
    succeeded(adgang("staff", "add", EMAIL, *options, stdin=PASSWORD, **settings))


def rows(printed: str) -> dict[str, list[str]]:
    """What the list says of each key: how it is configured, and the counts."""
    lines = [line.split("  ") for line in printed.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    return {line[0]: line[1:] for line in cells if len(line) == 6}


def test_without_keys_everything_stands_under_none(migrated: Adgang) -> None:
    add(migrated)
    printed = succeeded(migrated("keys", "status"))
    assert rows(printed)["(no key)"] == ["-", "0", "0", "1", "0"]
    assert len(rows(printed)) == 2  # the headings too


def test_a_key_that_was_changed_is_followed_to_its_end(migrated: Adgang) -> None:
    add(migrated, **keys(OLD))
    both = keys(NEW, OLD)
    printed = succeeded(migrated("keys", "status", **both))
    assert rows(printed)[key_id(NEW)] == ["the first: new hashes take it", "0", "0", "0", "0"]
    assert rows(printed)[key_id(OLD)] == ["yes", "0", "0", "1", "0"]
    assert "1 still wait for the first key" in printed
    set_anew = migrated("staff", "set-password", EMAIL, "--password-stdin", stdin=OTHER, **both)
    succeeded(set_anew)
    printed = succeeded(migrated("keys", "status", **both))
    assert rows(printed)[key_id(NEW)][1:] == ["0", "0", "1", "0"]
    assert f"Nothing stands under {key_id(OLD)} any more" in printed
    assert not any(key.hex() in printed for key in (OLD, NEW))


@pytest.mark.parametrize("left", [{}, keys(ANOTHER)])
def test_a_key_that_is_missing_is_said_and_ends_with_1(left: dict[str, str], migrated: Adgang) -> None:
    add(migrated, **keys(OLD))
    done = migrated("keys", "status", **left)
    assert done.returncode == 1
    assert rows(done.stdout)[key_id(OLD)] == ["MISSING", "0", "0", "1", "0"]
    assert "1 of these can't be used" in done.stderr
