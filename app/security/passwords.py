"""How a password becomes a hash and how one is held against it: argon2id, in threads, under a bound.

Whoever asks learns right or wrong and nothing else. Where nobody has the username, the password is too long, or the
stored hash can't be used, a hash of no password is verified with the parameters that most stored hashes have, so that
the time is the same.
"""

import hmac
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeVar, TypeVarTuple

import structlog
from argon2 import PasswordHasher as Argon2
from argon2.exceptions import Argon2Error, InvalidHash

from app.security import phc
from app.security.keys import key_id
from app.security.phc import Argon2Parameters, StoredHash
from app.security.pool import HashingOverloaded, HashPool
from app.settings import Settings

__all__ = ["MAX_LENGTH", "Argon2Parameters", "HashingOverloaded", "PasswordHasher", "StoredHash", "secret_of"]

MAX_LENGTH: Final = 256
"""Code points. Looked at before anything else: normalising is quadratic in combining marks and holds the GIL."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.passwords")


class UnusablePassword(ValueError):
    """No hash is made of a password that is too long or holds a lone surrogate; checked before, so never a user's."""


def secret_of(password: str) -> bytes | None:
    """The bytes that are hashed, or None where nobody can have this password: NFC in UTF-8, nothing trimmed."""
    if len(password) > MAX_LENGTH:
        return None
    try:
        return unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None


class PasswordHasher:
    """Hashes and verifies passwords; also lends its threads to what else is slow about passwords."""

    def __init__(
        self,
        parameters: Argon2Parameters = Argon2Parameters(),  # noqa: B008 - it is frozen
        *,
        threads: int = 2,
        queue: int = 64,
        password_keys: Sequence[bytes] = (),
        max_cost_mib: int = 512,
    ) -> None:
        """Hashes with these parameters under the first password key, and verifies under any of them."""
        self._parameters = parameters
        self._argon2 = Argon2(parameters.time_cost, parameters.memory_kib, parameters.parallelism)
        self._keys = {key_id(key): key for key in password_keys}
        self._key_id = next(iter(self._keys), "")
        self._max_cost_mib = max_cost_mib
        self._prevalent = parameters
        self._pool = HashPool(threads, queue)
        self._dummy = lru_cache(maxsize=8)(phc.dummy)

    @classmethod
    def from_settings(cls, settings: Settings) -> "PasswordHasher":
        """The hasher that an operator's settings ask for."""
        return cls(
            Argon2Parameters(settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism),
            threads=settings.hash_threads,
            queue=settings.hash_queue,
            password_keys=[key.get_secret_value() for key in settings.password_key],
            max_cost_mib=settings.hash_max_cost,
        )

    async def hash(self, password: str, *, address: str | None = None) -> StoredHash:
        """A new hash of a password that was checked before.

        Raises:
            UnusablePassword: It is too long or can't be encoded.
            HashingOverloaded: The pool is full.
        """
        secret = secret_of(password)
        if secret is None:
            raise UnusablePassword("the password was not checked before it was hashed")
        text = await self._pool.run(address, self._argon2.hash, self._under_key(self._key_id, secret))
        return StoredHash(self._key_id + text, self._parameters.scheme)

    async def verify(self, stored: str | None, password: str, *, address: str | None = None) -> bool:
        """Whether this is the password of the stored hash; of None, nobody's, it never is.

        Raises:
            HashingOverloaded: The pool is full.
        """
        usable = self._usable(stored) if stored is not None else None
        secret = secret_of(password)
        if usable is None or secret is None:
            await self._pool.run(address, self._matches, self._dummy(self._prevalent), secret or b"")
            return False
        return await self._pool.run(address, self._matches, usable.phc, self._under_key(usable.key_id, secret))

    async def run(self, work: Callable[[*Ts], T], *args: *Ts, address: str | None = None) -> T:
        """Runs what else is slow about a password in the same threads, under the same bound.

        Raises:
            HashingOverloaded: The pool is full.
        """
        return await self._pool.run(address, work, *args)

    def needs_rehash(self, stored: str) -> bool:
        """Whether a hash that was just verified should be replaced: other parameters, or another password key."""
        parsed = phc.parse(stored)
        return parsed is None or parsed.parameters != self._parameters or parsed.key_id != self._key_id

    def set_prevalent(self, scheme: str | None) -> None:
        """Tells with which parameters most stored hashes were made, None where there are none."""
        parameters = Argon2Parameters.parse(scheme) if scheme else None
        if parameters is None or parameters.cost_mib > self._max_cost_mib:
            parameters = self._parameters
        self._prevalent = parameters

    def close(self) -> None:
        """Ends the threads."""
        self._pool.close()

    def _usable(self, stored: str) -> phc.ParsedHash | None:
        """The stored hash taken apart, or None (and a line in the log) where it must not or can't be verified."""
        parsed = phc.parse(stored)
        if parsed is None:
            log.warning("a stored password hash is not one of ours and was not verified")
        elif parsed.parameters.cost_mib > self._max_cost_mib:
            log.warning("a stored password hash costs too much and was not verified", scheme=parsed.parameters.scheme)
        elif parsed.key_id and parsed.key_id not in self._keys:
            log.warning("a stored password hash needs a password key that is not configured", key_id=parsed.key_id)
        else:
            return parsed
        return None

    def _under_key(self, identity: str, secret: bytes) -> bytes:
        return hmac.digest(self._keys[identity], secret, "sha256") if identity else secret

    @staticmethod
    def _matches(text: str, secret: bytes) -> bool:
        try:
            return Argon2().verify(text, secret)
        except (Argon2Error, InvalidHash):
            return False
