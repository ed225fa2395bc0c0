"""What the tables themselves hold to, read from the database after all migrations; and that it refuses a lie."""

import re
import traceback
from datetime import UTC, datetime

import pytest

from app.database import ConstraintKind, ConstraintViolated, Database, StatementFailed, Transaction, open_database
from app.models import Customer, Login, Reference
from tests.support.services import make_settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def make_customer(tx: Transaction, number: str = "1001") -> Customer:
    return await Customer.create(
        using_db=tx.client, number=number, number_key=number, name="Ø", name_key="ø", created_at=NOW, updated_at=NOW
    )


async def make_login(tx: Transaction, username: str = "ida@example.dk", password_hash: str | None = None) -> Login:
    return await Login.create(using_db=tx.client, username_key=username, password_hash=password_hash, created_at=NOW)


async def make_reference(tx: Transaction, customer: Customer, login: Login | None, **columns: object) -> Reference:
    """A reference that says what it should of its login, but for the columns given."""
    honest: dict[str, object] = {
        "customer_id": customer.id,
        "name": "Ida",
        "name_key": "ida",
        "email": login and login.username_key,
        "email_key": login and login.username_key,
        "login_id": login and login.id,
        "has_password": login is not None and login.password_hash is not None,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return await Reference.create(using_db=tx.client, **(honest | columns))


# What the catalogues say ----------------------------------------------------------------------------------------------


async def test_sqlite_keeps_the_password_status_by_construction(sqlite_database: Database) -> None:
    rows = await sqlite_database.fetch("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    tables = {row["name"]: re.sub(r"\s+", " ", row["sql"]) for row in rows}
    generated = "has_password INTEGER NOT NULL GENERATED ALWAYS AS (password_hash IS NOT NULL) STORED"
    assert generated in tables["login"]
    assert "UNIQUE (id, has_password)" in tables["login"]
    assert (
        "FOREIGN KEY (login_id, has_password) REFERENCES login (id, has_password) ON UPDATE CASCADE ON DELETE RESTRICT"
        in tables["reference"]
    )
    assert "CHECK (login_id IS NOT NULL OR NOT has_password)" in tables["reference"]
    assert (await sqlite_database.fetch("PRAGMA foreign_key_check")) == []


async def test_postgres_keeps_the_password_status_by_construction(postgres_database: Database) -> None:
    rows = await postgres_database.fetch(
        "SELECT conname, convalidated, condeferrable, pg_get_constraintdef(oid) AS definition FROM pg_constraint"
        " WHERE conrelid IN ('login'::regclass, 'reference'::regclass)"
    )
    assert all(row["convalidated"] and not row["condeferrable"] for row in rows)
    constraints = {row["conname"]: row["definition"] for row in rows}
    assert constraints["login_password_status"] == "UNIQUE (id, has_password)"
    assert constraints["reference_login"] == (
        "FOREIGN KEY (login_id, has_password) REFERENCES login(id, has_password) ON UPDATE CASCADE ON DELETE RESTRICT"
    )
    assert constraints["reference_password_needs_login"] == "CHECK (((login_id IS NOT NULL) OR (NOT has_password)))"
    column = await postgres_database.fetch(
        "SELECT a.attgenerated::text AS kind, a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS expression"
        " FROM pg_attribute a JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
        " WHERE a.attrelid = 'login'::regclass AND a.attname = 'has_password'"
    )
    assert dict(column[0]) == {"kind": "s", "attnotnull": True, "expression": "(password_hash IS NOT NULL)"}


async def test_postgres_compares_every_key_bytewise(postgres_database: Database) -> None:
    rows = await postgres_database.fetch(
        "SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_index i ON i.indrelid = c.oid AND a.attnum = ANY(i.indkey)"
        " WHERE c.relnamespace = 'public'::regnamespace AND a.attcollation NOT IN (0, 'pg_catalog.\"C\"'::regcollation)"
        " AND c.relname <> 'tortoise_migrations'"
    )
    assert [row["name"] for row in rows] == []


async def test_both_kinds_of_database_have_the_same_tables(sqlite_url: str, postgres_url: str) -> None:
    async with open_database(make_settings(database_url=sqlite_url)) as database:
        rows = await database.fetch(
            'SELECT t.name AS tab, c.name AS col, c."notnull" OR (c.pk > 0) AS required FROM sqlite_master t'
            " JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'"
        )
        in_sqlite = {(row["tab"], row["col"], bool(row["required"])) for row in rows}
        rows = await database.fetch(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE '%#_by#_%' ESCAPE '#'"
        )
        sqlite_indexes = {row["name"] for row in rows}
    async with open_database(make_settings(database_url=postgres_url)) as database:
        rows = await database.fetch(
            "SELECT c.relname AS tab, a.attname AS col, a.attnotnull AS required FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
        in_postgres = {(row["tab"], row["col"], row["required"]) for row in rows}
        rows = await database.fetch(
            "SELECT relname AS name FROM pg_class WHERE relkind IN ('i', 'I') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND relname LIKE '%#_by#_%' ESCAPE '#'"
        )
        postgres_indexes = {row["name"] for row in rows}
    assert in_sqlite == in_postgres
    assert sqlite_indexes == postgres_indexes


# What they refuse -----------------------------------------------------------------------------------------------------


async def test_what_references_say_of_a_password_follows_their_login(database: Database) -> None:
    async def statuses(tx: Transaction) -> list[bool]:
        return [reference.has_password for reference in await Reference.all().using_db(tx.client)]

    async def work(tx: Transaction) -> list[list[bool]]:
        login = await make_login(tx)
        for number in ("1", "2", "3"):
            await make_reference(tx, await make_customer(tx, number), login)
        seen = [await statuses(tx)]
        for password_hash in ("$argon2id$one", "$argon2id$another", None):
            login.password_hash = password_hash
            await login.save(using_db=tx.client, update_fields=["password_hash"])
            seen.append(await statuses(tx))
        return seen

    assert await database.transact(work) == [[False] * 3, [True] * 3, [True] * 3, [False] * 3]


@pytest.mark.parametrize("password_hash", [None, "$argon2id$one"])
async def test_a_reference_cannot_be_made_to_lie(database: Database, password_hash: str | None) -> None:
    async def made_lying(tx: Transaction) -> None:
        login = await make_login(tx, password_hash=password_hash)
        await make_reference(tx, await make_customer(tx), login, has_password=password_hash is None)

    async def made_to_lie(tx: Transaction) -> None:
        login = await make_login(tx, password_hash=password_hash)
        await make_reference(tx, await make_customer(tx), login)
        await tx.execute("UPDATE reference SET has_password = NOT has_password")

    for work in (made_lying, made_to_lie):
        with pytest.raises(ConstraintViolated) as refused:
            await database.transact(work)
        assert refused.value.kind is ConstraintKind.FOREIGN_KEY


async def test_the_generated_column_cannot_be_written(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        await make_login(tx)
        await tx.execute("UPDATE login SET has_password = TRUE")

    with pytest.raises(StatementFailed):
        await database.transact(work)


SESSION = (
    "INSERT INTO session (token_hash, login_id, reference_id, epoch, cookie, created_at, last_seen_at, expires_at)"
    " VALUES ($1, {login}, {reference}, 1, FALSE, $2, $2, $2)"
)
EVENT = (
    "INSERT INTO audit_event (id, lane, seq, at, action, actor_kind, data, subjects, digest)"
    " VALUES (6401, 0, 100, $2, 'LOGGED_OUT', 'NOBODY', '{}', '[]', $1)"
)


@pytest.mark.parametrize(
    ("kind", "lie"),
    [
        pytest.param("check", "UPDATE reference SET login_id = NULL, email = NULL, email_key = NULL", id="no login"),
        pytest.param("check", "UPDATE reference SET email = NULL, email_key = NULL", id="a login without an e-mail"),
        pytest.param("check", "UPDATE reference SET email_key = NULL", id="an e-mail that no list finds"),
        pytest.param(
            "check",
            "UPDATE reference SET login_id = NULL, has_password = FALSE, email = NULL, email_key = NULL,"
            " internet_user = TRUE",
            id="an internet user without a login",
        ),
        pytest.param(
            "check", "UPDATE login SET cleared_hash = password_hash, cleared_at = created_at", id="restorable"
        ),
        pytest.param("check", "UPDATE login SET password_hash = NULL, cleared_hash = 'x'", id="cleared at no time"),
        pytest.param("foreign key", "DELETE FROM login", id="a login that a reference has"),
        pytest.param("foreign key", "DELETE FROM customer", id="a customer that has references"),
        pytest.param("foreign key", "UPDATE reference SET settings_id = 4711", id="settings that are not there"),
        pytest.param("foreign key", "UPDATE reference SET login_id = 4711", id="a login that is not there"),
        pytest.param(
            "unique",
            "INSERT INTO reference (customer_id, name, name_key, email, email_key, login_id, has_password,"
            " denied_permissions, created_at, updated_at) SELECT customer_id, name, name_key, email, email_key,"
            " login_id, has_password, denied_permissions, created_at, updated_at FROM reference",
            id="a username twice at one customer",
        ),
        pytest.param(
            "unique", "INSERT INTO login (username_key, created_at) SELECT username_key, created_at FROM login"
        ),
        pytest.param(
            "unique",
            "INSERT INTO internet_order_settings (name, name_key, is_default, permissions, created_at, updated_at)"
            " SELECT 'Andre', 'andre', TRUE, permissions, created_at, updated_at FROM internet_order_settings",
            id="two default settings",
        ),
        pytest.param(
            "unique",
            "INSERT INTO customer (number, number_key, name, name_key, created_at, updated_at)"
            " SELECT number, number_key, name, name_key, created_at, updated_at FROM customer",
            id="a customer number twice",
        ),
        pytest.param("not null", "UPDATE customer SET name = NULL", id="a customer without a name"),
        pytest.param("check", SESSION.format(login="NULL", reference="NULL"), id="a session of nobody"),
        pytest.param("check", SESSION.format(login="(SELECT id FROM login)", reference="NULL"), id="a session nowhere"),
        pytest.param("check", EVENT, id="an event whose id is not its place"),
    ],
)
async def test_a_lie_is_refused(database: Database, kind: str, lie: str) -> None:
    async def work(tx: Transaction) -> None:
        login = await make_login(tx, password_hash="$argon2id$secret-in-a-row")
        await make_reference(tx, await make_customer(tx), login)
        await tx.execute(lie, *((b"digest", NOW) if "$2" in lie else ()))

    with pytest.raises(ConstraintViolated) as refused:
        await database.transact(work)
    assert refused.value.kind == kind
    told = "".join(traceback.format_exception(refused.value))
    assert "secret-in-a-row" not in told
    assert "ida@example.dk" not in told
    assert await database.fetch("SELECT id FROM login") == []


@pytest.mark.parametrize("table", ["customer", "reference"])
async def test_search_keys_cannot_lie_about_the_order_of_their_list(database: Database, table: str) -> None:
    own = {"customer": "number_key", "reference": "name_key"}[table]
    insert = f"INSERT INTO {table}_search (key, order_key, {table}_id) SELECT $1, {{}}, id FROM {table}"
    order = f"SELECT order_key FROM {table}_search"

    async def work(tx: Transaction) -> None:
        await make_reference(tx, await make_customer(tx), None)
        await tx.execute(insert.format(own), "word")
        await tx.execute(f"UPDATE {table} SET {own} = 'moved'")
        assert [row["order_key"] for row in await tx.fetch(order)] == ["moved"]

    await database.transact(work)
    with pytest.raises(ConstraintViolated) as refused:
        await database.execute(insert.format("'elsewhere'"), "other")
    assert refused.value.kind == "foreign key"
    with pytest.raises(ConstraintViolated):
        await database.execute(f"UPDATE {table}_search SET order_key = 'elsewhere'")
    assert len(await database.fetch(order)) == 1


async def test_sessions_and_tickets_go_with_what_they_were_made_for(database: Database) -> None:
    async def work(tx: Transaction) -> None:
        login = await make_login(tx)
        reference = await make_reference(tx, await make_customer(tx), login)
        await tx.execute(SESSION.format(login=login.id, reference=reference.id), b"token", NOW)
        await tx.execute(
            "INSERT INTO ticket (ticket_hash, login_id, epoch, reference_ids, cookie, expires_at, created_at)"
            " VALUES ($1, $2, 1, '[]', FALSE, $3, $3)",
            b"ticket",
            login.id,
            NOW,
        )
        await reference.delete(using_db=tx.client)
        assert await tx.fetch("SELECT id FROM session") == []
        await login.delete(using_db=tx.client)
        assert await tx.fetch("SELECT id FROM ticket") == []

    await database.transact(work)
