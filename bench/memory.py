"""The service's resident memory: when it has begun to answer, and after many requests, among them ever new ones.

Most requests are a few documents with other values each time, as a portal sends them. Some are texts that never came
before, as somebody sends them who wants the caches to grow.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from typing import Final

from bench.filling import Register
from bench.jobs import Load
from bench.parts import Part, Sheet, Verdict
from bench.plots import lines
from bench.processes import BenchFailed, Server
from bench.requests import answer_of, post
from bench.run import Run
from bench.works import PAGE, VIEWER

STEPS: Final = 20
"""How often the memory is looked at. The first step fills the caches."""
CONNECTIONS: Final = 8
PATIENCE_SECONDS: Final = 600
GROWTH: Final = 1.05

_CUSTOMER: Final = "query Customer($number: String!) { customer(number: $number) { id name active } }"
_SEARCH: Final = "query Found($start: String!) { references(filter: { search: $start }) { edges { node { name } } } }"


def measure(run: Run) -> Part:
    """Asks, and looks at the memory after each step."""
    requests, load, server = requests_of(run.register), run.worker(), run.service()
    run.tell(f"Asking {run.plan.requests:,} times")
    answer_of(server.port, post("{ viewer { name } }", {}, run.register.token))
    each = run.plan.requests // STEPS
    resident = {0: resident_mb(server)}
    for step in range(1, STEPS + 1):
        batch = list(islice(requests, each))
        outcome = load.ask(Load(server.port, batch, '"data":{', PATIENCE_SECONDS, CONNECTIONS, most=each))
        if len(outcome.latencies) != each:
            raise BenchFailed(f"Only {len(outcome.latencies)} of {each} requests were answered.")
        resident[step * each] = resident_mb(server)
    idle, warm, *_, last = resident.values()
    of = f"resident memory after {run.plan.requests:,} requests"
    verdict = Verdict(of, f"after {each:,}", last / warm, f"{last / warm:.3f}", most=GROWTH, beside=f"{last:.0f} MB")
    rows = [(f"{asked:,}" if asked else "idle", f"{megabytes:.1f}") for asked, megabytes in resident.items()]
    note = f"{last / idle:.2f} of what it is when it has answered one query, {last / warm:.3f} of {each:,} requests'."
    sheet = Sheet("Resident memory of one worker, by requests", ("requests", "MB"), rows, note=note)
    return Part("memory", [sheet], [verdict], resident, {"memory": partial(_plot, resident=resident)})


def requests_of(register: Register) -> Iterator[str]:
    """Requests without an end: of ten, five viewers, two customers, a search, a text that is new, a small page."""
    sessions, numbers = cycle(register.sessions), count(1)
    for number in numbers:
        for _ in range(5):
            yield post(VIEWER.document, {}, next(sessions))
        yield post(_CUSTOMER, {"number": str(10_000 + 7 * (number % 2_000))}, register.token)
        yield post(_CUSTOMER, {"number": f"none-{number}"}, register.token)
        yield post(_SEARCH, {"start": f"anna {number}"}, register.token)
        yield post(f"query New{number} {{ new{number}: viewer {{ name email }} }}", {}, register.token)
        yield post(PAGE.document, {"first": 1 + number % 5, "references": 10}, register.token)


def resident_mb(server: Server) -> float:
    """The resident memory of a server's process."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    (kilobytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return int(kilobytes) / 1024


def _plot(file: Path, resident: dict[int, float]) -> None:
    points = [(float(asked), megabytes) for asked, megabytes in resident.items()]
    lines(file, "Resident memory of one worker", "requests", "MB", {"adgang serve": points}, log_x=False)
