"""One run: a register, the servers on it, the processes that ask them, and the measurements one after the other."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from app.settings import Settings, load_settings
from bench import filling
from bench.filling import Register
from bench.log_ins import LogIns
from bench.pages import CUSTOMERS, REFERENCES, Pages
from bench.processes import Server, Worker, free_port, serving, working
from bench.refusals import RefusedLogIns
from bench.report import Part, Report
from bench.rounds import Comparison, take_turns
from tests.support.postgres import cluster, find_binaries

AS_USED: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
"""What the tests' cluster goes without to be fast, and a register in use does not."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds there are, and how many seconds a variant's turn takes in them.

    Waiting for the last answers takes longer than that, so no part of the run begins another round after `part`.
    Refused log-ins are timed one by one, so many of each kind.
    """

    rounds: int
    page: float
    log_ins: float
    viewer: float
    part: float
    refused: int


FULL: Final = Plan(rounds=7, page=1.2, log_ins=2.0, viewer=2.5, part=80, refused=100)
QUICK: Final = Plan(rounds=3, page=0.4, log_ins=0.8, viewer=0.8, part=8, refused=20)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run has started, in `stack`, and where it puts what it finds; `tell` hears what is being done."""

    plan: Plan
    tell: Callable[[str], None]
    stack: ExitStack
    folder: Path
    settings: Settings
    register: Register
    report: Report

    def measure(self) -> None:
        """Measures everything."""
        ours, load = self._service(), self._worker("load")
        self._pages(ours, load)
        self._log_ins(ours, load)
        self._refusals(ours)

    def _pages(self, ours: Server, load: Worker) -> None:
        pages = Pages(ours, self._by_hand("first"), self._by_hand("second"), load, self.register.token)
        kilobytes = pages.check() / 1000
        comparisons = pages.comparisons(self.plan.page)
        self.tell("Reading pages")
        self._take_turns(comparisons)
        title = f"A page of {CUSTOMERS} customers with {REFERENCES} references each ({kilobytes:.0f} kB)"
        self.report.parts["pages"] = Part(title, comparisons)

    def _log_ins(self, ours: Server, load: Worker) -> None:
        log_ins = LogIns(ours, load, self._worker("load"), self._worker("hashing"), self.register, self.settings)
        self.tell("Logging in")
        per_second = log_ins.per_second(self.plan.log_ins)
        self._take_turns([per_second])
        self.report.parts["log_ins"] = Part("Log-ins", [per_second])
        self.tell("Asking who is logged in, during a storm of log-ins and without one")
        viewer = log_ins.viewer(self.plan.viewer)
        self._take_turns([viewer])
        title = f"A viewer query during a storm of {median(log_ins.storms):.0f} log-ins a second"
        self.report.parts["viewer"] = Part(title, [viewer])

    def _refusals(self, ours: Server) -> None:
        refused = RefusedLogIns(ours, self.register)
        for who, measure in (("portal", refused.portal), ("staff", refused.staff)):
            self.tell(f"Being refused, {who}")
            self.report.refusals[who] = measure(self.plan.refused, self.plan.part)

    def _take_turns(self, comparisons: Sequence[Comparison]) -> None:
        take_turns(comparisons, self.plan.rounds, self.plan.part)

    def _service(self) -> Server:
        """The service as it is put to use."""
        port = free_port()
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
        env = {"ADGANG_DATABASE_URL": self.settings.database_url}
        return self.stack.enter_context(serving(self.folder, "service", command, port, env))

    def _by_hand(self, name: str) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "bench.bare", str(port)]
        env = {"BENCH_DATABASE_URL": self.settings.database_url}
        return self.stack.enter_context(serving(self.folder, name, command, port, env))

    def _worker(self, name: str) -> Worker:
        return self.stack.enter_context(working(self.folder, f"bench.{name}"))


def run(plan: Plan, tell: Callable[[str], None]) -> Report:
    """Measures by a plan. Everything that is started for it ends with it.

    Raises:
        BenchFailed: Something could not be measured.
        NoPostgres: There is no PostgreSQL to measure on.
    """
    report = Report(postgres_version())
    with ExitStack() as stack:
        postgres = stack.enter_context(cluster(**AS_USED))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="adgang-bench-")))
        tell(f"Writing {filling.CUSTOMERS:,} customers with {filling.REFERENCES} references each")
        settings = load_settings(_env_file=None, database_url=postgres.url("postgres"))
        register = asyncio.run(filling.fill(settings))
        Run(plan, tell, stack, folder, settings, register, report).measure()
    return report


def postgres_version() -> str:
    """The version of the server that is measured on."""
    said = subprocess.run([find_binaries() / "postgres", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split()[2]
