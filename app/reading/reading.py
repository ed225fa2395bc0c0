"""Reading: the way in. Everything is read for a view, from tables, through an executor."""

from collections.abc import Iterable, Mapping, Sequence

from app.reading.executor import Executor
from app.reading.fields import Condition
from app.reading.page import Page
from app.reading.planner import Planner
from app.reading.rows import Row
from app.reading.runner import Runner
from app.reading.selection import Selected
from app.reading.table import Table
from app.reading.view import View


class Reading:
    """Reads rows and pages of tables. Each method answers what its view may see, and nothing else exists.

    All of them raise `ArgumentError` where an argument of a list, however deep, is wrong; no statement has run then.
    (A cursor from another row's list is only known for one when that row is.)
    """

    def __init__(self, tables: Mapping[str, Table], executor: Executor) -> None:
        self._tables = tables
        self._executor = executor

    async def one(self, table: str, selection: Iterable[Selected], view: View, condition: Condition) -> Row | None:
        """The row for which the condition holds, or None."""
        rows = await self.all(table, selection, view, condition)
        return rows[0] if rows else None

    async def all(
        self,
        table: str,
        selection: Iterable[Selected],
        view: View,
        condition: Condition | None = None,
        order: str | None = None,
    ) -> list[Row]:
        """All rows for which the condition holds, in the order of that name or in the table's own."""
        plan = Planner(self._tables, view).rows(table, selection)
        return await Runner(self._executor, view).rows(plan, condition, order)

    async def with_keys(
        self, table: str, keys: Sequence[int], selection: Iterable[Selected], view: View, order: str | None = None
    ) -> list[Row]:
        """The rows with these keys, in the order of that name or in the table's own."""
        plan = Planner(self._tables, view).rows(table, selection)
        return await Runner(self._executor, view).with_keys(plan, keys, order)

    async def page(self, list_name: str, table: str, selected: Selected, view: View) -> Page:
        """One page of a list of all rows of a table; its arguments and what is asked of it are in `selected`."""
        plan = Planner(self._tables, view).page(list_name, table, selected)
        return await Runner(self._executor, view).page(plan)
