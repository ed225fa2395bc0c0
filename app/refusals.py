"""What was refused for safety's sake: a line in the log each time, and how often in this process.

Whoever watches the service sees here that somebody is trying its doors: OWASP ASVS 5.0, 16.3.2 and 16.3.3. Where a
wrong password is concerned the audit tells; this is about what leaves no other trace.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Final

import structlog


class Kind(StrEnum):
    """Why something was refused."""

    RIGHTS = auto()
    """A caller asked for what their role or standing doesn't let them do."""
    CSRF = auto()
    """A cookie came from a page that isn't ours."""
    CREDENTIALS = auto()
    """A request showed two credentials of one kind, so that one of them may have been planted."""
    HOST = auto()
    """A request was for a host that isn't ours, or for two."""
    PLAIN_HTTP = auto()
    """A request came to the proxy without TLS."""
    PROXY = auto()
    """Somebody who is no trusted proxy says for whom they forward, or a trusted one says it in no way we know."""
    LIMIT = auto()
    """A body, a document or its cost was beyond a bound."""
    DOCUMENT = auto()
    """An operation isn't among the trusted ones, which alone may run."""
    TICKET = auto()
    """A ticket was used that is used up, too old, or lacks its cookie."""
    FOREIGN_ID = auto()
    """A portal user asked by its id for something that isn't theirs."""


_totals: Final[Counter[Kind]] = Counter()

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.refusals")


def note(kind: Kind, **facts: str | int | None) -> None:
    """Logs and counts a refusal.

    The facts are words of ours: names of fields and bounds, numbers, roles, ids of our own rows. Nothing that somebody
    typed may be among them: it may be a password.
    """
    _totals[kind] += 1
    log.warning("refused", kind=kind.value, total=_totals[kind], **facts)


def totals() -> Mapping[Kind, int]:
    """How often each kind was refused since this process began."""
    return {kind: _totals[kind] for kind in Kind}
