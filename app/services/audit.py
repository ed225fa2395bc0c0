"""The audit: what happened, written in the transaction that did it (the rules, "The audit").

Each event is linked to the one before it by a digest. There are 64 such chains, the lanes: one alone would make all
writers wait for one another, and a transaction takes whichever is free. Taking a lane's head is the last lock of a
transaction, so `write` belongs right before its end.
"""

import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Final, NoReturn

from app.database import Database, Transaction, Write, placeholders
from app.ids import encode
from app.models.enums import AuditAction
from app.security.keys import Keys
from app.services import changes
from app.services.audit_beginnings import Beginnings, Place
from app.services.audit_chain import Verifier
from app.services.audit_checkpoints import Checkpoint, Checkpoints
from app.services.audit_layout import COLUMNS, GENESIS, LANES, AuditRow, Digester, canonical, person_hash
from app.services.audit_report import Report
from app.services.caller import Caller, CommandLine, Nobody, PortalUser, StaffUser
from app.services.changes import Change
from app.services.upkeep import repeat
from app.services.usernames import canonical as canonical_username

Scalar = str | int | bool | None
Datum = Scalar | Sequence[Scalar]

LONGEST_SENT: Final = 256
"""Code points of a text as a caller sent it: what a browser calls itself, or a name that is looked for."""
ROWS_A_STATEMENT: Final = 500
_SECRETIVE: Final = ("password", "secret", "hash", "credential")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        subjects: The public ids of what it touched.
        username: The canonical username it concerned, or what was typed as one.
        username_known: Whether there is such a login. Of one that nobody has only a keyed hash is stored: people type
            passwords there.
        data: Codes, numbers and ids that tell more; never a secret and nothing that names a person.
    """

    action: AuditAction
    subjects: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    username: str | None = None
    username_known: bool = True
    data: Mapping[str, Datum] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuses what could be a secret: values of other types, and texts under a name that speaks of one."""
        texts: Iterable[tuple[str, object]] = chain(
            self.data.items(),
            ((change.field, value) for change in self.changes for value in (change.before, change.after)),
        )
        for name, value in texts:
            parts = value if isinstance(value, list | tuple) else (value,)
            if not all(part is None or isinstance(part, str | int) for part in parts):
                raise TypeError(f"the audit stores no {type(value).__name__} ({name})")
            if any(isinstance(part, str) for part in parts) and any(word in name.lower() for word in _SECRETIVE):
                raise TypeError(f"the audit stores no text that may be a secret ({name})")


