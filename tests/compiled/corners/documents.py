"""Documents that nobody wrote, over the schema full of corners, filled in from its rows."""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any, Final

from hypothesis_graphql import strategies as documents_of

from tests.compiled.corners.asked import QUESTIONS, SCHEMA
from tests.compiled.corners.rows import CODES, IDS
from tests.compiled.hostile import TEXTS
from tests.compiled.variations import Case, varied
from tests.properties.documents import SCALARS, Filling, Slot, drawn

COMPILABLE: Final = [*QUESTIONS, "shape", "shapes"]
VARIATIONS: Final = 10
OF_EACH: Final = 3
"""How many of the documents that are varied ask for one root field alone, of each."""


class CornerFilling(Filling):
    """Fills documents in with what the rows hold, and with what they don't."""

    def __init__(self) -> None:
        super().__init__(list(IDS), [])

    def _value(self, slot: Slot) -> Any:
        if slot.field in ("after", "before"):
            return self.random.choice(self.cursors)
        match slot.type.strip("[]!"):
            case "ID" | "String" if slot.field == "code":
                return self.random.choice((*CODES, "x"))
            case "ID":
                return self.random.choice((*IDS, "", 3))
            case "Int" if slot.field in ("first", "last"):
                return self.random.choice((0, 1, 2, 3, 3, 5, 500, 501))
            case "Int" | "Float":
                return self.random.choice((0, 1, 2, -1, 7, 2**31 - 1))
            case "DateTime":
                return self.random.choice(("2026-11-24T08:30:00Z", "0001-01-02T00:00:00Z", "2020-02-29T23:59:59.9Z"))
        return self.random.choice((*TEXTS, "!", "x"))


@cache
def bases(number: int) -> tuple[str, ...]:
    """So many documents as they were made: of several root fields, and some of each."""
    schema = SCHEMA._schema
    each = [drawn(documents_of.queries(schema, fields=[name], custom_scalars=SCALARS), OF_EACH) for name in QUESTIONS]
    several = drawn(documents_of.queries(schema, fields=COMPILABLE, custom_scalars=SCALARS), number)
    return (*chain(*each), *several)


def cases(filling: Filling, number: int) -> Iterator[Case]:
    """So many different documents, varied again and again."""
    asked: set[str] = set()
    while len(asked) < number:
        for base in bases(number // VARIATIONS):
            case = varied(base, filling, SCHEMA._schema)
            if case.document not in asked and len(asked) < number:
                asked.add(case.document)
                yield case
