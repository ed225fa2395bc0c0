"""One run: the registers, the servers on them, and the processes that ask them."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from app.settings import load_settings
from bench import filling
from bench.filling import Register
from bench.processes import DatabaseClock, Server, Worker, free_port, serving, working
from bench.rounds import Comparison, take_turns
from tests.support.node import find_node
from tests.support.postgres import Cluster, find_binaries

HERE: Final = Path(__file__).parent
AS_USED: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
"""What the tests' cluster goes without to be fast, and a register in use does not."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many rounds there are, and how many seconds a variant's turn takes in them.

    Before, each works for `warm_up` seconds that don't count. Waiting for the last answers takes longer than a turn, so
    no part of the run begins another round after `part`. Refused log-ins are timed one by one, so many of each kind.
    `growth` says how many customers the registers have that are held against one another, `requests` after how many the
    memory is looked at.
    """

    rounds: int
    warm_up: float
    page: float
    log_ins: float
    viewer: float
    part: float
    refused: int
    growth: Sequence[int]
    requests: int


FULL: Final = Plan(
    rounds=7,
    warm_up=3.0,
    page=1.2,
    log_ins=2.0,
    viewer=4.0,
    part=160,
    refused=100,
    growth=(2_000, 20_000, 100_000),
    requests=200_000,
)
QUICK: Final = Plan(
    rounds=3, warm_up=0.5, page=0.3, log_ins=0.8, viewer=0.8, part=8, refused=20, growth=(1_000, 4_000), requests=4_000
)


class Run:
    """What the parts of a run share.

    What a part starts, it enters in `stack`, which ends with the part; `tell` hears what is being done; `missing` is
    what can't be measured here.
    """

    def __init__(self, plan: Plan, tell: Callable[[str], None], postgres: Cluster, folder: Path) -> None:
        self.plan = plan
        self.tell = tell
        self.postgres = postgres
        self.folder = folder
        self.missing: list[str] = []
        self._stack = ExitStack()

    @property
    def stack(self) -> ExitStack:
        return self._stack

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the run; what was started for it ends with the block."""
        with ExitStack() as self._stack:
            yield

    @cached_property
    def register(self) -> Register:
        """The register on PostgreSQL."""
        return self.fill(self.postgres.url("postgres"))

    @cached_property
    def sqlite_register(self) -> Register:
        """The same register in a file of SQLite's."""
        return self.fill(f"{filling.SQLITE}{self.folder / 'register.db'}")

    @cached_property
    def database(self) -> DatabaseClock:
        """PostgreSQL's own processor time."""
        return DatabaseClock(self.postgres.folder / "data")

    def service(self, register: Register | None = None) -> Server:
        """The service as it is put to use, on a register; on PostgreSQL's where none is named."""
        url = (register or self.register).database_url
        return self.server("adgang", ["-m", "app.cli", "serve"], {"ADGANG_DATABASE_URL": url}, option="--port")

    def by_hand(self, module: str, register: Register | None = None) -> Server:
        """A server of this package, on a register."""
        url = (register or self.register).database_url
        return self.server(module.replace(".", "-"), ["-m", f"bench.{module}"], {"BENCH_DATABASE_URL": url})

    def mercurius(self) -> Server | None:
        """The peer on Node; None where it isn't installed."""
        node, folder = find_node(), HERE / "node"
        if node is None or not (folder / "node_modules").is_dir():
            sentence = (
                "mercurius + graphql-jit is not measured: Node or its packages are missing (scripts/ensure-node)."
            )
            if sentence not in self.missing:
                self.missing.append(sentence)
            return None
        env = {
            "PGHOST": str(self.postgres.folder),
            "PGUSER": "adgang",
            "PGDATABASE": "postgres",
            "NODE_ENV": "production",
        }
        return self.server("mercurius", [str(folder / "server.mjs")], env, program=str(node))

    def server(
        self,
        name: str,
        arguments: Sequence[str],
        env: Mapping[str, str],
        *,
        program: str = sys.executable,
        option: str | None = None,
    ) -> Server:
        """A server that takes its port as its last argument, after an option where it wants one."""
        port = free_port()
        command = [program, *arguments, *([option] if option else []), str(port)]
        return self._stack.enter_context(serving(self.folder, f"{name}-{port}", command, port, env))

    def worker(self, name: str = "load") -> Worker:
        """A process that carries out jobs."""
        return self._stack.enter_context(working(self.folder, f"bench.{name}"))

    def take_turns(self, comparisons: Sequence[Comparison]) -> None:
        """Measures."""
        take_turns(comparisons, self.plan.rounds, self.plan.part)

    def fill(self, url: str, customers: int = filling.CUSTOMERS) -> Register:
        """Writes a register into an empty database."""
        self.tell(f"Writing {customers:,} customers with their references")
        return asyncio.run(filling.fill(load_settings(_env_file=None, database_url=url), customers))


def postgres_version() -> str:
    """The version of the server that is measured on."""
    said = subprocess.run([find_binaries() / "postgres", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split()[2]
