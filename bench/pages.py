"""A page of customers with their references: the service against the same JSON by hand."""

import json
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from bench.jobs import Load
from bench.processes import BenchFailed, Server, Worker
from bench.requests import answer_of, ask, get, post
from bench.rounds import AGAIN, BASE, VARIANT, Comparison, Turn

CUSTOMERS: Final = 50
REFERENCES: Final = 10
CONNECTIONS: Final = (1, 4, 32)

_INFO: Final = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
DOCUMENT: Final = f"""
query Page($first: Int!, $references: Int!, $after: String) {{
  customers(first: $first, after: $after) {{
    edges {{
      cursor
      node {{
        id
        name
        references(first: $references) {{
          edges {{ cursor node {{ id name passwordStatus canLogIn }} }}
          {_INFO}
        }}
      }}
    }}
    {_INFO}
  }}
}}
"""


class Pages:
    """All pages of the register, one after the other, of the service and of two servers written by hand."""

    def __init__(self, ours: Server, bare: Server, again: Server, load: Worker, token: str) -> None:
        self._servers = {VARIANT: ours, BASE: bare, AGAIN: again}
        self._load = load
        self._token = token
        starts = self._starts()
        by_hand = [self._by_hand(after) for after in starts]
        self._requests = {VARIANT: [self._graphql(after) for after in starts], BASE: by_hand, AGAIN: by_hand}

    def check(self) -> int:
        """Makes sure that all answer the same, and nobody without a token; says how many bytes a page has.

        Raises:
            BenchFailed: They don't.
        """
        sizes = []
        for requests in zip(*self._requests.values(), strict=True):
            first, *others = map(self._answer, self._servers.values(), requests)
            sizes.append(len(first))
            for other in others:
                where = difference(json.loads(first), json.loads(other))
                if where is not None:
                    raise BenchFailed(f"The servers answer different pages: {where}.")
        for name, server in self._servers.items():
            if b"edges" in ask(server.port, self._requests[name][0].replace(self._token, "adg_nobody"))[1]:
                raise BenchFailed("A server answers without a token.")
        return sum(sizes) // len(sizes)

    def comparisons(self, seconds: float) -> list[Comparison]:
        """What is measured, for so long in each turn."""
        return [
            Comparison(
                f"{connections} connection{'s' if connections > 1 else ''}",
                base="by hand",
                variant="GraphQL",
                measures=("rate", "cpu"),
                take=partial(self._take, connections, seconds),
            )
            for connections in CONNECTIONS
        ]

    def _take(self, connections: int, seconds: float, name: str) -> Turn:
        server = self._servers[name]
        job = Load(server.port, self._requests[name], '"canLogIn"', seconds, connections)
        before = server.cpu_seconds()
        outcome = self._load.ask(job)
        return Turn.of(outcome, server.cpu_seconds() - before)

    @staticmethod
    def _answer(server: Server, request: str) -> bytes:
        return answer_of(server.port, request)

    def _starts(self) -> list[str | None]:
        """Where each page begins."""
        starts: list[str | None] = [None]
        while True:
            answer = json.loads(self._answer(self._servers[BASE], self._by_hand(starts[-1])))
            info = answer["data"]["customers"]["pageInfo"]
            if not info["hasNextPage"]:
                return starts
            starts.append(info["endCursor"])

    def _graphql(self, after: str | None) -> str:
        return post(DOCUMENT, {"first": CUSTOMERS, "references": REFERENCES, "after": after}, self._token)

    def _by_hand(self, after: str | None) -> str:
        parameters = {"first": CUSTOMERS, "references": REFERENCES, **({"after": after} if after else {})}
        return get(f"/customers?{urlencode(parameters)}", self._token)


def difference(one: Any, other: Any, where: str = "answer") -> str | None:
    """Where two answers first differ; None where they are the same, down to the order of their fields."""
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        below = [(key, one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        below = [(str(index), *pair) for index, pair in enumerate(zip(one, other, strict=True))]
    else:
        same = one == other and type(one) is type(other)
        return None if same else f"{where} is {one!r:.200} or {other!r:.200}"
    found = (difference(left, right, f"{where}.{name}") for name, left, right in below)
    return next(filter(None, found), None)
