"""Whether a portal user's password is the right one, told in a way that tells nothing else.

The rules, "Logging in" 2: unknown username, wrong password, no password, nowhere to log in: one answer after the same
work and the same statements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.models import Login as LoginRow
from app.security.passwords import StoredHash
from app.services import usernames
from app.services.caller import Caller
from app.services.inputs import Login
from app.services.lifetimes import is_outdated
from app.services.password_check import PasswordCheck
from app.services.places import IS_PLACE
from app.services.problems import NoUserFound, Refused
from app.services.resources import Resources

_ACCOUNT = (
    "SELECT id, password_hash, epoch, locked_until, temporary_since, EXISTS (SELECT 1 FROM reference"
    f" JOIN customer ON customer.id = reference.customer_id WHERE reference.login_id = login.id AND {IS_PLACE})"
    " AS has_place FROM login WHERE username_key = $1"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A login as it was read before its hash was verified, and a new hash where the stored one is dated."""

    id: int
    epoch: int
    password_hash: str
    replacement: StoredHash | None

    def is_still(self, login: LoginRow) -> bool:
        """Whether the locked row is what the verification rested on."""
        return (login.epoch, login.password_hash) == (self.epoch, self.password_hash)


class PortalPassword:
    """Reads a login and verifies its password, outside any transaction."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._check = PasswordCheck(resources)

    async def verified(self, caller: Caller, given: Login) -> Account:
        """The login whose password this is.

        Raises:
            Refused: NoUserFound, TooManyAttempts or Overloaded.
        """
        username, database = usernames.canonical(given.username), self._resources.database
        rows = await database.fetch(_ACCOUNT, username or "")
        row = rows[0] if rows else None
        if row is not None:
            self._check.refuse_locked(database.dialect.moment(row["locked_until"]))
        stored: str | None = row["password_hash"] if row is not None else None
        right = await self._check.verify(caller, stored, given.password)
        if row is None or stored is None or not right or not row["has_place"] or self._is_outdated(row):
            await self._check.count_failure(caller, "portal", username, given.username, known=row is not None)
            raise Refused(NoUserFound())
        return Account(row["id"], row["epoch"], stored, await self._check.replacement(caller, stored, given.password))

    def _is_outdated(self, row: Mapping[str, Any]) -> bool:
        since = self._resources.database.dialect.moment(row["temporary_since"])
        return is_outdated(self._resources.settings, since, self._resources.clock.now())
