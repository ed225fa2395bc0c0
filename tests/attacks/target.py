"""The service as an attacker finds it: processes behind an address, configured as a firm would that read the README.

What an attacker can't see the tests can: its log, its memory, its database.
"""

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.cli.running import COMMAND, ROOT, Done

HOST: Final = "portal.firma.example"
PROXY: Final = "127.7.7.7"
"""The one address whose X-Forwarded-For is believed."""
FRIENDS: Final = "https://bestilling.firma.example"
"""The one other origin whose pages may use the service."""

EARNEST: Final = {
    "ADGANG_SECRET_KEY": "51" * 32,
    "ADGANG_PASSWORD_KEY": "52" * 32,
    "ADGANG_AUDIT_KEY": "53" * 32,
    "ADGANG_ALLOWED_HOSTS": HOST,
    "ADGANG_TRUSTED_PROXIES": PROXY,
    "ADGANG_CORS_ORIGINS": FRIENDS,
}
PATIENCE: Final = 60


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a command finds set: these settings, and none of the developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADGANG_")}
    quiet = {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "dumb", "TMPDIR": str(folder)}
    return {**kept, **quiet, **settings}


def command(folder: Path, settings: Mapping[str, str], *arguments: str, stdin: str = "") -> Done:
    """Runs `adgang` to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=environment(folder, **settings),
        timeout=PATIENCE,
        check=False,
    )


@dataclass
class Target:
    """A server that is up. `database_url` is that of the tables' owner, who may be another than the service."""

    folder: Path
    settings: dict[str, str]
    database_url: str
    process: subprocess.Popen[bytes]
    port: int = 0
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    """Sessions of staff that tests share, by role."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        """Everything that was logged so far."""
        return (self.folder / "server.log").read_text("utf-8", "strict")

    def adgang(self, *arguments: str, stdin: str = "", owner: bool = False) -> Done:
        """Runs a command beside the server, as its role or as the tables' owner."""
        settings = {**self.settings, "ADGANG_DATABASE_URL": self.database_url} if owner else self.settings
        return command(self.folder, settings, *arguments, stdin=stdin)

    def memory_mib(self) -> float:
        """What its processes hold, together."""
        return sum(_resident_kib(pid) for pid in _family(self.process.pid)) / 1024

    def copy_of_the_database(self, folder: Path) -> str:
        """What a thief has who took a backup of the SQLite file; the URL of the copy."""
        stolen = folder / "stolen.db"
        with (
            closing(sqlite3.connect(self.folder / "adgang.db")) as live,
            closing(sqlite3.connect(stolen)) as copy,
        ):
            live.backup(copy)
        return f"sqlite:///{stolen}"


@contextmanager
def serving(
    folder: Path, database_url: str, *, workers: int = 1, demo: bool = False, **changes: str
) -> Iterator[Target]:
    """A server on a free port, until the end of the block. It must come up, and must stop in order.

    Args:
        changes: Settings beside or in place of `EARNEST`; an empty one is left out.
    """
    given = {**EARNEST, "ADGANG_DATABASE_URL": database_url, **changes}
    settings = {name: value for name, value in given.items() if value}
    arguments = ["serve", "--port", "0", "--workers", str(workers), *(["--demo"] if demo else [])]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, *arguments], stderr=log, stdout=log, cwd=folder, env=environment(folder, **settings)
        )
    target = Target(folder, settings, database_url, process)
    try:
        target.port = _port(target, workers)
        yield target
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, target.log()[-2000:]
    finally:
        process.kill()
        process.wait()


def _port(target: Target, workers: int) -> int:
    """Waits until each worker takes requests."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience and target.process.poll() is None:
        log = target.log()
        found = re.search(r"running on http://127\.0\.0\.1:(\d+)", log)
        if found and log.count("Application startup complete") == workers:
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(target.log()[-2000:])


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _resident_kib(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0
