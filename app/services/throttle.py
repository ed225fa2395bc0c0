"""Counted tries: how guessing, spraying and locking others out are held off (the rules, "Passwords" 4).

A try is counted before its password is looked at, in one statement that also says whether it may go on: of any number
of guesses at once, as many are looked at as there is room for. A try that isn't let on counts nothing. What is stored
are keyed hashes, and a username that nobody has is counted as any other.

Lock order: rows of this table in the order of their keys, after the login's or the staff member's row.
"""

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from app.clock import Clock
from app.database import Database, Executor, Rows, Transaction, placeholders
from app.security.keys import Keys
from app.security.pool import holder_of
from app.services.problems import Refused, TooManyAttempts
from app.services.throttle_bounds import Kind, bounds_of, counting, milliseconds, moment
from app.services.throttle_taken import Application, Count, Emptied, Taken, holding, taken_back
from app.services.usernames import MAX_LENGTH, canonical
from app.settings import Settings

TRIES: Final = 3
"""How often a try is counted at most where a wait that stopped it has been lifted meanwhile."""
_HALF: Final = 16
"""Bytes. A key about a username is half of the username's hash and half of the other's, so that it can be renamed."""


class Throttle:
    """Counts tries, and takes counts away again."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, keys: Keys) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._bounds = bounds_of(settings)
        self._counting = {rows: counting(self._bounds, database.dialect, rows) for rows in (2, 3)}

    async def take(
        self, application: Application, username: str, address: str | None, device: str | None = None
    ) -> Taken:
        """Counts a try for a username, in any spelling, from an address.

        Args:
            device: The nonce of a device cookie that was found to be this username's. Such a browser is counted by
                itself, and with its address: nobody else's guesses at this username stop it, wherever they come from.

        Raises:
            Refused: TooManyAttempts.
        """
        username_hash = self.username_hash(application, username)
        kinds = self._keys_of(application, username_hash, address, device)
        now = milliseconds(self._clock.now())
        values: list[object] = [now]
        for key, kind in kinds.items():
            of_address = kind is Kind.ADDRESS
            first_lock = self._bounds[kind].locked_until(1, now)
            values += [
                key,
                kind.value,
                None if of_address else username_hash,
                f"[{now}]" if of_address else None,
                first_lock,
            ]

        for _ in range(TRIES):
            rows = await self._database.write_whole(self._counting[len(kinds)], *values, rows=len(kinds))
            if rows:
                counts = (Count(kinds[bytes(row["key"])], bytes(row["key"]), row["locked_until"]) for row in rows)
                return Taken(application, username_hash, now, tuple(counts))
            await self._refuse_locked(list(kinds), now)
        raise Refused(TooManyAttempts(1))

    async def give_back(self, taken: Taken) -> None:
        """Takes a try back that was neither right nor wrong, and the wait that it began."""

        async def work(tx: Transaction) -> None:
            held = await self._hold(tx, taken, [count.key for count in taken.counts])
            await tx.write(*taken_back(self._bounds, taken, held, emptied=()))

        await self._database.transact(work, durable=False)

    async def succeeded(self, tx: Transaction, taken: Taken) -> Emptied:
        """Gives the address its try back, and empties the counts of this pair or device and of the username.

        What is answered is still to be written, in this transaction.
        """
        of_username = self._username_key(taken.application, taken.username_hash)
        emptied = {of_username, *(count.key for count in taken.counts if count.kind is not Kind.ADDRESS)}
        held = await self._hold(tx, taken, emptied.union(count.key for count in taken.counts))
        writes = tuple(taken_back(self._bounds, taken, held, emptied))
        return Emptied(writes, self._wait(held[0]["latest"]))

    async def locked_until(self, executor: Executor, username_hash: bytes) -> datetime | None:
        """Until when somebody waits for a username, the latest of all; None where nobody does."""
        sql = "SELECT max(locked_until) AS latest FROM throttle WHERE username_hash = $1"
        return self._wait((await executor.fetch(sql, username_hash))[0]["latest"])

    async def empty(self, tx: Transaction, application: Application, username: str) -> bool:
        """Empties all counts of a username, those of all its pairs and devices; says whether there were any."""
        return await self._delete(tx, self.username_hash(application, username)) > 0

    async def rename(self, tx: Transaction, application: Application, old: str, new: str) -> None:
        """Has what is counted for one username count for another; where both have a count, the fuller one holds.

        Devices are left behind: no cookie of the old username is one of the new.
        """
        before, after = self.username_hash(application, old), self.username_hash(application, new)
        rows = await tx.fetch(
            "SELECT key, kind, tries, last_try_at, locked_until FROM throttle WHERE username_hash = $1 AND kind <> $2"
            f" ORDER BY key{tx.dialect.for_update}",
            before,
            Kind.DEVICE.value,
        )
        for row in sorted(rows, key=lambda row: after[:_HALF] + bytes(row["key"])[_HALF:]):
            await tx.execute(
                "INSERT INTO throttle (key, kind, username_hash, tries, last_try_at, locked_until)"
                " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO UPDATE SET tries = excluded.tries,"
                " last_try_at = excluded.last_try_at, locked_until = excluded.locked_until"
                " WHERE throttle.tries < excluded.tries",
                after[:_HALF] + bytes(row["key"])[_HALF:],
                row["kind"],
                after,
                row["tries"],
                row["last_try_at"],
                row["locked_until"],
            )
        await self._delete(tx, before)

    def username_hash(self, application: Application, username: str) -> bytes:
        """What the counts of a username are found by. What can be nobody's is taken as it was typed, cut."""
        return self._keys.throttle_hash(application, canonical(username) or username[:MAX_LENGTH])

    def _keys_of(
        self, application: Application, username_hash: bytes, address: str | None, device: str | None
    ) -> dict[bytes, Kind]:
        """The keys of what a try is counted for, in their order."""
        hashed, holder = self._keys.throttle_hash, holder_of(address) or ""
        keys = {hashed(application, Kind.ADDRESS, holder): Kind.ADDRESS}
        if device is not None:
            keys[username_hash[:_HALF] + hashed(application, Kind.DEVICE, device)[:_HALF]] = Kind.DEVICE
        else:
            keys[username_hash[:_HALF] + hashed(application, Kind.PAIR, holder)[:_HALF]] = Kind.PAIR
            keys[self._username_key(application, username_hash)] = Kind.USERNAME
        return dict(sorted(keys.items()))

    def _username_key(self, application: Application, username_hash: bytes) -> bytes:
        return username_hash[:_HALF] + self._keys.throttle_hash(application, Kind.USERNAME)[:_HALF]

    async def _refuse_locked(self, keys: Sequence[bytes], now: int) -> None:
        """Says how long to wait; where meanwhile nobody has to any more, it comes back.

        Raises:
            Refused: TooManyAttempts, with the longest of the waits.
        """
        sql = f"SELECT max(locked_until) AS latest FROM throttle WHERE key IN ({placeholders(len(keys))})"
        latest = (await self._database.fetch(sql, *keys))[0]["latest"]
        if latest and latest > now:
            raise Refused(TooManyAttempts(math.ceil((latest - now) / 1000)))

    async def _hold(self, tx: Transaction, taken: Taken, keys: Collection[bytes]) -> Rows:
        return await tx.fetch(holding(tx.dialect, len(keys)), taken.username_hash, *sorted(keys))

    def _wait(self, latest: int | None) -> datetime | None:
        """A stored wait as a moment, if it isn't over."""
        return moment(latest) if latest and latest > milliseconds(self._clock.now()) else None

    @staticmethod
    async def _delete(tx: Transaction, username_hash: bytes) -> int:
        locked = f"SELECT key FROM throttle WHERE username_hash = $1 ORDER BY key{tx.dialect.for_update}"
        return await tx.execute(f"DELETE FROM throttle WHERE key IN ({locked})", username_hash)
