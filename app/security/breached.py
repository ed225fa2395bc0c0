"""Passwords known from breaches: a file that an operator has put beside the service.

Nobody's password leaves the house for this. The file is the well-known corpus as it comes, SHA-1 digests in hex, a line
each, sorted, with or without `:COUNT` behind them; or only the first digits of them all. (With 12 digits a thousand
million take a third of the room, and one good password in 280,000 is refused by mistake.) It is mapped into memory, so
that workers share its pages, and no more of it is read than a search touches: some 30 lines.
"""

import hashlib
import mmap
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import structlog

from app.settings_sources import SettingsError

SHORTEST: Final = 10
"""Hex digits of a prefix. A thousand million of shorter ones would be met by chance too often."""
SAMPLED: Final = 1000

_LINE = re.compile(rb"([0-9A-Fa-f]{%d,40})(?::\d+)?\r?\n?" % SHORTEST)
_LONGEST_LINE: Final = 64

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.passwords")


@contextmanager
def opened_breached(path: str) -> Iterator["BreachedPasswords | None"]:
    """The file of breached passwords for as long as the block lasts; None where the setting names none.

    Raises:
        SettingsError: It can't be read, or is no such file.
    """
    if not path:
        yield None
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(path).open("rb"))
            content = stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            passwords = BreachedPasswords(content)
            passwords.check()
        except OSError as error:
            raise SettingsError(f"ADGANG_BREACHED_FILE can't be read ({error.strerror}): {path}") from None
        except ValueError as error:
            raise SettingsError(f"ADGANG_BREACHED_FILE is not what it should be: {error}.") from None
        yield passwords


class BreachedPasswords:
    """Says whether a password is in the file. For a thread: the first searches wait for the disk."""

    def __init__(self, content: mmap.mmap | bytes) -> None:
        self._content = content
        self._digits = len(self._digest_at(0))

    def __contains__(self, password: str) -> bool:
        """Whether the file has this password, whose length was looked at; in NFC, as it would be hashed."""
        try:
            return self._has(password)
        except ValueError as damage:
            log.error("the file of breached passwords was changed while it was in use: start anew", reason=str(damage))
            return False

    def _has(self, password: str) -> bool:
        sought = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()[: self._digits]
        low, high = 0, len(self._content)
        while low < high:  # every line that begins before low is smaller, and none at or after high is
            start = self._start_of_line((low + high) // 2)
            if self._digest_at(start) < sought:
                low = self._end_of_line(start)
            else:
                high = start
        return low < len(self._content) and self._digest_at(low) == sought

    def check(self) -> None:
        """Looks at lines all over the file.

        Raises:
            ValueError: One is no digest, or not as long as the others, or not in order. It says which.
        """
        last, before = len(self._content) - 1, b""
        for number in range(SAMPLED + 1):
            start = self._start_of_line(last * number // SAMPLED)
            digest = self._digest_at(start)
            if len(digest) != self._digits:
                raise ValueError(f"the line at byte {start} has another number of digits than the first one")
            if digest < before:
                raise ValueError(f"the lines are not sorted: see the one at byte {start}")
            before = digest

    def _digest_at(self, start: int) -> bytes:
        line = _LINE.fullmatch(self._content[start : self._end_of_line(start)])
        if line is None:
            raise ValueError(f"the line at byte {start} is no SHA-1 digest in hex of at least {SHORTEST} digits")
        return line[1].upper()

    def _start_of_line(self, position: int) -> int:
        earliest = max(0, position - _LONGEST_LINE)
        found = self._content.rfind(b"\n", earliest, position)
        if found < 0 and earliest > 0:
            raise ValueError(f"the line at byte {position} is longer than a digest and a count")
        return found + 1

    def _end_of_line(self, start: int) -> int:
        found = self._content.find(b"\n", start, start + _LONGEST_LINE)
        return len(self._content) if found < 0 else found + 1
