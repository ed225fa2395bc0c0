"""Whatever document comes, from whomever: the service answers it, keeps its memory, and tells nobody what isn't theirs.

The documents are made from the schema by schemathesis and hypothesis-graphql, the same ones each time. Each is sent as
it was made, and then with values of the register in it, by a portal user, by nobody and by an ADMIN.
"""

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from tests.properties.documents import Filling, Form, form_of, of_each_field, of_many_fields
from tests.properties.firm import CALLERS, Firm
from tests.support.callers import EVA, IDA, Column
from tests.support.databases import SqliteFiles
from tests.support.hidden import IDA_ELSEWHERE, WORD, Watch

CASES = 10_000
FILLINGS = 14
FEWER_FILLINGS = 8
MOST_GROWTH = 48 * 1024 * 1024
"""What the process may grow by while it answers the later half of the cases: more of the same is no reason to grow."""

FITTING = (("Query", 5), ("Mutation", 4))
AS_SOMEBODY_ELSE = ("login(", "chooseCustomer(", "switchCustomer(", "staffLogin(", "confirmStaffLogin(")
"""What answers as who one is afterwards, and so not as the portal user at the company they stand at."""


@pytest.fixture
async def firm(sqlite_files: SqliteFiles, tmp_path: Path) -> AsyncIterator[Firm]:
    sqlite_files.copy(tmp_path)
    async with Firm.filled(tmp_path) as filled:
        yield filled


@pytest.fixture
def filling(firm: Firm) -> Filling:
    return Filling(sorted(firm.ids), [IDA, IDA_ELSEWHERE, EVA, "admin@firma.dk"])


def fitting() -> Iterator[str]:
    for kind, number in FITTING:
        yield from of_each_field(kind, number)
    yield from of_many_fields(25)


def unfitting() -> Iterator[str]:
    for kind, _ in FITTING:
        yield from of_each_field(kind, 2, fitting=False)
    yield from of_many_fields(100, fitting=False)


def memory() -> int:
    """How much of the machine's memory this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Asking:
    """Sends documents, and looks at what every answer must be."""

    def __init__(self, firm: Firm, filling: Filling) -> None:
        self._firm = firm
        self._filling = filling
        self.outcomes: Counter[str] = Counter()

    async def case(self, caller: Column, document: str, variables: Mapping[str, Any] | None = None) -> Any:
        """One answer's body."""
        answer = await self._firm.ask(caller, document, variables)
        body = answer.json()
        told = (caller, document, variables, body)
        assert answer.status_code < 500, told
        assert "data" in body or body["errors"], told
        for error in body.get("errors", ()):
            assert error.get("extensions", {}).get("code") != "INTERNAL_ERROR", told
            assert "Internal error" not in error["message"], told
        self.outcomes["refused" if "data" not in body else "nothing" if body["data"] is None else "data"] += 1
        if body.get("extensions", {}).get("session") == "ENDED":
            await self._firm.restore()
        self._filling.learn(body)
        return body

    async def filled(self, caller: Column, form: Form, times: int = FILLINGS) -> AsyncIterator[tuple[Any, str]]:
        """Answers to a form with values, and what was sent."""
        document = form.text
        for _ in range(times):
            variables = self._filling.of(form)
            yield await self.case(caller, document, variables), json.dumps(variables)


async def test_no_document_breaks_the_service(firm: Firm, filling: Filling) -> None:
    asking = Asking(firm, filling)
    for document in unfitting():
        for caller in CALLERS:
            await asking.case(caller, document)
    half_way = 0
    for document in fitting():
        form = form_of(parse(document))
        for caller in CALLERS:
            await asking.case(caller, document)
            async for _ in asking.filled(caller, form):
                pass
        if document.startswith("mutation"):
            await firm.restore()
        if not half_way and asking.outcomes.total() > CASES // 2:
            half_way = memory()
    assert asking.outcomes.total() >= CASES
    assert asking.outcomes["data"] > CASES // 4, asking.outcomes
    assert memory() - half_way < MOST_GROWTH


async def test_nothing_of_other_customers_comes_back(firm: Firm, filling: Filling) -> None:
    """All of their texts hold a word, which the portal user's own company has in none."""
    asking, watch = Asking(firm, filling), Watch(firm.hidden)
    for document in (*unfitting(), *fitting()):
        if any(field in document for field in AS_SOMEBODY_ELSE):
            continue
        watch.over(await asking.case(Column.PORTAL, document), sent=document)
    told_to_staff = 0
    for document in fitting():
        if any(field in document for field in AS_SOMEBODY_ELSE):
            continue
        form = form_of(parse(document))
        async for body, sent in asking.filled(Column.PORTAL, form, FEWER_FILLINGS):
            watch.over(body, sent=sent)
        if document.startswith("{"):
            told_to_staff += WORD in json.dumps(await asking.case(Column.ADMIN, document))
    assert asking.outcomes["data"] > 500, asking.outcomes
    assert told_to_staff, "the word is there for whoever may see it"
