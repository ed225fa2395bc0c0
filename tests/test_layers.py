"""Imports run one way: the contracts are in pyproject.toml, under `tool.importlinter`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"


def test_imports_run_one_way() -> None:
    """In a process of its own: import-linter sets up logging for the whole of its process, and silences ours."""
    done = subprocess.run([sys.executable, "-c", LINT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout
