"""Runs `adgang` in a folder and on a database of the test's own: as a process, as people do, or, where that would only
cost time, within the test's."""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from app.cli import main
from tests.cli.running import COMMAND, ROOT, Adgang, Done
from tests.support.leak_search import of_this_run as leak_search


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a command: nothing of ours but a database that isn't there yet."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ADGANG_DATABASE_URL": f"sqlite:///{tmp_path}/adgang.db",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "TMPDIR": str(tmp_path),
    }


@pytest.fixture
def adgang_process(tmp_path: Path, environment: dict[str, str]) -> Adgang:
    """Runs a command to its end, as a process."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> Done:
        return subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**environment, **settings},
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """Commands set up the process's logging."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def adgang(
    tmp_path: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    logging_as_it_was: None,
) -> Adgang:
    """Runs a command to its end, in this process."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> Done:
        with monkeypatch.context() as patch:
            patch.chdir(tmp_path)
            for name, value in {**environment, **settings}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["adgang", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape"))))
            with pytest.raises(SystemExit) as ended:
                main()
        output, errors = capsys.readouterr()
        leak_search.hear(errors)
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return subprocess.CompletedProcess(arguments, code or 0, output, errors)

    return run


@pytest.fixture
def migrated(adgang: Adgang) -> Adgang:
    """The same, on a database that has its tables."""
    assert adgang("migrate").returncode == 0
    return adgang
