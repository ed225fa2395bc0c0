"""The operations that our migrations are made of."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.operations import CreateModel, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

HERE = Path(__file__).parent


class RecordModel(CreateModel):
    """Lets Tortoise know of a model whose table is laid by a `Script`."""

    reversible = False

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Nothing: the table is there."""


class Script(TortoiseOperation):
    """Runs the file of this name for the kind of database at hand: `NAME.sqlite.sql` or `NAME.postgres.sql`."""

    reversible = False

    def __init__(self, name: str) -> None:
        self.name = name

    def read(self, dialect: str) -> str:
        """The script for one kind of database."""
        return (HERE / f"{self.name}.{dialect}.sql").read_text(encoding="utf-8")

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is not None:
            await state_editor.client.execute_script(self.read(state_editor.DIALECT))


class Fill(TortoiseOperation):
    """Writes rows that only a program can make."""

    reversible = False

    def __init__(self, fill: Callable[[BaseDBAsyncClient], Awaitable[None]]) -> None:
        self.fill = fill

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is not None:
            await self.fill(state_editor.client)
