"""Imports run one way: the contracts are in pyproject.toml, under `tool.importlinter`."""

from importlinter.cli import lint_imports


def test_imports_run_one_way() -> None:
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0
