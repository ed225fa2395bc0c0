"""One throw-away PostgreSQL cluster for a test run, started from the installed binaries."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

CONFIGURATION = {
    "listen_addresses": "''",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "deadlock_timeout": "100ms",
}


ENOUGH_MEMORY = 4 * 1024**3


class NoPostgres(Exception):
    """There are no binaries to start a cluster from; the text says what to do."""


@dataclass(frozen=True)
class Cluster:
    """A running cluster, reached through a socket in its own folder."""

    folder: Path

    def url(self, database: str) -> str:
        """The URL of one of its databases, as the settings take it."""
        return f"postgres://adgang@/{database}?host={quote(str(self.folder), safe='')}"


@contextmanager
def cluster(**changes: str) -> Iterator[Cluster]:
    """A new cluster, which is stopped and removed at the end of the block.

    Its locale is Danish where PostgreSQL can do that, so that a test fails where an order was left to the locale.

    Args:
        changes: Settings of the server that differ from `CONFIGURATION`.

    Raises:
        NoPostgres: No binaries were found.
    """
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="adgang-pg-", dir=_in_memory()))
    user = unprivileged()
    try:
        if user is not None:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        data = folder / "data"
        common = ["-D", str(data), "-A", "trust", "-U", "adgang", "-E", "UTF8", "--locale=C", "--no-sync"]
        danish = ["--locale-provider=icu", "--icu-locale=da-DK"]
        if run(user, [str(binaries / "initdb"), *common, *danish], check=False).returncode != 0:
            shutil.rmtree(data, ignore_errors=True)
            run(user, [str(binaries / "initdb"), *common])
        settings = CONFIGURATION | changes | {"unix_socket_directories": f"'{folder}'"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-t", "60", "-l", str(folder / "log")]
        run(user, [*control, "-o", options, "start"])
        try:
            yield Cluster(folder)
        finally:
            run(user, [*control, "-m", "immediate", "stop"], check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_memory() -> str | None:
    """A place for files that is no disk, where there is enough of it: making a database takes a fifth of the time."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH_MEMORY else None


def find_binaries() -> Path:
    """The folder with the newest server's programs.

    Raises:
        NoPostgres: There is none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    raise NoPostgres("No PostgreSQL to test with: install Debian's `postgresql`, or put a server's initdb on PATH.")


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", path.parts[-3]))


def unprivileged() -> str | None:
    """The user to run a server as, which refuses root; None where we are somebody else already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL refuses to run as root and there is no other user to run it as.")


def run(user: str | None, command: Sequence[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs one of the server's programs and, where it must not fail, raises with what it said."""
    with tempfile.TemporaryFile("w+") as output:  # the server that pg_ctl starts keeps it open: a pipe would never end
        done = subprocess.run(
            command,
            check=False,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check and done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed: {output.read()[-2000:]}")
    return done
