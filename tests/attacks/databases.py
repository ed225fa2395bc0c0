"""Attacks of which it matters on what database they fail."""

from typing import Final

import pytest

on_both_databases: Final = pytest.mark.parametrize("target", ["sqlite", "postgres"], indirect=True)
