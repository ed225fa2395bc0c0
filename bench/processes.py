"""The processes of a run: started, listened for, asked, timed, and ended by their number whatever happens."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import orjson

from bench.jobs import Hashing, Load, Outcome

ROOT: Final = Path(__file__).parent.parent
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 15.0
CPU_CLOCK: Final = 2
"""CPUCLOCK_SCHED of <linux/posix-timers.h>: the time that a process had a processor, by the scheduler."""


Stream = int | IO[bytes] | None


class BenchFailed(Exception):
    """A measurement could not be made; the text says why."""


class Server:
    """A process that serves on a port of 127.0.0.1."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """How long this process has had a processor, with all its threads, those that have ended too."""
        return clock_of(self._process.pid)


class Worker:
    """A process that carries out jobs, one at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._jobs = process.stdin
        self._outcomes = process.stdout

    def begin(self, job: Load | Hashing) -> None:
        """Has a job carried out meanwhile; its `result` must be taken before the next."""
        self._jobs.write(orjson.dumps(job) + b"\n")
        self._jobs.flush()

    def result(self) -> Outcome:
        """Waits for what came of the job.

        Raises:
            BenchFailed: It failed.
        """
        line = self._outcomes.readline()
        if not line:
            raise BenchFailed("A process of the measurement ended.")
        outcome = Outcome(**orjson.loads(line))
        if outcome.failure is not None or not outcome.latencies:
            raise BenchFailed(f"A measurement failed: {outcome.failure or 'nothing was answered'}")
        return outcome

    def ask(self, job: Load | Hashing) -> Outcome:
        """Carries a job out."""
        self.begin(job)
        return self.result()

    def cpu_seconds(self) -> float:
        """How long this process has had a processor, with all its threads."""
        return clock_of(self._process.pid)


class DatabaseClock:
    """The processor's time of a PostgreSQL cluster: of all processes that its first one has started."""

    def __init__(self, data: Path) -> None:
        self._first = (data / "postmaster.pid").read_text().split()[0].encode()

    def read(self) -> Mapping[int, float]:
        """How long each of those that are there now has had a processor."""
        return {pid: clock_of(pid) for pid in self._children()}

    def since(self, before: Mapping[int, float]) -> float:
        """How long they have had one since a reading. What one did that has ended meanwhile is not in it."""
        return sum(clock - before.get(pid, 0.0) for pid, clock in self.read().items() if clock)

    def _children(self) -> Iterator[int]:
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                with suppress(OSError), open(f"/proc/{entry.name}/stat", "rb") as file:
                    if file.read().rpartition(b")")[2].split()[1] == self._first:
                        yield int(entry.name)


def clock_of(pid: int) -> float:
    """The processor's clock of another process, as clock_getcpuclockid(3) names it; 0 where it has ended."""
    with suppress(OSError):
        return time.clock_gettime(~pid << 3 | CPU_CLOCK)
    return 0.0


@contextmanager
def serving(folder: Path, name: str, command: list[str], port: int, env: Mapping[str, str]) -> Iterator[Server]:
    """A server, which listens when the block begins.

    Raises:
        BenchFailed: It doesn't come to that.
    """
    log = folder / f"{name}.log"
    with log.open("wb") as output, _running(command, folder, env, stdout=output, stderr=output) as process:
        _wait(process, port, log)
        yield Server(process, port)


@contextmanager
def working(folder: Path, module: str) -> Iterator[Worker]:
    """A worker, which ends with the block."""
    command = [sys.executable, "-m", module]
    with _running(command, folder, {}, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Worker(process)


@contextmanager
def _running(
    command: list[str],
    folder: Path,
    env: Mapping[str, str],
    *,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = None,
    stderr: Stream = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, where no key that is typed reaches it: it is this one that ends it."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise BenchFailed(f"A server did not start: {log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
