"""What tests hand to the services in place of the machine's clock and of hashes that take their time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.security.passwords import Argon2Parameters, PasswordHasher
from app.settings import Settings, load_settings


class FakeClock:
    """A clock that stands still until it is told to go on. It starts at noon of an ordinary day."""

    def __init__(self, start: datetime = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, **units: float) -> datetime:
        """Moves the clock on: `clock.advance(minutes=5)`."""
        self._now += timedelta(**units)
        return self._now


def cheap_hasher(*, threads: int = 2, queue: int = 1024) -> PasswordHasher:
    """A hasher that is as weak as argon2id allows, for tests that are not about its strength."""
    return PasswordHasher(Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1), threads=threads, queue=queue)


def make_settings(**overrides: Any) -> Settings:
    """Settings as they are by default, but for these, whatever the environment says."""
    return load_settings(_env_file=None, **overrides)
