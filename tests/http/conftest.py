"""What the transport does is the same on every kind of database: its tests take the quicker one, unless they say so."""

import pytest


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url
