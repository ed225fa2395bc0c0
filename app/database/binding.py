"""Tells Tortoise's models which kind of database they stand for, without lending them a connection.

Tortoise keeps one such binding in global state: a model's query classes are of one dialect at a time, so all open
databases of a process are of one kind. Its own connections are found through context variables, which hide which
transaction a statement belongs to; ours are always handed over (`.using_db(tx.client)`), and what is bound here is a
client that refuses to run anything.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, NoReturn

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext, set_global_context

MODELS = "app.models"
MIGRATIONS = "app.migrations"
APP_LABEL = "models"

silent = logging.Logger("silent", level=logging.CRITICAL + 1)
"""Takes the place of Tortoise's log of statements, which has their values in it: password hashes, tokens, names."""

_bound: TortoiseContext | None = None
_users = 0


class Unconnected(BaseDBAsyncClient):
    """What a query gets that names no transaction."""

    def __init__(self, connection_name: str, **_: Any) -> None:
        super().__init__(connection_name)
        self.log = silent

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError("A query must name its transaction: .using_db(tx.client), or using_db=tx.client.")

    acquire_connection = _refuse
    _in_transaction = _refuse
    execute_insert = _refuse
    execute_query = _refuse
    execute_query_dict = _refuse
    execute_query_dict_with_affected = _refuse
    execute_many = _refuse
    execute_script = _refuse
    create_connection = _refuse
    db_create = _refuse
    db_delete = _refuse

    async def close(self) -> None:
        """Nothing to close."""


def apps_config(dialect: str) -> dict[str, dict[str, Any]]:
    """Tortoise's configuration of where models and migrations are."""
    return {APP_LABEL: {"models": [MODELS], "migrations": MIGRATIONS, "default_connection": dialect}}


@asynccontextmanager
async def bound_models(dialect: Literal["sqlite", "postgres"]) -> AsyncIterator[TortoiseContext]:
    """Makes Tortoise's models speak this dialect. Blocks may overlap where they are of one dialect.

    Raises:
        RuntimeError: The models of this process speak another dialect now.
    """
    global _bound, _users
    if _bound is None or _bound.default_connection != dialect:
        if _users:
            raise RuntimeError("Databases of two kinds can't be open in one process at the same time.")
        _bound = await _bind(dialect, _bound)
    _users += 1
    try:
        yield _bound
    finally:
        _users -= 1


async def _bind(dialect: str, former: TortoiseContext | None) -> TortoiseContext:
    if former is not None:
        await former.close_connections()
    engine = {"sqlite": "app.database.sqlite", "postgres": "app.database.asyncpg"}[dialect]
    context = TortoiseContext()
    with context:
        await context.init(
            config={"connections": {dialect: {"engine": engine, "credentials": {}}}, "apps": apps_config(dialect)}
        )
    set_global_context(context)
    return context
