"""A try that was counted, and what takes it away again, in one reading and one writing of its counts.

Where a count is held it is locked until the transaction ends, in the order of the keys, and what it becomes is written
with whatever else the transaction has to write.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from app.database import Dialect, Write, placeholders
from app.services.throttle_bounds import Bound, Kind

Application = Literal["portal", "staff"]
"""Portal and staff count apart."""


@dataclass(frozen=True, slots=True)
class Count:
    """One of the counts that a try stands on, as the try left it. `locked_until` is 0 unless this try filled it."""

    kind: Kind
    key: bytes = field(repr=False)
    locked_until: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A try that was counted and may go on."""

    application: Application
    username_hash: bytes = field(repr=False)
    at: int
    counts: tuple[Count, ...]

    @property
    def filled(self) -> tuple[Kind, ...]:
        """The counts that this very try filled: whoever comes next waits."""
        return tuple(count.kind for count in self.counts if count.locked_until)


@dataclass(frozen=True, slots=True)
class Emptied:
    """What follows from a right password, for the transaction to write: the counts, which it holds, become this.

    Attributes:
        locked_until: Until when somebody else still waits for this username, if anybody does: from another address.
    """

    writes: tuple[Write, ...]
    locked_until: datetime | None


def holding(dialect: Dialect, keys: int) -> str:
    """The statement that locks so many counts and tells the latest wait of a username's others, in every row.

    `$1` is the username's hash; then come the keys. Where no count is left there is one row, without a key.
    """
    listed = placeholders(keys, start=2)
    return (
        "WITH held AS (SELECT key, kind, tries, recent, locked_until FROM throttle"
        f" WHERE key IN ({listed}) ORDER BY key{dialect.for_update}),"
        " others AS (SELECT max(locked_until) AS latest FROM throttle"
        f" WHERE username_hash = $1 AND key NOT IN ({listed}))"
        " SELECT key, kind, tries, recent, locked_until, latest FROM others LEFT JOIN held ON true"
    )


def taken_back(
    bounds: Mapping[Kind, Bound], taken: Taken, held: Sequence[Mapping[str, Any]], emptied: Collection[bytes]
) -> Iterator[Write]:
    """What makes the held counts what they were without a try, and some of them nothing.

    A wait ends with the try where the try began it, and where what is left would begin none: the others that were let
    on at the same time have counted on top of it.
    """
    own = {count.key: count for count in taken.counts}
    gone = []
    for row in held:
        if row["key"] is None:
            continue
        key, recent = bytes(row["key"]), json.loads(row["recent"] or "[]")
        if taken.at in recent:
            recent.remove(taken.at)
        kind = Kind(row["kind"])
        tries = len(recent) if kind is Kind.ADDRESS else row["tries"] - 1
        if key in emptied or tries <= 0:
            gone.append(key)
            continue
        lifted = tries < bounds[kind].tries or row["locked_until"] == own[key].locked_until
        yield Write(
            "UPDATE throttle SET tries = $1, recent = $2, locked_until = $3 WHERE key = $4",
            tries,
            json.dumps(recent) if kind is Kind.ADDRESS else None,
            0 if lifted else row["locked_until"],
            key,
        )
    if gone:
        yield Write(f"DELETE FROM throttle WHERE key IN ({placeholders(len(gone))})", *gone)
