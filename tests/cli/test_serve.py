"""`adgang serve`: what it refuses, and that it stops when it is told to."""

import secrets
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.settings_hashing import machine_kib
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


def test_it_refuses_a_file_of_breached_passwords_that_is_none(migrated: Adgang, tmp_path: Path) -> None:
    file = tmp_path / "breached"
    file.write_text("password\n")
    sentence = refused(migrated("serve", "--port", "0", ADGANG_BREACHED_FILE=str(file)))
    assert sentence.startswith("ADGANG_BREACHED_FILE is not what it should be")
    file.unlink()
    assert "can't be read" in refused(migrated("serve", "--port", "0", ADGANG_BREACHED_FILE=str(file)))


def test_it_refuses_more_workers_than_the_machine_has_memory_for(migrated: Adgang) -> None:
    machine = machine_kib()
    assert machine is not None
    settings = {"ADGANG_ARGON2_MEMORY_KIB": str(min(machine // 64, 4194304)), "ADGANG_HASH_MAX_COST": "1048576"}
    settings["ADGANG_HASH_THREADS"] = "1"
    assert "for 256 workers" in refused(migrated("serve", "--port", "0", "--workers", "256", **settings))


@pytest.mark.parametrize("arguments", [("--port", "65536"), ("--port", "http"), ("--workers", "0")])
def test_it_refuses_numbers_that_make_no_sense(arguments: tuple[str, str], adgang: Adgang) -> None:
    assert adgang("serve", *arguments).returncode == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_it_serves_until_it_is_told_to_stop(
    number: signal.Signals, migrated: Adgang, tmp_path: Path, environment: dict[str, str]
) -> None:
    with running("serve", "--port", "0", cwd=tmp_path, env=environment) as process:
        answer = asked(listening(process), "{ passwordPolicy { minLength } }")
        assert answer["data"] == {"passwordPolicy": {"minLength": 15}}
        code, output, errors = stopped(process, number)
    assert (code, output) == (0, "")
    assert "Traceback" not in errors


@pytest.mark.parametrize("given", [(), ("PASSWORD",), ("PASSWORD", "AUDIT")], ids=len)
def test_it_warns_of_keys_that_it_was_not_given(
    given: tuple[str, ...], migrated: Adgang, tmp_path: Path, environment: dict[str, str]
) -> None:
    settings = {f"ADGANG_{name}_KEY": secrets.token_hex(32) for name in given}
    with running("serve", "--port", "0", cwd=tmp_path, env={**environment, **settings}) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if "running on" in line:
                break
    assert [f"without ADGANG_{name}_KEY" in said for name in ("PASSWORD", "AUDIT")] == [
        name not in given for name in ("PASSWORD", "AUDIT")
    ]
    assert not any(key in said for key in settings.values())


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
