"""How soon the service answers after its start, and what the command line's help costs, each in fresh processes."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Final

from bench.parts import Part, Sheet, Verdict
from bench.processes import ROOT
from bench.requests import answer_of, post
from bench.run import Run

QUERY: Final = "{ viewer { name } }"
HELP: Final = "adgang --help, CPU ms"
HELP_MOST: Final = 300


def measure(run: Run) -> Part:
    """Starts each of them once a round."""
    token, rounds = run.register.token, range(run.plan.rounds)
    run.tell("Starting the service, and the command line's help")
    seconds, cpu = zip(*(_first_answer(run, token) for _ in rounds), strict=True)
    found: dict[str, Sequence[float]] = {
        "adgang serve to its first answer, ms": seconds,
        "adgang serve to its first answer, CPU ms": cpu,
        HELP: [_cpu_seconds("-m", "app.cli", "--help") for _ in rounds],
        "python alone, CPU ms": [_cpu_seconds("-c", "pass") for _ in rounds],
    }
    taken = {name: [1000 * each for each in figures] for name, figures in found.items()}
    medians = {name: median(figures) for name, figures in taken.items()}
    rows = [
        (name, f"{medians[name]:.0f}", f"{min(figures):.0f}", f"{max(figures):.0f}") for name, figures in taken.items()
    ]
    note = "Fresh processes, with what they read in the disk's cache. CPU: the user's and the system's time."
    sheet = Sheet("Starting", ("", "median", "least", "most"), rows, note=note)
    shown = f"{medians[HELP]:.0f} ms of CPU"
    return Part("startup", [sheet], [Verdict("adgang --help, cold", "", medians[HELP], shown, most=HELP_MOST)], medians)


def _first_answer(run: Run, token: str) -> tuple[float, float]:
    """From the start of the process until a query is answered: how long it is, and the processor's time."""
    begin = time.perf_counter()
    server = run.service()
    answer_of(server.port, post(QUERY, {}, token))
    return time.perf_counter() - begin, server.cpu_seconds()


def _cpu_seconds(*arguments: str) -> float:
    """The processor's time of a Python process, from its start to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
