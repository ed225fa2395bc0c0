"""The search that ends a run of the tests finds what is planted for it, and says so without saying what."""

import json
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import leaks
from tests.support.leaks import Secrets

ROOT = Path(__file__).parents[1]
PASSWORD = "tolv små grå gæs over heden"
TOKEN = f"adg_{'x7Qd-9_kLmPz' * 4}"
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$dGFn"
OPTIONS = ("-q", "-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto", "--rootdir=.", "--basetemp=files")

CONFTEST = """
import pytest
from tests.support.leak_search import of_this_run as leak_search

def pytest_configure(config):
    config.pluginmanager.register(leak_search)

@pytest.fixture(scope="session", autouse=True)
def folder(tmp_path_factory):
    leak_search.folder = tmp_path_factory.getbasetemp()
"""
PLANTED = """
import logging, secrets, sqlite3, structlog
import httpx
from structlog.testing import capture_logs
from app.security.passwords import Argon2Parameters, PasswordHasher

TOKEN = secrets.token_urlsafe(32)

def test_printed():
    print(f"token={TOKEN}")

def test_logged():
    logging.getLogger("somebody").debug("nothing")
    logging.getLogger("somebody").warning("with %s", TOKEN[:20])

def test_logged_and_caught():
    with capture_logs():
        structlog.get_logger().info("event", token=TOKEN)

def test_answered():
    def answer(request):
        return httpx.Response(200, json={"data": {"login": {"accessToken": TOKEN}}, "errors": [{"message": TOKEN}]})
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        client.post("http://localhost/", json={})

def test_typed():
    def answer(request):
        return httpx.Response(400, json={"errors": [{"message": "found: " + PASSWORD}]})
    PASSWORD = "en alt for lang historie"
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        client.post("http://localhost/", json={"variables": {"i": {"password": PASSWORD}}})

async def test_stored(tmp_path):
    hasher = PasswordHasher(Argon2Parameters(8, 1, 1))
    stored = await hasher.hash("syv vilde svaner og en and")
    hasher.close()
    database = sqlite3.connect(tmp_path / "some.db")
    database.execute("CREATE TABLE login (password_hash TEXT, name TEXT)")
    database.execute("CREATE TABLE audit_event (data TEXT)")
    database.execute("INSERT INTO login VALUES (?, ?)", (stored.text, "syv vilde svaner og en and"))
    database.execute("INSERT INTO audit_event VALUES (?)", (stored.text,))
    database.commit()
    database.close()
"""
CLEAN = """
import httpx, secrets

def test_clean():
    token = secrets.token_urlsafe(32)
    def answer(request):
        shown = {"data": {"login": {"accessToken": token}}}
        return httpx.Response(200, json=shown, headers={"Set-Cookie": f"a={token}"})
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        client.post("http://localhost/", json={"variables": {"i": {"password": "en alt for lang historie"}}})
    print("nothing")
"""


