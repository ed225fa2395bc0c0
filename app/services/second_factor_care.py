"""How members of staff add an authenticator app to their log-in and take it off again, within a session.

Whoever has stolen a session gets no further than a few guesses: passwords and codes count on it, and the fifth wrong
one ends it. Adding and removing end the other sessions of the member, and the log-ins that wait for a code.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from app import ids
from app.database import DatabaseUnavailable, Transaction
from app.models import StaffMember
from app.models.enums import AuditAction
from app.security import totp
from app.services.audit import Event
from app.services.caller import ADMINS, Caller, StaffUser, not_allowed, require_person_with_role, require_staff_user
from app.services.inputs import ConfirmTotp, EnrolTotp, RemoveTotp, RenewRecoveryCodes
from app.services.problems import AlreadyExists, NotFound, NotLoggedIn, Refused, WrongCode, refusable
from app.services.resources import Resources
from app.services.results import (
    ConfirmTotpSuccess,
    EnrolTotpSuccess,
    RemoveTotpSuccess,
    RenewRecoveryCodesSuccess,
    TotpReset,
)
from app.services.second_factor import Factor, Proof, SecondFactors, is_offered, is_required
from app.services.second_factor_tickets import StaffTickets
from app.services.session_rows import SessionRows
from app.services.session_tries import SessionTries
from app.services.staff_rows import lock_member
from app.services.validation import existing_key

FIELD = "secondFactor"
TYPE = "StaffMember"
_MEMBER = "SELECT email, password_hash, epoch FROM staff_member WHERE id = $1"

T = TypeVar("T")


class SecondFactorCare:
    """Adds, removes and resets authenticator apps."""

    def __init__(self, resources: Resources, rows: SessionRows) -> None:
        self._resources = resources
        self._rows = rows
        self._factors = SecondFactors(resources)
        self._tickets = StaffTickets(resources.database, resources.clock)
        self._tries = SessionTries(resources)

    @refusable
    async def enrol_totp(self, caller: Caller, given: EnrolTotp) -> EnrolTotpSuccess:
        """Draws the secret for an app. It counts for nothing until a first code confirms it."""
        user = self._user(caller)
        row, factor = await self._standing(user)
        _refuse_confirmed(factor)
        await self._tries.verified(user, row["password_hash"], given.current_password)
        await self._tries.give_back(user.session_id)

        async def work(tx: Transaction) -> bytes:
            member = await self._lock(tx, user, row["epoch"])
            _refuse_confirmed(await self._factors.of(tx, member.id))
            return await self._factors.enrol(tx, member.id)

        secret = await self._resources.database.transact(work)
        return EnrolTotpSuccess(totp.as_typed(secret), totp.provisioning_uri(secret, row["email"]))

    @refusable
    async def confirm_totp(self, caller: Caller, given: ConfirmTotp) -> ConfirmTotpSuccess:
        """Takes the app's first code: from here on it is asked for. A recovery code is none of the app's."""
        user = self._user(caller)
        row, factor = await self._standing(user)
        _refuse_confirmed(factor)
        if factor is None:
            raise Refused(NotFound())
        number = await self._tries.take(user.session_id)

        async def work(tx: Transaction) -> ConfirmTotpSuccess | None:
            member = await self._lock(tx, user, row["epoch"])
            factor = await self._factors.of(tx, member.id)
            _refuse_confirmed(factor)
            if factor is None or not await self._factors.accept_app(tx, factor, given.code):
                return None
            codes = await self._factors.confirm(tx, member.id)
            revoked = await self._end_others(tx, member.id, but=user.session_id)
            await self._record(tx, user, member, AuditAction.SECOND_FACTOR_ENABLED, sessionsRevoked=revoked)
            return ConfirmTotpSuccess(replace(user, must_enrol=False), codes, revoked)

        return await self._finish(user, number, work)

    @refusable
    async def remove_totp(self, caller: Caller, given: RemoveTotp) -> RemoveTotpSuccess:
        """Takes the app off again, with the password and a code of the app or a recovery code."""
        user = require_staff_user(caller)
        row, factor = await self._standing(user)
        _require_confirmed(factor)
        number = await self._tries.verified(user, row["password_hash"], given.current_password)

        async def work(tx: Transaction) -> RemoveTotpSuccess | None:
            member = await self._lock(tx, user, row["epoch"])
            proof = await self._factors.accept(tx, await self._confirmed(tx, member), given.code)
            if proof is None:
                return None
            await self._factors.remove(tx, member.id)
            revoked = await self._end_others(tx, member.id, but=user.session_id)
            told = {"sessionsRevoked": revoked, "recoveryCode": proof is Proof.RECOVERY_CODE}
            await self._record(tx, user, member, AuditAction.SECOND_FACTOR_REMOVED, **told)
            held = is_required(self._resources.settings, member.role)
            return RemoveTotpSuccess(replace(user, must_enrol=held), revoked)

        return await self._finish(user, number, work)

    @refusable
    async def renew_recovery_codes(self, caller: Caller, given: RenewRecoveryCodes) -> RenewRecoveryCodesSuccess:
        """Gives new recovery codes for the old ones, with a code of the app: a recovery code makes no others."""
        user = self._user(caller)
        row, factor = await self._standing(user)
        _require_confirmed(factor)
        number = await self._tries.take(user.session_id)

        async def work(tx: Transaction) -> RenewRecoveryCodesSuccess | None:
            member = await self._lock(tx, user, row["epoch"])
            if not await self._factors.accept_app(tx, await self._confirmed(tx, member), given.code):
                return None
            codes = await self._factors.renew_recovery_codes(tx, member.id)
            await self._record(tx, user, member, AuditAction.RECOVERY_CODES_RENEWED)
            return RenewRecoveryCodesSuccess(user, codes)

        return await self._finish(user, number, work)

    @refusable
    async def reset_totp(self, caller: Caller, public_id: str) -> TotpReset:
        """Takes a member's app away who has lost it and all recovery codes, and ends all their sessions."""
        require_person_with_role(caller, ADMINS)
        key = existing_key(public_id, TYPE)

        async def work(tx: Transaction) -> TotpReset:
            member = await lock_member(tx, key)
            if member is None or not await self._factors.remove(tx, key):
                raise Refused(NotFound(public_id))
            member.epoch += 1
            await member.save(using_db=tx.client, update_fields=["epoch"])
            revoked = await self._end_others(tx, key)
            await self._record(tx, caller, member, AuditAction.SECOND_FACTOR_RESET, sessionsRevoked=revoked)
            return TotpReset(revoked)

        return await self._resources.database.transact(work)

    def _user(self, caller: Caller) -> StaffUser:
        """The member who asks, where the service offers a second factor.

        Raises:
            Refused: NotLoggedIn or NotAllowed.
        """
        user = require_staff_user(caller)
        if not is_offered(self._resources.settings):
            raise not_allowed(user)
        return user

    async def _standing(self, user: StaffUser) -> tuple[Mapping[str, Any], Factor | None]:
        """The member and their app as they are, before anything is verified."""
        database = self._resources.database
        rows = await database.fetch(_MEMBER, user.staff_id)
        if not rows:
            raise Refused(NotLoggedIn())
        return rows[0], await self._factors.of(database, user.staff_id)

    async def _lock(self, tx: Transaction, user: StaffUser, epoch: int) -> StaffMember:
        """The member, locked and as they were when the password was verified, with the session that asks alive.

        Raises:
            Refused: NotLoggedIn.
        """
        member = await lock_member(tx, user.staff_id)
        if member is None or member.epoch != epoch:
            raise Refused(NotLoggedIn())
        if await self._rows.lock_live(tx, user.session_id, epoch, all_of=("staff_id", member.id)) is None:
            raise Refused(NotLoggedIn())
        return member

    async def _confirmed(self, tx: Transaction, member: StaffMember) -> Factor:
        """The app of a locked member.

        Raises:
            Refused: NotFound, where it was removed meanwhile.
        """
        return _require_confirmed(await self._factors.of(tx, member.id))

    async def _end_others(self, tx: Transaction, staff_id: int, *, but: int | None = None) -> int:
        """Ends the member's other sessions and the log-ins under way; answers how many sessions were alive."""
        await self._tickets.end_all(tx, staff_id)
        return await self._rows.end_all_of_staff(tx, staff_id, but=but)

    async def _finish(self, user: StaffUser, number: int, work: Callable[[Transaction], Awaitable[T | None]]) -> T:
        """Does the work, whose answer is None where the code was wrong: then alone the try stays counted."""
        try:
            answer = await self._resources.database.transact(work)
        except (Refused, DatabaseUnavailable):
            with suppress(DatabaseUnavailable):
                await self._tries.give_back(user.session_id)
            raise
        if answer is None:
            raise Refused(await self._tries.failed(user, number, WrongCode()))
        await self._tries.give_back(user.session_id)
        return answer

    async def _record(
        self, tx: Transaction, caller: Caller, member: StaffMember, action: AuditAction, **data: int | bool
    ) -> None:
        subject = (ids.encode(TYPE, member.id),)
        event = Event(action, subject, username=member.email_key, data=data)
        await self._resources.audit.write(tx, caller, [event])


def _refuse_confirmed(factor: Factor | None) -> None:
    """Lets a member pass who has no app that counts.

    Raises:
        Refused: AlreadyExists.
    """
    if factor is not None and factor.confirmed:
        raise Refused(AlreadyExists(FIELD, None))


def _require_confirmed(factor: Factor | None) -> Factor:
    """The app that a member has.

    Raises:
        Refused: NotFound, where there is none that counts.
    """
    if factor is None or not factor.confirmed:
        raise Refused(NotFound())
    return factor
