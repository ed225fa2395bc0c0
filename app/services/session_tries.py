"""Wrong passwords and codes at a change of one's own password or second factor, counted on the session that asks.

The rules, "Logging in" 5: the fifth ends the session, so that who has stolen one can't use it to guess. A try is
counted before its password or code is looked at: any number of guesses at once are as many tries.
"""

from typing import Final

from app import ids
from app.database import Transaction
from app.models.enums import AuditAction
from app.services.audit import Event
from app.services.caller import Person
from app.services.password_check import PasswordCheck
from app.services.problems import NotLoggedIn, Problem, Refused, TooManyAttempts, WrongPassword
from app.services.resources import Resources

TRIES: Final = 5
_TAKE: Final = (
    "UPDATE session SET wrong_passwords = wrong_passwords + 1 WHERE id = $1 AND wrong_passwords < $2"
    " RETURNING wrong_passwords"
)
_GIVE_BACK: Final = "UPDATE session SET wrong_passwords = wrong_passwords - 1 WHERE id = $1 AND wrong_passwords > 0"


class SessionTries:
    """Counts on sessions."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._check = PasswordCheck(resources)

    async def take(self, session_id: int) -> int:
        """Counts a try, and says which one it is.

        Raises:
            Refused: TooManyAttempts where all are taken, NotLoggedIn where the session is gone.
        """
        database = self._resources.database
        rows = await database.fetch(_TAKE, session_id, TRIES)
        if rows:
            return int(rows[0]["wrong_passwords"])
        there = await database.fetch("SELECT 1 FROM session WHERE id = $1", session_id)
        raise Refused(TooManyAttempts(0) if there else NotLoggedIn())

    async def give_back(self, session_id: int) -> None:
        """Takes a try back of which nothing was wrong."""
        await self._resources.database.execute(_GIVE_BACK, session_id)

    async def verified(self, caller: Person, stored: str | None, password: str) -> int:
        """Counts a try and holds a typed password against the stored hash; says which try it is. It stays counted.

        Raises:
            Refused: WrongPassword, TooManyAttempts, NotLoggedIn or Overloaded.
        """
        number = await self.take(caller.session_id)
        try:
            right = await self._check.verify(caller, stored, password)
        except Refused:
            await self.give_back(caller.session_id)
            raise
        if not right:
            raise Refused(await self.failed(caller, number, WrongPassword()))
        return number

    async def failed(self, caller: Person, number: int, wrong: Problem) -> Problem:
        """What a wrong password or code is answered with: that it is, but the last one ends the session."""
        if number < TRIES:
            return wrong

        async def work(tx: Transaction) -> None:
            ended = await tx.execute("DELETE FROM session WHERE id = $1", caller.session_id)
            if ended:
                event = Event(
                    AuditAction.SESSION_REVOKED,
                    (ids.encode("Session", caller.session_id),),
                    username=caller.username,
                    data={"reason": f"{wrong.code}S"},
                )
                await self._resources.audit.write(tx, caller, [event])

        await self._resources.database.transact(work)
        return TooManyAttempts(0)
