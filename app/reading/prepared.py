"""What a selection becomes, ready to be read with the values of one request after the other."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from app.reading.assembly import Assembly, Maker
from app.reading.columns import Columns, read
from app.reading.composer import Composer, Statement
from app.reading.executor import Executor
from app.reading.fields import Condition
from app.reading.plan import PagePlan, Plan
from app.reading.request import Request, pages_of
from app.reading.view import View

MOST_STATEMENTS: Final = 64
"""How many statements a selection keeps: which filters, cursors and order are given decides about its text."""


class Prepared:
    """A plan, and the statements that were made for it so far."""

    def __init__(self, pages: Iterable[PagePlan], standing: Hashable) -> None:
        self._pages = tuple(pages)
        self._standing = standing
        self._statements: dict[Hashable, Statement] = {}

    def request(self, view: View, variables: Any) -> Request:
        """A request by a view, with its arguments checked.

        Raises:
            ArgumentError: An argument is wrong.
        """
        assert view.standing == self._standing, "a plan is good for one standing"
        request = Request(view)
        for page in self._pages:
            request.add_page(page, variables)
        return request

    async def levels(
        self,
        executor: Executor,
        request: Request,
        of: Hashable,
        compose: Callable[[Composer], Statement],
        *,
        small: bool = False,
    ) -> Mapping[str, Columns]:
        """What the request's statement answers, which is composed unless there is one."""
        key = (of, executor.dialect.name, *request.shapes.values())
        statement = self._statements.get(key)
        if statement is None:
            statement = compose(Composer(executor.dialect, request.view, request.shapes))
            if len(self._statements) >= MOST_STATEMENTS:
                self._statements.clear()
            self._statements[key] = statement
        return await read(executor, statement, request.values, small=small)


class PreparedRows(Prepared):
    """Reads rows of a table."""

    def __init__(self, plan: Plan, standing: Hashable) -> None:
        super().__init__(pages_of(plan), standing)
        self.plan = plan

    async def read(
        self,
        executor: Executor,
        view: View,
        maker: Maker,
        condition: Condition | None = None,
        order: str | None = None,
        variables: Any = None,
        *,
        one: bool = False,
    ) -> Any:
        """All rows for which the condition holds, in the order of that name or in the table's own; `one`: of which
        there is one at most.

        Raises:
            ArgumentError: An argument of a list below is wrong.
        """
        request = self.request(view, variables)
        if condition is not None:
            request.add_condition(condition)
        of = (order, condition and (condition.sql, condition.joins))
        levels = await self.levels(
            executor, request, of, lambda made: made.rows(self.plan, condition, order), small=one and not self._pages
        )
        return Assembly(levels, request, executor.dialect, maker).rows(self.plan)


class PreparedPage(Prepared):
    """Reads pages of a list."""

    def __init__(self, plan: PagePlan, standing: Hashable) -> None:
        super().__init__((plan, *pages_of(plan.rows)), standing)
        self.plan = plan

    async def read(self, executor: Executor, view: View, maker: Maker, variables: Any = None) -> Any:
        """One page.

        Raises:
            ArgumentError: An argument, of this list or of one below, is wrong.
        """
        request = self.request(view, variables)
        page = request.pages[self.plan.rows.index]
        for place in (page.after, page.before):
            if place is not None:
                place.check([None])
        levels = await self.levels(executor, request, None, lambda made: made.page(self.plan))
        return Assembly(levels, request, executor.dialect, maker).page(self.plan)
