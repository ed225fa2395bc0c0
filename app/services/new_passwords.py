"""Passwords that staff give: checked, judged and hashed before any transaction is open."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.models.enums import FieldProblemCode, PasswordReasonCode
from app.security import policy
from app.security.breached import BreachedPasswords
from app.security.passwords import MAX_LENGTH, HashingOverloaded, PasswordHasher, StoredHash
from app.security.tokens import generate_password
from app.services.caller import Caller
from app.services.inputs import NewPassword
from app.services.problems import Overloaded, PasswordReason, Refused, WeakPassword
from app.services.validation import Checks
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class PasswordToSet:
    """A hashed password, and its text where it was generated and so must be shown this once."""

    stored: StoredHash = field(repr=False)
    generated: str | None = field(default=None, repr=False)


def check_new_password(checks: Checks, given: NewPassword | None) -> None:
    """Looks at a new password's form; its strength is judged later, outside the event loop."""
    if given is None:
        return
    if given.plaintext is None and given.generate is not True:
        checks.add("newPassword.generate", FieldProblemCode.OUT_OF_RANGE)
    if given.plaintext is not None and policy.unencodable(given.plaintext):
        checks.add("newPassword.plaintext", FieldProblemCode.FORBIDDEN_CHARACTER)


class NewPasswords:
    """Judges and hashes the passwords that staff type or have generated."""

    def __init__(self, settings: Settings, hasher: PasswordHasher, breached: BreachedPasswords | None = None) -> None:
        self._settings = settings
        self._hasher = hasher
        self._breached = breached

    async def prepare(self, given: NewPassword, caller: Caller, names: Iterable[str]) -> PasswordToSet:
        """Judges (a typed one) by the policy, and hashes.

        Args:
            names: the person's names, e-mails and companies, which a password may not consist of.

        Raises:
            Refused: WeakPassword or Overloaded.
        """
        generated = generate_password(self._settings.password_min_length) if given.plaintext is None else None
        password = generated or given.plaintext or ""
        try:
            if generated is None:
                await self._judge(password, caller, names)
            stored = await self._hasher.hash(password, address=caller.client.address)
        except HashingOverloaded as overloaded:
            raise Refused(Overloaded(overloaded.retry_after_seconds)) from None
        return PasswordToSet(stored, generated)

    async def _judge(self, password: str, caller: Caller, names: Iterable[str]) -> None:
        """Holds a typed password against the policy.

        Raises:
            Refused: WeakPassword.
            HashingOverloaded: the pool that judges is full.
        """
        codes = await policy.reasons(
            password,
            min_length=self._settings.password_min_length,
            names=tuple(names),
            hasher=self._hasher,
            breached=self._breached,
            address=caller.client.address,
        )
        limits = {
            PasswordReasonCode.TOO_SHORT: self._settings.password_min_length,
            PasswordReasonCode.TOO_LONG: MAX_LENGTH,
        }
        if codes:
            raise Refused(WeakPassword(tuple(PasswordReason(code, limits.get(code)) for code in codes)))
