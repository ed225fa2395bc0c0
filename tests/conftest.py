"""Fixtures: a fresh database of each kind, and the service on it with a clock that the test holds.

A test that takes `database_url`, `database`, `services` or `api` runs on SQLite and on PostgreSQL. Nothing of the
developer's own settings reaches a test.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.database import Database, open_database
from app.security.passwords import PasswordHasher
from app.settings import Settings
from tests.support.api import Api, serving
from tests.support.counting import make_counter
from tests.support.databases import PostgresDatabases, SqliteFiles
from tests.support.leak_search import of_this_run as leak_search
from tests.support.postgres import Cluster, NoPostgres, cluster
from tests.support.services import FakeClock, cheap_hasher, make_settings
from tests.support.story import Story

if TYPE_CHECKING:
    from app.services import Services

for variable in [name for name in os.environ if name.upper().startswith("ADGANG_")]:
    del os.environ[variable]


def pytest_configure(config: pytest.Config) -> None:
    """Has the run end with a search for secrets where none belongs."""
    config.pluginmanager.register(leak_search)


@pytest.fixture(scope="session", autouse=True)
def folder_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Shows the search where the tests' files are."""
    leak_search.folder = tmp_path_factory.getbasetemp()


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A throw-away cluster. Where there is no PostgreSQL the tests that need one are skipped, but fail under CI."""
    try:
        with cluster() as running:
            yield running
            leak_search.search_cluster(running.folder)
    except NoPostgres as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres_databases(postgres_cluster: Cluster) -> Iterator[PostgresDatabases]:
    """Makes databases in the cluster."""
    databases = PostgresDatabases(postgres_cluster)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """Makes SQLite files."""
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_files: SqliteFiles, tmp_path: Path) -> str:
    """A migrated SQLite file of the test's own."""
    return sqlite_files.copy(tmp_path)


@pytest.fixture
def postgres_url(postgres_databases: PostgresDatabases) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    with postgres_databases.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own, of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def settings_with(database_url: str) -> Callable[..., Settings]:
    """Makes settings for the test's database that differ from the defaults in what is given."""

    def make(**overrides: object) -> Settings:
        return make_settings(**{"database_url": database_url, **overrides})

    return make


@pytest.fixture
def settings(settings_with: Callable[..., Settings], request: pytest.FixtureRequest) -> Settings:
    """The settings for the test's database: the defaults, but for what a test is parametrised with."""
    return settings_with(**getattr(request, "param", {}))


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The test's database, open."""
    async with open_database(settings) as opened:
        yield opened


@pytest.fixture
async def counter(database: Database) -> Database:
    """The test's database with counters in it."""
    await make_counter(database)
    return database


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """For tests that are about SQLite alone."""
    async with open_database(make_settings(database_url=sqlite_url)) as opened:
        yield opened


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[Database]:
    """For tests that are about PostgreSQL alone."""
    async with open_database(make_settings(database_url=postgres_url)) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still."""
    return FakeClock()


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    """A hasher that costs nothing."""
    made = cheap_hasher()
    yield made
    made.close()


@pytest.fixture
async def services(settings: Settings, clock: FakeClock, hasher: PasswordHasher) -> "AsyncIterator[Services]":
    """The services on the test's database."""
    from app.services import open_services  # here, because tests of what lies below need none of it

    async with open_services(settings, clock=clock, hasher=hasher) as opened:
        yield opened


@pytest.fixture
async def api(settings: Settings, services: "Services") -> AsyncIterator[Api]:
    """The whole application on the test's database; it shares the test's services and their clock."""
    from app.asgi import create_app

    async with serving(create_app(settings, services=services)) as opened:
        yield opened


@pytest.fixture
def story(api: Api, services: "Services") -> Story:
    """A register told through the public schema."""
    return Story(api, services)
