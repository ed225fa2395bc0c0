"""The login rows: one for each username, holding the one password its references share.

Everything here works inside an open transaction and keeps the lock order of the rules ("One username, one password" 5):
logins in the order of their usernames, then references, customers and sessions in the order of their keys, then the
audit. The epoch rises with every change of a password and of the username, so that no session or ticket outlives what
it was made under.
"""

from collections.abc import Iterable
from datetime import timedelta

from app import ids
from app.database import Executor, Transaction
from app.models import Login
from app.models.enums import AuditAction
from app.security.passwords import StoredHash
from app.services.audit import Datum, Event
from app.services.effects import LoginState
from app.services.resources import Resources
from app.services.session_rows import SessionRows


async def state_of(executor: Executor, username: str) -> LoginState:
    """One username as it stands; one that nobody has is a state without a login."""
    rows = await executor.fetch(
        "SELECT l.id, l.password_hash IS NOT NULL AS has_password, r.id AS reference_id FROM login l"
        " LEFT JOIN reference r ON r.login_id = l.id LEFT JOIN customer c ON c.id = r.customer_id"
        " WHERE l.username_key = $1 ORDER BY c.name_key, r.id",
        username,
    )
    if not rows:
        return LoginState(username)
    references = tuple(row["reference_id"] for row in rows if row["reference_id"] is not None)
    return LoginState(username, rows[0]["id"], bool(rows[0]["has_password"]), references)


async def username_of(executor: Executor, reference_id: int) -> str | None:
    """The key of the login a reference has now, if it has one."""
    rows = await executor.fetch(
        "SELECT l.username_key FROM reference r JOIN login l ON l.id = r.login_id WHERE r.id = $1", reference_id
    )
    return rows[0]["username_key"] if rows else None


async def lock_existing(tx: Transaction, username: str) -> Login | None:
    """Locks the login of a username, where there is one."""
    return await Login.filter(username_key=username).select_for_update(no_key=True).using_db(tx.client).first()


async def lock_by_id(tx: Transaction, login_id: int) -> Login | None:
    """Locks a login that a session or a ticket was made under, where it is still there."""
    return await Login.filter(id=login_id).select_for_update(no_key=True).using_db(tx.client).first()


def event(
    action: AuditAction, username: str | None, reference_ids: Iterable[int], sessions_revoked: int, **more: Datum
) -> Event:
    """What the audit keeps of a change to a login: it is about every reference that shares it."""
    subjects = tuple(ids.encode("Reference", key) for key in reference_ids)
    return Event(action, subjects, username=username, data={"sessionsRevoked": sessions_revoked, **more})


class Logins:
    """Changes login rows, and ends what was made under their former state."""

    def __init__(self, resources: Resources, sessions: SessionRows) -> None:
        self._settings = resources.settings
        self._clock = resources.clock
        self._throttle = resources.throttle
        self._sessions = sessions

    async def lock(self, tx: Transaction, *usernames: str) -> dict[str, Login]:
        """Locks the logins of these usernames one after another, in order, making the ones that are missing.

        A login made here and left without a reference is to be removed again (`remove_if_unowned`).
        """
        locked: dict[str, Login] = {}
        for username in sorted(set(usernames)):
            login = await lock_existing(tx, username)
            while login is None:  # another transaction may remove what we just found or made
                await tx.execute(
                    "INSERT INTO login (username_key, epoch, failures, created_at) VALUES ($1, 1, 0, $2)"
                    " ON CONFLICT (username_key) DO NOTHING",
                    username,
                    self._clock.now(),
                )
                login = await lock_existing(tx, username)
            locked[username] = login
        return locked

    async def set_password(self, tx: Transaction, login: Login, stored: StoredHash, *, by_staff: bool) -> None:
        """Gives a login a new password under a new epoch. One set by staff also lifts every wait (rule 12)."""
        login.password_hash = stored.text
        login.hash_scheme = stored.scheme
        login.cleared_hash = login.cleared_at = None
        login.temporary_since = self._clock.now() if by_staff else None
        if by_staff:
            await self._throttle.empty(tx, "portal", login.username_key)
            login.locked_until = None
        await self._save_under_new_epoch(tx, login)

    async def clear_password(self, tx: Transaction, login: Login, *, forget: bool) -> None:
        """Takes a login's password away; unless it is to be forgotten, it can be restored for a while."""
        keep = not forget and self._settings.restore_hours > 0
        login.cleared_hash = login.password_hash if keep else None
        login.cleared_at = self._clock.now() if keep else None
        login.password_hash = None
        await self._save_under_new_epoch(tx, login)

    def is_restorable(self, login: Login) -> bool:
        """Whether a cleared password may come back: kept, and not too long ago."""
        if login.password_hash is not None or login.cleared_hash is None or login.cleared_at is None:
            return False
        return self._clock.now() < login.cleared_at + timedelta(hours=self._settings.restore_hours)

    async def restore_password(self, tx: Transaction, login: Login) -> None:
        """Puts the cleared password back under a new epoch, which revives no session."""
        login.password_hash = login.cleared_hash
        login.cleared_hash = login.cleared_at = None
        await self._save_under_new_epoch(tx, login)

    async def rename(self, tx: Transaction, login: Login, username: str) -> None:
        """Gives a login another username under a new epoch: whoever is on the way in under the old one is late.

        What is counted for the old one goes along (rule 7).
        """
        await self._throttle.rename(tx, "portal", login.username_key, username)
        login.username_key = username
        # Strangers may have guessed at the new one while it was nobody's: staff see that wait, too.
        login.locked_until = await self._throttle.locked_until(tx, self._throttle.username_hash("portal", username))
        await self._save_under_new_epoch(tx, login)

    async def raise_epoch(self, tx: Transaction, login: Login) -> None:
        """Makes every session and ticket of a login dead at once."""
        await self._save_under_new_epoch(tx, login)

    async def remove_if_unowned(self, tx: Transaction, login_id: int) -> None:
        """Removes a login that no reference has any more, with its sessions and tickets (rule 9)."""
        await tx.execute(
            "DELETE FROM login WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM reference WHERE login_id = $1)", login_id
        )

    async def end_sessions_of_login(self, tx: Transaction, login: Login, *, but: int | None = None) -> int:
        """Ends every session of a username (but one) and its pending tickets; says how many were alive."""
        await tx.execute("DELETE FROM ticket WHERE login_id = $1", login.id)
        return await self._sessions.end_where(tx, "login_id", "login_id = $1 AND id <> $2", login.id, but or 0)

    async def end_sessions_of_reference(self, tx: Transaction, reference_id: int) -> int:
        """Ends the sessions that stand at one reference; says how many were alive."""
        return await self._sessions.end_where(tx, "login_id", "reference_id = $1", reference_id)

    async def end_sessions_of_customer(self, tx: Transaction, customer_id: int) -> int:
        """Ends the sessions that stand at one company; says how many were alive."""
        condition = "reference_id IN (SELECT id FROM reference WHERE customer_id = $1)"
        return await self._sessions.end_where(tx, "login_id", condition, customer_id)

    async def count_sessions(self, executor: Executor, *, login_id: int | None, reference_id: int | None) -> int:
        """How many live sessions a login or a reference has, each counted once."""
        condition = "login_id = $1 OR reference_id = $2"
        return await self._sessions.count_where(executor, "login_id", condition, login_id or 0, reference_id or 0)

    async def _save_under_new_epoch(self, tx: Transaction, login: Login) -> None:
        login.epoch += 1
        await login.save(using_db=tx.client)
