"""What staff do to the login behind a reference: clear, restore, unlock, end its sessions.

Each counts for everybody who shares the username, and says so. The rules: "One username, one password" 2, 3 and 12.
"""

from app.database import Transaction
from app.models import Login
from app.models.enums import AuditAction, CredentialEffect
from app.services import logins, references
from app.services.caller import EDITORS, Caller, require_role
from app.services.effects import LoginState
from app.services.logins import Logins, state_of, username_of
from app.services.problems import NotRestorable, Refused, refusable
from app.services.resources import Resources
from app.services.results import (
    ClearPasswordSuccess,
    CredentialImpact,
    EndSessionsSuccess,
    RestorePasswordSuccess,
    UnlockLoginSuccess,
)
from app.services.validation import existing_key


class LoginCare:
    """Changes the login that a reference has, which may be none."""

    def __init__(self, resources: Resources, logins: Logins) -> None:
        self._resources = resources
        self._logins = logins

    @refusable
    async def clear_password(self, caller: Caller, reference_id: str, forget: bool = False) -> ClearPasswordSuccess:
        """Takes the password away; `forget` also what could be restored (a leaked password must not come back)."""
        require_role(caller, EDITORS)
        key = existing_key(reference_id, "Reference")

        async def work(tx: Transaction) -> ClearPasswordSuccess:
            held = await self._lock_login(tx, key)
            if held is None:
                return ClearPasswordSuccess(CredentialImpact(None, CredentialEffect.NONE))
            login, state = held
            if not state.has_password:
                if forget and login.cleared_hash is not None:
                    login.cleared_hash = login.cleared_at = None
                    await login.save(using_db=tx.client)
                    await self._record(tx, caller, AuditAction.PASSWORD_CLEARED, state, 0, forgotten=True)
                return ClearPasswordSuccess(_impact(state, CredentialEffect.NONE))
            await self._logins.clear_password(tx, login, forget=forget)
            revoked = await self._logins.end_sessions_of_login(tx, login)
            impact = _impact(state, CredentialEffect.PASSWORD_CLEARED, revoked)
            await self._record(tx, caller, AuditAction.PASSWORD_CLEARED, state, revoked, forgotten=forget)
            return ClearPasswordSuccess(impact)

        return await self._resources.database.transact(work)

    @refusable
    async def restore_password(self, caller: Caller, reference_id: str) -> RestorePasswordSuccess:
        """Puts the latest cleared password back, for a while; it revives no session and lifts no lock-out."""
        require_role(caller, EDITORS)
        key = existing_key(reference_id, "Reference")

        async def work(tx: Transaction) -> RestorePasswordSuccess:
            held = await self._lock_login(tx, key)
            if held is None or not self._logins.is_restorable(held[0]):
                raise Refused(NotRestorable())
            login, state = held
            await self._logins.restore_password(tx, login)
            revoked = await self._logins.end_sessions_of_login(tx, login)
            await self._record(tx, caller, AuditAction.PASSWORD_RESTORED, state, revoked)
            return RestorePasswordSuccess(_impact(state, CredentialEffect.PASSWORD_RESTORED, revoked))

        return await self._resources.database.transact(work)

    @refusable
    async def unlock_login(self, caller: Caller, reference_id: str) -> UnlockLoginSuccess:
        """Ends every wait for a username at once, and forgets the tries that were counted for it."""
        require_role(caller, EDITORS)
        key = existing_key(reference_id, "Reference")

        async def work(tx: Transaction) -> UnlockLoginSuccess:
            held = await self._lock_login(tx, key)
            if held is not None:
                login, state = held
                counted = await self._resources.throttle.empty(tx, "portal", login.username_key)
                if counted or login.locked_until is not None:
                    login.locked_until = None
                    await login.save(using_db=tx.client, update_fields=["locked_until"])
                    await self._record(tx, caller, AuditAction.LOGIN_UNLOCKED, state, 0)
            return UnlockLoginSuccess(key)

        return await self._resources.database.transact(work)

    @refusable
    async def end_sessions(self, caller: Caller, reference_id: str) -> EndSessionsSuccess:
        """Ends every session of the reference's username, and every pending ticket."""
        require_role(caller, EDITORS)
        key = existing_key(reference_id, "Reference")

        async def work(tx: Transaction) -> EndSessionsSuccess:
            held = await self._lock_login(tx, key)
            if held is None:
                return EndSessionsSuccess(0)
            login, state = held
            await self._logins.raise_epoch(tx, login)
            revoked = await self._logins.end_sessions_of_login(tx, login)
            await self._record(tx, caller, AuditAction.SESSIONS_ENDED, state, revoked)
            return EndSessionsSuccess(revoked)

        return await self._resources.database.transact(work)

    async def _lock_login(self, tx: Transaction, key: int) -> tuple[Login, LoginState] | None:
        """The locked login of a reference, and how it stands; None where the reference has none.

        Raises:
            Refused: NotFound.
        """
        await references.find(tx, key)
        username = await username_of(tx, key)
        while username is not None:
            login = (await self._logins.lock(tx, username))[username]
            state = await state_of(tx, username)
            if key in state.reference_ids:
                return login, state
            await self._logins.remove_if_unowned(tx, login.id)  # meanwhile the reference got another one, or went away
            username = await username_of(tx, key)
        await references.find(tx, key)
        return None

    async def _record(
        self,
        tx: Transaction,
        caller: Caller,
        action: AuditAction,
        state: LoginState,
        revoked: int,
        *,
        forgotten: bool = False,
    ) -> None:
        more = {"forgotten": True} if forgotten else {}
        event = logins.event(action, state.username, state.reference_ids, revoked, **more)
        await self._resources.audit.write(tx, caller, [event])


def _impact(state: LoginState, effect: CredentialEffect, revoked: int = 0) -> CredentialImpact:
    return CredentialImpact(state.username, effect, state.reference_ids, revoked)
