"""`adgang audit`."""

import re
import sqlite3
from pathlib import Path

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
