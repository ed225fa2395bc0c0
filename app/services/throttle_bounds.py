"""How many tries are too many, how long one then waits, and the one statement that counts (the rules, "Passwords" 4).

Tries are counted for four kinds of thing. A PAIR is a username from one address; a DEVICE is a browser that has logged
in as the username before, whatever its address; a USERNAME is counted from everywhere; an ADDRESS for all usernames.
Moments and lengths of time are whole milliseconds here, so that one statement on both databases can reckon with them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import auto
from typing import Final

from app.database.dialect import Dialect
from app.database.dialect import Kind as DatabaseKind
from app.models.enums import Name
from app.settings import Settings

MINUTE: Final = 60_000
DAY: Final = 24 * 60 * MINUTE

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Kind(Name):
    """What a count is kept for; stored, and told in the audit."""

    PAIR = auto()
    ADDRESS = auto()
    USERNAME = auto()
    DEVICE = auto()


@dataclass(frozen=True, slots=True)
class Bound:
    """The try that fills a count, the wait it begins, and when the count is forgotten.

    Each further try doubles the wait, up to the longest. An ADDRESS forgets each try by itself, the others all of
    theirs, this long after the last.
    """

    tries: int
    wait: int
    longest: int
    forget: int

    @property
    def doublings(self) -> int:
        """After how many further tries the wait is the longest."""
        return next(number for number in range(64) if self.wait << number >= self.longest)

    def locked_until(self, tries: int, now: int) -> int:
        """Until when so many tries make one wait, the last of which is now; 0 where they don't."""
        if tries < self.tries:
            return 0
        further = tries - self.tries
        return now + (self.longest if further >= self.doublings else self.wait << further)


def bounds_of(settings: Settings) -> dict[Kind, Bound]:
    """The bounds that an operator's settings ask for."""
    few, wait = settings.lockout_failures, settings.lockout_minutes * MINUTE
    of_one = Bound(few, wait, DAY, DAY)
    return {
        Kind.PAIR: of_one,
        Kind.DEVICE: of_one,
        Kind.ADDRESS: Bound(few * settings.lockout_address_factor, wait, wait, wait),
        Kind.USERNAME: Bound(settings.lockout_ceiling, DAY, DAY, 30 * DAY),
    }


def milliseconds(moment: datetime) -> int:
    """A moment as it is stored here."""
    return (moment - _BEGINNING) // _MILLISECOND


def moment(stored: int) -> datetime:
    """A stored moment."""
    return _BEGINNING + stored * _MILLISECOND


def counting(bounds: dict[Kind, Bound], dialect: Dialect, rows: int) -> str:
    """The statement that counts a try on so many rows, each of which may be new, unless it is one to wait for.

    `$1` is now; then come key, kind, username's hash, the list that begins an address's, and the lock that the first
    try already makes. It answers the rows it counted on: fewer than it was given where one of them is full. One that
    is known to be has it count on none; one that is filled meanwhile by others can still be met on the way.
    """
    kinds: tuple[DatabaseKind, ...] = ("bytea", "text", "bytea", "text", "bigint")
    firsts = range(2, 2 + len(kinds) * rows, len(kinds))
    values = []
    for first in firsts:
        key, kind, username_hash, recent, lock = (
            dialect.typed(f"${first + place}", each) for place, each in enumerate(kinds)
        )
        values.append(f"({key}, {kind}, {username_hash}, 1, {recent}, {dialect.typed('$1', 'bigint')}, {lock})")
    keys = ", ".join(f"${first}" for first in firsts)

    def of_kind(name: str) -> str:
        cases = " ".join(f"WHEN '{kind}' THEN {getattr(bound, name)}" for kind, bound in bounds.items())
        return f"CASE throttle.kind {cases} END"

    window = dialect.numbers_since("throttle.recent", f"$1 - {bounds[Kind.ADDRESS].forget}", "$1")
    return (
        "INSERT INTO throttle (key, kind, username_hash, tries, recent, last_try_at, locked_until)"
        f" SELECT * FROM (VALUES {', '.join(values)}) AS tried WHERE NOT EXISTS"
        f" (SELECT 1 FROM throttle AS full_one WHERE full_one.key IN ({keys}) AND full_one.locked_until > $1)"
        " ON CONFLICT (key) DO UPDATE SET (tries, recent, last_try_at, locked_until) = ("
        "SELECT tries, recent, $1, CASE WHEN tries < bound THEN 0 WHEN tries - bound >= doublings THEN $1 + longest"
        " ELSE $1 + (wait << (tries - bound)) END FROM ("
        f"SELECT recent, CASE WHEN recent IS NOT NULL THEN {dialect.json_length('recent')}"
        f" WHEN throttle.last_try_at <= $1 - {of_kind('forget')} THEN 1 ELSE throttle.tries + 1 END AS tries,"
        f" {of_kind('tries')} AS bound, {of_kind('wait')} AS wait, {of_kind('longest')} AS longest,"
        f" {of_kind('doublings')} AS doublings"
        f" FROM (SELECT CASE WHEN throttle.kind = '{Kind.ADDRESS}' THEN {window} END AS recent) AS listed"
        ") AS counted) WHERE throttle.locked_until <= $1 RETURNING key, locked_until"
    )
