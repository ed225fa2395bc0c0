"""Another role than the one that owns the tables, on PostgreSQL."""

from urllib.parse import quote

from app.database import Database

SERVICE = 'the "service"; DROP'
"""A role whose name has to be quoted."""


def as_role(url: str, role: str = SERVICE) -> str:
    """The URL of the same database for another role."""
    return url.replace("postgres://adgang@", f"postgres://{quote(role, safe='')}@")


async def make_role(owner: Database, options: str = "", role: str = SERVICE) -> str:
    """A role of the cluster, which outlives the test's database."""
    (row,) = await owner.fetch("SELECT quote_ident($1) AS quoted", role)
    if not await owner.fetch("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await owner.execute(f"CREATE ROLE {row['quoted']} LOGIN")
    await owner.execute(f"ALTER ROLE {row['quoted']} NOSUPERUSER {options}")
    return str(row["quoted"])
