"""What is made of rows where nothing but an answer is wanted of them: dictionaries and lists, ready to be written.

A template is a dictionary in the making. What stands in it are columns of a level; it is made for all of the level's
rows at once, by code that has as many places as the template has and nothing else in it (`app.reading.source`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias

from app.reading.assembly import Related, Span
from app.reading.frame import Finish, Frame
from app.reading.page import PageRequest
from app.reading.plan import PagePlan
from app.reading.source import COLUMN, CONSTANT, Shape, maker_of

Finishing: TypeAlias = Callable[[Any, Any], Any]
"""Makes what is answered of a value, given what the request knows."""


class Unexpected(Exception):
    """A value that the template has no room for; the text says where, and never what."""


@dataclass(frozen=True, slots=True)
class Value:
    """A field of the row. Where it is `required`, null is unexpected."""

    name: str
    required: bool
    finish: Finishing | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What is made of the whole row, by its needs, where the field says no more than these."""

    name: str
    required: bool
    make: Finishing


@dataclass(frozen=True, slots=True)
class Relation:
    """What the row is related to, by the name of the relation in the answer; `under`: those of edges and node."""

    key: str
    required: bool
    under: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every row."""

    value: Any


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of a page, each made by a template."""

    each: "Template"


class PagePart(Enum):
    """What else stands in a page and its edges."""

    CURSOR = auto()
    HAS_NEXT = auto()
    HAS_PREVIOUS = auto()
    START_CURSOR = auto()
    END_CURSOR = auto()
    TOTAL = auto()


Part: TypeAlias = "Value | Made | Relation | Constant | Edges | Template | PagePart"


class Template:
    """A dictionary in the making: what stands in it, by the names in the answer."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.parts = parts
        constants: list[Any] = []
        self.columns: list[Any] = []
        """What fills the columns, in their order."""
        self.shape = self._take(parts, constants)
        self.constants = tuple(constants)
        self._make = maker_of(self.shape)

    def make(self, columns: Sequence[Sequence[Any]], count: int) -> list[Any]:
        """The dictionaries, one for each row of the columns, of which there are `count`."""
        return self._make(self.constants, columns, count)

    def _take(self, parts: Mapping[str, Part], constants: list[Any]) -> Shape:
        shape: list[Any] = []
        for key, part in parts.items():
            constants.append(key)
            match part:
                case Template():
                    shape.append(self._take(part.parts, constants))
                case Constant(value=value):
                    constants.append(value)
                    shape.append(CONSTANT)
                case _:
                    self.columns.append(part)
                    shape.append(COLUMN)
        return tuple(shape)


class TemplateMaker:
    """Makes rows and pages by the templates for them, which it finds by the indexes of their plans."""

    def __init__(self, rows: Mapping[int, Template], pages: Mapping[int, Template], known: Any) -> None:
        """`known` is what the request knows, for those who finish values."""
        self._rows = rows
        self._pages = pages
        self._known = known

    def rows(self, frame: Frame, related: Related) -> list[Any]:
        """The dictionaries of the rows.

        Raises:
            Unexpected: Something is null that may not be.
        """
        template = self._rows[frame.plan.index]
        return template.make([self._column(part, frame, related) for part in template.columns], len(frame.keys))

    def pages(
        self, plan: PagePlan, request: PageRequest, frame: Frame, related: Related, spans: Sequence[Span]
    ) -> list[Any]:
        """The dictionaries of the pages.

        Raises:
            Unexpected: Something is null that may not be.
        """
        template = self._pages[plan.rows.index]
        cursors = frame.cursors(request.ordering) if plan.wants_places else []
        way = -1 if request.backwards else 1
        columns: list[Sequence[Any]] = []
        for part in template.columns:
            if isinstance(part, Edges):
                inner = [self._column(each, frame, related, cursors) for each in part.each.columns]
                edges = part.each.make(inner, len(frame.keys))
                columns.append([edges[span.start : span.stop][::way] for span in spans])
            else:
                columns.append(_of_pages(part, spans, cursors, way))
        return template.make(columns, len(spans))

    def _column(self, part: Any, frame: Frame, related: Related, cursors: Sequence[str] = ()) -> Sequence[Any]:
        """What fills a column for the rows of a level."""
        known = self._known
        match part:
            case Value(name=name, required=required, finish=finish):
                column = frame.values(name, finish and _knowing(finish, known))
            case Made(name=name, required=required, make=make):
                column = frame.made(name, _knowing(make, known))
            case Relation(key=key, required=required, under=under):
                column = related[key] if under is None or key in related else related[*under, key]
            case _:
                return cursors
        if required and None in column:
            raise Unexpected("a null that may not be")
        return column


def _knowing(finishing: Finishing, known: Any) -> Finish:
    return lambda value: finishing(value, known)


def _of_pages(part: PagePart, spans: Sequence[Span], cursors: Sequence[str], way: int) -> list[Any]:
    """What stands in pages beside their edges."""
    match part:
        case PagePart.HAS_NEXT:
            return [span.has_next for span in spans]
        case PagePart.HAS_PREVIOUS:
            return [span.has_previous for span in spans]
        case PagePart.TOTAL:
            return [span.total for span in spans]
        case _ if (part is PagePart.START_CURSOR) is (way > 0):
            return [cursors[span.start] if span.stop > span.start else None for span in spans]
        case _:
            return [cursors[span.stop - 1] if span.stop > span.start else None for span in spans]
