"""How one event of the audit lies in its row, and what its digest covers. The writer and the verifier share this.

Lane, number, time, action, data and subjects are covered by the digest as they are. What names a person lies beside
them with a salt of its own and is covered through its salted hash alone, so that it can be erased and the chain holds.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson

from app.database import Dialect

LANES: Final = 64
LAYOUT: Final = 1
"""Rises when what a digest covers changes; it is covered itself."""

PLAIN: Final = b"\x01"
KEYED: Final = b"\x02"
"""The first byte of a digest: SHA-256, or HMAC-SHA-256 under ADGANG_AUDIT_KEY."""

GENESIS: Final = b""
"""What the first event of a lane and the first checkpoint have in place of a digest before them."""

Kind = Literal["event", "checkpoint"]


def canonical(value: object) -> str:
    """The one JSON text of a value: keys in order, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def moment_text(at: datetime) -> str:
    """A moment as digests cover it, the same from both databases."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class KeyNeeded(Exception):
    """A digest was made under a key that isn't there."""


class KeyLeftOut(Exception):
    """A digest was made without a key behind one that was made with it: whoever made it did not have the key."""


def mark_of(digest: bytes, previous: bytes) -> bytes:
    """Which kind of digest this is, behind the previous one.

    Raises:
        KeyLeftOut: There is no key from here on.
        ValueError: It is none.
    """
    mark = digest[:1]
    if mark not in (PLAIN, KEYED):
        raise ValueError("no digest of ours")
    if mark == PLAIN and previous[:1] == KEYED:
        raise KeyLeftOut
    return mark


class Digester:
    """Makes the digests of events and checkpoints, under the audit's key where there is one."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes | None) -> None:
        self._key = key

    @property
    def mark(self) -> bytes:
        """How new digests begin."""
        return KEYED if self._key else PLAIN

    def digest(self, kind: Kind, previous: bytes, content: Mapping[str, object], mark: bytes | None = None) -> bytes:
        """The digest of a content and all that came before it.

        Args:
            mark: Which kind of digest, where one that was made before is computed again.

        Raises:
            KeyNeeded: That kind needs a key and there is none.
        """
        mark = mark or self.mark
        text = canonical({"kind": kind, "layout": LAYOUT, "previous": previous.hex(), **content}).encode()
        if mark != KEYED:
            return PLAIN + hashlib.sha256(text).digest()
        if self._key is None:
            raise KeyNeeded
        return KEYED + hmac.digest(self._key, text, "sha256")


def person_hash(salt: bytes, person: str, actor_key: bytes | None, username_key: bytes | None) -> bytes:
    """Covers what names a person in an event, the hashes by which it can be found included."""
    keys = [key.hex() if key is not None else None for key in (actor_key, username_key)]
    return hashlib.sha256(canonical([salt.hex(), person, *keys]).encode()).digest()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of `audit_event`, its JSON as text: the digest covers the very bytes.

    `person` and all beside it is None where a person was erased.
    """

    lane: int
    seq: int
    at: datetime
    action: str
    actor_kind: str
    data: str
    subjects: str
    person: str | None
    actor_key: bytes | None
    username_key: bytes | None
    person_salt: bytes | None
    person_hash: bytes

    @property
    def id(self) -> int:
        return event_id(self.lane, self.seq)

    def digest(self, digester: Digester, previous: bytes, mark: bytes | None = None) -> bytes:
        """The digest of this event behind the previous one of its lane."""
        content = {
            "lane": self.lane,
            "seq": self.seq,
            "at": moment_text(self.at),
            "action": self.action,
            "actor_kind": self.actor_kind,
            "data": self.data,
            "subjects": self.subjects,
            "person": self.person_hash.hex(),
        }
        return digester.digest("event", previous, content, mark)

    def person_holds(self) -> bool:
        """Whether what names a person is what was written, or was erased whole."""
        if self.person is None or self.person_salt is None:
            return (self.person, self.person_salt, self.actor_key, self.username_key) == (None, None, None, None)
        return person_hash(self.person_salt, self.person, self.actor_key, self.username_key) == self.person_hash

    def values(self, digest: bytes) -> tuple[object, ...]:
        """The row's values in the order of `COLUMNS`."""
        return (
            self.id,
            self.lane,
            self.seq,
            self.at,
            self.action,
            self.actor_kind,
            self.actor_key,
            self.username_key,
            self.data,
            self.subjects,
            self.person,
            self.person_salt,
            self.person_hash,
            digest,
        )


COLUMNS: Final = (
    "id, lane, seq, at, action, actor_kind, actor_key, username_key, data, subjects, person, person_salt, person_hash, "
    "digest"
)


def event_id(lane: int, seq: int) -> int:
    """The key of the event with this number in this lane."""
    return seq * LANES + lane


def read_row(dialect: Dialect, row: Mapping[str, Any]) -> AuditRow:
    """A row as it was read, with all of `COLUMNS`."""
    return AuditRow(
        lane=row["lane"],
        seq=row["seq"],
        at=dialect.moment(row["at"]),
        action=row["action"],
        actor_kind=row["actor_kind"],
        data=row["data"],
        subjects=row["subjects"],
        person=row["person"],
        actor_key=row["actor_key"],
        username_key=row["username_key"],
        person_salt=row["person_salt"],
        person_hash=row["person_hash"],
    )
