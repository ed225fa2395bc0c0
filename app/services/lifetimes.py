"""How long sessions, tickets and temporary passwords live: pure arithmetic, in one place.

The rules, "Logging in" 10: a session ends at the earlier of its idle expiry, which slides, and its absolute one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.settings import Settings

TICKET: Final = timedelta(minutes=5)
TICKETS_PER_USERNAME: Final = 5
NOTED_EVERY: Final = timedelta(minutes=1)
"""How often at most it is written down that a session was used."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The two limits of one kind of session."""

    idle: timedelta
    longest: timedelta

    @classmethod
    def of_portal(cls, settings: Settings) -> "Lifetime":
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_max_hours))

    @classmethod
    def of_staff(cls, settings: Settings) -> "Lifetime":
        return cls(
            timedelta(minutes=settings.staff_session_idle_minutes), timedelta(hours=settings.staff_session_max_hours)
        )

    def ends_at(self, last_seen_at: datetime, expires_at: datetime) -> datetime:
        """When a session ends unless it is used again; `expires_at` is the absolute limit that was stored with it."""
        return min(last_seen_at + self.idle, expires_at)


def temporary_until(settings: Settings, temporary_since: datetime | None) -> datetime | None:
    """Until when a password that staff set lets its person in; None where it is a password like any other.

    The rules, "Passwords" 5.
    """
    if temporary_since is None or settings.temporary_password_hours == 0:
        return None
    return temporary_since + timedelta(hours=settings.temporary_password_hours)


def is_outdated(settings: Settings, temporary_since: datetime | None, now: datetime) -> bool:
    """Whether a password that staff set has let its person in for as long as it may."""
    until = temporary_until(settings, temporary_since)
    return until is not None and until <= now
