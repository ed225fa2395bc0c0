"""Codes of an authenticator app: RFC 6238 as every app knows it, SHA-1, six digits, thirty seconds.

pyotp does the arithmetic. Which moment it is comes from the caller, and so does the last step that was used up.
"""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

from pyotp import TOTP

from app.security.tokens import UNAMBIGUOUS, digest, generate_password

ISSUER: Final = "Adgang"
"""What the app shows beside the e-mail."""
SECRET_BYTES: Final = 20
"""As long as SHA-1's output: RFC 4226, section 4, R6."""
DIGITS: Final = 6
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""How many steps a phone's clock may be off, either way: RFC 6238, section 5.2, advises one."""

RECOVERY_CODES: Final = 10
RECOVERY_SIGNS: Final = 20
LONGEST_TYPED: Final = 64
"""Code points that are looked at; a recovery code with its hyphens has 23."""


def new_totp_secret() -> bytes:
    """The secret that the service and an app are going to share."""
    return secrets.token_bytes(SECRET_BYTES)


def as_typed(secret: bytes) -> str:
    """A secret as a person types it into an app that can't read a picture: base32."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, email: str) -> str:
    """The `otpauth://` address that an app reads from a picture."""
    return TOTP(as_typed(secret), digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)


def digits_of(typed: str) -> str | None:
    """The digits of what was typed as a code of the app, which may be in groups; None where it can't be one."""
    text = "".join(typed.split()) if len(typed) <= LONGEST_TYPED else ""
    return text if len(text) == DIGITS and text.isascii() and text.isdigit() else None


def step_of(secret: bytes, digits: str, now: datetime, *, after: int) -> int | None:
    """The time step that a code is of, if it is one of now and later than the last that was used.

    Of two steps that happen to have the same code it is the later one: the earlier one would leave the code good for
    a second use. Every step is compared, and each in the same time.
    """
    totp = TOTP(as_typed(secret), digits=DIGITS, interval=STEP_SECONDS)
    moment = int(now.timestamp())
    found: int | None = None
    for offset in range(-DRIFT, DRIFT + 1):
        step = moment // STEP_SECONDS + offset
        if hmac.compare_digest(totp.at(moment, counter_offset=offset), digits) and step > after:
            found = step
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Codes for when the app is lost, each good once: four groups of five signs, some 95 bits."""
    return tuple(generate_password() for _ in range(RECOVERY_CODES))


def recovery_digest(typed: str) -> bytes | None:
    """What is stored of a recovery code, of what was typed as one; None where it can't be one.

    Its 95 random bits can't be searched, so a fast hash without a salt is enough.
    """
    if len(typed) > LONGEST_TYPED:
        return None
    text = "".join(sign for sign in typed.lower() if not sign.isspace() and sign != "-")
    return digest(text) if len(text) == RECOVERY_SIGNS and set(text) <= set(UNAMBIGUOUS) else None
