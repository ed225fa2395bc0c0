"""Secrets that a test run has seen, and a search for them where none belongs.

A run of the tests makes thousands of passwords, tokens, tickets and cookies, and writes hundreds of megabytes, so the
search is for all of them at once: whatever text there is, each eight bytes of it are looked up among the beginnings of
the secrets. What is found is told by kind and place; the secret itself is in no message.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

import orjson

HEAD: Final = 8
ENOUGH: Final = 16
"""So many characters of a random secret are worth telling of, though the rest was cut off."""
SHORTEST: Final = 10
FEWEST_LETTERS: Final = 6
"""What is shorter, or made of fewer different letters, stands in many a place by chance."""

RUNS: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{8,}")
PAGE: Final = 4096
LOG_HEADER: Final = 32
FRAME_HEADER: Final = 24
"""What SQLite's write-ahead log begins with, and each page in it."""

HASH: Final = b"$argon2"
STORED_HASH: Final = "stored hash"
HASH_COLUMNS: Final = frozenset({"password_hash", "cleared_hash"})

TYPED: Final = frozenset({"password", "currentPassword", "newPassword", "plaintext"})
"""What the fields are called by which a client hands a password over."""
SHOWN_ONCE: Final = {
    "accessToken": "token",
    "ticket": "ticket",
    "secret": "access token or second factor",
    "generatedPassword": "generated password",
    "provisioningUri": "second factor",
    "recoveryCodes": "recovery code",
}
"""What the fields are called in which an answer hands a secret over; anywhere else in an answer it doesn't belong.

An alias may have something and an underscore before it.
"""


class Secrets:
    """Everything secret that has been seen, by kind."""

    def __init__(self) -> None:
        self._by_head: dict[bytes, dict[bytes, str]] = {}

    def __len__(self) -> int:
        return sum(len(needles) for needles in self._by_head.values())

    def remember(self, kind: str, secret: str, *, random: bool = False) -> None:
        """Notes a secret. Of a random one, which nothing resembles by chance, a part gives it away too."""
        if len(secret) < SHORTEST or len(set(secret)) < FEWEST_LETTERS:
            return
        if random:
            secret = secret.removeprefix("adg_")[:ENOUGH]
        raw = secret.encode("utf-8", "surrogatepass")
        for needle in (raw, json.dumps(secret)[1:-1].encode(), quote(raw).encode(), quote_plus(raw).encode()):
            self._by_head.setdefault(needle[:HEAD], {}).setdefault(needle, kind)

    def found_in(self, text: str | bytes) -> set[str]:
        """The kinds of the secrets that stand in a text."""
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        return {kind for run in RUNS.findall(data) for kind in self._found_in_run(run)}

    def _found_in_run(self, run: bytes) -> Iterator[str]:
        by_head = self._by_head
        for at in range(len(run) - HEAD + 1):
            if needles := by_head.get(run[at : at + HEAD]):
                yield from (kind for needle, kind in needles.items() if run.startswith(needle, at))


def values_of(content: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each text in JSON, with the name of the field that it is the value of; the names themselves are texts too."""
    match content:
        case str():
            yield name, content
        case dict():
            for key, value in content.items():
                yield "", key
                yield from values_of(value, key)
        case list():
            for part in content:
                yield from values_of(part, name)


def parsed(body: bytes) -> Any:
    """JSON, or None where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def typed_in(body: bytes) -> Iterator[str]:
    """The passwords in a request."""
    return (value for name, value in values_of(parsed(body)) if name in TYPED)


def shown_as(name: str) -> str | None:
    """What kind of secret an answer hands over in a field of this name or alias; None where it is to hand none over."""
    return SHOWN_ONCE.get(name.rpartition("_")[2])


def shown_in(body: bytes) -> Iterator[tuple[str, str]]:
    """The secrets that an answer is there to hand over, by kind."""
    for name, value in values_of(parsed(body)):
        if kind := shown_as(name):
            yield kind, value
            if found := re.search("[?&]secret=([A-Z2-7]+)", value):
                yield kind, found[1]


def in_answer(secrets: Secrets, body: bytes) -> set[str]:
    """The kinds of the secrets that an answer gives away beside what it is there to hand over."""
    content = parsed(body)
    told = (value for name, value in values_of(content) if not shown_as(name))
    rest = body if content is None else "\n".join(told).encode("utf-8", "surrogatepass")
    return secrets.found_in(rest) | _hashes_in(rest)


def in_lines(secrets: Secrets, lines: str) -> set[str]:
    """The kinds of the secrets in what was logged or printed."""
    return secrets.found_in(lines) | _hashes_in(lines.encode("utf-8", "surrogatepass"))


def pages_of(file: Path) -> Iterator[bytes]:
    """A SQLite file's pages, or those in its write-ahead log; any other file in one piece."""
    content = file.read_bytes()
    if file.name.endswith(".db"):
        yield from (content[at : at + PAGE] for at in range(0, len(content), PAGE))
    elif file.name.endswith(".db-wal"):
        step = FRAME_HEADER + PAGE
        yield from (content[at + FRAME_HEADER : at + step] for at in range(LOG_HEADER, len(content), step))
    else:
        yield content


def in_files(secrets: Secrets, files: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """The secrets in files, by kind. Most pages of a database are the same as in the one it was copied from."""
    seen: set[int] = set()
    for file in files:
        found: set[str] = set()
        for page in pages_of(file):
            if hash(page) not in seen:
                seen.add(hash(page))
                found |= secrets.found_in(page)
        yield from ((kind, file) for kind in sorted(found))


def in_rows(database: Path) -> Iterator[tuple[str, str]]:
    """The stored hashes in a SQLite database that stand in another column than theirs, by column."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM "{table.decode()}"')
            columns = [column[0] for column in rows.description]
            leaks = {
                column
                for row in rows
                for column, value in zip(columns, row, strict=True)
                if isinstance(value, bytes) and HASH in value and column not in HASH_COLUMNS
            }
            yield from ((STORED_HASH, f"{table.decode()}.{column}") for column in sorted(leaks))


def _hashes_in(text: bytes) -> set[str]:
    return {STORED_HASH} if HASH in text else set()
