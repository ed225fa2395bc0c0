"""What the tests of the command line share."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "app.cli")
START_SECONDS = 60

Done = subprocess.CompletedProcess[str]
Adgang = Callable[..., Done]


def refused(done: Done) -> str:
    """The one sentence that a command ended with."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("adgang: ")
    return sentence.removeprefix("adgang: ")


def succeeded(done: Done) -> str:
    """What a command printed that did what it was asked for."""
    assert done.returncode == 0, done
    assert done.stderr == ""
    return done.stdout


@contextmanager
def running(*arguments: str, cwd: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is told to stop; killed where the test forgets to."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=env,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """The exit code, and what was printed on the way, of a process that is told to stop."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=START_SECONDS)
    return process.returncode, output, errors
