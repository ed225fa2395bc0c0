"""One try to log in, on its way: counted, verified, and settled as a failure or a success (the rules, "Passwords" 4).

Whoever is refused is refused after the same work and the same statements, whether their username is somebody's or
nobody's, has a password or none ("Logging in" 2). Portal users and staff come through here alike.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar

from app.database import DatabaseUnavailable, Transaction
from app.models import StaffMember
from app.models.enums import AuditAction
from app.security.passwords import StoredHash
from app.services import usernames
from app.services.audit import Event
from app.services.caller import Caller
from app.services.entrance import Entrance
from app.services.password_check import PasswordCheck
from app.services.problems import NoUserFound, Overloaded, Refused
from app.services.resources import Resources
from app.services.throttle_bounds import Kind
from app.services.throttle_taken import Application, Emptied, Taken

T = TypeVar("T")

TRIES: Final = 3
"""How often an account is read because it changed while its hash was verified. It stays one try."""

_COUNT: Final[dict[Application, str]] = {
    "portal": "UPDATE login SET failures = failures + 1 WHERE username_key = $1",
    "staff": "UPDATE staff_member SET failures = failures + 1 WHERE email_key = $1",
}
_LOCK: Final[dict[Application, str]] = {
    "portal": "UPDATE login SET locked_until = $1 WHERE username_key = $2",
    "staff": "UPDATE staff_member SET locked_until = $1 WHERE email_key = $2",
}


@dataclass(frozen=True, slots=True)
class Account:
    """What is stored about a username, as it was read before its hash was verified.

    Attributes:
        lets_in: Whether a right password would let anybody in.
        replacement: A new hash, where the stored one is dated.
    """

    id: int
    epoch: int
    password_hash: str | None = field(repr=False)
    lets_in: bool
    replacement: StoredHash | None = None

    def is_still(self, row: Entrance | StaffMember) -> bool:
        """Whether the locked row is what the verification rested on."""
        return (row.epoch, row.password_hash) == (self.epoch, self.password_hash)


class LogInTry:
    """Counts itself when it is first verified."""

    def __init__(
        self,
        resources: Resources,
        caller: Caller,
        application: Application,
        typed: str,
        device_cookie: str | None = None,
    ) -> None:
        """A try for a username as it was typed, with the device cookie that the browser showed, if any."""
        self.username = usernames.canonical(typed)
        self._resources = resources
        self._check = PasswordCheck(resources)
        self._caller = caller
        self._application = application
        self._typed = typed
        self._device_cookie = device_cookie
        self._taken: Taken | None = None

    async def take(self, epoch: int | None) -> None:
        """Counts the try; once, however often it is asked.

        Args:
            epoch: The one that the username's device cookies are made under; None where nobody has the username.

        Raises:
            Refused: TooManyAttempts.
        """
        if self._taken is None:
            nonce = self._resources.devices.nonce(self._application, self.username, epoch, self._device_cookie)
            address = self._caller.client.address
            self._taken = await self._resources.throttle.take(self._application, self._typed, address, nonce)

    async def logged_in(
        self,
        read: Callable[[str | None], Awaitable[Account | None]],
        password: str,
        enter: Callable[[Account, Transaction], Awaitable[T | None]],
    ) -> T:
        """What a right password leads to. Where the account changed while its hash was verified, it is read again.

        Args:
            read: Finds the account of the canonical username.
            enter: Locks the account's row and goes on; None where the row isn't what was verified any more.

        Raises:
            Refused: NoUserFound, TooManyAttempts or Overloaded.
            DatabaseUnavailable: It is.
        """
        for _ in range(TRIES):
            account = await self.verified(await read(self.username), password)
            answer = await self.transact(partial(enter, account))
            if answer is not None:
                return answer
        await self.give_back()
        raise Refused(Overloaded(1))

    async def verified(self, found: Account | None, password: str) -> Account:
        """The account, if this is its password and it lets anybody in.

        Raises:
            Refused: NoUserFound, TooManyAttempts or Overloaded.
        """
        await self.take(found.epoch if found is not None else None)
        stored = found.password_hash if found is not None else None
        try:
            right = await self._check.verify(self._caller, stored, password)
        except Refused:
            await self.give_back()
            raise
        if found is None or stored is None or not right or not found.lets_in:
            await self.failed(known=found is not None)
            raise Refused(NoUserFound())
        return replace(found, replacement=await self._check.replacement(self._caller, stored, password))

    async def transact(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Runs what a right password leads to. Where the database is down or busy the try is given back: else whoever
        came often enough in vain would then have to wait as well.

        Raises:
            DatabaseUnavailable: It is.
        """
        try:
            return await self._resources.database.transact(work)
        except DatabaseUnavailable:
            with suppress(DatabaseUnavailable):
                await self.give_back()
            raise

    async def give_back(self) -> None:
        """Takes the try back: it was neither right nor wrong, or only its first step was right."""
        if self._taken is not None:
            await self._resources.throttle.give_back(self._taken)
            self._taken = None

    async def failed(self, *, known: bool, **data: bool) -> None:
        """Notes a failure, and each wait that it began, with the same statements for a username that nobody has."""
        name = self.username or self._typed[: usernames.MAX_LENGTH]
        taken, throttle = self._taken, self._resources.throttle
        assert taken is not None
        events = [Event(AuditAction.LOGIN_FAILED, username=name, username_known=known, data=data)]
        for kind in taken.filled:
            about = None if kind is Kind.ADDRESS else name
            waits = {"wait": kind.value}
            events.append(Event(AuditAction.LOGIN_THROTTLED, username=about, username_known=known, data=waits))

        async def work(tx: Transaction) -> None:
            await tx.execute(_COUNT[self._application], self.username or "")
            if taken.filled:
                until = await throttle.locked_until(tx, taken.username_hash)
                await tx.execute(_LOCK[self._application], until, self.username or "")
            await self._resources.audit.write(tx, self._caller, events)

        await self._resources.database.transact(work)

    async def succeeded(self, tx: Transaction) -> Emptied:
        """Empties the counts; what is answered is to be written beside the audit.

        It locks what log-ins from one address share, so it belongs right before the audit. What staff see of a wait is
        then that of others who try for this username.
        """
        assert self._taken is not None
        return await self._resources.throttle.succeeded(tx, self._taken)
