"""Where the audit names a person: by their e-mail, or in what it recorded of a reference that is theirs.

The rules, "The audit" 4. An e-mail stands in an event as who acted, as the username it concerned, or before or after a
change of a reference's e-mail, there in any spelling. The keyed hashes by which the audit is searched know nothing of
changes, and only what was written under the present ADGANG_SECRET_KEY; so the whole audit is gone through.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from unicodedata import normalize

from app import ids
from app.database import Executor
from app.models.enums import ActorKind, AuditAction
from app.services.audit import Audit
from app.services.audit_beginnings import START
from app.services.audit_checkpoints import Heads
from app.services.audit_layout import LANES, event_id
from app.services.audit_layout import canonical as canonical_json
from app.services.changes import Change, changes_of
from app.services.usernames import canonical

BATCH: Final = 1000
IDS_A_STATEMENT: Final = BATCH * LANES
"""An event's id is its number times the lanes there are: so much for a thousand events where one lane is used."""

_COLUMNS: Final = "id, at, action, actor_kind, actor_key, username_key, data, subjects, person"
_ABOUT_REFERENCES: Final = frozenset(action for action in AuditAction if action.value.startswith("REFERENCE_"))


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in which somebody is named.

    Attributes:
        acted: Whether the person looked for did it.
        concerned: Whether it was about their username: what it touched was theirs then.
    """

    id: int
    at: datetime
    action: AuditAction
    actor_kind: ActorKind
    subjects: tuple[str, ...]
    data: Mapping[str, Any]
    person: Mapping[str, Any]
    acted: bool
    concerned: bool

    @property
    def names(self) -> bool:
        """Whether it holds the e-mail."""
        return self.acted or self.concerned

    @property
    def changes(self) -> tuple[Change, ...]:
        return changes_of(self.data, self.person)

    @property
    def describes_reference(self) -> bool:
        """Whether it says what a reference was called, or how it was reached."""
        return self.action in _ABOUT_REFERENCES and bool(self.person.get("changes"))

    @property
    def reference_keys(self) -> set[int]:
        return {key for subject in self.subjects if (key := ids.key_of(subject, "Reference")) is not None}

    def is_of_staff(self) -> bool:
        """Whether it is about a member of staff as such, or was done by the person as one."""
        by_staff = self.acted and self.actor_kind is ActorKind.STAFF
        return by_staff or any(ids.key_of(subject, "StaffMember") is not None for subject in self.subjects)


class Trail:
    """Looks for one person's e-mail."""

    def __init__(self, audit: Audit, username: str) -> None:
        self._username = username
        self._username_key = audit.username_key(username)
        self._actor_key = audit.actor_key(username)
        self._hint = _lowered(canonical_json(username.partition("@")[0])[1:-1])

    async def everywhere(self, executor: Executor) -> list[Entry]:
        """Every event that names the person, in batches by key; what is committed meanwhile may be left out."""
        (ends,) = await executor.fetch("SELECT min(id) AS first, max(id) AS last FROM audit_event")
        found: list[Entry] = []
        for start in range(ends["first"] or 0, (ends["last"] or 0) + 1, IDS_A_STATEMENT):
            rows = await executor.fetch(
                f"SELECT {_COLUMNS} FROM audit_event WHERE id >= $1 AND id < $2 AND person IS NOT NULL"
                " AND (username_key = $3 OR actor_key = $4 OR person LIKE $5 ESCAPE '!'"
                " OR (action LIKE 'REFERENCE!_%' ESCAPE '!' AND data LIKE '%\"email\"%'))",
                start,
                start + IDS_A_STATEMENT,
                self._username_key,
                self._actor_key,
                _containing(canonical_json(self._username)),
            )
            found += self._read(executor, rows, only_named=True)
        return found

    async def between(self, executor: Executor, before: Heads, after: Heads) -> list[Entry]:
        """The events that name the person among those which came between two readings of the lanes' heads."""
        new = [
            event_id(lane, number)
            for lane, (last, _) in after.items()
            for number in range(before.get(lane, START)[0] + 1, last + 1)
        ]
        listed = executor.dialect.any_of("id", "$1")
        rows = await _in_batches(executor, f"SELECT {_COLUMNS} FROM audit_event WHERE {listed}", new)
        return list(self._read(executor, rows, only_named=True))

    async def about(self, executor: Executor, references: Collection[int]) -> list[Entry]:
        """Every event, in order, that tells of these references' own fields, under whatever e-mail."""
        subjects = [ids.encode("Reference", key) for key in sorted(references)]
        listed = executor.dialect.any_of("subject", "$1", "text")
        rows = await _in_batches(
            executor,
            f"SELECT {_COLUMNS} FROM audit_event WHERE id IN (SELECT event_id FROM audit_subject WHERE {listed})",
            subjects,
        )
        read = self._read(executor, rows, only_named=False)
        entries = {entry.id: entry for entry in read if entry.describes_reference}
        return sorted(entries.values(), key=lambda entry: (entry.at, entry.id))

    def had_last(self, entries: Iterable[Entry]) -> set[int]:
        """Of the references that entries in order are about, those whose last e-mail was the person's."""
        last: dict[int, str] = {}
        for entry in entries:
            for email in emails_in(entry):
                last.update(dict.fromkeys(entry.reference_keys, email))
        return {key for key, email in last.items() if email == self._username}

    def _read(self, executor: Executor, rows: Iterable[Mapping[str, Any]], *, only_named: bool) -> Iterable[Entry]:
        """The events in rows. A row without the start of the e-mail in it isn't read: most of many are such."""
        for row in rows:
            if row["person"] is None:
                continue
            by_hash = row["actor_key"] == self._actor_key, row["username_key"] == self._username_key
            if only_named and not any(by_hash) and self._hint not in _lowered(row["person"]):
                continue
            person = executor.dialect.json(row["person"])
            entry = Entry(
                id=row["id"],
                at=executor.dialect.moment(row["at"]),
                action=AuditAction(row["action"]),
                actor_kind=ActorKind(row["actor_kind"]),
                subjects=tuple(executor.dialect.json(row["subjects"])),
                data=executor.dialect.json(row["data"]),
                person=person,
                acted=by_hash[0] or self._is_theirs(person.get("actor")),
                concerned=by_hash[1] or self._is_theirs(person.get("username")),
            )
            if not entry.concerned and self._username in emails_in(entry):
                entry = replace(entry, concerned=True)
            if entry.names or not only_named:
                yield entry

    def _is_theirs(self, name: str | None) -> bool:
        return name is not None and canonical(name) == self._username


def emails_in(entry: Entry) -> list[str]:
    """The usernames that a reference's e-mail was changed from and to."""
    if not entry.describes_reference:
        return []
    typed = [text for change in entry.changes if change.field == "email" for text in (change.before, change.after)]
    return [username for text in typed if text is not None and (username := canonical(text)) is not None]


def _lowered(text: str) -> str:
    """As `canonical` lowers what stands before the @."""
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).lower())


def _containing(text: str) -> str:
    """The pattern, with ! before what means something in it, of what contains a text."""
    return f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"


async def _in_batches(executor: Executor, sql: str, values: Sequence[object]) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for start in range(0, len(values), BATCH):
        rows += await executor.fetch(sql, list(values[start : start + BATCH]))
    return rows
