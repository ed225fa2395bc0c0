"""`adgang tidy`."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.database import Database, open_database
from app.database.months import partitions
from app.services.audit_layout import COLUMNS, GENESIS, Digester, read_row
from tests.cli.running import Adgang, succeeded
from tests.cli.test_staff import add
from tests.support.roles import SERVICE, as_role, make_role
from tests.support.services import make_settings

NOTHING = "Removed: ended sessions 0, dead tickets 0, forgotten counts of tries 0, cleared passwords 0.\n"
LONG_AGO = datetime.fromisoformat("2020-05-17T12:00:00+00:00")


def on(url: str, work: Callable[[Database], Any]) -> Any:
    """Does something in a database outside of any loop: commands open loops of their own."""

    async def run() -> Any:
        async with open_database(make_settings(database_url=url)) as database:
            return await work(database)

    return asyncio.run(run())


@pytest.fixture
def on_it(adgang: Adgang, database_url: str) -> Adgang:
    """Commands on the test's own database, of each kind, with all its months."""
    run = with_url(adgang, database_url)
    succeeded(run("migrate"))
    return run


def with_url(adgang: Adgang, url: str) -> Adgang:
    def run(*arguments: str, **more: str) -> Any:
        return adgang(*arguments, **{"ADGANG_DATABASE_URL": url, **more})

    return run


def hire(adgang: Adgang, email: str) -> None:
    succeeded(add(adgang, email, "Bo", "ADMIN"))


def grow_old(url: str) -> None:
    """As if all that is in the audit had been written long ago."""

    async def work(database: Database) -> None:
        digest = GENESIS
        rows = await database.fetch(f"SELECT {COLUMNS} FROM audit_event ORDER BY seq")
        for number, stored in enumerate(rows):
            at = LONG_AGO + timedelta(days=40 * number)
            await database.execute("UPDATE audit_event SET at = $1 WHERE id = $2", at, stored["id"])
            await database.execute("UPDATE audit_subject SET at = $1 WHERE event_id = $2", at, stored["id"])
            (row,) = await database.fetch(f"SELECT {COLUMNS} FROM audit_event WHERE id = $1", stored["id"])
            digest = read_row(database.dialect, row).digest(Digester(None), digest)
            await database.execute("UPDATE audit_event SET digest = $1 WHERE id = $2", digest, stored["id"])
        await database.execute("UPDATE audit_head SET digest = $1, at = $2 WHERE lane = 0", digest, LONG_AGO)

    on(url, work)


def test_where_nothing_is_past_its_time_it_says_so(on_it: Adgang) -> None:
    assert succeeded(on_it("tidy")) == NOTHING


def test_old_months_are_cut_where_that_is_set(on_it: Adgang, database_url: str) -> None:
    for name in ("anne", "bo", "carl"):
        hire(on_it, f"{name}@vognmand.example")
    grow_old(database_url)
    hire(on_it, "dan@vognmand.example")
    assert "Cut" not in succeeded(on_it("tidy"))
    said = succeeded(on_it("tidy", ADGANG_AUDIT_MONTHS="12"))
    assert "Cut from the audit: events from before 20" in said
    assert said.endswith(" 3.\n")
    verified = succeeded(on_it("audit", "verify"))
    assert "Verified 4 events" in verified  # one that is young, and one a month that was cut
    assert "3 older events were cut off before." in verified
    assert succeeded(on_it("tidy", ADGANG_AUDIT_MONTHS="12")).endswith(" 0.\n")


def test_a_broken_end_is_named_and_cut_only_when_told_to(on_it: Adgang, database_url: str) -> None:
    for name in ("anne", "bo"):
        hire(on_it, f"{name}@vognmand.example")
    grow_old(database_url)
    on(database_url, lambda database: database.execute("UPDATE audit_event SET data = '{}' WHERE seq = 1"))
    done = on_it("tidy", ADGANG_AUDIT_MONTHS="12")
    assert done.returncode == 1
    assert "Broken: event 1 of lane 0 was changed." in done.stdout
    assert "was not cut" in done.stderr
    assert succeeded(on_it("tidy", "--cut-broken", ADGANG_AUDIT_MONTHS="12")).endswith(" 2.\n")
    assert succeeded(on_it("audit", "verify"))


def test_the_services_role_removes_what_it_may_and_says_what_it_may_not(adgang: Adgang, postgres_url: str) -> None:
    as_owner = with_url(adgang, postgres_url)
    on(postgres_url, make_role)
    succeeded(as_owner("migrate", ADGANG_SERVICE_ROLE=SERVICE))
    done = with_url(adgang, as_role(postgres_url))("tidy")
    assert done.returncode == 1
    assert done.stdout == NOTHING
    assert "Run the command as the role that owns the tables" in done.stderr
    assert succeeded(as_owner("tidy")) == NOTHING


def test_months_that_are_missing_are_made(adgang: Adgang, postgres_url: str) -> None:
    async def drop_the_last(database: Database) -> None:
        await database.execute(f"DROP TABLE {(await partitions(database))[-1].partition}")

    succeeded(with_url(adgang, postgres_url)("migrate"))
    on(postgres_url, drop_the_last)
    assert "Months of the audit made: 1, up to 20" in succeeded(with_url(adgang, postgres_url)("tidy"))