class Audit:
    """Writes events, makes checkpoints, verifies both."""

    def __init__(self, database: Database, keys: Keys, audit_key: bytes | None = None) -> None:
        """With a key, ADGANG_AUDIT_KEY, who can write the database can't make digests that hold."""
        self._keys = keys
        self._digester = Digester(audit_key)
        self._checkpoints = Checkpoints(database, self._digester)
        self._verifier = Verifier(database, self._digester)

    async def write(
        self, tx: Transaction, caller: Caller, events: Sequence[Event], *, beside: Sequence[Write] = ()
    ) -> None:
        """Writes events behind one another in one lane, as the last statements of the transaction.

        Args:
            beside: What else there is to write, to rows that this transaction has locked already.
        """
        if not events:
            await tx.write(*beside)
            return
        lane, seq, digest, at = await _take_head(tx)
        rows = [self._row(caller, event, lane, seq + number, at) for number, event in enumerate(events, start=1)]
        values = []
        for row in rows:
            digest = row.digest(self._digester, digest)
            values.append(row.values(digest))
        subjects = [
            (subject, row.id, at) for row, event in zip(rows, events, strict=True) for subject in _subjects(event)
        ]
        await tx.write(
            *beside,
            *_inserts(f"audit_event ({COLUMNS})", values),
            *_inserts("audit_subject (subject, event_id, at)", subjects),
            Write(
                "UPDATE audit_head SET seq = $1, at = $2, digest = $3 WHERE lane = $4", rows[-1].seq, at, digest, lane
            ),
        )

    async def checkpoint(self) -> Checkpoint:
        """A checkpoint over everything committed so far: a new one, or the last where nothing came since."""
        return await self._checkpoints.make()

    async def head(self) -> str:
        """A checkpoint over everything committed so far, as the `NUMBER:DIGEST` that an operator keeps elsewhere."""
        return str(await self.checkpoint())

    async def keep_checkpoints(self, every_seconds: float = 60.0) -> NoReturn:
        """Makes a checkpoint a minute where something changed; a background task, until it is cancelled."""
        await repeat(self.checkpoint, every_seconds, failure="no audit checkpoint could be made")

    async def verify(self, from_: str | None = None) -> Report:
        """Verifies everything, or what came after a checkpoint that was kept.

        Raises:
            NotACheckpoint: `from_` is no `NUMBER:DIGEST`.
        """
        return await self._verifier.verify(from_)

    async def verify_places(self, beginnings: Beginnings, places: Mapping[int, Place]) -> Report:
        """Verifies each lane from where it begins to one of its places."""
        return await self._verifier.verify_places(beginnings, places)

    def actor_key(self, actor: str) -> bytes:
        """What the events of an actor are found by: an e-mail in any spelling of its username, or a token's name."""
        return self._keys.actor_hash(_spelling(actor))

    def username_key(self, username: str) -> bytes:
        """What the events about a username are found by, one that nobody has included."""
        return self._keys.username_hash(_spelling(username))

    def _row(self, caller: Caller, event: Event, lane: int, seq: int, at: datetime) -> AuditRow:
        actor, actor_id = _actor_of(caller)
        about_people = event.action.value.startswith(("REFERENCE_", "STAFF_"))
        changed, person = changes.stored(event.changes, about_people=about_people)
        data = {**event.data, **changed}
        if actor_id is not None:
            data["actor_id"] = actor_id
        agent = caller.client.user_agent
        named = {
            "actor": actor,
            "username": event.username if event.username_known else None,
            "ip_address": caller.client.address,
            "user_agent": agent[:LONGEST_SENT].encode("utf-8", "replace").decode() if agent else None,
        }
        person |= {name: value for name, value in named.items() if value is not None}
        actor_key = self.actor_key(actor) if actor is not None else None
        username_key = self.username_key(event.username) if event.username is not None else None
        salt, person_text = secrets.token_bytes(16), canonical(person)
        return AuditRow(
            lane=lane,
            seq=seq,
            at=at,
            action=event.action.value,
            actor_kind=caller.kind.value,
            data=canonical(data),
            subjects=canonical(_subjects(event)),
            person=person_text,
            actor_key=actor_key,
            username_key=username_key,
            person_salt=salt,
            person_hash=person_hash(salt, person_text, actor_key, username_key),
        )


def _subjects(event: Event) -> list[str]:
    return list(dict.fromkeys(event.subjects))


def _actor_of(caller: Caller) -> tuple[str | None, str | None]:
    """The name of who asks, and the public id that stays when the name is erased."""
    match caller:
        case Nobody():
            return None, None
        case CommandLine():
            return caller.name, None
        case StaffUser():
            return caller.email, encode("StaffMember", caller.staff_id)
        case PortalUser():
            return caller.username, encode("Reference", caller.reference_id)
    return caller.name, encode("AccessToken", caller.token_id)


def _spelling(name: str) -> str:
    """One spelling for all that mean the same: the canonical username, else in NFC and small letters."""
    known = canonical_username(name)
    return known if known is not None else unicodedata.normalize("NFC", name[:LONGEST_SENT]).strip().lower()


async def _take_head(tx: Transaction) -> tuple[int, int, bytes, datetime]:
    """Locks the head of the first free lane, or waits for one, and tells its number, its digest and the time.

    The time never runs backwards within a lane, whatever the clock does.
    """
    select = f"SELECT lane, seq, at, digest, {tx.dialect.now} AS now FROM audit_head"
    lock = tx.dialect.for_no_key_update
    rows = await tx.fetch(f"{select} ORDER BY lane LIMIT 1{lock}{tx.dialect.skip_locked if lock else ''}")
    if not rows:
        rows = await tx.fetch(f"{select} WHERE lane = $1{lock}", secrets.randbelow(LANES))
    (row,) = rows
    before, now = tx.dialect.moment(row["at"]), tx.dialect.moment(row["now"])
    digest = row["digest"] if row["seq"] else GENESIS
    return row["lane"], row["seq"], digest, max(before or now, now)


def _inserts(table_and_columns: str, rows: Sequence[tuple[object, ...]]) -> Iterator[Write]:
    """What inserts rows, many with one statement."""
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        width = len(part[0])
        places = ", ".join(f"({placeholders(width, start=number * width + 1)})" for number in range(len(part)))
        yield Write(f"INSERT INTO {table_and_columns} VALUES {places}", *chain.from_iterable(part))
