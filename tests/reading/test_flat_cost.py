"""A page costs the same however deep it lies: the index answers where it begins and in which order its rows come."""

from itertools import product

import pytest

from app.database import Database, Transaction
from app.reading import Condition, Key
from app.reading.page import PageRequest
from app.reading.statement import Select, Slots
from app.services.tables import TABLES
from tests.reading.asking import ask
from tests.reading.firm import OFFICE, Firm

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


@pytest.mark.parametrize(
    ("typed", "index"),
    [("a", "by_letter"), ("an", "by_two_letters"), ("ann", "by_three_letters"), ("anna", "by_three")],
)
@pytest.mark.parametrize("kind", ["customer", "reference"])
async def test_many_that_a_search_finds_come_in_order_from_an_index(
    firm: Firm, kind: str, typed: str, index: str
) -> None:
    for direction in ("ASC", "DESC"):
        reader, counting = firm.counting()
        text = f"{kind}s(filter: {{search: $typed}}, direction: {direction}) {{ edges {{ node {{ id }} }} }}"
        await reader.ask(f"{kind}s", OFFICE, ask(text, typed=typed))
        (statement,) = counting.statements
        plan = await _explain(firm.database, statement, list(counting.values[0]))
        assert f"{kind}_search_{index}" in plan, plan


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
