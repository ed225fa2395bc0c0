"""What registers of different sizes are asked: the same questions, so that an answer is as long at each size.

A page begins at the front of its list or at 90 % of it. What a narrow search finds, all sizes have as many of; what a
broad one finds is the same share of each, and more than a page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import asyncpg

from app import ids
from app.demo.words import FIRST_NAMES, SURNAMES, TOWNS, TRADES
from app.services import open_services
from app.services.caller import CommandLine
from app.services.inputs import CreateReference
from app.services.results import CreateReferenceSuccess
from app.settings import load_settings
from bench.filling import Register
from bench.processes import Server
from bench.requests import answer_of, post
from bench.works import PAGE

ROWS: Final = 50
REFERENCES: Final = 10
PAGE_SIZES: Final = (10, 50, 100, 200, 500)
DEEP: Final = 0.9
FEW: Final = 20
"""How many people have a name that nobody else has."""
RARE_NAME: Final = "Rosamunde Kvikzelius"
RARE_EMAIL: Final = "rosamunde-{}@kvikzelius.example"
FLAT: Final = 1.2
NEARLY_FLAT: Final = 2.0

_REFERENCES: Final = """
query References($first: Int!, $after: String, $filter: ReferenceFilter) {
  references(first: $first, after: $after, filter: $filter) {
    edges { cursor node { id name email passwordStatus canLogIn customer { name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
_CUSTOMERS: Final = """
query Customers($first: Int!, $filter: CustomerFilter) {
  customers(first: $first, filter: $filter) {
    edges { cursor node { id number name active } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its bound: how many times what it takes of a small register it may take of a large one."""

    title: str
    document: str
    variables: Mapping[str, Any]
    most: float

    def request(self, token: str) -> str:
        return post(self.document, self.variables, token)

    def of_size(self, rows: int) -> "Question":
        """The same for another number of rows."""
        return replace(self, variables={**self.variables, "first": rows})


@dataclass(frozen=True, slots=True)
class Places:
    """Where a register's lists are nine tenths through, as cursors; a username that two references have; and the number
    of a customer that all sizes have."""

    customer: str
    reference: str
    shared_username: str
    number: str


CUSTOMERS: Final = Question("customers, first page", PAGE.document, {"first": ROWS, "references": REFERENCES}, FLAT)
"""With their references."""
REFERENCES_ALONE: Final = Question("references, first page", _REFERENCES, {"first": ROWS}, FLAT)


def all_questions(places: Places) -> list[Question]:
    """All questions whose cost should not grow."""

    def deep(first: Question, after: str) -> Question:
        title = first.title.replace("first page", f"at {DEEP:.0%}")
        return replace(first, title=title, variables={**first.variables, "after": after})

    def search(document: str, what: str, start: str) -> Question:
        return Question(f"search {what}", document, {"first": ROWS, "filter": {"search": start}}, NEARLY_FLAT)

    username = {"first": ROWS, "filter": {"username": places.shared_username}}
    return [
        CUSTOMERS,
        deep(CUSTOMERS, places.customer),
        REFERENCES_ALONE,
        deep(REFERENCES_ALONE, places.reference),
        search(_CUSTOMERS, "customers by number, narrow", places.number),
        search(_CUSTOMERS, "customers by number, broad", places.number[:1]),
        search(_CUSTOMERS, "customers by name, broad", TOWNS[0]),
        search(_CUSTOMERS, "customers by a word inside, broad", TRADES[0]),
        search(_REFERENCES, "references by name, narrow", RARE_NAME.split()[0]),
        search(_REFERENCES, "references by name, broad", FIRST_NAMES[0]),
        search(_REFERENCES, "references by e-mail, narrow", RARE_EMAIL.partition("{")[0]),
        search(_REFERENCES, "references by e-mail, broad", f"{FIRST_NAMES[0]}-"),
        search(_REFERENCES, "references by a word inside, narrow", RARE_NAME.split()[1]),
        search(_REFERENCES, "references by a word inside, broad", SURNAMES[-3]),
        search(_REFERENCES, "references, nothing found", "xyzzy"),
        Question("references by username", _REFERENCES, username, FLAT),
    ]


async def prepare(register: Register) -> None:
    """Enters the people with the rare name, each at another customer, as the service does."""
    settings = load_settings(_env_file=None, database_url=register.database_url)
    async with open_services(settings) as services:
        for key in range(1, FEW + 1):
            given = CreateReference(ids.encode("Customer", key), RARE_NAME, RARE_EMAIL.format(key))
            answer = await services.credentials.create_reference(CommandLine(), given)
            assert isinstance(answer, CreateReferenceSuccess), answer


async def find_places(register: Register, server: Server) -> Places:
    """Looks the places up; cursors are the server's own."""
    connection = await asyncpg.connect(register.database_url)
    try:
        number = await _deep(connection, "SELECT number FROM customer ORDER BY number_key, id")
        email = await _deep(connection, "SELECT email FROM reference WHERE email IS NOT NULL ORDER BY name_key, id")
        shared = await connection.fetchval(
            "SELECT username_key FROM login JOIN reference ON login_id = login.id WHERE login.id <= 1000"
            " GROUP BY username_key HAVING count(*) = 2 ORDER BY username_key LIMIT 1"
        )
        known = await connection.fetchval("SELECT number FROM customer WHERE id = 100")
    finally:
        await connection.close()
    customer = _cursor(register, server, "customers", _CUSTOMERS, {"search": number})
    reference = _cursor(register, server, "references", _REFERENCES, {"username": email})
    return Places(customer, reference, shared, known)


async def _deep(connection: Any, ordered: str) -> Any:
    rows = await connection.fetchval(f"SELECT count(*) FROM ({ordered}) AS listed")
    return await connection.fetchval(f"{ordered} OFFSET {int(DEEP * rows)} LIMIT 1")


def _cursor(register: Register, server: Server, list_name: str, document: str, narrowed: Mapping[str, str]) -> str:
    """The place of the first one that a filter leaves, in the list without the filter: cursors are the same."""
    request = post(document, {"first": 1, "filter": narrowed}, register.token)
    page = json.loads(answer_of(server.port, request))["data"][list_name]
    return str(page["edges"][0]["cursor"])
