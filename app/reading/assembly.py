"""From columns to what was asked for: the rows of each level, linked to those of the level above.

What a row or a page is made into is a `Maker`'s business; it makes those of a whole level at once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from app.reading.columns import Columns
from app.reading.composer import rows_of, totals_of
from app.reading.executor import Dialect
from app.reading.fields import Many, One
from app.reading.frame import Frame
from app.reading.levels import PARENT, TOTAL
from app.reading.page import PageRequest
from app.reading.plan import AnyRelationPlan, PagedPlan, PagePlan, Plan, RelationPlan
from app.reading.request import Request
from app.reading.rows import AnswerKey

Related = Mapping[AnswerKey, Sequence[Any]]
"""What the rows of a level are related to, by the name of the relation in the answer: a column like any other."""


class Span(NamedTuple):
    """One page, as a part of its level's rows; `total` is the length of the list, where it was asked for."""

    start: int
    stop: int
    has_next: bool
    has_previous: bool
    total: int


class Maker(Protocol):
    """Makes what is answered."""

    def rows(self, frame: Frame, related: Related) -> Sequence[Any]:
        """One thing for each row."""

    def pages(
        self, plan: PagePlan, request: PageRequest, frame: Frame, related: Related, spans: Sequence[Span]
    ) -> Sequence[Any]:
        """One thing for each span. Where the request runs backwards, so do the rows of a span."""


class Assembly:
    """Assembles what one statement answered."""

    def __init__(self, levels: Mapping[str, Columns], request: Request, dialect: Dialect, maker: Maker) -> None:
        self._levels = levels
        self._request = request
        self._dialect = dialect
        self._maker = maker

    def rows(self, plan: Plan) -> Sequence[Any]:
        """What is made of the plan's rows."""
        frame = self._frame(plan)
        return self._maker.rows(frame, self._related(frame))

    def page(self, plan: PagePlan) -> Any:
        """What is made of a page of all rows."""
        (total,) = self._levels.get(totals_of(plan), {}).get(TOTAL) or (0,)
        return self._pages(plan, [None], {None: total})[0]

    def _frame(self, plan: Plan) -> Frame:
        return Frame(plan, self._levels.get(rows_of(plan), {}), self._request.view, self._dialect)

    def _related(self, frame: Frame) -> Related:
        return {asked.key: self._one_relation(frame, asked) for asked in frame.plan.relations}

    def _one_relation(self, frame: Frame, asked: AnyRelationPlan) -> Sequence[Any]:
        if isinstance(asked, RelationPlan) and asked.target is None:
            return [None if isinstance(asked.relation, One) else [] for _ in frame.keys]
        links = frame.link(asked.link)
        if isinstance(asked, PagedPlan):
            return self._page_of_each(asked.page, links)
        assert asked.target is not None
        target = self._frame(asked.target)
        found = self._maker.rows(target, self._related(target))
        if isinstance(asked.relation, One):
            return list(map(dict(zip(target.keys, found, strict=True)).get, links))
        return self._many(frame, asked, asked.relation, target, found, links)

    @staticmethod
    def _many(
        frame: Frame, asked: RelationPlan, relation: Many, target: Frame, found: Sequence[Any], links: Sequence[Any]
    ) -> Sequence[Any]:
        spans = spans_of(target.parents)
        nothing = (0, 0)
        if not relation.but_itself:
            return [found[slice(*spans.get(link, nothing))] for link in links]
        keys = target.keys
        nobody_else = {link: keys[start] for link, (start, stop) in spans.items() if stop == start + 1}
        return [
            []
            if nobody_else.get(link) == key
            else [found[index] for index in range(*spans.get(link, nothing)) if keys[index] != key]
            for link, key in zip(links, frame.keys, strict=True)
        ]

    def _page_of_each(self, plan: PagePlan, links: Sequence[Any]) -> Sequence[Any]:
        parents = list(dict.fromkeys(links))
        counted = self._levels.get(totals_of(plan), {})
        totals = dict(zip(counted.get(PARENT, ()), counted.get(TOTAL, ()), strict=True))
        pages = dict(zip(parents, self._pages(plan, parents, totals), strict=True))
        return [pages[link] for link in links]

    def _pages(self, plan: PagePlan, parents: Sequence[Any], totals: Mapping[Any, int]) -> Sequence[Any]:
        """The page of each parent's list.

        Raises:
            ArgumentError: A cursor is one of another row's list.
        """
        request = self._request.pages[plan.rows.index]
        for place in (request.after, request.before):
            if place is not None:
                place.check(parents)
        frame = self._frame(plan.rows)
        found = spans_of(frame.parents)
        spans = []
        for parent in parents:
            start, stop = found.get(parent, (0, 0))
            more = stop - start > request.size
            spans.append(
                Span(
                    start,
                    min(stop, start + request.size),
                    has_next=request.before is not None or (more and not request.backwards),
                    has_previous=request.after is not None or (more and request.backwards),
                    total=totals.get(parent, 0),
                )
            )
        return self._maker.pages(plan, request, frame, self._related(frame), spans)


def spans_of(parents: Sequence[Any]) -> dict[Any, tuple[int, int]]:
    """Where the rows of each parent begin and end.

    Raises:
        RuntimeError: They don't stand together: one parent's rows would become another's.
    """
    counts, length = Counter(parents), len(parents)
    if len(counts) == length:  # each row has a parent of its own
        return dict(zip(parents, zip(range(length), range(1, length + 1), strict=True), strict=True))
    spans: dict[Any, tuple[int, int]] = {}
    together: list[Any] = []
    for parent, count in counts.items():
        spans[parent] = (len(together), len(together) + count)
        together += [parent] * count
    if together != list(parents):
        raise RuntimeError("The rows of a level came in another order than its statement's.")
    return spans
