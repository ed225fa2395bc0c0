"""Rows and pages of rows, for those who ask field by field."""

from collections.abc import Sequence

from app.reading.assembly import Related, Span
from app.reading.frame import Frame
from app.reading.page import Edge, Page, PageRequest
from app.reading.plan import PagePlan
from app.reading.rows import Row


class RowMaker:
    """Makes a `Row` of each row, and a `Page` of each page."""

    def rows(self, frame: Frame, related: Related) -> list[Row]:
        """The rows, with all fields that were asked for and those they are made from."""
        plan = frame.plan
        names = (*plan.fixed, *plan.columns, *plan.computed)
        columns = [frame.values(name) for name in names]
        made = plan.table.row
        rows = [
            made(key, dict(zip(names, values, strict=True))) for key, *values in zip(frame.keys, *columns, strict=True)
        ]
        for key, found in related.items():
            for row, value in zip(rows, found, strict=True):
                row.related[key] = value
        return rows

    def pages(
        self, plan: PagePlan, request: PageRequest, frame: Frame, related: Related, spans: Sequence[Span]
    ) -> list[Page]:
        """The pages, with edges that hold a cursor where one was asked for."""
        rows = self.rows(frame, related)
        cursors: Sequence[str | None] = [None] * len(rows)
        if plan.wants_places:
            cursors = [cursor.decode() for cursor in frame.cursors(request.ordering)]
        edges = [Edge(row, cursor) for row, cursor in zip(rows, cursors, strict=True)]
        way = -1 if request.backwards else 1
        return [
            Page(
                edges=edges[span.start : span.stop][::way],
                has_next_page=span.has_next,
                has_previous_page=span.has_previous,
                total_count=span.total if plan.wants_total else None,
            )
            for span in spans
        ]