def run_of(tests: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A run of pytest of its own, that ends with the search."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_planted.py").write_text(tests)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, "test_planted.py"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the search at the end of this run will not look into."""
    with tempfile.TemporaryDirectory(prefix="adgang-leaks-") as made:
        yield Path(made)


@pytest.fixture
def seen() -> Secrets:
    made = Secrets()
    made.remember("password", PASSWORD)
    made.remember("token", TOKEN, random=True)
    return made


def test_a_run_that_lets_secrets_out_fails_and_says_where(folder: Path) -> None:
    done = run_of(PLANTED, folder)
    found = {line for line in done.stdout.splitlines() if line.startswith("a ")}
    log = "the log of test_planted.py::"
    assert found == {
        f"a token or ticket in {log}test_printed",
        f"a token or ticket in {log}test_logged",
        f"a token or ticket in {log}test_logged_and_caught",
        "a token or ticket in an answer in test_planted.py::test_answered",
        "a password in an answer in test_planted.py::test_typed",
        "a password in test_stored0/some.db",
        "a stored hash in audit_event.data of test_stored0/some.db",
    }
    assert "6 passed" in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "svaner" not in done.stdout
    assert "historie" not in done.stdout


def test_a_run_that_keeps_them_passes(folder: Path) -> None:
    done = run_of(CLEAN, folder)
    assert done.returncode == 0, done.stdout
    assert "secrets" not in done.stdout


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        f"before{PASSWORD}after",
        json.dumps({"password": PASSWORD}),
        "GET /?password=tolv%20sm%C3%A5%20gr%C3%A5%20g%C3%A6s%20over%20heden",
        "password=tolv+sm%C3%A5+gr%C3%A5+g%C3%A6s+over+heden",
    ],
)
def test_a_password_is_found_however_it_is_spelled(seen: Secrets, text: str) -> None:
    assert seen.found_in(text) == {"password"}


def test_a_random_secret_is_found_where_its_end_was_cut_off(seen: Secrets) -> None:
    assert seen.found_in(f"Bearer {TOKEN[:24]}…") == {"token"}
    assert seen.found_in(TOKEN.removeprefix("adg_")) == {"token"}
    assert seen.found_in(TOKEN[:12]) == set()


def test_what_is_too_short_to_be_known_again_is_not_remembered() -> None:
    seen = Secrets()
    for text in ("hunter2", "", "000000000000000000", "abababababababab"):
        seen.remember("password", text)
    assert len(seen) == 0


def test_an_answer_may_hold_what_it_is_there_to_hand_over(seen: Secrets) -> None:
    given = {"data": {"login": {"accessToken": TOKEN}, "more": {"recoveryCodes": [TOKEN, TOKEN]}}}
    assert leaks.in_answer(seen, json.dumps(given).encode()) == set()
    for name in ("message", "userAgent"):
        told = {"data": None, "errors": [{name: TOKEN}]}
        assert leaks.in_answer(seen, json.dumps(told).encode()) == {"token"}
    assert leaks.in_answer(seen, json.dumps({TOKEN: 1}).encode()) == {"token"}
    assert leaks.in_answer(seen, f"<html>{TOKEN}{HASH}".encode()) == {"token", leaks.STORED_HASH}


def test_an_authenticator_s_secret_is_found_without_its_uri() -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    answer = {"data": {"enrolTotp": {"provisioningUri": f"otpauth://totp/Adgang:ida?secret={secret}&issuer=Adgang"}}}
    assert secret in {value for _, value in leaks.shown_in(json.dumps(answer).encode())}


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_database_is_searched_to_the_bytes(seen: Secrets, folder: Path, suffix: str) -> None:
    file = folder / "some.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE reference (name TEXT, blob BLOB)")
        database.execute("INSERT INTO reference VALUES (?, ?)", ("Ida", secrets.token_bytes(40) + TOKEN.encode()))
        database.execute("INSERT INTO reference VALUES (?, ?)", (PASSWORD, None))
        database.commit()
        if not suffix:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = set(leaks.in_files(seen, [Path(f"{file}{suffix}")]))
        assert {kind for kind, _ in found} == {"password", "token"}


def test_a_hash_belongs_in_its_own_columns_alone(folder: Path) -> None:
    file = folder / "some.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE login (password_hash TEXT, cleared_hash TEXT, name TEXT)")
        database.execute("INSERT INTO login VALUES (?, ?, ?)", (HASH, HASH, "Ida"))
        database.commit()
        assert list(leaks.in_rows(file)) == []
        database.execute("CREATE TABLE audit_event (id INTEGER, data TEXT, more BLOB)")
        database.execute("INSERT INTO audit_event VALUES (1, ?, ?)", (json.dumps([HASH]), HASH.encode()))
        database.commit()
        assert list(leaks.in_rows(file)) == [
            (leaks.STORED_HASH, "audit_event.data"),
            (leaks.STORED_HASH, "audit_event.more"),
        ]
