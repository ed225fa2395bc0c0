"""Carrying out the plan of a page: of one list, or of the lists of many rows at once."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.reading.executor import Rows
from app.reading.fields import Condition, Paged
from app.reading.page import Edge, Page
from app.reading.plan import PagePlan
from app.reading.rows import Row
from app.reading.statement import PARENT_KEY, Select, Values, page_of_each

if TYPE_CHECKING:
    from app.reading.runner import Runner


class PageRunner:
    """Reads the pages of one plan."""

    def __init__(self, runner: "Runner", plan: PagePlan) -> None:
        self._runner = runner
        self._plan = plan
        self._table = plan.rows.table
        self._request = plan.request
        self._order = self._table.orders[plan.request.ordering.order]
        scope = self._table.scope(runner.view)
        self._conditions = None if scope is None or plan.filters is None else (scope, *plan.filters)
        keys = plan.request.ordering.keys if plan.wants_places else ()
        dialect = runner.executor.dialect
        self._places = [(f"_place{index}", key, key.kind.decoder(dialect)) for index, key in enumerate(keys)]

    async def page(self) -> Page:
        """One page of all of the table's rows."""
        self._check_places([None])
        records: Rows = ()
        total = 0
        if self._plan.wants_rows and self._conditions is not None:
            select = Select(self._table, Values(self._runner.view))
            self._columns(select)
            self._restrict(select)
            records = await self._runner.fetch(select.values, str(select))
        if self._plan.wants_total and self._conditions is not None:
            counting = self._counting()
            total = (await self._runner.fetch(counting.values, str(counting)))[0]["_count"]
        return (await self._pages({None: records}, {None: total}))[None]

    async def page_of_each(self, relation: Paged, parents: Sequence[int]) -> Mapping[int | None, Page]:
        """One page of the related rows of each parent."""
        self._check_places(parents)
        records: dict[int | None, list[Mapping[str, Any]]] = {parent: [] for parent in parents}
        totals: dict[int | None, int] = dict.fromkeys(parents, 0)
        values = Values(self._runner.view)
        of_parent = Condition(f"{relation.there} = {PARENT_KEY}", relation.there_joins)
        if self._plan.wants_rows and self._conditions is not None and parents:
            statement = page_of_each(
                self._runner.executor.dialect,
                self._table,
                values,
                parents,
                columns=self._columns,
                restrict=lambda select: self._restrict(select, of_parent),
                keys=self._request.ordering.keys,
                joins=self._order.joins,
                descending=self._descending,
            )
            for record in await self._runner.fetch(values, statement):
                records[record["_parent"]].append(record)
        if self._plan.wants_total and self._conditions is not None and parents:
            counting = self._counting()
            counting.add("_parent", relation.there, relation.there_joins)
            counting.among(relation.there, parents, self._runner.executor.dialect)
            counting.group("_parent")
            for record in await self._runner.fetch(counting.values, str(counting)):
                totals[record["_parent"]] = record["_count"]
        return await self._pages(records, totals)

    @property
    def _descending(self) -> bool:
        """Which way the statement runs: the last page of a list is the first one of the list turned round."""
        return self._request.ordering.descending != self._request.backwards

    def _check_places(self, parents: Sequence[int | None]) -> None:
        for place in (self._request.after, self._request.before):
            if place is not None:
                place.check(parents)

    def _columns(self, select: Select) -> None:
        self._runner.columns(self._plan.rows, select)
        for name, key, _ in self._places:
            select.add(name, key.sql, self._order.joins)

    def _restrict(self, select: Select, of_parent: Condition | None = None) -> None:
        request = self._request
        keys, descending = request.ordering.keys, request.ordering.descending
        for condition in (of_parent, *(self._conditions or ())):
            if condition is not None:
                select.where(condition)
        if request.after is not None:
            select.beyond(keys, request.after.values, descending=descending)
        if request.before is not None:
            select.beyond(keys, request.before.values, descending=not descending)
        select.order(keys, self._order.joins, descending=self._descending)
        select.limit(request.size + 1)  # one more than the page has room for says whether there is a next one

    def _counting(self) -> Select:
        select = Select(self._table, Values(self._runner.view))
        select.add("_count", "count(*)")
        for condition in self._conditions or ():
            select.where(condition)
        return select

    async def _pages(
        self, records: Mapping[int | None, Rows], totals: Mapping[int | None, int]
    ) -> dict[int | None, Page]:
        """The pages, from the rows of each parent and one more, in the statement's order."""
        size, backwards = self._request.size, self._request.backwards
        shown = {parent: list(rows[:size])[:: -1 if backwards else 1] for parent, rows in records.items()}
        rows = self._runner.made(self._plan.rows, [record for page in shown.values() for record in page])
        await self._runner.relate(self._plan.rows, rows)
        after, before = self._request.after is not None, self._request.before is not None
        pages: dict[int | None, Page] = {}
        left = iter(rows)
        for parent, page in shown.items():
            more = len(records[parent]) > size
            pages[parent] = Page(
                edges=[Edge(row, self._request.ordering, parent, self._place(row)) for row in islice(left, len(page))],
                has_next_page=before or (more and not backwards),
                has_previous_page=after or (more and backwards),
                total_count=totals[parent] if self._plan.wants_total else None,
            )
        return pages

    def _place(self, row: Row) -> tuple[Any, ...]:
        values = row.values
        return tuple([decode(values[name]) if decode else values[name] for name, _, decode in self._places])
