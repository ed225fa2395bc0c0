"""Servers that answer the same: checked for it first, then measured in turns."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bench.jobs import Load
from bench.processes import BenchFailed, DatabaseClock, Server, Worker
from bench.requests import answer_of, ask
from bench.rounds import Comparison, Turn, again

CONNECTIONS: Final = {"1 connection": 1, "4 connections": 4, "32 connections": 32}
*SOME, MOST = CONNECTIONS
MANY: Final = (MOST,)
WARMING_UP: Final = 4
CURSORS: Final = frozenset({"cursor", "startCursor", "endCursor"})
"""Each server makes its own: they must be there, and differ from one another."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server and the requests that it is asked, in a circle."""

    server: Server
    requests: Sequence[str]


class Contest:
    """Contestants by name. The first is the base, which a second server of the same kind stands beside."""

    def __init__(self, load: Worker, expects: str, database: DatabaseClock | None) -> None:
        self._load = load
        self._expects = expects
        self._database = database
        self._contestants: dict[str, Contestant] = {}

    def enter(self, name: str, server: Server, requests: Sequence[str]) -> None:
        self._contestants[name] = Contestant(server, requests)

    def check(self) -> int:
        """Makes sure that all answer the same, and nobody without a token; says how many bytes the base's answers have.

        Raises:
            BenchFailed: They don't.
        """
        names = list(self._contestants)
        sizes = []
        for requests in zip(*(each.requests for each in self._contestants.values()), strict=True):
            bodies = [
                answer_of(self._contestants[name].server.port, request)
                for name, request in zip(names, requests, strict=True)
            ]
            sizes.append(len(bodies[0]))
            first, *others = [json.loads(body)["data"] for body in bodies]
            for name, other in zip(names[1:], others, strict=True):
                where = difference(first, other) or wrong_cursors(other)
                if where is not None:
                    raise BenchFailed(f"{names[0]} and {name} answer differently: {where}.")
        for name, each in self._contestants.items():
            nobody = re.sub(r"(?<=Authorization: Bearer )\S+", "adg_nobody", each.requests[0])
            if self._expects.encode() in ask(each.server.port, nobody)[1]:
                raise BenchFailed(f"{name} answers without a token.")
        return sum(sizes) // len(sizes)

    def warm_up(self, seconds: float) -> None:
        """Has each contestant work for so long without being measured: what compiles as it runs, Node, needs it."""
        for name in self._contestants:
            self._take(WARMING_UP, seconds, name)

    def comparisons(self, seconds: float) -> list[Comparison]:
        """What is measured, for so long in each turn."""
        base = next(iter(self._contestants))
        variants = [name for name in self._contestants if name != again(base)]
        return [
            Comparison(name, variants, take=partial(self._take, connections, seconds))
            for name, connections in CONNECTIONS.items()
        ]

    def _take(self, connections: int, seconds: float, name: str) -> Turn:
        server = self._contestants[name].server
        job = Load(server.port, list(self._contestants[name].requests), self._expects, seconds, connections)
        before, database_before = server.cpu_seconds(), self._database.read() if self._database else {}
        outcome = self._load.ask(job)
        database = self._database.since(database_before) if self._database else None
        return Turn.of(outcome, server.cpu_seconds() - before, database)


def difference(one: Any, other: Any, where: str = "data") -> str | None:
    """Where two answers first differ; None where they are the same, down to the order of their fields."""
    if where.rpartition(".")[2] in CURSORS and isinstance(one, str) and isinstance(other, str):
        return None if one and other else f"{where} is empty"
    if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
        below = [(key, one[key], other[key]) for key in one]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        below = [(str(index), *pair) for index, pair in enumerate(zip(one, other, strict=True))]
    else:
        same = one == other and type(one) is type(other) and not isinstance(one, dict | list)
        return None if same else f"{where} is {one!r:.200} or {other!r:.200}"
    found = (difference(left, right, f"{where}.{name}") for name, left, right in below)
    return next(filter(None, found), None)


def wrong_cursors(value: Any) -> str | None:
    """What is wrong with the cursors of an answer: two of a list are equal, or a page begins or ends elsewhere."""
    if isinstance(value, list):
        return next(filter(None, map(wrong_cursors, value)), None)
    if not isinstance(value, dict):
        return None
    if "edges" in value:
        cursors = [edge["cursor"] for edge in value["edges"]]
        info = value["pageInfo"]
        if len(set(cursors)) < len(cursors):
            return "two cursors of a list are equal"
        if cursors and (info["startCursor"], info["endCursor"]) != (cursors[0], cursors[-1]):
            return "a page begins or ends with another cursor than its info says"
    return next(filter(None, map(wrong_cursors, value.values())), None)
