"""The credential service: saving references, whose e-mail is a username that several of them may share.

The rules, "One username, one password". A save goes: right, input, rows, the outcome by the pure function of
`app.services.effects`, the new password's policy and hash (outside any transaction), and then one transaction that
locks the logins, reads everything again, asks the same function again, and writes. A preview stops before the hash.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.database import Transaction
from app.models import Login, Reference
from app.models.enums import AuditAction, CredentialEffect
from app.services import logins, reference_saves, references
from app.services.audit import Event
from app.services.caller import EDITORS, Caller, require_role
from app.services.effects import Step, outcome_of
from app.services.inputs import CreateReference, PreviewReference, UpdateReference
from app.services.logins import Logins, state_of, username_of
from app.services.new_passwords import NewPasswords, PasswordToSet
from app.services.problems import Refused, refusable
from app.services.reference_saves import Draft, Save
from app.services.resources import Resources
from app.services.results import (
    CreateReferenceSuccess,
    CredentialImpact,
    DeleteReferenceSuccess,
    UpdateReferenceSuccess,
)
from app.services.situations import Situation, look
from app.services.validation import check_version, existing_key

T = TypeVar("T")

EVENT_OF_EFFECT = {
    CredentialEffect.PASSWORD_SET: AuditAction.PASSWORD_SET,
    CredentialEffect.PASSWORD_CHANGED: AuditAction.PASSWORD_CHANGED,
    CredentialEffect.PASSWORD_CLEARED: AuditAction.PASSWORD_CLEARED,
}


class _Moved(Exception):
    """Between looking and locking, somebody gave the reference another username."""


class Credentials:
    """Creates, changes, deletes and previews references."""

    def __init__(self, resources: Resources, logins: Logins, new_passwords: NewPasswords) -> None:
        self._resources = resources
        self._logins = logins
        self._new_passwords = new_passwords

    @refusable
    async def create_reference(self, caller: Caller, given: CreateReference) -> CreateReferenceSuccess:
        """Creates a reference; what its username does to others' password is the table of rule 6."""
        require_role(caller, EDITORS)
        draft = reference_saves.creation(given, self._resources.settings.shared_username)
        reference_id, password, impact = await self._save(caller, draft)
        return CreateReferenceSuccess(reference_id, password, impact)

    @refusable
    async def update_reference(self, caller: Caller, given: UpdateReference) -> UpdateReferenceSuccess:
        """Changes a reference; without a new password and a new username it never touches the password (rule 8)."""
        require_role(caller, EDITORS)
        reference_id, password, impact = await self._save(caller, reference_saves.update(given))
        return UpdateReferenceSuccess(reference_id, password, impact)

    async def preview_reference(self, caller: Caller, given: PreviewReference) -> CredentialImpact:
        """What a save would do to logins, by the function that the save itself asks; changes nothing.

        Raises:
            Refused: NotLoggedIn or NotAllowed; every other problem is the answer's `refused_by`.
        """
        require_role(caller, EDITORS)
        database = self._resources.database
        try:
            draft = reference_saves.preview(given, self._resources.settings.shared_username)
            situation = await look(database, draft)
        except Refused as refusal:
            return CredentialImpact(None, CredentialEffect.NONE, refused_by=refusal.problem)
        outcome, save = situation.outcome, situation.save
        login = situation.before if outcome.step.takes_login_along else situation.after
        revoked = await self._logins.count_sessions(
            database,
            login_id=login.login_id if login is not None and outcome.ends_login_sessions else None,
            reference_id=save.reference_id if outcome.ends_reference_sessions else None,
        )
        return CredentialImpact(save.fields.username, outcome.effect, outcome.reference_ids, revoked)

    @refusable
    async def delete_reference(
        self, caller: Caller, public_id: str, expected_version: int | None = None
    ) -> DeleteReferenceSuccess:
        """Deletes a reference; its login goes with the last one that has the username (rule 9)."""
        require_role(caller, EDITORS)
        key = existing_key(public_id, "Reference")

        async def work(tx: Transaction) -> DeleteReferenceSuccess:
            username = await username_of(tx, key)
            locked = {} if username is None else await self._logins.lock(tx, username)
            stored = await references.find(tx, key, lock=tx.dialect.for_no_key_update)
            if stored.fields.username != username:
                raise _Moved
            check_version(expected_version, stored.version, public_id)
            before = None if username is None else await state_of(tx, username)
            outcome = outcome_of(
                reference_id=key,
                before=before,
                after=None,
                sets_password=False,
                rule=self._resources.settings.shared_username,
            )
            revoked = await self._logins.end_sessions_of_reference(tx, key)
            await Reference.filter(id=key).using_db(tx.client).delete()
            for login in locked.values():
                await self._logins.remove_if_unowned(tx, login.id)
            impact = CredentialImpact(username, outcome.effect, outcome.reference_ids, revoked)
            gone = references.changes_between(stored.fields, None)
            deleted = references.event(AuditAction.REFERENCE_DELETED, stored.customer_id, key, impact, gone)
            await self._resources.audit.write(tx, caller, [deleted, *_password_events(impact)])
            return DeleteReferenceSuccess(public_id, impact)

        return await self._until_settled(work)

    async def _save(self, caller: Caller, draft: Draft) -> tuple[int, str | None, CredentialImpact]:
        """Saves a draft: the key, a generated password, and what it did to logins."""
        database = self._resources.database
        situation = await look(database, draft)
        password = None
        if draft.new_password is not None:
            names = await self._names(situation)
            password = await self._new_passwords.prepare(draft.new_password, caller, names)

        async def work(tx: Transaction) -> tuple[int, CredentialImpact]:
            locked = await self._logins.lock(tx, *situation.usernames)
            found = await look(tx, draft, locking=True)
            if locked.keys() != set(found.usernames):  # a login too many may be one that the locking made
                raise _Moved
            return await self._write(tx, caller, found, locked, password)

        while True:
            try:
                reference_id, impact = await database.transact(work)
            except _Moved:
                situation = await look(database, draft)
            else:
                return reference_id, None if password is None else password.generated, impact

    async def _write(
        self,
        tx: Transaction,
        caller: Caller,
        situation: Situation,
        locked: dict[str, Login],
        password: PasswordToSet | None,
    ) -> tuple[int, CredentialImpact]:
        save, outcome = situation.save, situation.outcome
        login, left = await self._login_to_be(tx, situation, locked)
        if outcome.step.sets_password:
            assert login is not None
            assert password is not None
            await self._logins.set_password(tx, login, password.stored, by_staff=True)
        elif outcome.step is Step.CLEAR_PASSWORD:
            assert login is not None
            await self._logins.clear_password(tx, login, forget=False)
        changes = references.changes_between(None if save.stored is None else save.stored.fields, save.fields)
        reference_id = await self._write_reference(tx, save, login, changed=bool(changes))
        revoked = 0
        if outcome.ends_login_sessions and login is not None:
            revoked += await self._logins.end_sessions_of_login(tx, login)
        unticked = save.stored is not None and save.stored.fields.internet_user and not save.fields.internet_user
        if outcome.ends_reference_sessions or unticked:
            revoked += await self._logins.end_sessions_of_reference(tx, reference_id)
        if left is not None:
            await self._logins.remove_if_unowned(tx, left.id)
        username, touched = save.fields.username, outcome.reference_ids
        if save.stored is None and username is not None:
            touched = (*touched, reference_id)
        impact = CredentialImpact(username, outcome.effect, touched, revoked)
        action = AuditAction.REFERENCE_CREATED if save.stored is None else AuditAction.REFERENCE_UPDATED
        events = []
        if changes:
            events.append(references.event(action, save.customer_id, reference_id, impact, changes))
        await self._resources.audit.write(tx, caller, [*events, *_password_events(impact)])
        return reference_id, impact

    async def _login_to_be(
        self, tx: Transaction, situation: Situation, locked: dict[str, Login]
    ) -> tuple[Login | None, Login | None]:
        """The login the reference is to have, and the one it leaves, if it leaves one."""
        old = None if situation.before is None else locked[situation.before.username]
        if situation.after is None:
            return None, old
        new = locked[situation.after.username]
        if old is None or old.id == new.id:
            return new, None
        if not situation.outcome.step.takes_login_along:
            return new, old
        await new.delete(using_db=tx.client)  # nobody has it: it was made by the locking
        await self._logins.rename(tx, old, situation.after.username)
        return old, None

    async def _write_reference(self, tx: Transaction, save: Save, login: Login | None, *, changed: bool) -> int:
        now = self._resources.clock.now()
        if save.stored is None:
            reference = Reference(customer_id=save.customer_id, version=1, created_at=now, updated_at=now)
        elif changed:
            reference = await Reference.get(id=save.stored.id, using_db=tx.client)
            reference.version += 1
            reference.updated_at = now
        else:
            return save.stored.id
        has_password = login is not None and login.password_hash is not None
        reference.login_id, reference.has_password = None if login is None else login.id, has_password
        await references.write(tx, reference, save.fields)
        return int(reference.id)

    async def _names(self, situation: Situation) -> list[str]:
        """What a typed password may not consist of: the names, e-mails and companies of all who will share it."""
        save = situation.save
        shared = () if situation.after is None else situation.after.reference_ids
        own = [save.fields.name, save.fields.email or ""]
        return own + await references.names_beside(self._resources.database, shared, save.customer_id)

    async def _until_settled(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Runs a transaction again where it had locked a username that the reference no longer has."""
        while True:
            try:
                return await self._resources.database.transact(work)
            except _Moved:
                continue


def _password_events(impact: CredentialImpact) -> list[Event]:
    action = EVENT_OF_EFFECT.get(impact.effect)
    if action is None:
        return []
    return [logins.event(action, impact.username, impact.reference_ids, impact.sessions_revoked)]
