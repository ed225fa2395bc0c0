"""Documents that nobody wrote, over a hostile register: a compiled document answers what stock execution does, byte for
byte, and answers nearly all that can be answered.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from hypothesis_graphql import strategies as documents_of

from app import i18n
from app.services import Services
from schema.compiled import counts
from schema.compiled.counts import Outcome
from tests.compiled.both import both
from tests.compiled.hostile import ADMIN, AUDITOR, HELD, NOBODY, PORTAL, Hostile
from tests.compiled.variations import Case, varied
from tests.properties.documents import SCALARS, SCHEMA, Filling, drawn, of_each_field, of_many_fields

DOCUMENTS: Final = int(os.environ.get("COMPILED_DOCUMENTS", "1000"))
"""How many each kind of database is asked; the long form is `COMPILED_DOCUMENTS=10000`."""
VARIATIONS: Final = 10
OTHERS: Final = (PORTAL, AUDITOR, NOBODY, PORTAL, HELD)
LEAST_SHARE: Final = 0.9
INTROSPECTION: Final = (
    "{ __typename }",
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Customer") { fields { name } } viewer { name } }',
)
OWN: Final = """{
    viewer { sessions { id } ... on PortalViewer { customer { id } reference { id } } }
    settings: internetOrderSettings { id }
}"""


@cache
def bases() -> tuple[str, ...]:
    """Documents as they were made: of each field, of several with a preview among them, and of several without."""
    number = DOCUMENTS // VARIATIONS
    names = [name for name in SCHEMA.query_type.fields if name != "previewReference"] if SCHEMA.query_type else []
    several = drawn(documents_of.queries(SCHEMA, fields=names, custom_scalars=SCALARS), number)
    each = of_each_field("Query", max(number // 13, 1))
    return (*each, *map(str, several), *of_many_fields(number // 10))


class Cases:
    """So many different documents, as they were made, and varied again and again; and who asks them."""

    def __init__(self, hostile: Hostile, own: list[str]) -> None:
        """`own` are ids of what the portal user may see: half of what they ask is of these."""
        self._all, self._own = hostile.filling(), hostile.filling(own)

    def __iter__(self) -> Iterator[tuple[str, Case]]:
        asked: set[str] = set()
        yield from self._asked((Case(text, {}) for text in (*INTROSPECTION, *bases())), asked)
        while len(asked) < DOCUMENTS:
            yield from self._asked((varied(base, self._filling(len(asked))) for base in bases()), asked)

    def learn(self, data: Any) -> None:
        """Takes cursors from an answer."""
        self._all.learn(data)
        self._own.learn(data)

    def _filling(self, number: int) -> Filling:
        return self._own if OTHERS[number % len(OTHERS)] == PORTAL and number % 2 else self._all

    @staticmethod
    def _asked(cases: Iterable[Case], asked: set[str]) -> Iterator[tuple[str, Case]]:
        for case in cases:
            if len(asked) < DOCUMENTS and case.document not in asked:
                other = OTHERS[len(asked) % len(OTHERS)]
                asked.add(case.document)
                yield ADMIN, case
                yield other, case


async def own_ids(services: Services, hostile: Hostile) -> list[str]:
    """The ids that the portal user is told."""
    answer = await both(services, hostile.callers[PORTAL], OWN)
    viewer = answer.data["viewer"]
    return sorted(
        part["id"] for part in (*viewer["sessions"], viewer["customer"], viewer["reference"], *answer.data["settings"])
    )


async def test_a_compiled_document_answers_what_stock_execution_does(services: Services, hostile: Hostile) -> None:
    cases, before = Cases(hostile, await own_ids(services, hostile)), counts.totals()
    found: Counter[str] = Counter()
    for number, (name, case) in enumerate(cases):
        locale = i18n.LOCALES[number // 2 % len(i18n.LOCALES)]
        answer = await both(services, hostile.callers[name], case.document, case.variables, locale)
        assert answer.agree, (name, case, answer)
        cases.learn(answer.data)
        if not answer.errors:
            found["answered"] += 1
            found["compiled"] += answer.compiled is not None
    assert found["answered"] > DOCUMENTS, found
    assert found["compiled"] >= LEAST_SHARE * found["answered"], found
    assert counts.totals()[Outcome.FAILED] == before[Outcome.FAILED]
