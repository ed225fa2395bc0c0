"""Secrets that the service makes: session tokens, tickets, access tokens, generated passwords."""

import hashlib
import secrets

ACCESS_TOKEN_PREFIX = "adg_"  # noqa: S105 - what scanners of leaked secrets can look for, no secret itself

UNAMBIGUOUS = "bcdfghjkmnpqrstvwxz23456789"
"""No sign that looks like another in some typeface, and no vowel: nothing reads as a word."""

GROUP = 5
GROUPS = 4


def new_secret() -> str:
    """256 random bits in the base64 that fits in a header, a cookie and a URL."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret. It has 256 random bits, so a fast hash without a salt can't be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def generate_password(min_length: int = 15) -> str:
    """A password to be read out on the phone: groups of five signs, at least four, each sign worth 4.75 bits."""
    groups = GROUPS
    while groups * (GROUP + 1) - 1 < min_length:
        groups += 1
    return "-".join("".join(secrets.choice(UNAMBIGUOUS) for _ in range(GROUP)) for _ in range(groups))
