"""Reading: the way in. Everything is read for a view, from tables, through an executor."""

from collections.abc import Iterable, Mapping, Sequence

from app.reading.executor import Executor
from app.reading.fields import Condition
from app.reading.page import Page
from app.reading.planner import Planner
from app.reading.prepared import PreparedPage, PreparedRows
from app.reading.row_maker import RowMaker
from app.reading.rows import Row
from app.reading.selection import Selected
from app.reading.table import Table
from app.reading.view import View


class Reading:
    """Reads rows and pages of tables. Each method answers what its view may see, and nothing else exists.

    Those that read raise `ArgumentError` where an argument of a list, however deep, is wrong; no statement has run
    then. (A cursor from another row's list is only known for one when that row is.)
    """

    def __init__(self, tables: Mapping[str, Table], executor: Executor) -> None:
        self._tables = tables
        self._executor = executor

    def prepare_rows(
        self, table: str, selection: Iterable[Selected], view: View, *, alone: bool = False
    ) -> PreparedRows:
        """What reads these fields of rows of a table, again and again, for views of this one's standing.

        It is `alone` where nothing else is read for the answers that it is used for.
        """
        return PreparedRows(Planner(self._tables, view, alone=alone).rows(table, selection), view.standing)

    def prepare_page(
        self, list_name: str, table: str, selected: Selected, view: View, *, alone: bool = False
    ) -> PreparedPage:
        """What reads pages of a list of a table's rows, again and again, for views of this one's standing."""
        return PreparedPage(Planner(self._tables, view, alone=alone).page(list_name, table, selected), view.standing)

    async def one(
        self, table: str, selection: Iterable[Selected], view: View, condition: Condition | None
    ) -> Row | None:
        """The row for which the condition holds, or None."""
        prepared = self.prepare_rows(table, selection, view)
        rows = await prepared.read(self._executor, view, RowMaker(), condition, one=True)
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
        prepared = self.prepare_rows(table, selection, view)
        rows: list[Row] = await prepared.read(self._executor, view, RowMaker(), condition, order)
        return rows

    async def with_keys(
        self, table: str, keys: Sequence[int], selection: Iterable[Selected], view: View, order: str | None = None
    ) -> list[Row]:
        """The rows with these keys, in the order of that name or in the table's own."""
        if not keys:
            return []
        sql = self._executor.dialect.any_of(self._tables[table].key, ":keys")
        return await self.all(table, selection, view, Condition(sql, values={"keys": list(keys)}), order)

    async def page(self, list_name: str, table: str, selected: Selected, view: View) -> Page:
        """One page of a list of all rows of a table; its arguments and what is asked of it are in `selected`."""
        page: Page = await self.prepare_page(list_name, table, selected, view).read(self._executor, view, RowMaker())
        return page
