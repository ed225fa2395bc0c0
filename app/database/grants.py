"""What the service's own role may do on PostgreSQL: everything it needs, and of the audit only reading and adding.

The tables belong to the role that `adgang migrate` connects as; `serve` connects as another, `ADGANG_SERVICE_ROLE`.
So whoever gets hold of the service's connection can neither change nor take out what the audit says of it.
"""

from typing import Final

from app.database.database import Database
from app.database.executor import Transaction
from app.database.months import change_tables

READING: Final = ("SELECT",)
ADDING: Final = ("SELECT", "INSERT")
EVERYTHING: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

LIMITED: Final = {
    "audit_event": ADDING,
    "audit_subject": ADDING,
    "audit_checkpoint": ADDING,
    "audit_head": ("SELECT", "UPDATE"),  # a head moves on; one set back contradicts the events that stay
    "audit_beginning": READING,
    "secret": READING,
    "tortoise_migrations": READING,
}
"""The tables of which the service may do less than everything."""

KINDS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_TABLES: Final = (
    "SELECT oid, relname, quote_ident(relname) AS quoted, relispartition FROM pg_class"
    " WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
    " AND relowner = (SELECT relowner FROM pg_class WHERE oid = 'audit_event'::regclass) ORDER BY relname"
)


class RoleUnusable(Exception):
    """The service's role can't be held to what it may do; the text says why, and what to do."""


async def grant(database: Database, role: str) -> None:
    """Gives a role what the service needs, and takes away what is more than that. To do it again changes nothing.

    Raises:
        RoleUnusable: There is no such role, it is the one that asks, or it has rights that can't be taken away here.
        NotPermitted: The role that asks doesn't own the tables.
    """

    async def work(tx: Transaction) -> None:
        quoted = await _quoted(tx, role)
        (place,) = await tx.fetch("SELECT quote_ident(current_schema()) AS schema")
        await tx.execute(f"GRANT USAGE ON SCHEMA {place['schema']} TO {quoted}")
        for table in await tx.fetch(_TABLES):
            await tx.execute(f"REVOKE ALL ON TABLE {table['quoted']} FROM {quoted}")
            if rights := _rights(table["relname"], is_partition=table["relispartition"]):
                await tx.execute(f"GRANT {', '.join(rights)} ON TABLE {table['quoted']} TO {quoted}")
        await _look_for_more(tx, role)

    await change_tables(database, work)


def _rights(table: str, *, is_partition: bool) -> tuple[str, ...]:
    """What the service may do with a table. A partition is read and written through the table it is part of."""
    return () if is_partition else LIMITED.get(table, EVERYTHING)


async def _quoted(tx: Transaction, role: str) -> str:
    rows = await tx.fetch(
        "SELECT quote_ident(rolname) AS quoted, rolname = current_user AS ours FROM pg_roles WHERE rolname = $1", role
    )
    if not rows:
        raise RoleUnusable(
            f"ADGANG_SERVICE_ROLE: there is no role {role}. Make it as the database's administrator: "
            f"CREATE ROLE … LOGIN PASSWORD '…'"
        )
    if rows[0]["ours"]:
        raise RoleUnusable(
            f"ADGANG_SERVICE_ROLE is {role}, the role that this command connects as. Migrate as the role that owns "
            f"the tables; only `serve` connects as the service's."
        )
    return str(rows[0]["quoted"])


async def _look_for_more(tx: Transaction, role: str) -> None:
    """Looks whether the role has rights that it wasn't given here: as a superuser, by a membership, as everybody."""
    for table in await tx.fetch(_TABLES):
        allowed = _rights(table["relname"], is_partition=table["relispartition"])
        if allowed == EVERYTHING:
            continue
        rows = await tx.fetch(
            "SELECT kind FROM unnest($3::text[]) AS kind WHERE has_table_privilege($1::name, $2::oid, kind)"
            " UNION ALL SELECT 'everything' FROM pg_class WHERE oid = $2::oid AND pg_has_role($1, relowner, 'MEMBER')",
            role,
            table["oid"],
            [kind for kind in KINDS if kind not in allowed],
        )
        if rows:
            raise RoleUnusable(
                f"ADGANG_SERVICE_ROLE: {role} would still have {', '.join(row['kind'] for row in rows)} on "
                f"{table['relname']}: as a superuser, through another role that it is in, or because everybody "
                f"(PUBLIC) has. Take that away, or name another role."
            )
