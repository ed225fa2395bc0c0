"""Log-ins that are refused: whether the time they take tells why (the rules, "Logging in" 2).

Every try has an address of its own, or the throttle would soon answer in its stead, and a username of its own. The
kinds take turns try by try, each round in another order, so that whatever else the machine does, and whatever a try
leaves to be done after it, falls on all of them alike.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from random import Random
from statistics import median
from typing import Any, Final

from bench.filling import PASSWORD, Register
from bench.made import SEED
from bench.parts import Part, Sheet
from bench.processes import BenchFailed, Server
from bench.requests import ask, post
from bench.run import Run

WRONG: Final = "tolv grønne cykler i snevejr"
AGAIN: Final = "{}, again"
FIRST_ADDRESS: Final = IPv4Address("127.1.0.1")
FEWEST: Final = 5

LOG_IN: Final = "mutation LogIn($input: LoginInput!) { login(input: $input) { __typename } }"
STAFF_LOG_IN: Final = "mutation LogIn($input: StaffLoginInput!) { staffLogin(input: $input) { __typename } }"


@dataclass(frozen=True, slots=True)
class Kind:
    """Why log-ins are refused, and the requests that are, one after the other."""

    name: str
    requests: Iterator[str]


@dataclass(slots=True)
class Taken:
    """How long the tries of one kind took, and how long the server's process had a processor meanwhile, in seconds."""

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def cpu_median(self) -> float:
        return median(self.cpu_seconds)


@dataclass(slots=True)
class Refusals:
    """What refusals took, by kind; the first kind is what the others are held against, and comes twice."""

    title: str
    kinds: dict[str, Taken] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, tuple[float, float]]:
        """Each kind's medians, of the time and of the processor's, relative to those of the first kind."""
        first = next(iter(self.kinds.values()))
        return {
            name: (taken.median / first.median, taken.cpu_median / first.cpu_median)
            for name, taken in self.kinds.items()
        }

    @property
    def spread(self) -> float:
        """How much longer than the shortest median time the longest is, as a share of it."""
        medians = [taken.median for taken in self.kinds.values()]
        return max(medians) / min(medians) - 1


def measure(run: Run) -> Part:
    """Times refused log-ins of portal users and of staff."""
    tries = RefusedLogIns(run.service(), run.register)
    found = {}
    for who, refuse in (("portal", tries.portal), ("staff", tries.staff)):
        run.tell(f"Being refused, {who}")
        found[who] = refuse(run.plan.refused, run.plan.part / 2)
    data = {who: _as_json(refusals) for who, refusals in found.items()}
    return Part("refusals", [_sheet(refusals) for refusals in found.values()], data=data)


class RefusedLogIns:
    """Tries to log in, and is refused each time."""

    def __init__(self, server: Server, register: Register) -> None:
        self._server = server
        self._register = register
        self._addresses = (str(FIRST_ADDRESS + number) for number in itertools.count())

    def portal(self, tries: int, seconds: float) -> Refusals:
        """Portal users: so many tries of each kind, or as many as fit in the time."""
        refused = self._register.refused
        kinds = [
            Kind("nobody's username", _requests(_log_in, refused.unknown, WRONG)),
            Kind("wrong password", _requests(_log_in, refused.known, WRONG)),
            Kind("no password set", _requests(_log_in, refused.without_password, WRONG)),
            Kind("right, but not ticked", _requests(_log_in, refused.not_ticked, PASSWORD)),
        ]
        return self._measure("Refused log-ins, portal", kinds, tries, seconds)

    def staff(self, tries: int, seconds: float) -> Refusals:
        """Staff, the same way; each of them has a password."""
        refused = self._register.refused
        kinds = [
            Kind("nobody's e-mail", _requests(_staff_log_in, refused.unknown, WRONG)),
            Kind("wrong password", _requests(_staff_log_in, refused.staff, WRONG)),
            Kind("right, but deactivated", _requests(_staff_log_in, refused.former_staff, PASSWORD)),
        ]
        return self._measure("Refused log-ins, staff", kinds, tries, seconds)

    def _measure(self, title: str, kinds: Sequence[Kind], tries: int, seconds: float) -> Refusals:
        again = Kind(AGAIN.format(kinds[0].name), kinds[0].requests)
        turns = [*kinds, again]
        found = Refusals(title, {kind.name: Taken() for kind in turns})
        end, shuffled = time.monotonic() + seconds, Random(SEED)
        for number in range(tries):
            if number >= FEWEST and time.monotonic() > end:
                break
            for kind in shuffled.sample(turns, len(turns)):
                self._try(next(kind.requests), found.kinds[kind.name])
        return found

    def _try(self, request: str, taken: Taken) -> None:
        cpu_before, before = self._server.cpu_seconds(), time.perf_counter()
        status, body = ask(self._server.port, request, address=next(self._addresses))
        taken.seconds.append(time.perf_counter() - before)
        taken.cpu_seconds.append(self._server.cpu_seconds() - cpu_before)
        if status != 200 or b'"NoUserFound"' not in body:
            raise BenchFailed(f"A log-in that should be refused was answered {status}: {body[:500]!r}")


def _requests(write: Callable[[str, str], str], usernames: Sequence[str], password: str) -> Iterator[str]:
    return (write(username, password) for username in itertools.cycle(usernames))


def _log_in(username: str, password: str) -> str:
    return post(LOG_IN, {"input": {"username": username, "password": password}})


def _staff_log_in(email: str, password: str) -> str:
    return post(STAFF_LOG_IN, {"input": {"email": email, "password": password}})


def _sheet(refusals: Refusals) -> Sheet:
    rows = [
        (
            name,
            str(len(taken.seconds)),
            f"{1000 * taken.median:.2f}",
            f"{1000 * taken.cpu_median:.2f}",
            *(f"{ratio:.3f}" for ratio in refusals.ratios[name]),
        )
        for name, taken in refusals.kinds.items()
    ]
    note = f"The medians lie within {refusals.spread:.1%} of one another."
    return Sheet(refusals.title, ("", "answers", "p50 ms", "CPU ms", "x p50", "x CPU"), rows, note=note)


def _as_json(refusals: Refusals) -> dict[str, Any]:
    kinds = {
        name: {
            "answers": len(taken.seconds),
            "p50_ms": 1000 * taken.median,
            "cpu_ms": 1000 * taken.cpu_median,
            "ratios": dict(zip(("p50", "cpu"), refusals.ratios[name], strict=True)),
        }
        for name, taken in refusals.kinds.items()
    }
    return {"title": refusals.title, "spread": refusals.spread, "kinds": kinds}
