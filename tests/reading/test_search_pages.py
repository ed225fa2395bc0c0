"""A page of what is searched for is what it is of the whole list, however much is found and whichever way it is read.

Registers are made up; which rows a page should have is worked out from them here, by the folded forms alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import pytest

from app.database import Transaction
from app.reading import MAX_SIZE
from app.reading.levels import MOST_SORTED
from app.services.folding import fold, search_keys, search_start
from app.services.tables.filters import MOST_LETTERS
from tests.reading.asking import ask
from tests.reading.firm import OFFICE, Firm

WORDS = (
    *("Anna",) * 9,
    "Anna",
    "Anne",
    "Annika",
    "An",
    "Ane",
    "A",
    "Åse",
    "Aase",
    "Bo",
    "Børge",
    "Abe",
    "Anna-Bo",
    "Øjvind",
    "Ænna",
)
TYPED = ("a", "an", "ann", "anna", "anna ", "anne a", "annik", "aa", "å", "b", "bo", "bø", "ø", "anna-bo", "abe b", "c")
LISTS = {"references": ("NAME", "CREATED_AT"), "customers": ("NUMBER", "NAME")}
CUSTOMERS, REFERENCES = 700, 1_300
CASES = 80


@dataclass(frozen=True)
class Known:
    """A row of a list: where it stands in each order, what finds it, and whose it is."""

    key: int
    orders: dict[str, Any]
    search: tuple[str, ...]
    active: bool
    customer: int | None = None

    def finds(self, typed: str) -> int:
        """How many of its search keys begin with what was typed."""
        return sum(key.startswith(search_start(typed)) for key in self.search)


class Register:
    """A firm's register of names that are much alike, and what is known of it."""

    def __init__(self, firm: Firm, random: Random) -> None:
        self._firm = firm
        self._random = random
        self.lists: dict[str, list[Known]] = {}

    async def fill(self) -> None:
        names = [self._name() for _ in range(CUSTOMERS)]
        numbers = [f"{self._random.choice(WORDS)}{number}" for number in range(CUSTOMERS)]
        actives = [self._random.random() < 0.9 for _ in names]
        rows = [
            self._firm.customer_row(number, name, active=active)
            for number, name, active in zip(numbers, names, actives, strict=True)
        ]
        keys = await self._firm.insert_many("customer", rows)
        self.lists["customers"] = [
            Known(key, {"NUMBER": fold(number), "NAME": fold(name)}, search_keys(name=name, starts=(number,)), active)
            for key, number, name, active in zip(keys, numbers, names, actives, strict=True)
        ]
        people = [(self._random.choice(keys[:3]), self._name(), self._moment()) for _ in range(REFERENCES)]
        made = await self._firm.insert_many(
            "reference", [self._firm.reference_row(each, name, created_at=at) for each, name, at in people]
        )
        self.lists["references"] = [
            Known(key, {"NAME": fold(name), "CREATED_AT": at}, search_keys(name=name), False, customer)
            for key, (customer, name, at) in zip(made, people, strict=True)
        ]
        await self._index("customer", "NUMBER", self.lists["customers"])
        await self._index("reference", "NAME", self.lists["references"])

    async def cursors(self, list_name: str, order: str, direction: str) -> dict[int, str]:
        """The cursor of each row, whose places searches share."""
        found: dict[int, str] = {}
        after = None
        while True:
            text = f"{list_name}(first: {MAX_SIZE}, after: $after, orderBy: {order}, direction: {direction})"
            asked = ask(f"{text} {{ edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage }} }}", after=after)
            page = await self._firm.reader.ask(list_name, OFFICE, asked)
            found |= {edge.node.key: edge.cursor for edge in page.edges}
            if not page.has_next_page:
                return found
            after = page.edges[-1].cursor

    async def _index(self, table: str, order: str, rows: list[Known]) -> None:
        keys = ((key, row.orders[order], row.key) for row in rows for key in row.search)

        async def write(tx: Transaction) -> None:
            while some := list(islice(keys, 300)):
                places = ", ".join(f"(${3 * n + 1}, ${3 * n + 2}, ${3 * n + 3})" for n in range(len(some)))
                values = [value for row in some for value in row]
                await tx.execute(f"INSERT INTO {table}_search (key, order_key, {table}_id) VALUES {places}", *values)

        await self._firm.database.transact(write)

    def _name(self) -> str:
        return " ".join(self._random.choices(WORDS, k=self._random.randint(1, 7)))

    def _moment(self) -> datetime:
        return self._firm.now - timedelta(minutes=self._random.randrange(500))


