"""`adgang serve`: what it refuses, and that it stops when it is told to."""

import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import Adgang, asked, listening, refused, running, stopped


def mark_as_demo(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "adgang.db")) as database:
        database.execute("INSERT INTO secret (name, value) VALUES ('demo', x'31')")
        database.commit()


def test_it_refuses_a_demo_database(migrated: Adgang, tmp_path: Path) -> None:
    mark_as_demo(tmp_path)
    assert "--demo" in refused(migrated("serve", "--port", "0"))


def test_it_refuses_a_port_that_is_taken(migrated: Adgang) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}" in refused(migrated("serve", "--port", str(port)))


def test_it_refuses_an_address_that_is_not_this_machines(migrated: Adgang) -> None:
    assert "--host" in refused(migrated("serve", "--host", "192.0.2.1", "--port", "0"))


@pytest.mark.parametrize("arguments", [("--port", "65536"), ("--port", "http"), ("--workers", "0")])
def test_it_refuses_numbers_that_make_no_sense(arguments: tuple[str, str], adgang: Adgang) -> None:
    assert adgang("serve", *arguments).returncode == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_it_serves_until_it_is_told_to_stop(
    number: signal.Signals, migrated: Adgang, tmp_path: Path, environment: dict[str, str]
) -> None:
    with running("serve", "--port", "0", cwd=tmp_path, env=environment) as process:
        answer = asked(listening(process), "{ passwordPolicy { minLength } }")
        assert answer == {"data": {"passwordPolicy": {"minLength": 15}}}
        code, output, errors = stopped(process, number)
    assert (code, output) == (0, "")
    assert "Traceback" not in errors


def test_workers_serve_together(migrated: Adgang, tmp_path: Path, environment: dict[str, str]) -> None:
    arguments = ("serve", "--port", "0", "--workers", "2")
    with running(*arguments, cwd=tmp_path, env=environment) as process:
        address = listening(process, workers=2)
        for _ in range(4):
            assert asked(address, "{ viewer { name } }")["data"] == {"viewer": None}
        code, _, errors = stopped(process, signal.SIGTERM)
    assert code == 0
    assert "Traceback" not in errors


def test_a_demo_database_is_served_with_demo(migrated: Adgang, tmp_path: Path, environment: dict[str, str]) -> None:
    mark_as_demo(tmp_path)
    with running("serve", "--demo", "--port", "0", cwd=tmp_path, env=environment) as process:
        answer = asked(listening(process), "{ __schema { queryType { name } } }")
        assert answer["data"]["__schema"] == {"queryType": {"name": "Query"}}
