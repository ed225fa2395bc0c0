"""Manifests of trusted documents: files that hold operations, each under the SHA-256 of its text.

Two forms are read: Apollo's persisted query manifest, which is also what is written, and an object from hash to text as
Relay, GraphQL Code Generator and gql.tada write it. Whoever can change a manifest decides what the service runs, so a
text that hasn't the hash it stands under is a fault, and never looked at any further.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

FORMAT: Final = "apollo-persisted-query-manifest"
VERSION: Final = 1
PREFIX: Final = "sha256:"
MOST_BYTES: Final = 16 * 1024 * 1024

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,127}")


class ManifestError(Exception):
    """A file is no manifest; the text says why, in words that follow the file's name."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a manifest: texts by their hashes, and what is wrong with the entries that aren't among them."""

    texts: dict[str, str]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustedOperation:
    """An operation as a manifest tells of it: `kind` is `query` or `mutation`."""

    sha256: str
    name: str
    kind: str
    text: str


def sha256_of(text: str) -> str:
    """The hash that a text is known by: of its UTF-8, in small hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(path: Path) -> Manifest:
    """What is in a file.

    Raises:
        ManifestError: It can't be read, is too large, or is none at all.
    """
    return parse_manifest(read_file(path))


def read_file(path: Path) -> bytes:
    """The bytes of a file that isn't larger than a manifest may be.

    Raises:
        ManifestError: It is, or can't be read.
    """
    try:
        if path.exists() and not path.is_file():
            raise ManifestError("is no file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"can't be read ({error.strerror})") from None
    if len(content) > MOST_BYTES:
        raise ManifestError(f"is larger than {MOST_BYTES // 1024 // 1024} MiB")
    return content


def parse_manifest(content: bytes) -> Manifest:
    """What is in the bytes of a manifest.

    Raises:
        ManifestError: They are none.
    """
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise ManifestError("is no JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise ManifestError("is no JSON object")
    texts: dict[str, str] = {}
    faults: list[str] = []
    for number, (entry, known_by, text) in enumerate(_entries(found), start=1):
        fault = _fault(known_by, text)
        if fault is None:
            texts[str(known_by).removeprefix(PREFIX)] = str(text)
        else:
            faults.append(f"entry {number}{entry}: {fault}")
    return Manifest(texts, tuple(faults))


def as_manifest(operations: Iterable[TrustedOperation]) -> bytes:
    """The bytes of a manifest, in an order that doesn't depend on who added what when."""
    listed = sorted(operations, key=lambda each: (each.name, each.sha256))
    content = {
        "format": FORMAT,
        "version": VERSION,
        "operations": [{"id": each.sha256, "name": each.name, "type": each.kind, "body": each.text} for each in listed],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_file(path: Path, content: bytes) -> None:
    """Puts a file in the place of another, whole or not at all; its mode stays as it was.

    Raises:
        OSError: It can't be written.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            if target.exists():
                os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _entries(found: dict[str, object]) -> Iterator[tuple[str, object, object]]:
    """Each entry: how to name it beside its number, its id and its text.

    Raises:
        ManifestError: The file says that it is of another form.
    """
    if "format" not in found:
        yield from (("", known_by, text) for known_by, text in found.items())
        return
    operations = found.get("operations")
    if found["format"] != FORMAT or found.get("version") != VERSION or not isinstance(operations, list):
        raise ManifestError(f"is no {FORMAT} of version {VERSION} with a list of operations")
    for each in operations:
        told = each if isinstance(each, dict) else {}
        name = told.get("name")
        shown = f" ({name})" if isinstance(name, str) and _NAME.fullmatch(name) else ""
        yield shown, told.get("id"), told.get("body")


def _fault(known_by: object, text: object) -> str | None:
    """What is wrong with an entry. What stands in it isn't quoted: it may be anything."""
    if not isinstance(text, str):
        return "there is no text in it"
    if not isinstance(known_by, str) or not _SHA256.fullmatch(known_by.removeprefix(PREFIX)):
        return "its id is no SHA-256 in hex. Let the tool that made it hash with SHA-256"
    if known_by.removeprefix(PREFIX) != sha256_of(text):
        return "its id isn't the SHA-256 of its text. Make the manifest anew"
    return None
