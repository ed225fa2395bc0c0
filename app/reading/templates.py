"""What is made of rows where nothing but an answer is wanted of them: the JSON of it, written column by column.

A template is an object of that JSON with gaps in it, which are filled by columns of a level, for all of the level's
rows at once. What stands between the gaps is bound to it and never looked at again; no code is made for anything that
anybody wrote. There are no objects for rows, and so nothing for the garbage collector to go through: of a page of 50
customers with ten references each, assembling takes half the time that dictionaries and writing them take.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import repeat
from typing import Any, Final, TypeAlias

from orjson import dumps

from app.reading.assembly import Related, Span
from app.reading.frame import Finish, Frame
from app.reading.kept import Keeper
from app.reading.page import PageRequest
from app.reading.plan import PagePlan

Finishing: TypeAlias = Callable[[Any, Any], Any]
"""Makes what is answered of a value, given what the request knows."""

Written: TypeAlias = Sequence[bytes]
"""A column of what stands in the JSON."""

NULL: Final = b"null"
BOOLEAN: Final = {False: b"false", True: b"true"}


class Unexpected(Exception):
    """A value that the template has no room for; the text says where, and never what."""


@dataclass(frozen=True, slots=True)
class Text:
    """A field of the row that is a text as it comes, where null is unexpected."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """A field of the row. Where it is `required`, null is unexpected. Its values are finished in a language."""

    name: str
    required: bool
    finish: Finishing | None = None
    keeper: Keeper = field(default_factory=Keeper, compare=False)


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
    many: bool
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


Part: TypeAlias = "Text | Value | Made | Relation | Constant | Edges | Template | PagePart"


class Template:
    """An object with gaps: what stands in it, by the names in the answer."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self.parts = parts
        self.gaps: list[Any] = []
        """What fills the gaps, in their order."""
        self._between = [b""]
        self._take(parts)

    def fill(self, columns: Sequence[Written], count: int) -> list[bytes]:
        """The objects, one for each row of the columns, of which there are `count`."""
        first, *others = (repeat(text, count) for text in self._between)
        filled: list[Any] = [first]
        for column, text in zip(columns, others, strict=True):
            filled += (column, text)
        return list(map(b"".join, zip(*filled, strict=True)))

    def _take(self, parts: Mapping[str, Part]) -> None:
        self._write(b"{")
        for number, (key, part) in enumerate(parts.items()):
            self._write(b"%b%b:" % (b"," if number else b"", dumps(key)))
            match part:
                case Template():
                    self._take(part.parts)
                case Constant(value=value):
                    self._write(dumps(value))
                case Text() | PagePart.CURSOR:
                    self._leave_gap(part, b'"', b'"')
                case Edges():
                    self._leave_gap(part, b"[", b"]")
                case _:
                    self._leave_gap(part)
        self._write(b"}")

    def _leave_gap(self, part: Part, before: bytes = b"", behind: bytes = b"") -> None:
        self._write(before)
        self.gaps.append(part)
        self._between.append(behind)

    def _write(self, text: bytes) -> None:
        self._between[-1] += text


class TemplateMaker:
    """Makes rows and pages by the templates for them, which it finds by the indexes of their plans."""

    def __init__(
        self, rows: Mapping[int, Template], pages: Mapping[int, Template], known: Any, language: Hashable
    ) -> None:
        """`known` is what the request knows, for those who make something of rows, and `language` all of it that
        values are finished by."""
        self._rows = rows
        self._pages = pages
        self._known = known
        self._language = language

    def rows(self, frame: Frame, related: Related) -> list[bytes]:
        """The JSON of the rows.

        Raises:
            Unexpected: Something is null that may not be.
        """
        template = self._rows[frame.plan.index]
        return template.fill([self._column(part, frame, related) for part in template.gaps], len(frame.keys))

    def pages(
        self, plan: PagePlan, request: PageRequest, frame: Frame, related: Related, spans: Sequence[Span]
    ) -> list[bytes]:
        """The JSON of the pages.

        Raises:
            Unexpected: Something is null that may not be.
        """
        template = self._pages[plan.rows.index]
        cursors = frame.cursors(request.ordering) if plan.wants_places else []
        way = -1 if request.backwards else 1
        columns: list[Written] = []
        for part in template.gaps:
            if isinstance(part, Edges):
                inner = [self._column(each, frame, related, cursors) for each in part.each.gaps]
                edges = part.each.fill(inner, len(frame.keys))
                columns.append([b",".join(edges[span.start : span.stop][::way]) for span in spans])
            else:
                columns.append(_of_pages(part, spans, cursors, way))
        return template.fill(columns, len(spans))

    def _column(self, part: Any, frame: Frame, related: Related, cursors: Written = ()) -> Written:
        """What fills a gap for the rows of a level."""
        column: Written | None = None
        required = True
        match part:
            case PagePart.CURSOR:
                return cursors
            case Text(name=name):
                column = frame.insides(name)
            case Value(name=name, required=required, finish=finish, keeper=keeper):
                language = self._language
                written = dumps if finish is None else _written(finish, language)
                column = frame.values(name, written, lambda decoding, way: keeper.of((decoding, language), way))
            case Made(name=name, required=required, make=make):
                column = frame.made(name, _written(make, self._known))
            case Relation(key=key, required=required, many=many, under=under):
                found = related[key] if under is None or key in related else related[*under, key]
                column = list(map(array, found)) if many else [NULL if each is None else each for each in found]
        if column is None or (required and NULL in column):
            raise Unexpected("a null that may not be")
        return column


def array(parts: Sequence[bytes]) -> bytes:
    """The JSON of a list."""
    return b"[%b]" % b",".join(parts) if parts else b"[]"


def _written(finishing: Finishing, known: Any) -> Finish:
    return lambda value: dumps(finishing(value, known))


def _of_pages(part: PagePart, spans: Sequence[Span], cursors: Written, way: int) -> Written:
    """What stands in pages beside their edges."""
    match part:
        case PagePart.HAS_NEXT:
            return [BOOLEAN[span.has_next] for span in spans]
        case PagePart.HAS_PREVIOUS:
            return [BOOLEAN[span.has_previous] for span in spans]
        case PagePart.TOTAL:
            return [dumps(span.total) for span in spans]
        case _ if (part is PagePart.START_CURSOR) is (way > 0):
            return [b'"%b"' % cursors[span.start] if span.stop > span.start else NULL for span in spans]
        case _:
            return [b'"%b"' % cursors[span.stop - 1] if span.stop > span.start else NULL for span in spans]
