"""Brings a database's tables up to this version, and says whether they are.

Each migration is one transaction together with the note that it was made, on both kinds of database: one that is
killed half way has done nothing. Tortoise's own runner would note it afterwards, and looks for its connections in
global state; its loader, its recorder and its operations are what is used here.
"""

from collections.abc import Sequence
from functools import cache

from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from app.database.binding import APP_LABEL, apps_config
from app.database.database import Database
from app.database.executor import Executor, Transaction
from app.database.months import MIGRATING, make_months

RECORD = "tortoise_migrations"


async def pending(database: Database) -> list[str]:
    """The names of the migrations that this version has and the database has not, in their order.

    Raises:
        DatabaseUnavailable: The database can't be asked.
    """
    applied = await _applied(database)
    return [migration.name for migration in migrations() if migration.name not in applied]


async def migrate(database: Database) -> list[str]:
    """Makes the pending migrations, and on PostgreSQL the audit's next months; answers the migrations' names.

    Several processes may do it at once.

    Raises:
        NotPermitted: The database knows us as a role that may not change its tables.
        DatabaseUnavailable: The database can't be reached, or not be written to.
    """
    known = migrations()
    made = [
        migration.name for number, migration in enumerate(known) if await _apply(database, known[:number], migration)
    ]
    await make_months(database)
    return made


async def _apply(database: Database, before: Sequence[Migration], migration: Migration) -> bool:
    """Makes one migration unless it is made already."""

    async def work(tx: Transaction) -> bool:
        if tx.dialect.name == "postgres":
            await tx.fetch("SELECT pg_advisory_xact_lock($1)", MIGRATING)
        if migration.name in await _applied(tx):
            return False
        state = State(models={}, apps=StateApps(default_connections={APP_LABEL: tx.dialect.name}))
        for earlier in before:
            await earlier.apply(state, dry_run=True)
        editor = _editor(tx)
        await migration.apply(state, schema_editor=editor)
        recorder = MigrationRecorder(tx.client, table_name=RECORD)
        await recorder.ensure_schema(editor)
        await recorder.record_applied(migration.app_label, migration.name)
        return True

    return await database.transact(work)


def _editor(tx: Transaction) -> BaseSchemaEditor:
    editor = {"sqlite": SqliteSchemaEditor, "postgres": AsyncpgSchemaEditor}[tx.dialect.name]
    return editor(tx.client, atomic=True)


async def _applied(executor: Executor) -> set[str]:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1",
        "postgres": "SELECT relname FROM pg_class WHERE oid = to_regclass($1)",
    }
    if not await executor.fetch(catalogue[executor.dialect.name], RECORD):
        return set()
    rows = await executor.fetch(f"SELECT name FROM {RECORD} WHERE app = $1", APP_LABEL)
    return {row["name"] for row in rows}


@cache
def migrations() -> tuple[Migration, ...]:
    """All migrations of this version, in the order of their names."""
    loader = MigrationLoader(apps_config("sqlite"), MigrationRecorder(None))
    loader.load_disk()
    return tuple(sorted(loader.disk_migrations.values(), key=lambda migration: migration.name))
