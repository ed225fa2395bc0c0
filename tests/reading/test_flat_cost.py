"""A page costs the same however deep it lies: the index answers where it begins and in which order its rows come."""

from itertools import product

import pytest

from app.database import Database, Transaction
from app.reading import Condition, Key
from app.reading.page import PageRequest
from app.reading.statement import Select, Slots
from app.services.tables import TABLES

LISTS = {
    "Customer": ("NUMBER", "NAME", "CREATED_AT"),
    "Reference": ("NAME", "EMAIL", "CREATED_AT", "LAST_LOGIN_AT"),
    "AuditEvent": ("NEWEST",),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_deep_page_begins_in_an_index(database: Database, name: str) -> None:
    table = TABLES[name]
    for order, direction in product(LISTS[name], ("ASC", "DESC")):
        request = PageRequest.of("list", table, {"order_by": order, "direction": direction})
        keys, descending = request.ordering.keys, request.ordering.descending
        select = Select(table, Slots())
        select.add("k", table.key)
        select.where(Condition("TRUE"))
        select.beyond(keys, "after_", descending=descending)
        select.order(keys, (), descending=descending)
        select.limit("51")
        plan = await _explain(database, str(select), [_somewhere(key) for key in keys])
        if database.dialect.name == "sqlite":
            assert plan.startswith("SEARCH"), plan
            assert "TEMP B-TREE" not in plan, plan
        else:
            assert "Index Cond: (ROW(" in plan, plan
            assert "Sort  (" not in plan, plan


def _somewhere(key: Key) -> object:
    return {"text": "x", "int": 7, "moment": "moment"}[key.kind.name]


async def _explain(database: Database, sql: str, values: list[object]) -> str:
    """How the database would run a statement. Its tables are empty here, so it is kept from just reading them whole."""
    now = database.dialect.moment(
        (await database.fetch("SELECT created_at FROM internet_order_settings"))[0]["created_at"]
    )
    given = [now if value == "moment" else value for value in values]

    async def explain(tx: Transaction) -> str:
        if tx.dialect.name == "sqlite":
            return "\n".join(row["detail"] for row in await tx.fetch(f"EXPLAIN QUERY PLAN {sql}", *given))
        for other in ("seqscan", "bitmapscan", "sort"):
            await tx.execute(f"SET LOCAL enable_{other} = off")
        return "\n".join(row["QUERY PLAN"] for row in await tx.fetch(f"EXPLAIN {sql}", *given))

    return await database.transact(explain)
