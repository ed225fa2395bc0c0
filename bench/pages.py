"""Pages of customers with their references, and who is logged in: the service against the same JSON by other means."""

import json
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

from bench.compared import Goal, compared
from bench.contest import MANY, SOME, Contest
from bench.filling import Register
from bench.parts import Part
from bench.processes import Server
from bench.requests import answer_of, get, post
from bench.rounds import again
from bench.run import Run
from bench.works import PAGE, VIEWER, Work

ADGANG: Final = "adgang"
BARE: Final = "bare"
RAW: Final = "raw ASGI"
MERCURIUS: Final = "mercurius + jit"
STOCK: Final = "Strawberry + Tortoise"
MOST_PAGES: Final = 20


class Asking:
    """The requests of a work, for a register."""

    def __init__(self, work: Work, register: Register) -> None:
        self._work = work
        self._register = register

    def graphql(self, server: Server) -> list[str]:
        """All that a server of GraphQL is asked."""
        if not self._work.first:
            return [post(self._work.document, {}, token) for token in self._register.sessions]
        return self._walk(server, self._page)

    def by_hand(self, server: Server) -> list[str]:
        """All that a server that is written by hand is asked."""
        if not self._work.first:
            return [get(self._work.path, token) for token in self._register.sessions]
        return self._walk(server, self._page_by_hand)

    def _walk(self, server: Server, request: Callable[[str | None], str]) -> list[str]:
        """Requests of the first pages, one after the other, by the cursors that this server gives."""
        requests, after = list[str](), None
        while True:
            requests.append(request(after))
            info = json.loads(answer_of(server.port, requests[-1]))["data"]["customers"]["pageInfo"]
            if not info["hasNextPage"] or len(requests) == MOST_PAGES:
                return requests
            after = info["endCursor"]

    def _page(self, after: str | None) -> str:
        variables = {"first": self._work.first, "references": self._work.references, "after": after}
        return post(self._work.document, variables, self._register.token)

    def _page_by_hand(self, after: str | None) -> str:
        parameters = {"first": self._work.first, "references": self._work.references}
        path = f"{self._work.path}?{urlencode({**parameters, **({'after': after} if after else {})})}"
        return get(path, self._register.token)


def measure(run: Run) -> Part:
    """The page, against all others."""
    contest, asking = _begin(run, PAGE)
    enter_raw(run, contest, asking)
    enter_mercurius(run, contest, asking)
    server = run.by_hand("stock.app")
    contest.enter(STOCK, server, asking.graphql(server))
    goals = [Goal(BARE, least=1.5), Goal(MERCURIUS, least=2), Goal(STOCK, least=20), Goal(RAW, least=0.8)]
    return _compared(run, "page", PAGE, contest, goals)


def measure_viewer(run: Run) -> Part:
    """Who is logged in, against all but the stock one."""
    contest, asking = _begin(run, VIEWER)
    enter_raw(run, contest, asking)
    enter_mercurius(run, contest, asking)
    goals = [
        Goal(BARE, least=1.2, only=SOME),
        Goal(BARE, least=2.5, only=MANY),
        Goal(MERCURIUS, least=0.85, measure="per_cpu"),
        Goal(RAW, least=0.8),
    ]
    return _compared(run, "viewer", VIEWER, contest, goals)


def against_bare(name: str, work: Work, least: float) -> Callable[[Run], Part]:
    """Measures a work against its own bare answer alone."""

    def measure(run: Run) -> Part:
        contest, _ = _begin(run, work)
        return _compared(run, name, work, contest, [Goal(BARE, least=least)])

    return measure


def against_bare_on_sqlite(name: str, work: Work, least: float) -> Callable[[Run], Part]:
    """The same on SQLite."""

    def measure(run: Run) -> Part:
        contest, _ = _begin(run, work, run.sqlite_register, "bare.sqlite")
        return _compared(run, name, work, contest, [Goal(BARE, least=least)], on=" on SQLite")

    return measure


def enter_raw(run: Run, contest: Contest, asking: Asking) -> None:
    server = run.by_hand("raw.app")
    contest.enter(RAW, server, asking.by_hand(server))


def enter_mercurius(run: Run, contest: Contest, asking: Asking) -> None:
    """Enters it where it is installed."""
    server = run.mercurius()
    if server is not None:
        contest.enter(MERCURIUS, server, asking.graphql(server))


def _begin(
    run: Run, work: Work, register: Register | None = None, bare: str = "bare.postgres"
) -> tuple[Contest, Asking]:
    """A contest with two bare servers and the service in it."""
    asking = Asking(work, register or run.register)
    contest = Contest(run.worker(), work.expects, None if register else run.database)
    for name in (BARE, again(BARE)):
        server = run.by_hand(bare, register)
        contest.enter(name, server, asking.by_hand(server))
    ours = run.service(register)
    contest.enter(ADGANG, ours, asking.graphql(ours))
    return contest, asking


def _compared(run: Run, name: str, work: Work, contest: Contest, goals: Sequence[Goal], on: str = "") -> Part:
    """Checks, and measures."""
    kilobytes = contest.check() / 1000
    run.tell(f"Measuring: {work.short}{on}")
    contest.warm_up(run.plan.warm_up)
    comparisons = contest.comparisons(run.plan.page)
    run.take_turns(comparisons)
    title = f"{work.title}{on} ({kilobytes:.1f} kB)"
    return compared(name, title, comparisons, ADGANG, goals, f"{work.short}{on}")
