"""A server on each kind of database, started once, with two workers; every attack comes with people of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from app.database import open_database
from app.database.grants import grant
from tests.attacks.firm import Firm, with_an_admin
from tests.attacks.target import Target, serving
from tests.support.databases import Loop, PostgresDatabases, SqliteFiles
from tests.support.roles import as_role, make_role
from tests.support.services import make_settings

ROLE = "adgang_service"


@pytest.fixture(scope="session")
def sqlite_target(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A server on SQLite."""
    folder = tmp_path_factory.mktemp("attacked-sqlite")
    url = sqlite_files.copy(folder)
    with_an_admin(url)
    with serving(folder, url, workers=2) as target:
        yield target


@pytest.fixture(scope="session")
def postgres_target(
    postgres_databases: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """A server on PostgreSQL, under a role of its own."""
    folder = tmp_path_factory.mktemp("attacked-postgres")
    with postgres_databases.fresh() as url:
        loop = Loop()
        loop.run(_make_role(url))
        loop.close()
        with_an_admin(url)
        with serving(folder, as_role(url, ROLE), workers=2) as target:
            target.database_url = url
            yield target


async def _make_role(url: str) -> None:
    async with open_database(make_settings(database_url=url)) as database:
        await make_role(database, role=ROLE)
        await grant(database, ROLE)


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Target:
    """The server on SQLite; on each database where a test is marked with `on_both_databases`."""
    found: Target = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_target")
    return found


@pytest.fixture
async def firm(target: Target) -> AsyncIterator[Firm]:
    """The firm whose service it is."""
    async with AsyncExitStack() as stack:
        yield Firm(target, stack)
