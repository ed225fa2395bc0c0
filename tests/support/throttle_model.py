"""What the throttle means, without a database: counts in a dictionary, one try after another.

The rules, "Passwords" 4, told once more and in another way than the statement tells it.
"""

import math
from dataclasses import dataclass, field
from typing import Final

SECOND: Final = 1_000
DAY: Final = 86_400 * SECOND

Key = tuple[str, ...]


@dataclass
class Count:
    """Tries that count, and until when the next one waits."""

    tries: int = 0
    last: int = 0
    until: int = 0
    moments: list[int] = field(default_factory=list)


@dataclass
class Try:
    """A try that went on: when, what it counted on, and which waits it began itself."""

    username: str
    at: int
    keys: tuple[Key, ...]
    began: dict[Key, int]


@dataclass
class Model:
    """The bounds, in the operator's own units, and every count there is."""

    failures: int
    minutes: int
    factor: int
    ceiling: int
    counts: dict[Key, Count] = field(default_factory=dict)

    def take(self, username: str, address: str, device: str | None, now: int) -> Try | int:
        """A try that goes on, or the seconds to wait."""
        own: tuple[Key, ...] = (
            (("DEVICE", username, device),)
            if device
            else (
                ("PAIR", username, address),
                ("USERNAME", username),
            )
        )
        keys = (*own, ("ADDRESS", address))
        latest = max((self.counts[key].until for key in keys if key in self.counts), default=0)
        if latest > now:
            return math.ceil((latest - now) / SECOND)
        began = {}
        for key in keys:
            until = self._count(key, now)
            if until:
                began[key] = until
        return Try(username, now, keys, began)

    def give_back(self, taken: Try) -> None:
        """The try never was."""
        for key in taken.keys:
            self._uncount(key, taken)

    def succeed(self, taken: Try, now: int) -> int | None:
        """The password was right; answers until when somebody else waits for the username."""
        for key in (*taken.keys, ("USERNAME", taken.username)):
            if key[0] == "ADDRESS":
                self._uncount(key, taken)
            else:
                self.counts.pop(key, None)
        latest = max((count.until for key, count in self.counts.items() if self._is_of(key, taken.username)), default=0)
        return latest if latest > now else None

    def empty(self, username: str) -> bool:
        """Everything about a username is forgotten."""
        gone = [key for key in self.counts if self._is_of(key, username)]
        for key in gone:
            del self.counts[key]
        return bool(gone)

    def rename(self, old: str, new: str) -> None:
        """The counts of one username go on under another; of two the fuller one stays."""
        for key in [key for key in self.counts if self._is_of(key, old)]:
            count = self.counts.pop(key)
            moved = (key[0], new, *key[2:])
            if key[0] != "DEVICE" and (moved not in self.counts or self.counts[moved].tries < count.tries):
                self.counts[moved] = count

    @staticmethod
    def _is_of(key: Key, username: str) -> bool:
        return key[0] != "ADDRESS" and key[1] == username

    def _count(self, key: Key, now: int) -> int:
        count = self.counts.setdefault(key, Count())
        wait, few = self.minutes * 60 * SECOND, self.failures
        if key[0] == "ADDRESS":
            count.moments = [moment for moment in count.moments if now - moment < wait] + [now]
            count.tries = len(count.moments)
            count.until = now + wait if count.tries >= few * self.factor else 0
        else:
            forget = 30 * DAY if key[0] == "USERNAME" else DAY
            count.tries = count.tries + 1 if now - count.last < forget else 1
            if key[0] == "USERNAME":
                count.until = now + DAY if count.tries >= self.ceiling else 0
            else:
                count.until = now + min(DAY, wait * 2 ** (count.tries - few)) if count.tries >= few else 0
        count.last = now
        return count.until

    def _uncount(self, key: Key, taken: Try) -> None:
        count = self.counts.get(key)
        if count is None:
            return
        if key[0] == "ADDRESS":
            if taken.at in count.moments:
                count.moments.remove(taken.at)
            count.tries = len(count.moments)
            bound = self.failures * self.factor
        else:
            count.tries -= 1
            bound = self.ceiling if key[0] == "USERNAME" else self.failures
        if count.tries <= 0:
            del self.counts[key]
        elif count.tries < bound or count.until == taken.began.get(key, 0):
            count.until = 0
