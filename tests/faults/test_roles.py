"""The service's own role on PostgreSQL: it can do all that the service does, and nothing to what the audit says."""

from collections.abc import AsyncIterator

import pytest

from app.database import ConstraintViolated, Database, NotPermitted, open_database
from app.database.grants import KINDS, LIMITED, RoleUnusable, grant
from app.database.migrate import pending
from app.security.passwords import PasswordHasher
from app.services import open_services
from app.settings import Settings
from tests.rules.test_audit import tell_what_the_service_does
from tests.support.people import People
from tests.support.roles import SERVICE, as_role, make_role
from tests.support.services import FakeClock, make_settings

AUDIT = ("audit_event", "audit_subject", "audit_checkpoint", "audit_beginning")


@pytest.fixture
async def owner(postgres_database: Database) -> Database:
    """The database as the role that owns the tables, with the service's role granted what it needs."""
    await make_role(postgres_database)
    await grant(postgres_database, SERVICE)
    return postgres_database


@pytest.fixture
def service_settings(postgres_url: str) -> Settings:
    return make_settings(database_url=as_role(postgres_url))


@pytest.fixture
async def service(owner: Database, service_settings: Settings) -> AsyncIterator[Database]:
    """The database as the service's role."""
    async with open_database(service_settings) as opened:
        yield opened


async def test_everything_the_service_does_it_can_do_under_its_role(
    owner: Database, service_settings: Settings, clock: FakeClock, hasher: PasswordHasher
) -> None:
    async with open_services(service_settings, clock=clock, hasher=hasher) as services:
        await tell_what_the_service_does(People(services), clock)
        await services.audit.head()
        await services.tidying.tidy()
        report = await services.audit.verify()
        await services.resources.database.ready()
        assert await pending(services.resources.database) == []
    assert report.ok
    assert report.events > 10


FORBIDDEN = {
    "change": "UPDATE {} SET {} = {}",
    "delete": "DELETE FROM {}",
    "empty": "TRUNCATE {}",
    "drop": "DROP TABLE {}",
    "alter": "ALTER TABLE {} ADD COLUMN more text",
    "own": "ALTER TABLE {} OWNER TO CURRENT_USER",
    "rule": "CREATE RULE nothing AS ON INSERT TO {} DO INSTEAD NOTHING",
}
FIRST_COLUMN = {
    "audit_event": "lane",
    "audit_subject": "subject",
    "audit_checkpoint": "number",
    "audit_beginning": "lane",
}


@pytest.mark.parametrize("table", AUDIT)
async def test_what_the_audit_says_can_be_neither_changed_nor_taken_out(service: Database, table: str) -> None:
    await service.fetch(f"SELECT * FROM {table}")
    for statement in FORBIDDEN.values():
        column = FIRST_COLUMN[table]
        with pytest.raises(NotPermitted):
            await service.execute(statement.format(table, column, column))


async def test_a_month_can_be_reached_through_the_audit_alone(service: Database) -> None:
    (row,) = await service.fetch(
        "SELECT relname FROM pg_class WHERE relname LIKE 'audit_event_y%' AND relkind = 'r' ORDER BY relname LIMIT 1"
    )
    for statement in (*FORBIDDEN.values(), "SELECT * FROM {}"):
        with pytest.raises(NotPermitted):
            await service.execute(statement.format(row["relname"], "lane", "lane"))
    with pytest.raises(NotPermitted):
        await service.execute(f"ALTER TABLE audit_event DETACH PARTITION {row['relname']}")


async def test_a_beginning_can_not_be_made_up(service: Database) -> None:
    with pytest.raises(NotPermitted):
        await service.execute("INSERT INTO audit_beginning (lane, seq, digest) VALUES (0, 5, 'x')")


async def test_neither_secrets_nor_migrations_can_be_changed(service: Database) -> None:
    for statement in (
        "UPDATE secret SET value = 'x'",
        "INSERT INTO secret (name, value) VALUES ('x', 'x')",
        "DELETE FROM tortoise_migrations",
        "CREATE TABLE mine (id int)",
    ):
        with pytest.raises(NotPermitted):
            await service.execute(statement)


async def test_the_tables_of_the_register_are_the_services_own(service: Database) -> None:
    assert await service.execute("DELETE FROM session") == 0
    with pytest.raises(ConstraintViolated):
        await service.execute("UPDATE internet_order_settings SET name_key = NULL")


async def test_what_was_granted_too_much_is_taken_away_again(owner: Database) -> None:
    quoted = await make_role(owner)
    await owner.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {quoted}")
    await grant(owner, SERVICE)
    rows = await owner.fetch(
        "SELECT t.name, k.kind FROM unnest($2::text[]) AS t(name), unnest($3::text[]) AS k(kind)"
        " WHERE has_table_privilege($1::name, t.name, k.kind)",
        SERVICE,
        list(LIMITED),
        list(KINDS),
    )
    held: dict[str, set[str]] = {}
    for row in rows:
        held.setdefault(row["name"], set()).add(row["kind"])
    assert held == {table: set(rights) for table, rights in LIMITED.items()}


@pytest.mark.parametrize(
    ("give", "take"),
    [
        ("ALTER ROLE {} SUPERUSER", "ALTER ROLE {} NOSUPERUSER"),
        ("GRANT adgang TO {}", "REVOKE adgang FROM {}"),
        ("GRANT UPDATE ON audit_event TO PUBLIC", "REVOKE UPDATE ON audit_event FROM PUBLIC"),
        ("GRANT INSERT ON secret TO PUBLIC", "REVOKE INSERT ON secret FROM PUBLIC"),
    ],
)
async def test_a_role_that_can_not_be_held_to_its_rights_is_refused(owner: Database, give: str, take: str) -> None:
    quoted = await make_role(owner)
    await owner.execute(give.format(quoted))
    try:
        with pytest.raises(RoleUnusable, match="would still have"):
            await grant(owner, SERVICE)
    finally:
        await owner.execute(take.format(quoted))
    await grant(owner, SERVICE)


async def test_a_role_that_is_not_there_or_is_the_owner_is_refused(owner: Database) -> None:
    with pytest.raises(RoleUnusable, match="there is no role nobody_at_all"):
        await grant(owner, "nobody_at_all")
    with pytest.raises(RoleUnusable, match="the role that this command connects as"):
        await grant(owner, "adgang")