def cases(random: Random, cursors: dict[tuple[str, str, str], dict[int, str]]) -> Iterator[dict[str, Any]]:
    for _ in range(CASES):
        (list_name, order, direction), places = random.choice(list(cursors.items()))
        yield {
            "list_name": list_name,
            "order": order,
            "direction": direction,
            "typed": random.choice(TYPED),
            "end": random.choice(("first", "last")),
            "size": random.choice((0, 1, 7, 50, MAX_SIZE)),
            "after": random.choice((None, None, *random.sample(list(places), 2))),
            "before": random.choice((None, None, None, random.choice(list(places)))),
            "active": random.choice((None, None, True)),
        }


def expected(rows: list[Known], case: dict[str, Any]) -> tuple[list[int], list[int]]:
    """The keys of a page, and those of all that is found."""

    def place(row: Known) -> tuple[Any, int]:
        return row.orders[case["order"]], row.key

    listed = [row.key for row in sorted(rows, key=place, reverse=case["direction"] == "DESC")]
    begin = 0 if case["after"] is None else listed.index(case["after"]) + 1
    end = len(listed) if case["before"] is None else listed.index(case["before"])
    sought = {row.key for row in rows if row.finds(case["typed"]) and case["active"] in (None, row.active)}
    found = [key for key in listed if key in sought]
    within = [key for key in listed[begin:end] if key in sought]
    size = case["size"]
    return (within[:size] if case["end"] == "first" else within[len(within) - min(size, len(within)) :]), found


@pytest.mark.parametrize("seed", range(2))
async def test_a_page_of_a_search_is_that_of_the_whole_list(firm: Firm, seed: int) -> None:
    random = Random(seed)
    register = Register(firm, random)
    await register.fill()
    cursors = {
        (list_name, order, direction): await register.cursors(list_name, order, direction)
        for list_name, orders in LISTS.items()
        for order in orders
        for direction in ("ASC", "DESC")
    }
    met: set[tuple[str, bool]] = set()
    for case in cases(random, cursors):
        list_name = case["list_name"]
        if list_name == "references":
            case["active"] = None
        page, found = expected(register.lists[list_name], case)
        places = cursors[list_name, case["order"], case["direction"]]
        filters = f"search: $typed{', active: true' if case['active'] else ''}"
        text = (
            f"{list_name}({case['end']}: {case['size']}, after: $after, before: $before, orderBy: {case['order']},"
            f" direction: {case['direction']}, filter: {{{filters}}}) {{ totalCount edges {{ node {{ id }} }} }}"
        )
        given = {name: None if case[name] is None else places[case[name]] for name in ("after", "before")}
        answer = await firm.reader.ask(list_name, OFFICE, ask(text, typed=case["typed"], **given))
        assert [edge.node.key for edge in answer.edges] == page, case
        assert answer.total_count == len(found), case
        in_order = case["order"] == LISTS[list_name][0] and case["active"] is None
        if in_order and sum(row.finds(case["typed"]) for row in register.lists[list_name]) > MOST_SORTED:
            met.add((list_name, len(search_start(case["typed"])) > MOST_LETTERS))
    assert met == {("references", True), ("references", False), ("customers", False)}


async def test_a_search_among_one_customers_people_finds_only_these(firm: Firm) -> None:
    register = Register(firm, Random(3))
    await register.fill()
    below = "references(first: 20, filter: {search: $typed}) { edges { node { id } } }"
    text = f"customers(first: 500) {{ edges {{ node {{ id {below} }} }} }}"
    for typed in ("a", "anna-"):
        page = await firm.reader.ask("customers", OFFICE, ask(text, typed=typed))
        for edge in page.edges:
            own = [row for row in register.lists["references"] if row.customer == edge.node.key and row.finds(typed)]
            own.sort(key=lambda row: (row.orders["NAME"], row.key))
            found = edge.node.related["references"].edges
            assert [each.node.key for each in found] == [row.key for row in own[:20]]


async def test_a_portal_user_is_found_behind_all_whom_they_may_not_see(firm: Firm) -> None:
    register = Register(firm, Random(4))
    await register.fill()
    customer, name, email = register.lists["customers"][0].key, "Åse A", "ase@example.dk"
    login = await firm.login(email)
    own = await firm.reference(customer, name, email, login)
    assert sum(row.finds("a") for row in register.lists["references"]) > MOST_SORTED
    portal = await firm.portal_user(customer, login, own)
    page = await firm.reader.ask(
        "references", portal, ask('references(filter: {search: "a"}) { edges { node { id } } }')
    )
    assert [edge.node.key for edge in page.edges] == [own]
