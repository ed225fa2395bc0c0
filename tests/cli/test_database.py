"""`adgang migrate`, and the two roles on PostgreSQL."""

import asyncio

from app.database import open_database
from tests.cli.running import Adgang, refused, succeeded
from tests.support.databases import PostgresDatabases
from tests.support.roles import SERVICE, as_role, make_role
from tests.support.services import make_settings

OWNER = "an owner"


def with_role(url: str) -> None:
    """Makes the service's role; commands open loops of their own, so it is done before one."""

    async def run() -> None:
        async with open_database(make_settings(database_url=url)) as database:
            await make_role(database)

    asyncio.run(run())


def test_migrating_grants_the_service_what_it_needs_and_may_be_done_again(adgang: Adgang, postgres_url: str) -> None:
    with_role(postgres_url)
    as_owner = {"ADGANG_DATABASE_URL": postgres_url, "ADGANG_SERVICE_ROLE": SERVICE}
    as_service = {"ADGANG_DATABASE_URL": as_role(postgres_url)}
    assert "as the role that owns the tables" in refused(adgang("audit", "head", **as_service))
    for _ in range(2):
        said = succeeded(adgang("migrate", **as_owner))
        assert f"{SERVICE} may serve, and may only read and add to the audit." in said
    assert succeeded(adgang("audit", "head", **as_service)).startswith("1:")
    assert succeeded(adgang("audit", "verify", **as_service))


def test_the_service_can_not_migrate(adgang: Adgang, postgres_url: str, postgres_databases: PostgresDatabases) -> None:
    with_role(postgres_url)
    rights = "as the role that owns the tables"
    with postgres_databases.fresh(template="template0") as empty:
        assert rights in refused(adgang("migrate", ADGANG_DATABASE_URL=as_role(empty)))
    as_owner = {"ADGANG_DATABASE_URL": postgres_url}
    succeeded(adgang("migrate", **as_owner, ADGANG_SERVICE_ROLE=SERVICE))
    assert rights in refused(adgang("migrate", ADGANG_DATABASE_URL=as_role(postgres_url)))
    done = adgang("migrate", **as_owner, ADGANG_SERVICE_ROLE="adgang")
    assert "the role that this command connects as" in refused(done)


def test_the_owner_of_the_tables_needs_be_no_administrator(
    adgang: Adgang, postgres_databases: PostgresDatabases
) -> None:
    """As the README sets it up: the owner of the database migrates and tidies, the service's role serves."""

    async def give_away(url: str) -> None:
        async with open_database(make_settings(database_url=url)) as database:
            await make_role(database)
            quoted = await make_role(database, role=OWNER)
            (row,) = await database.fetch("SELECT quote_ident(current_database()) AS name")
            await database.execute(f"ALTER DATABASE {row['name']} OWNER TO {quoted}")
            (row,) = await database.fetch("SELECT current_setting('server_version_num')::int AS version")
            if row["version"] < 150000:
                await database.execute(f"ALTER SCHEMA public OWNER TO {quoted}")

    with postgres_databases.fresh(template="template0") as url:
        asyncio.run(give_away(url))
        as_owner = {"ADGANG_DATABASE_URL": as_role(url, OWNER), "ADGANG_SERVICE_ROLE": SERVICE}
        as_service = {"ADGANG_DATABASE_URL": as_role(url)}
        for _ in range(2):
            assert "may serve" in succeeded(adgang("migrate", **as_owner))
        assert succeeded(adgang("audit", "head", **as_service)).startswith("1:")
        assert succeeded(adgang("tidy", ADGANG_AUDIT_MONTHS="1", **as_owner))
        assert succeeded(adgang("audit", "verify", **as_service))


def test_sqlite_knows_no_roles(adgang: Adgang) -> None:
    assert "PostgreSQL" in refused(adgang("migrate", ADGANG_SERVICE_ROLE="adgang_service"))
