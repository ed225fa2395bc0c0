"""Runs `adgang` as people do: as a process of its own, in a folder of its own, with a database of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import COMMAND, ROOT, Adgang, Done


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a command: nothing of ours but a database that isn't there yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ADGANG_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "ADGANG_DATABASE_URL": f"sqlite:///{tmp_path}/adgang.db",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "TMPDIR": str(tmp_path),
    }


@pytest.fixture
def adgang(tmp_path: Path, environment: dict[str, str]) -> Adgang:
    """Runs a command to its end."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> Done:
        return subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            cwd=tmp_path,
            env={**environment, **settings},
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def migrated(adgang: Adgang) -> Adgang:
    """The same, on a database that has its tables."""
    assert adgang("migrate").returncode == 0
    return adgang
