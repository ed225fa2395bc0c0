"""What changing one's own password takes, for portal users and for staff: verifying, judging, hashing.

All of it happens before a transaction is open.
"""

from app.models.enums import FieldProblemCode, PasswordReasonCode
from app.security import policy
from app.security.passwords import StoredHash, secret_of
from app.services.caller import Person
from app.services.inputs import ChangePassword, NewPassword
from app.services.new_passwords import NewPasswords
from app.services.problems import PasswordReason, Refused, WeakPassword
from app.services.resources import Resources
from app.services.session_tries import SessionTries
from app.services.validation import wrong


def check_form(given: ChangePassword) -> None:
    """Looks at the form of a new password. A wrong form of the current one is a wrong password.

    Raises:
        Refused: InvalidInput.
    """
    if policy.unencodable(given.new_password):
        raise wrong("newPassword", FieldProblemCode.FORBIDDEN_CHARACTER)


class ChangeOfPassword:
    """What changing one's own password takes, for portal users and for staff: verifying, judging, hashing."""

    def __init__(self, resources: Resources, new_passwords: NewPasswords) -> None:
        self._tries = SessionTries(resources)
        self._new_passwords = new_passwords

    async def prepared(self, caller: Person, stored: str | None, given: ChangePassword, names: list[str]) -> StoredHash:
        """The new password's hash, once the current one was right and the new one is good enough.

        Raises:
            Refused: TooManyAttempts, WrongPassword, WeakPassword or Overloaded; NotLoggedIn where the session ended.
        """
        await self._tries.verified(caller, stored, given.current_password)
        await self._tries.give_back(caller.session_id)
        return await self._hashed(caller, given, names)

    async def _hashed(self, caller: Person, given: ChangePassword, names: list[str]) -> StoredHash:
        if secret_of(given.new_password) == secret_of(given.current_password):
            raise Refused(WeakPassword((PasswordReason(PasswordReasonCode.SAME_AS_BEFORE),)))
        new_password = NewPassword(plaintext=given.new_password)
        return (await self._new_passwords.prepare(new_password, caller, names)).stored
