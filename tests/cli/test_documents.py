"""`adgang documents`, and `adgang serve` with a manifest."""

import json
import signal
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.http.manifest import FORMAT, sha256_of
from tests.cli.running import Adgang, Done, asked, listening, refused, running, stopped, succeeded

OPERATIONS = """\
# What the page asks for.
query Register($first: Int!) { customers(first: $first) { edges { node { ...Row } } } }
query Me { viewer { ...Person } }
fragment Row on Customer { id ...Named }
fragment Named on Customer { name }
fragment Person on Viewer { name email }
"""
ME = "query Me {\n  viewer {\n    ...Person\n  }\n}\n\nfragment Person on Viewer {\n  name\n  email\n}"
TYPENAME = "{\n  __typename\n}"


@pytest.fixture
def operations(tmp_path: Path) -> Path:
    file = tmp_path / "operations.graphql"
    file.write_text(OPERATIONS, encoding="utf-8")
    return file


def bodies(manifest: Path) -> dict[str, str]:
    """The texts of a manifest by the names of their operations."""
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    assert (content["format"], content["version"]) == (FORMAT, 1)
    assert all(each["id"] == sha256_of(each["body"]) for each in content["operations"])
    return {each["name"]: each["body"] for each in content["operations"]}


def faults(done: Done) -> list[str]:
    """The lines that a command printed which found something wrong."""
    assert done.returncode == 1, done
    lines = done.stdout.splitlines()
    assert f"Found {len(lines)} fault" in done.stderr
    return lines


