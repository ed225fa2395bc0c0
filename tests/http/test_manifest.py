"""Manifests: the forms that are read, what is wrong with one, and that a file is replaced whole or not at all."""

import hashlib
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.http.manifest import (
    FORMAT,
    MOST_BYTES,
    ManifestError,
    TrustedOperation,
    as_manifest,
    parse_manifest,
    read_manifest,
    sha256_of,
    write_file,
)

TEXT = "query Æble {viewer {name}}"


def apollo(*operations: object, **other: object) -> dict[str, Any]:
    return {"format": FORMAT, "version": 1, "operations": list(operations), **other}


def test_a_text_is_known_by_the_sha_256_of_its_utf_8() -> None:
    assert sha256_of("query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}") == (
        "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"
    )
    assert sha256_of(TEXT) == hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        apollo({"id": sha256_of(TEXT), "name": "Æble", "type": "query", "body": TEXT}),
        apollo({"id": sha256_of(TEXT), "body": TEXT}, more="whatever"),
        {sha256_of(TEXT): TEXT},
        {f"sha256:{sha256_of(TEXT)}": TEXT},
    ],
    ids=["Apollo", "Apollo, and more", "hash to text", "prefixed hash to text"],
)
def test_reads_what_tools_write(content: object) -> None:
    read = parse_manifest(orjson.dumps(content))
    assert (read.texts, read.faults) == ({sha256_of(TEXT): TEXT}, ())


def test_reads_what_it_writes_in_an_order_of_its_own() -> None:
    operations = [TrustedOperation(sha256_of(text), text[1], "query", text) for text in ("{b}", "{a}")]
    written = as_manifest(operations)
    assert written == as_manifest(reversed(operations))
    assert written.index(b"{a}") < written.index(b"{b}")
    assert parse_manifest(written).texts == {sha256_of(text): text for text in ("{a}", "{b}")}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (apollo({"id": sha256_of(TEXT), "body": TEXT + " "}), "entry 1: its id isn't the SHA-256"),
        (apollo({"id": sha256_of(TEXT), "name": "Me", "body": ["HEMMELIG"]}), "entry 1 (Me): there is no text"),
        (apollo({"id": sha256_of(TEXT), "name": "\x1b[2J", "body": None}), "entry 1: there is no text"),
        (apollo({"body": TEXT}), "entry 1: its id is no SHA-256"),
        (apollo({"id": 7, "body": TEXT}), "entry 1: its id is no SHA-256"),
        (apollo("HEMMELIG"), "entry 1: there is no text"),
        ({sha256_of(TEXT): TEXT, sha256_of("{a}"): "{b}"}, "entry 2: its id isn't the SHA-256"),
        ({sha256_of(TEXT).upper(): TEXT}, "entry 1: its id is no SHA-256"),
        ({f"md5:{sha256_of(TEXT)}": TEXT}, "entry 1: its id is no SHA-256"),
        ({hashlib.md5(TEXT.encode(), usedforsecurity=False).hexdigest(): TEXT}, "entry 1: its id is no SHA-256"),
        ({sha256_of(TEXT): {"text": "HEMMELIG"}}, "entry 1: there is no text"),
        ({"name": "HEMMELIG"}, "entry 1: its id is no SHA-256"),
    ],
)
def test_names_the_entry_that_is_wrong_and_quotes_nothing(content: object, fault: str) -> None:
    read = parse_manifest(orjson.dumps(content))
    (found,) = read.faults
    assert found.startswith(fault)
    assert "HEMMELIG" not in found
    assert set(read.texts) <= {sha256_of(TEXT)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON"),
        (b'{"a": "\xff"}', "no JSON"),
        (b'{"a": "\\ud800"}', "no JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "no JSON"),
        (b"[]", "no JSON object"),
        (orjson.dumps(apollo(version=2)), "version 1"),
        (orjson.dumps({**apollo(), "format": "another"}), FORMAT),
        (orjson.dumps({**apollo(), "operations": {}}), "list of operations"),
    ],
)
def test_refuses_what_is_no_manifest(content: bytes, reason: str) -> None:
    with pytest.raises(ManifestError, match=reason):
        parse_manifest(content)


def test_reads_no_more_than_the_bound(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    content = orjson.dumps({sha256_of(TEXT): TEXT})
    file.write_bytes(content + b" " * (MOST_BYTES - len(content)))
    assert read_manifest(file).texts == {sha256_of(TEXT): TEXT}
    with file.open("ab") as opened:
        opened.write(b" ")
    with pytest.raises(ManifestError, match="larger than 16 MiB"):
        read_manifest(file)


def test_reads_nothing_but_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "nowhere"):
        with pytest.raises(ManifestError):
            read_manifest(path)


def test_a_file_is_replaced_whole_behind_its_link_and_with_its_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "manifest.json", tmp_path / "current.json"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    with file.open("rb") as opened:
        write_file(link, b"new")
        assert opened.read() == b"old"
    assert (file.read_bytes(), file.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o640, True)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["current.json", "manifest.json"]


def test_a_file_that_can_not_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "manifest.json"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(file, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["manifest.json"]
    assert file.read_bytes() == b"old"
