"""What every check of a typed password has in common: the pool's bound, and the new hash where the old one is dated.

Nothing here runs inside a transaction.
"""

from app.security.passwords import HashingOverloaded, StoredHash
from app.services.caller import Caller
from app.services.problems import Overloaded, Refused
from app.services.resources import Resources


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
