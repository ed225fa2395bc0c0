"""Secrets that have to be read again, and so can't be hashed: encrypted, and tied to whom they belong to.

AES-256-GCM under a key derived from the first password key (`ADGANG_PASSWORD_KEY`), so that a stolen database alone
opens nothing. Without a password key it is derived from the secret key, which lies in the database unless the operator
keeps it elsewhere (`ADGANG_SECRET_KEY`). What was sealed under another configured key can still be opened.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.security.keys import expand, key_id

UNDER_SECRET_KEY: Final = "secret"  # noqa: S105 - the name of a key, in the place of a password key's id
NONCE_BYTES: Final = 12
"""Drawn anew each time. GCM bears 2^32 of them under one key, and a member of staff takes one a year."""


class CannotOpen(Exception):
    """What was sealed can't be opened: its key isn't configured, or it isn't what was sealed. Holds no part of it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed secret as it is stored: the nonce with the ciphertext behind it, and the name of the key."""

    text: bytes = field(repr=False)
    under: str


class Sealing:
    """Seals under the first key and opens under any of them. Holds no text that a repr could show."""

    __slots__ = ("_ciphers", "under")

    def __init__(self, password_keys: Sequence[bytes], secret_key: bytes, use: str) -> None:
        """For one use: what was sealed for one can't be opened for another."""
        keys = {key_id(key): key for key in password_keys} | {UNDER_SECRET_KEY: secret_key}
        self._ciphers = {name: AESGCM(expand(key, use)) for name, key in keys.items()}
        self.under = next(iter(keys))

    def seal(self, secret: bytes, owner: bytes) -> Sealed:
        """Seals a secret of this owner."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(nonce + self._ciphers[self.under].encrypt(nonce, secret, owner), self.under)

    def open(self, sealed: Sealed, owner: bytes) -> bytes:
        """The secret that was sealed for this owner.

        Raises:
            CannotOpen: Its key isn't there, or it was changed, or it is another's.
        """
        cipher = self._ciphers.get(sealed.under)
        if cipher is None:
            raise CannotOpen("its key is not configured")
        try:
            return cipher.decrypt(sealed.text[:NONCE_BYTES], sealed.text[NONCE_BYTES:], owner)
        except (InvalidTag, ValueError):
            raise CannotOpen("it is not what was sealed") from None
