"""Stored password hashes as text: argon2's own form (PHC), with the password key's id in front where there is one.

The form is `[KEYID]$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
"""

import base64
import re
import secrets
from dataclasses import dataclass, field

MAX_TEXT = 512
MAX_LANES = 16

_SCHEME = re.compile(r"m=([1-9]\d{0,9}),t=([1-9]\d{0,5}),p=([1-9]\d?)")
_STORED = re.compile(
    rf"(?P<key>[0-9a-f]*)(?P<phc>\$argon2id\$v=19\$(?P<scheme>{_SCHEME.pattern})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+)"
)


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """What one argon2id hash costs."""

    memory_kib: int = 19456
    time_cost: int = 2
    parallelism: int = 1

    @property
    def scheme(self) -> str:
        """The parameters as they stand in a stored hash; counting these tells what most hashes were made with."""
        return f"m={self.memory_kib},t={self.time_cost},p={self.parallelism}"

    @property
    def cost_mib(self) -> float:
        """Memory times passes: what a thread has to write, and so about how long it takes."""
        return self.memory_kib * self.time_cost / 1024

    @classmethod
    def parse(cls, scheme: str) -> "Argon2Parameters | None":
        """The parameters in a scheme, or None where it is none."""
        found = _SCHEME.fullmatch(scheme)
        return cls(int(found[1]), int(found[2]), int(found[3])) if found else None


@dataclass(frozen=True, slots=True)
class StoredHash:
    """A new hash to be stored, and the scheme it was made with."""

    text: str = field(repr=False)
    scheme: str


@dataclass(frozen=True, slots=True)
class ParsedHash:
    """A stored hash, taken apart."""

    key_id: str
    phc: str = field(repr=False)
    parameters: Argon2Parameters


def parse(text: str) -> ParsedHash | None:
    """Takes a stored hash apart; None where it isn't one of ours."""
    found = _STORED.fullmatch(text) if len(text) <= MAX_TEXT else None
    parameters = Argon2Parameters.parse(found["scheme"]) if found else None
    if not found or not parameters or parameters.parallelism > MAX_LANES:
        return None
    return ParsedHash(found["key"], found["phc"], parameters)


def dummy(parameters: Argon2Parameters) -> str:
    """A hash of no password: random in place of the result, so that verifying does all the work and always fails."""
    salt, tag = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19${parameters.scheme}${salt}${tag}"
