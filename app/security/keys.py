"""Keys for everything that is hashed under a secret, one derived key for each use.

The secret (`ADGANG_SECRET_KEY`, or else the random bytes that the first migration stored) is 32 uniformly random bytes,
so HKDF's extraction is not needed: RFC 5869, section 3.3. One block of HKDF-Expand makes 32 bytes.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Final

KEY_BYTES: Final = 32


def expand(secret: bytes, use: str) -> bytes:
    """The key for one use: the first block of HKDF-Expand with SHA-256, the use as its info."""
    return hmac.digest(secret, b"adgang " + use.encode() + b"\x01", "sha256")


class Keys:
    """Hashes under keys derived from one secret. Holds no text that a repr could show."""

    __slots__ = ("_actor", "_device", "_throttle", "_username")

    def __init__(self, secret_key: bytes) -> None:
        if len(secret_key) != KEY_BYTES:
            raise ValueError("the secret key must have 32 bytes")
        self._username = expand(secret_key, "username")
        self._actor = expand(secret_key, "actor")
        self._throttle = expand(secret_key, "throttle")
        self._device = expand(secret_key, "device")

    def username_hash(self, username_key: str) -> bytes:
        """The keyed hash of a canonical username: what is stored of one that nobody has, and what filters look for."""
        return hmac.digest(self._username, username_key.encode("utf-8", "surrogatepass"), "sha256")

    def actor_hash(self, actor: str) -> bytes:
        """The keyed hash of who did something, so that the audit can be searched for an actor."""
        return hmac.digest(self._actor, actor.encode("utf-8", "surrogatepass"), "sha256")

    def throttle_hash(self, *parts: str) -> bytes:
        """The keyed hash of what tries are counted for. The parts can't run into one another."""
        return hmac.digest(self._throttle, _joined(parts), "sha256")

    def device_mac(self, *parts: str) -> bytes:
        """What makes a device cookie ours. The parts can't run into one another."""
        return hmac.digest(self._device, _joined(parts), "sha256")


def _joined(parts: tuple[str, ...]) -> bytes:
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


@lru_cache(maxsize=16)
def key_id(key: bytes) -> str:
    """A short name for a password key that is stored beside the hashes made with it and tells nothing of the key."""
    return hashlib.sha256(b"adgang password key id\x01" + key).hexdigest()[:12]
