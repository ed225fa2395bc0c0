"""`adgang audit`."""

import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import Adgang, refused, succeeded
from tests.cli.test_staff import add


def test_a_head_can_be_kept_and_verified_from(migrated: Adgang) -> None:
    succeeded(add(migrated, "bo@vognmand.example", "Bo", "ADMIN"))
    head = succeeded(migrated("audit", "head")).strip()
    assert re.fullmatch(r"1:[0-9a-f]{66}", head)
    succeeded(add(migrated, "anne@vognmand.example", "Anne", "AUDITOR"))
    assert "Verified 2 events" in succeeded(migrated("audit", "verify"))
    assert "Verified 1 event " in succeeded(migrated("audit", "verify", "--from", head))


def test_a_changed_event_is_found(migrated: Adgang, tmp_path: Path) -> None:
    succeeded(add(migrated, "bo@vognmand.example", "Bo", "ADMIN"))
    with sqlite3.connect(tmp_path / "adgang.db") as database:
        database.execute("UPDATE audit_event SET action = 'STAFF_UPDATED'")
    database.close()
    done = migrated("audit", "verify")
    assert done.returncode == 1
    assert "Broken: event 1 of lane 0 was changed." in done.stdout
    assert done.stderr.startswith("adgang: The audit is broken")


def test_what_is_no_checkpoint_is_refused(migrated: Adgang) -> None:
    assert "NUMBER:DIGEST" in refused(migrated("audit", "verify", "--from", "yesterday"))


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands have a key from now on."""
    monkeypatch.setenv("ADGANG_AUDIT_KEY", "6b" * 32)


def test_what_the_key_says_of_tampering_is_an_exit_code(migrated: Adgang, tmp_path: Path, keyed: None) -> None:
    """Somebody takes the newest event out whole, and then changes the other."""
    succeeded(add(migrated, "bo@vognmand.example", "Bo", "ADMIN"))
    succeeded(add(migrated, "anne@vognmand.example", "Anne", "AUDITOR"))
    succeeded(migrated("audit", "verify"))
    kept = succeeded(migrated("audit", "head")).strip()
    with sqlite3.connect(tmp_path / "adgang.db") as database:
        database.execute("DELETE FROM audit_event WHERE seq = 2")
        database.execute("UPDATE audit_head SET seq = 1, digest = (SELECT digest FROM audit_event) WHERE lane = 0")
        database.execute("DELETE FROM audit_checkpoint")
    database.close()
    succeeded(migrated("audit", "verify"))
    done = migrated("audit", "verify", "--from", kept)
    assert done.returncode == 1
    assert "Broken: checkpoint 1 is missing." in done.stdout
    with sqlite3.connect(tmp_path / "adgang.db") as database:
        database.execute("UPDATE audit_event SET action = 'LOGGED_OUT'")
    database.close()
    done = migrated("audit", "verify")
    assert done.returncode == 1
    assert "Broken: event 1 of lane 0 was changed." in done.stdout


def test_events_without_a_key_are_counted(migrated: Adgang, monkeypatch: pytest.MonkeyPatch) -> None:
    succeeded(add(migrated, "bo@vognmand.example", "Bo", "ADMIN"))
    monkeypatch.setenv("ADGANG_AUDIT_KEY", "6b" * 32)
    assert "1 of the events have a digest without a key" in succeeded(migrated("audit", "verify"))


def test_nothing_is_written_without_the_key_where_the_audit_has_one(
    migrated: Adgang, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's shell knows less than the service's unit; one event without the key could not be put right."""
    with monkeypatch.context() as service:
        service.setenv("ADGANG_AUDIT_KEY", "6b" * 32)
        succeeded(add(migrated, "bo@vognmand.example", "Bo", "ADMIN"))
    assert "ADGANG_AUDIT_KEY is not set" in refused(add(migrated, "anne@vognmand.example", "Anne", "AUDITOR"))
    for command in (("tidy",), ("audit", "verify"), ("serve", "--port", "0")):
        assert "ADGANG_AUDIT_KEY is not set" in refused(migrated(*command))
    monkeypatch.setenv("ADGANG_AUDIT_KEY", "6b" * 32)
    assert "Verified 1 event " in succeeded(migrated("audit", "verify"))
