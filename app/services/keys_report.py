"""Under which password keys the stored hashes stand, so that an operator knows when an old key may go.

The rules, "Passwords" 1. A hash moves to the first key at its person's next log-in, a second factor's secret at its
next code; until then the key it stands under has to be configured. Keys go by their ids, which tell nothing of them.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from app.database import Database
from app.security.keys import key_id
from app.security.sealing import UNDER_SECRET_KEY
from app.settings import Settings

NO_KEY = ""

# Each hash begins with its key's id, as long as every id is, or with `$argon2id$v=19$`.
_HASH = "substr({column}, 1, 15) AS beginning, count(*) AS rows FROM {table} WHERE {column} IS NOT NULL GROUP BY 2"
_COUNTS = (
    f"SELECT 'PORTAL' AS kind, {_HASH.format(column='password_hash', table='login')}"
    f" UNION ALL SELECT 'CLEARED', {_HASH.format(column='cleared_hash', table='login')}"
    f" UNION ALL SELECT 'STAFF', {_HASH.format(column='password_hash', table='staff_member')}"
    " UNION ALL SELECT 'SECOND_FACTOR', sealed_under, count(*) FROM staff_second_factor GROUP BY 2"
)


class KeyState(StrEnum):
    """What a key is to the settings; the value is what a list says."""

    FIRST = "the first: new hashes take it"
    LATER = "yes"
    MISSING = "MISSING"
    NONE = "-"


class Kind(StrEnum):
    """What stands under keys: the value is its name in SQL."""

    PORTAL = "PORTAL"
    CLEARED = "CLEARED"
    STAFF = "STAFF"
    SECOND_FACTOR = "SECOND_FACTOR"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key, by its id (`NO_KEY` for what needs none), and how much stands under it."""

    key: str
    state: KeyState
    counts: Counter[Kind]

    @property
    def total(self) -> int:
        """All that stands under it."""
        return self.counts.total()


async def key_uses(database: Database, settings: Settings) -> list[KeyUse]:
    """The configured keys in their order, then what needs no key, then keys that are stored but not configured."""
    found: dict[str, Counter[Kind]] = {}
    for row in await database.fetch(_COUNTS):
        beginning = "" if row["beginning"] == UNDER_SECRET_KEY else row["beginning"]
        found.setdefault(beginning.partition("$")[0], Counter())[Kind(row["kind"])] += row["rows"]
    configured = [key_id(key.get_secret_value()) for key in settings.password_key]
    uses = []
    for number, key in enumerate([*configured, NO_KEY, *sorted(found.keys() - {*configured, NO_KEY})]):
        if key == NO_KEY:
            state = KeyState.NONE
        elif key not in configured:
            state = KeyState.MISSING
        else:
            state = KeyState.LATER if number else KeyState.FIRST
        uses.append(KeyUse(key, state, found.get(key, Counter())))
    return uses
