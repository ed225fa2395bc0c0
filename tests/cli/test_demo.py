"""`adgang demo`: the source document's story, played against it; its folders; what it refuses."""

import re
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.demo.register import IDA, LARS, MONA
from tests.cli.running import Adgang, asked, listening, refused, running, stopped

LOGIN = """
    mutation ($username: String!, $password: String!) {
      login(input: {username: $username, password: $password}) {
        __typename
        ... on LoginSuccess { accessToken viewer { customer { name } menu } }
        ... on CustomerChoice { ticket options { referenceId customerName } }
        ... on Problem { message }
      }
    }"""
STAFF_LOGIN = """
    mutation ($username: String!, $password: String!) {
      staffLogin(input: {email: $username, password: $password}) {
        ... on StaffLoginSuccess { accessToken viewer { role } }
      }
    }"""
CREATE = """
    mutation ($customer: ID!, $email: String!) {
      createReference(input: {customerId: $customer, name: "Lars Havn", email: $email, internetUser: true}) {
        ... on CreateReferenceSuccess { impact { effect references { id customer { name } } } }
        ... on Problem { message }
      }
    }"""
RESTORE = """
    mutation ($reference: ID!) {
      restorePassword(input: {referenceId: $reference}) { ... on RestorePasswordSuccess { impact { effect } } }
    }"""


class Demo:
    """A demo that runs: its address and its log-ins, as it printed them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.printed = ""
        assert process.stdout is not None
        for line in process.stdout:
            self.printed += line
            if "GraphiQL: " in line:
                break
        self.address = listening(process)
        assert f"GraphiQL: {self.address}/graphql" in self.printed
        self.passwords = dict(re.findall(r"(\S+@\S+\.example) +(\S+)", self.printed))

    def ask(self, document: str, token: str | None = None, **variables: str) -> dict[str, Any]:
        answer = asked(self.address, document, variables, token=token)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def log_in(self, username: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask(LOGIN, username=username, password=self.passwords[username])["login"]
        return answer


def test_the_story_can_be_played(tmp_path: Path, environment: dict[str, str]) -> None:
    with running("demo", "--port", "0", cwd=tmp_path, env=environment) as process:
        demo = Demo(process)
        assert "temporary" in demo.printed
        assert demo.log_in(IDA.email)["__typename"] == "CustomerChoice"
        assert len(demo.log_in(IDA.email)["options"]) == 3
        assert "SETTINGS" in demo.log_in(LARS.email)["viewer"]["menu"]
        assert "SETTINGS" not in demo.log_in(MONA.email)["viewer"]["menu"]

        bo = "bo@vognmand.example"
        token = demo.ask(STAFF_LOGIN, username=bo, password=demo.passwords[bo])["staffLogin"]["accessToken"]
        register = demo.ask("{ customers(first: 5) { totalCount edges { node { id name } } } }", token)["customers"]
        assert register["totalCount"] >= 300
        other = register["edges"][4]["node"]
        created = demo.ask(CREATE, token, customer=other["id"], email=LARS.email)["createReference"]
        assert created["impact"]["effect"] == "PASSWORD_CLEARED"
        assert demo.log_in(LARS.email) == {"__typename": "NoUserFound", "message": "Ingen brugere findes"}
        reference = created["impact"]["references"][0]["id"]
        restored = demo.ask(RESTORE, token, reference=reference)["restorePassword"]
        assert restored["impact"]["effect"] == "PASSWORD_RESTORED"
        choice = demo.log_in(LARS.email)
        assert {option["customerName"] for option in choice["options"]} >= {other["name"]}

        assert list(tmp_path.glob("adgang-demo-*"))
        code, _, errors = stopped(process, signal.SIGINT)
    assert code == 0
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("adgang-demo-*"))


def test_a_folder_keeps_its_register_and_gets_new_passwords(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "kept" / "here"
    with running("demo", str(folder), "--port", "0", cwd=tmp_path, env=environment) as process:
        first = Demo(process)
        assert str(folder) in first.printed
        assert stopped(process, signal.SIGTERM)[0] == 0
    with closing(sqlite3.connect(folder / "adgang-demo.db")) as database:
        database.execute("UPDATE customer SET name = 'Omdøbt A/S' WHERE id = 1")
        database.execute("DELETE FROM reference WHERE email = ?", (MONA.email,))
        database.commit()
    with running("demo", str(folder), "--port", "0", cwd=tmp_path, env=environment) as process:
        second = Demo(process)
        assert second.log_in(LARS.email)["viewer"]["customer"]["name"] == "Omdøbt A/S"
    assert set(first.passwords) - set(second.passwords) == {MONA.email}
    assert all(first.passwords[username] != password for username, password in second.passwords.items())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_it_is_for_this_machine_alone(host: str, adgang: Adgang) -> None:
    assert "this machine alone" in refused(adgang("demo", "--host", host))


def test_it_refuses_a_folder_with_another_database(migrated: Adgang, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "adgang.db")) as database:
        database.execute(
            "INSERT INTO customer (number, number_key, name, name_key, created_at, updated_at)"
            " VALUES ('1', '1', 'x', 'x', '2026', '2026')"
        )
        database.commit()
    (tmp_path / "adgang.db").rename(tmp_path / "adgang-demo.db")
    assert "Choose another folder" in refused(migrated("demo", str(tmp_path), "--port", "0"))


def test_it_refuses_a_folder_it_cannot_make(adgang: Adgang, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Choose another" in refused(adgang("demo", str(tmp_path / "file" / "below"), "--port", "0"))
