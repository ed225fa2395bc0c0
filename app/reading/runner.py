"""Carrying out plans: one statement for each relation that was asked for, however many rows lead to it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from app.reading.executor import Executor, Rows
from app.reading.fields import Condition, Many
from app.reading.page import Page
from app.reading.page_runner import PageRunner
from app.reading.plan import PagedPlan, PagePlan, Plan, RelationPlan
from app.reading.rows import Row
from app.reading.statement import Select, Values
from app.reading.view import View


class Runner:
    """Runs the plans of one view."""

    def __init__(self, executor: Executor, view: View) -> None:
        self.executor = executor
        self.view = view

    async def rows(self, plan: Plan, condition: Condition | None = None, order: str | None = None) -> list[Row]:
        """The plan's rows for which the condition holds, with all that they are related to."""
        select = self._select(plan, order)
        if select is None:
            return []
        if condition is not None:
            select.where(condition)
        return await self._read(plan, select)

    async def with_keys(self, plan: Plan, keys: Sequence[int], order: str | None = None) -> list[Row]:
        """The plan's rows with these keys, with all that they are related to."""
        select = self._select(plan, order) if keys else None
        if select is None:
            return []
        select.among(plan.table.key, keys, self.executor.dialect)
        return await self._read(plan, select)

    async def page(self, plan: PagePlan) -> Page:
        """A page of all of a table's rows."""
        return await PageRunner(self, plan).page()

    async def relate(self, plan: Plan, rows: Sequence[Row]) -> None:
        """Reads what a plan's rows are related to."""
        for relation in plan.relations:
            if isinstance(relation, PagedPlan):
                await self._relate_pages(plan, rows, relation)
            elif isinstance(relation.relation, Many):
                await self._relate_many(plan, rows, relation, relation.relation)
            else:
                await self._relate_one(plan, rows, relation)

    def columns(self, plan: Plan, select: Select) -> None:
        """Asks for all that a plan's rows are made from."""
        select.add("_key", plan.table.key)
        for name, column in plan.columns.items():
            select.add(name, column.sql, column.joins)
        for relation in plan.relations:
            here = relation.relation.here
            if here in plan.links:
                select.add(plan.links[here], here, relation.relation.joins)

    def made(self, plan: Plan, records: Rows) -> list[Row]:
        """The rows made from what a statement answered."""
        dialect = self.executor.dialect
        decoders = [(name, column.kind.decoder(dialect)) for name, column in plan.columns.items()]
        decoding = [(name, decode) for name, decode in decoders if decode is not None]
        rows = []
        for record in records:
            values = dict(record)
            for name, decode in decoding:
                values[name] = decode(values[name])
            values.update(plan.hidden)
            for name, computed in plan.computed.items():
                values[name] = computed.compute(values, self.view)
            rows.append(plan.table.row(values["_key"], values))
        return rows

    async def fetch(self, values: Values, statement: str) -> Rows:
        """Runs a statement with its values."""
        return await self.executor.fetch(statement, *values.bound)

    def _select(self, plan: Plan, order: str | None) -> Select | None:
        """The SELECT of a plan's rows, or None where the view may see none of them."""
        table = plan.table
        scope = table.scope(self.view)
        if scope is None:
            return None
        select = Select(table, Values(self.view))
        self.columns(plan, select)
        select.where(scope)
        wanted = table.orders[order or table.order]
        select.order(wanted.with_key_of(table.key), wanted.joins, descending=wanted.descending)
        return select

    async def _read(self, plan: Plan, select: Select) -> list[Row]:
        rows = self.made(plan, await self.fetch(select.values, str(select)))
        await self.relate(plan, rows)
        return rows

    async def _relate_one(self, plan: Plan, rows: Sequence[Row], asked: RelationPlan) -> None:
        targets: dict[int, Row] = {}
        link = plan.links.get(asked.relation.here, "")
        if asked.target is not None:
            keys = _distinct(rows, link)
            targets = {row.key: row for row in await self.with_keys(asked.target, keys)}
        for row in rows:
            row.related[asked.key] = targets.get(row.values.get(link, 0))

    async def _relate_many(self, plan: Plan, rows: Sequence[Row], asked: RelationPlan, relation: Many) -> None:
        found: dict[int, list[Row]] = defaultdict(list)
        link = plan.links.get(relation.here, "")
        keys = _distinct(rows, link)
        select = self._select(asked.target, relation.order) if asked.target is not None and keys else None
        if asked.target is not None and select is not None:
            select.add("_parent", relation.there, relation.there_joins)
            select.among(relation.there, keys, self.executor.dialect)
            for target in await self._read(asked.target, select):
                found[target.values["_parent"]].append(target)
        for row in rows:
            related = found.get(row.values.get(link, 0), [])
            row.related[asked.key] = [each for each in related if not (relation.but_itself and each.key == row.key)]

    async def _relate_pages(self, plan: Plan, rows: Sequence[Row], asked: PagedPlan) -> None:
        link = plan.links[asked.relation.here]
        pages = await PageRunner(self, asked.page).page_of_each(asked.relation, _distinct(rows, link))
        for row in rows:
            row.related[asked.key] = pages[row.values[link]]


def _distinct(rows: Sequence[Row], link: str) -> list[Any]:
    """The keys that rows point at, each once."""
    return list(dict.fromkeys(key for row in rows if (key := row.values.get(link)) is not None))