def test_each_operation_becomes_a_document_with_the_fragments_it_uses(
    adgang: Adgang, operations: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "manifest.json"
    assert "Added 2 operations" in succeeded(adgang("documents", "add", str(operations), "--to", str(manifest)))
    texts = bodies(manifest)
    assert texts["Me"] == ME
    assert [line for line in texts["Register"].splitlines() if line.startswith("fragment")] == [
        "fragment Row on Customer {",
        "fragment Named on Customer {",
    ]
    assert "Checked 2 operations." in succeeded(adgang("documents", "check", str(manifest)))


def test_fragments_may_stand_in_another_file(adgang: Adgang, tmp_path: Path) -> None:
    for name, text in (("me.graphql", "query Me {viewer{...Person}}"), ("f.graphql", OPERATIONS.split("\n")[5])):
        (tmp_path / name).write_text(text, encoding="utf-8")
    succeeded(adgang("documents", "add", "me.graphql", "f.graphql", "--to", "manifest.json"))
    assert bodies(tmp_path / "manifest.json") == {"Me": ME}
    (line,) = faults(adgang("documents", "check", "me.graphql"))
    assert "Unknown fragment 'Person'. (line 3, column 8)" in line


@pytest.mark.parametrize(
    "content",
    [
        {sha256_of(TYPENAME): TYPENAME},
        {f"sha256:{sha256_of(TYPENAME)}": TYPENAME},
        {
            "format": FORMAT,
            "version": 1,
            "operations": [{"id": sha256_of(TYPENAME), "name": "", "type": "query", "body": TYPENAME}],
        },
    ],
    ids=["Relay and Codegen", "gql.tada", "Apollo"],
)
def test_what_tools_wrote_is_added_to_what_is_there_once(
    content: object, adgang: Adgang, operations: Path, tmp_path: Path
) -> None:
    (tmp_path / "tools.json").write_bytes(orjson.dumps(content))
    trusted = {"ADGANG_TRUSTED_DOCUMENTS": "manifest.json"}
    succeeded(adgang("documents", "add", str(operations), **trusted))
    assert "Added 1 operation;" in succeeded(adgang("documents", "add", "tools.json", "tools.json", **trusted))
    assert "Added 0 operations;" in succeeded(adgang("documents", "add", "tools.json", **trusted))
    assert set(bodies(tmp_path / "manifest.json")) == {"Me", "Register", ""}
    assert "Checked 3 operations." in succeeded(adgang("documents", "check", **trusted))


def test_the_list_tells_what_a_client_must_know_and_an_operator_wants_to(adgang: Adgang, operations: Path) -> None:
    lines = succeeded(adgang("documents", "list", str(operations))).splitlines()
    me, register = (" ".join(line.split()) for line in lines if " query " in line)
    assert me == f"Me query 1 {len(ME)} {sha256_of(ME)}"
    assert register.startswith("Register query by variables ")


def test_a_line_tells_of_each_fault(adgang: Adgang, tmp_path: Path) -> None:
    dear = "query Dear {customers(first: 500) {edges {node {references(first: 500) {edges {cursor}}}}}}"
    texts = {
        "unknown": "query Unknown {nothingOfThisName}",
        "dear": dear,
        "two": "query A {__typename} query B {__typename}",
        "syntax": "{",
        "introspection": "{__schema {queryType {name}}}",
        "alone": "mutation Two {logout {__typename} endOtherSessions {__typename}}",
        "long": "{" + " __typename" * 2001 + "}",
        "fine": TYPENAME,
    }
    content = {sha256_of(text): text for text in texts.values()} | {sha256_of("{a}"): TYPENAME, "\x1b[2J": "{a}"}
    (tmp_path / "manifest.json").write_bytes(orjson.dumps(content))
    lines = faults(adgang("documents", "check", "manifest.json", "nowhere.json"))
    assert all(line.startswith(("manifest.json: ", "nowhere.json: ")) for line in lines)
    assert len(lines) == len(content) - 1 + 1
    for words in (
        "query Unknown {nothingOfThisName}: Cannot query field 'nothingOfThisName'",
        "It costs 250500, and ADGANG_MAX_COST is 25000.",
        "query A {__typename} query B {__typename}: It must hold one operation",
        "{: Syntax Error",
        "logout must be the only field",
        "2000 tokens",
        "entry 9: its id isn't the SHA-256 of its text",
        "entry 10: its id is no SHA-256",
        "nowhere.json: it can't be read",
    ):
        assert [line for line in lines if words in line], words
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"query {", "Syntax Error"),
        (b"query A {__typename} # \xff", "no text in UTF-8"),
        (b"type Query {a: Int}", "something else than operations"),
        (b"fragment F on Viewer {name} fragment F on Viewer {email} {viewer {...F}}", "another fragment F"),
        (b'{"operations": ', "no JSON"),
    ],
)
def test_nothing_is_added_where_something_can_not_be_used(
    text: bytes, words: str, adgang: Adgang, operations: Path, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_bytes(text)
    done = adgang("documents", "add", str(operations), "wrong", "--to", "manifest.json")
    assert any(line.startswith("wrong: ") and words in line for line in faults(done)), done.stdout
    assert not (tmp_path / "manifest.json").exists()


def test_a_manifest_must_be_named(adgang: Adgang, operations: Path) -> None:
    assert "ADGANG_TRUSTED_DOCUMENTS" in refused(adgang("documents", "add", str(operations)))
    assert "ADGANG_TRUSTED_DOCUMENTS" in refused(adgang("documents", "check"))
    assert "Can't write" in refused(adgang("documents", "add", str(operations), "--to", "nowhere/manifest.json"))


def test_the_service_runs_what_is_in_the_manifest_in_each_of_its_workers(
    migrated: Adgang, operations: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    succeeded(migrated("documents", "add", str(operations), "--to", "manifest.json"))
    trusted = {**environment, "ADGANG_TRUSTED_DOCUMENTS": "manifest.json"}
    with running("serve", "--port", "0", "--workers", "2", cwd=tmp_path, env=trusted) as process:
        address = listening(process, workers=2)
        for _ in range(6):
            assert asked(address, ME)["data"] == {"viewer": None}
            assert "data" not in asked(address, TYPENAME)
        code, output, errors = stopped(process, signal.SIGTERM)
    assert (code, output) == (0, "")
    assert "Traceback" not in errors


def test_the_service_does_not_start_with_a_manifest_that_is_wrong(migrated: Adgang, tmp_path: Path) -> None:
    trusted = {"ADGANG_TRUSTED_DOCUMENTS": "manifest.json"}
    assert "ADGANG_TRUSTED_DOCUMENTS can't be read" in refused(migrated("serve", "--port", "0", **trusted))
    for content, words in (
        ({sha256_of(TYPENAME): ME}, "entry 1: its id isn't the SHA-256 of its text"),
        ({sha256_of("{nothing}"): "{nothing}"}, "adgang documents check"),
    ):
        (tmp_path / "manifest.json").write_bytes(orjson.dumps(content))
        assert words in refused(migrated("serve", "--port", "0", **trusted))
