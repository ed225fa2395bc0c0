"""`adgang staff`."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import Adgang, Done, refused, succeeded

EMAIL = "bo@vognmand.example"
PASSWORD = "en bog om både og blomster"
OTHER = "ni gule cykler ved havnen"


@pytest.fixture
def with_bo(migrated: Adgang) -> Adgang:
    succeeded(add(migrated, EMAIL, "Bo Disponent", "EDITOR"))
    return migrated


def add(adgang: Adgang, email: str, name: str, role: str, password: str = PASSWORD) -> Done:
    return adgang("staff", "add", email, "--name", name, "--role", role, "--password-stdin", stdin=f"{password}\n")


def row_of(listed: str, email: str) -> list[str]:
    """What a list says of a member behind their e-mail."""
    (line,) = (line for line in listed.splitlines() if email in line)
    return line.partition(email)[2].split()


def test_adding_listing_and_shutting_out(with_bo: Adgang) -> None:
    listed = succeeded(with_bo("staff", "list"))
    assert "Bo Disponent" in listed
    assert EMAIL in listed
    assert "EDITOR" in listed
    assert PASSWORD not in listed
    assert row_of(listed, EMAIL) == ["EDITOR", "yes", "no", "-"]
    assert "can no longer log in" in succeeded(with_bo("staff", "deactivate", EMAIL.upper()))
    assert row_of(succeeded(with_bo("staff", "list")), EMAIL) == ["EDITOR", "no", "no", "-"]


def test_an_e_mail_that_is_taken_is_refused(with_bo: Adgang) -> None:
    done = with_bo("staff", "add", EMAIL, "--name", "B", "--role", "ADMIN", "--password-stdin", stdin=PASSWORD)
    assert refused(done) == "There is already a member of staff with this e-mail."


def test_a_weak_password_is_refused_and_not_quoted(migrated: Adgang) -> None:
    done = migrated("staff", "add", EMAIL, "--name", "B", "--role", "ADMIN", "--password-stdin", stdin="kort1234\n")
    sentence = refused(done)
    assert "too short" in sentence
    assert "kort1234" not in sentence


@pytest.mark.parametrize("stdin", ["", "\n"])
def test_no_password_is_refused(stdin: str, migrated: Adgang) -> None:
    done = migrated("staff", "add", EMAIL, "--name", "B", "--role", "ADMIN", "--password-stdin", stdin=stdin)
    assert refused(done) == "There is no password on standard input."


def test_a_password_that_is_not_utf_8_is_refused(migrated: Adgang) -> None:
    done = migrated("staff", "add", EMAIL, "--name", "B", "--role", "ADMIN", "--password-stdin", stdin="\udcff\n")
    assert refused(done) == "The password on standard input isn't UTF-8."


def test_a_password_is_no_argument(migrated: Adgang) -> None:
    done = migrated("staff", "add", EMAIL, "--name", "B", "--role", "ADMIN", "--password", PASSWORD)
    assert done.returncode == 2


def test_without_a_terminal_it_says_how_to_give_a_password(migrated: Adgang) -> None:
    assert "--password-stdin" in refused(migrated("staff", "add", EMAIL, "--name", "B", "--role", "ADMIN"))


def test_a_new_password_is_set(with_bo: Adgang) -> None:
    assert succeeded(with_bo("staff", "set-password", EMAIL, "--password-stdin", stdin=OTHER)).startswith(
        f"{EMAIL} has a new password."
    )


@pytest.mark.parametrize("email", ["nobody@vognmand.example", "not an e-mail", ""])
def test_nobody_with_the_e_mail_is_said(email: str, with_bo: Adgang) -> None:
    assert "adgang staff list" in refused(with_bo("staff", "deactivate", email))


def test_the_last_admin_stays(migrated: Adgang) -> None:
    succeeded(add(migrated, EMAIL, "Bo", "ADMIN"))
    assert refused(migrated("staff", "deactivate", EMAIL)) == "This is the last active ADMIN: add another one first."
    assert row_of(succeeded(migrated("staff", "list")), EMAIL) == ["ADMIN", "yes", "no", "-"]


def test_a_lost_authenticator_app_is_taken_away(with_bo: Adgang, tmp_path: Path) -> None:
    assert refused(with_bo("staff", "reset-totp", EMAIL)) == "They have no authenticator app."
    with closing(sqlite3.connect(tmp_path / "adgang.db")) as database, database:
        database.execute(
            "INSERT INTO staff_second_factor SELECT id, x'00', 'secret', 1, created_at, created_at FROM staff_member"
        )
    assert row_of(succeeded(with_bo("staff", "list")), EMAIL) == ["EDITOR", "yes", "yes", "-"]
    said = succeeded(with_bo("staff", "reset-totp", EMAIL.upper()))
    assert said.endswith("logs in with the password alone, and can add another app.\n")
    assert row_of(succeeded(with_bo("staff", "list")), EMAIL) == ["EDITOR", "yes", "no", "-"]
    assert "adgang staff list" in refused(with_bo("staff", "reset-totp", "nobody@vognmand.example"))


def test_who_has_to_wait_can_try_again_at_once(with_bo: Adgang, tmp_path: Path) -> None:
    assert succeeded(with_bo("staff", "unlock", EMAIL)) == f"Nothing was counted against {EMAIL}.\n"
    with closing(sqlite3.connect(tmp_path / "adgang.db")) as database, database:
        database.execute("UPDATE staff_member SET locked_until = '2099-01-01 00:00:00.000000+00:00'")
    said = succeeded(with_bo("staff", "unlock", EMAIL.upper()))
    assert said == f"{EMAIL.upper()} can try again at once.\n"
    with closing(sqlite3.connect(tmp_path / "adgang.db")) as database:
        assert database.execute("SELECT locked_until FROM staff_member").fetchall() == [(None,)]
    assert "adgang staff list" in refused(with_bo("staff", "unlock", "nobody@vognmand.example"))


@pytest.mark.parametrize("email", ["no-at-sign", "a@b@c", "", "bo@vognmand.example\u200b"])
def test_an_e_mail_that_is_none_is_refused(email: str, migrated: Adgang) -> None:
    assert "email" in refused(add(migrated, email, "Bo", "ADMIN"))
