"""Where the audit begins once its old end was cut off (the rules, "The audit" 4).

Of each lane the number and the digest of the last event that went are kept: the first one that is left follows it. The
same of the checkpoints. Anybody who can write the database could make such a beginning up, and so hide what they
deleted; so each cut is an event itself, AUDIT_PRUNED, whose digest covers all beginnings, and the newest must fit.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.database import Executor, Transaction
from app.models.enums import AuditAction
from app.services.audit_layout import (
    COLUMNS,
    GENESIS,
    KEYED,
    Digester,
    KeyLeftOut,
    KeyNeeded,
    canonical,
    event_id,
    mark_of,
    read_row,
)

Place = tuple[int, bytes]
"""The number and the digest of an event of a lane, or of a checkpoint."""

START: Final[Place] = (0, GENESIS)
"""The place before the first one."""

CHECKPOINTS: Final = -1
"""What stands for a lane where the checkpoints begin."""

UNREADABLE: Final = (ValueError, TypeError, AttributeError, ArithmeticError, KeyError)
"""What reading a row raises that somebody has put something else in."""


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The last place that was cut, by lane; a lane of which nothing was cut isn't there."""

    places: Mapping[int, Place]

    def of_lane(self, lane: int) -> Place:
        return self.places.get(lane, START)

    @property
    def of_checkpoints(self) -> Place:
        return self.places.get(CHECKPOINTS, START)

    @property
    def events(self) -> int:
        """How many events were cut in all."""
        return sum(seq for lane, (seq, _) in self.places.items() if lane != CHECKPOINTS)

    @property
    def text(self) -> str:
        """What an AUDIT_PRUNED event says of them, in short."""
        places = [[lane, seq, digest.hex()] for lane, (seq, digest) in sorted(self.places.items())]
        return hashlib.sha256(canonical(places).encode()).hexdigest()

    @property
    def keyed(self) -> bool:
        """Whether there was a key when the last of what was cut was written."""
        return any(digest[:1] == KEYED for _, digest in self.places.values())

    def moved_to(self, places: Mapping[int, Place]) -> "Beginnings":
        """The beginnings after these places have been cut too."""
        return Beginnings({**self.places, **places})


async def read_beginnings(executor: Executor) -> Beginnings:
    """Where the audit begins now."""
    rows = await executor.fetch("SELECT lane, seq, digest FROM audit_beginning")
    return Beginnings({row["lane"]: (row["seq"], row["digest"]) for row in rows})


async def write_beginnings(tx: Transaction, places: Mapping[int, Place]) -> None:
    """Moves the beginnings of these lanes."""
    for lane, (seq, digest) in sorted(places.items()):
        await tx.execute(
            "INSERT INTO audit_beginning (lane, seq, digest) VALUES ($1, $2, $3)"
            " ON CONFLICT (lane) DO UPDATE SET seq = excluded.seq, digest = excluded.digest",
            lane,
            seq,
            digest,
        )


async def are_attested(executor: Executor, digester: Digester, beginnings: Beginnings) -> bool:
    """Whether the newest AUDIT_PRUNED event says that the audit was cut where it begins now.

    Where there was a key before the cut, that event must have been made with it. Whether the event is in its chain is
    for the verifier to see, as for any other.
    """
    if not beginnings.places:
        return True
    sql = f"SELECT {COLUMNS} FROM audit_event WHERE action = $1"
    told = [(_said(row), row) for row in await executor.fetch(sql, AuditAction.AUDIT_PRUNED.value)]
    newest, row = max(told, key=lambda each: each[0], default=((0, ""), None))
    if row is None or newest != (beginnings.events, beginnings.text):
        return False
    lane, seq = row["lane"], row["seq"]
    before = beginnings.of_lane(lane)
    if seq - 1 > before[0]:
        rows = await executor.fetch("SELECT digest FROM audit_event WHERE id = $1", event_id(lane, seq - 1))
        before = (seq - 1, rows[0]["digest"]) if rows else START
    try:
        mark = mark_of(row["digest"], before[1])
        made = read_row(executor.dialect, row).digest(digester, before[1], mark)
    except KeyNeeded:
        return True  # the verifier says of each lane that it needs the key
    except (KeyLeftOut, *UNREADABLE):
        return False
    return made == row["digest"] and (mark == KEYED or not beginnings.keyed)


def _said(row: Mapping[str, Any]) -> tuple[int, str]:
    """How many events had been cut when an AUDIT_PRUNED event was written, and where the audit began from then on."""
    try:
        data = orjson.loads(row["data"])
        return int(data["eventsInAll"]), str(data["beginnings"])
    except UNREADABLE:
        return 0, ""
