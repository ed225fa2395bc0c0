"""What every check of a typed password has in common: the pool's bound, the failure that is counted, the new hash.

Nothing here runs inside a transaction, apart from the counting, which is one.
"""

import math
from datetime import datetime
from typing import Final, Literal

from app.database import Transaction
from app.models.enums import AuditAction
from app.security.passwords import HashingOverloaded, StoredHash
from app.services import usernames
from app.services.audit import Event
from app.services.caller import Caller
from app.services.problems import Overloaded, Refused, TooManyAttempts
from app.services.resources import Resources

TRIES: Final = 3
"""How often a log-in begins again because the account changed while its hash was verified."""

_COUNT: Final = {
    "portal": "UPDATE login SET failures = failures + 1 WHERE username_key = $1",
    "staff": "UPDATE staff_member SET failures = failures + 1 WHERE email_key = $1",
}


class PasswordCheck:
    """Holds typed passwords against stored hashes."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def verify(self, caller: Caller, stored: str | None, password: str) -> bool:
        """Whether this is the password of a stored hash; where there is none it takes as long to say no.

        Raises:
            Refused: Overloaded.
        """
        try:
            return await self._resources.hasher.verify(stored, password, address=caller.client.address)
        except HashingOverloaded as overloaded:
            raise Refused(Overloaded(overloaded.retry_after_seconds)) from None

    async def replacement(self, caller: Caller, stored: str, password: str) -> StoredHash | None:
        """A verified password's hash under the present parameters, where the stored one has others.

        It is no reason to refuse anybody: where there is no room for it now, the next log-in makes it.
        """
        if not self._resources.hasher.needs_rehash(stored):
            return None
        try:
            return await self._resources.hasher.hash(password, address=caller.client.address)
        except HashingOverloaded:
            return None

    async def count_failure(
        self, caller: Caller, kind: Literal["portal", "staff"], username: str | None, typed: str, *, known: bool
    ) -> None:
        """Counts a failed log-in, with the same statements for a username that nobody has.

        Args:
            username: The canonical one, None where what was typed can be nobody's.
        """
        event = Event(
            AuditAction.LOGIN_FAILED, username=username or typed[: usernames.MAX_LENGTH], username_known=known
        )

        async def work(tx: Transaction) -> None:
            await tx.execute(_COUNT[kind], username or "")
            await self._resources.audit.write(tx, caller, [event])

        await self._resources.database.transact(work)

    def refuse_locked(self, until: datetime | None) -> None:
        """Refuses while a username is locked out; no hash is computed then.

        Raises:
            Refused: TooManyAttempts, with the seconds that are left.
        """
        now = self._resources.clock.now()
        if until is not None and until > now:
            raise Refused(TooManyAttempts(math.ceil((until - now).total_seconds())))
