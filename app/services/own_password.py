"""How a portal user changes the password, for every reference that shares the username.

The rules, "Logging in" 5 and "Passwords" 5. Right, form, current password, policy, hash; then one transaction that
locks the login and finds it under the same epoch.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.database import Executor, Transaction
from app.models.enums import (
    AuditAction,
    CredentialEffect,
    MenuItem,
    PortalPermission,
)
from app.security.passwords import StoredHash
from app.services import logins, permissions
from app.services.caller import Caller, PortalUser, not_allowed, require_portal_user
from app.services.change_of_password import ChangeOfPassword, check_form
from app.services.inputs import ChangePassword
from app.services.logins import Logins, lock_by_id, state_of
from app.services.new_passwords import NewPasswords
from app.services.places import places_of
from app.services.problems import NotLoggedIn, Refused, refusable
from app.services.resources import Resources
from app.services.results import ChangePasswordSuccess, CredentialImpact
from app.services.session_rows import SessionRows
from app.services.tables.settings import TO_APPLYING, TO_CUSTOMER

_STANDING = (
    "SELECT login.password_hash, login.epoch, reference.name, reference.email, reference.customer_id,"
    " reference.denied_permissions, applying.permissions"
    " FROM login JOIN reference ON reference.login_id = login.id"
    f" {TO_CUSTOMER.sql} {TO_APPLYING.sql} WHERE login.id = $1 AND reference.id = $2"
)


class OwnPassword:
    """Changes the password of the login behind a portal session."""

    def __init__(self, resources: Resources, logins: Logins, new_passwords: NewPasswords, rows: SessionRows) -> None:
        self._resources = resources
        self._logins = logins
        self._rows = rows
        self._change = ChangeOfPassword(resources, new_passwords)

    @refusable
    async def change_password(self, caller: Caller, given: ChangePassword) -> ChangePasswordSuccess:
        """Changes the caller's password. The username's other sessions and tickets end; this one gets a new token."""
        user = require_portal_user(caller)
        epoch, stored = await self._prepared(user, given)

        async def work(tx: Transaction) -> ChangePasswordSuccess:
            login = await lock_by_id(tx, user.login_id)
            if login is None or login.epoch != epoch:
                raise Refused(NotLoggedIn())
            session = await self._rows.lock_live(tx, user.session_id, epoch, all_of=("login_id", login.id))
            if session is None or session.reference_id is None:
                raise Refused(NotLoggedIn())
            standing = await self._allowed(tx, user, session.reference_id)
            state = await state_of(tx, login.username_key)
            await self._logins.set_password(tx, login, stored, by_staff=False)
            revoked = await self._logins.end_sessions_of_login(tx, login, but=session.id)
            token = await self._rows.renew(tx, session, login.epoch)
            effect = CredentialEffect.PASSWORD_CHANGED
            impact = CredentialImpact(login.username_key, effect, state.reference_ids, revoked)
            event = logins.event(AuditAction.PASSWORD_CHANGED, login.username_key, state.reference_ids, revoked)
            await self._resources.audit.write(tx, user, [event])
            renewed = replace(
                user,
                reference_id=session.reference_id,
                customer_id=standing["customer_id"],
                must_change_password=False,
            )
            device = (
                self._resources.devices.issue("portal", login.username_key, login.epoch) if session.cookie else None
            )
            return ChangePasswordSuccess(token, renewed, impact, device)

        return await self._resources.database.transact(work)

    async def _prepared(self, caller: PortalUser, given: ChangePassword) -> tuple[int, StoredHash]:
        """The epoch under which the current password was verified, and the new password's hash."""
        database = self._resources.database
        row = await self._allowed(database, caller, caller.reference_id)
        check_form(given)
        names = [row["name"], row["email"]]
        for place in await places_of(database, caller.login_id):
            names += [place.reference_name, place.customer_name]
        return row["epoch"], await self._change.prepared(caller, row["password_hash"], given, names)

    async def _allowed(self, executor: Executor, caller: PortalUser, reference_id: int) -> Mapping[str, Any]:
        """What a change needs to know of where the session stands, if the password may be changed there: with the menu
        item Settings, or because it must.

        Raises:
            Refused: NotAllowed, and NotLoggedIn where the session's reference has another login by now.
        """
        rows = await executor.fetch(_STANDING, caller.login_id, reference_id)
        if not rows:
            raise Refused(NotLoggedIn())
        row, json = rows[0], executor.dialect.json
        granted = permissions.effective(
            PortalPermission.in_order(json(row["permissions"])),
            PortalPermission.in_order(json(row["denied_permissions"])),
        )
        if not caller.must_change_password and MenuItem.SETTINGS not in permissions.menu(granted):
            raise not_allowed(caller)
        return row
