"""Migrations: all of one or nothing, whoever kills it; and what the first one lays down."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tortoise.migrations.autodetector import MigrationAutodetector

from app.database import Database, open_database
from app.database.binding import apps_config, bound_models
from app.database.migrate import migrate, migrations, pending
from app.models.enums import PortalPermission
from tests.support.databases import PostgresDatabases
from tests.support.services import make_settings

ROOT = Path(__file__).parents[2]
EVERY = [migration.name for migration in migrations()]


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
        with databases.fresh(template="template0") as url:
            yield url


async def tables(database: Database) -> set[str]:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    }
    return {row["name"] for row in await database.fetch(catalogue[database.dialect.name])}


async def test_models_and_migrations_agree() -> None:
    async with bound_models("sqlite") as context:
        assert context.apps is not None
        detector = MigrationAutodetector(context.apps, apps_config("sqlite"))
        assert [writer.name for writer in await detector.changes()] == []


def test_each_migration_follows_the_one_before() -> None:
    for earlier, later in zip(migrations(), migrations()[1:], strict=False):
        assert later.dependencies == [("models", earlier.name)]


async def test_an_empty_database_is_behind_until_it_is_migrated(empty_url: str) -> None:
    async with open_database(make_settings(database_url=empty_url)) as database:
        assert await pending(database) == EVERY
        assert await migrate(database) == EVERY
        assert await pending(database) == []
        assert await migrate(database) == []


async def test_several_may_migrate_at_once(empty_url: str) -> None:
    async with (
        open_database(make_settings(database_url=empty_url)) as one,
        open_database(make_settings(database_url=empty_url)) as other,
    ):
        made = await asyncio.gather(migrate(one), migrate(other), migrate(one))
        assert sorted(name for names in made for name in names) == EVERY


async def test_a_migration_cancelled_half_way_leaves_nothing(empty_url: str) -> None:
    chance = random.Random(1)
    async with open_database(make_settings(database_url=empty_url)) as database:
        patience = 0.005
        for _ in range(10):
            task = asyncio.create_task(migrate(database))
            await asyncio.wait({task}, timeout=chance.random() * patience)
            if not task.cancel():
                break
            await asyncio.wait({task})
            assert await tables(database) == set()
        await migrate(database)
        assert await pending(database) == []


async def test_a_migration_killed_half_way_leaves_nothing(empty_url: str) -> None:
    for head_start in (0.01, 0.04):
        migrating = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.migrating", empty_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert migrating.stdout is not None
        await migrating.stdout.readline()  # it begins
        await asyncio.wait({asyncio.ensure_future(migrating.wait())}, timeout=head_start)
        if migrating.returncode is None:
            os.kill(migrating.pid, signal.SIGKILL)
        await migrating.wait()
        async with open_database(make_settings(database_url=empty_url)) as database:
            assert await tables(database) == set() or await pending(database) == []
    async with open_database(make_settings(database_url=empty_url)) as database:
        await migrate(database)
        assert await pending(database) == []


async def test_the_first_one_makes_the_default_settings_with_everything_allowed(database: Database) -> None:
    (row,) = await database.fetch("SELECT name, is_default, permissions, version FROM internet_order_settings")
    assert (row["name"], database.dialect.boolean(row["is_default"]), row["version"]) == ("Standard", True, 1)
    assert database.dialect.json(row["permissions"]) == [permission.value for permission in PortalPermission]


async def test_the_first_one_makes_a_secret_of_the_installations_own(empty_url: str, database_url: str) -> None:
    secrets = []
    for url in (empty_url, database_url):
        async with open_database(make_settings(database_url=url)) as database:
            await migrate(database)
            rows = await database.fetch("SELECT value FROM secret WHERE name = 'secret_key'")
            secrets.append(bytes(rows[0]["value"]))
    assert [len(secret) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1]


async def test_the_first_one_lays_64_audit_heads(database: Database) -> None:
    rows = await database.fetch("SELECT lane, seq, digest FROM audit_head ORDER BY lane")
    assert [(row["lane"], row["seq"], bytes(row["digest"])) for row in rows] == [(n, 0, bytes(32)) for n in range(64)]
