"""What the tests of the command line share."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.leak_search import of_this_run as leak_search

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "app.cli")
START_SECONDS = 60
LOGGING = {"ADGANG_LOG_LEVEL": "info", "ADGANG_LOG_FORMAT": "json"}
"""The settings with which a server says when it listens."""

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
        env={**env, **LOGGING},
    )
    try:
        yield process
    finally:
        process.kill()
        _, errors = process.communicate()
        leak_search.hear(errors)


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """The exit code, and what was printed on the way, of a process that is told to stop."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=START_SECONDS)
    return process.returncode, output, errors


def listening(process: subprocess.Popen[str], workers: int = 1) -> str:
    """The address of a server, once each of its workers takes requests; it is started with `LOGGING`."""
    assert process.stderr is not None
    address, ready = "", 0
    for line in process.stderr:
        found = re.search(r"running on (http://[0-9.:]+)", line)
        address = found[1] if found else address
        ready += "Application startup complete" in line
        if address and ready == workers:
            return address
    raise AssertionError(process.communicate())


def asked(
    address: str, document: str, variables: Mapping[str, str] | None = None, *, token: str | None = None
) -> dict[str, Any]:
    """A server's answer to a document, in Danish."""
    body = json.dumps({"query": document, "variables": dict(variables or {})}).encode()
    headers = {"Content-Type": "application/json", "Accept-Language": "da"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{address}/graphql", body, headers)
    with urllib.request.urlopen(request, timeout=START_SECONDS) as response:
        answer: dict[str, Any] = json.load(response)
        return answer
