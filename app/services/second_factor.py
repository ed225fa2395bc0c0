"""The second factor of staff: who is asked for one, and whether a code is theirs now.

A member's authenticator app shares a secret with the service, which is why it is sealed and not hashed. A code of the
app is accepted once; recovery codes stand in for the app, each once. Whoever accepts a code has the member locked.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import structlog

from app.database import Executor, Transaction
from app.models import RecoveryCode, SecondFactor
from app.models.enums import StaffRole, StaffTotp
from app.security import totp
from app.security.sealing import CannotOpen, Sealed, Sealing
from app.services.resources import Resources
from app.settings import Settings

USE: Final = "second factor"
"""What the key is derived for that seals the secrets."""

_FACTOR = "SELECT sealed_secret, sealed_under, last_step, confirmed_at FROM staff_second_factor WHERE staff_id = $1"
_USE_STEP = (
    "UPDATE staff_second_factor SET last_step = $1, sealed_secret = $2, sealed_under = $3"
    " WHERE staff_id = $4 AND last_step < $1"
)
_USE_RECOVERY_CODE = "DELETE FROM staff_recovery_code WHERE staff_id = $1 AND code_hash = $2"

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.second_factor")


class Proof(Enum):
    """What a code that was accepted turned out to be."""

    APP = auto()
    RECOVERY_CODE = auto()


@dataclass(frozen=True, slots=True)
class Factor:
    """A member's authenticator app. It counts once it is confirmed."""

    staff_id: int
    sealed: Sealed
    last_step: int
    confirmed: bool


def is_offered(settings: Settings) -> bool:
    """Whether staff can have a second factor at all."""
    return settings.staff_totp is not StaffTotp.OFF


def is_required(settings: Settings, role: StaffRole) -> bool:
    """Whether staff with this role must have one."""
    return settings.staff_totp is StaffTotp.REQUIRED and role in settings.staff_totp_roles


class SecondFactors:
    """Reads members' apps and uses codes up."""

    def __init__(self, resources: Resources) -> None:
        self._settings = resources.settings
        self._clock = resources.clock
        self._sealing: Sealing = resources.sealing

    async def of(self, executor: Executor, staff_id: int) -> Factor | None:
        """A member's app, confirmed or not."""
        rows = await executor.fetch(_FACTOR, staff_id)
        if not rows:
            return None
        row = rows[0]
        sealed = Sealed(bytes(row["sealed_secret"]), row["sealed_under"])
        return Factor(staff_id, sealed, row["last_step"], row["confirmed_at"] is not None)

    async def asked_of(self, executor: Executor, staff_id: int) -> bool:
        """Whether a member who logs in is asked for a code."""
        factor = await self.of(executor, staff_id) if is_offered(self._settings) else None
        return factor is not None and factor.confirmed

    async def enrol(self, tx: Transaction, staff_id: int) -> bytes:
        """Draws a secret for a member's app; one that was drawn before and never confirmed is gone."""
        await tx.execute("DELETE FROM staff_second_factor WHERE staff_id = $1", staff_id)
        secret = totp.new_totp_secret()
        sealed = self._sealing.seal(secret, _owner(staff_id))
        factor = SecondFactor(
            staff_id=staff_id, sealed_secret=sealed.text, sealed_under=sealed.under, created_at=self._clock.now()
        )
        await factor.save(using_db=tx.client, force_create=True)
        return secret

    async def confirm(self, tx: Transaction, staff_id: int) -> tuple[str, ...]:
        """From here on a member's app counts; answers the codes for when it is lost."""
        now = self._clock.now()
        await tx.execute("UPDATE staff_second_factor SET confirmed_at = $1 WHERE staff_id = $2", now, staff_id)
        return await self.renew_recovery_codes(tx, staff_id)

    async def renew_recovery_codes(self, tx: Transaction, staff_id: int) -> tuple[str, ...]:
        """Gives a member new recovery codes in place of those that are left."""
        await tx.execute("DELETE FROM staff_recovery_code WHERE staff_id = $1", staff_id)
        codes = totp.new_recovery_codes()
        rows = [RecoveryCode(staff_id=staff_id, code_hash=totp.recovery_digest(code)) for code in codes]
        await RecoveryCode.bulk_create(rows, using_db=tx.client)
        return codes

    async def remove(self, tx: Transaction, staff_id: int) -> bool:
        """Takes a member's app and recovery codes away; says whether there was one."""
        return await tx.execute("DELETE FROM staff_second_factor WHERE staff_id = $1", staff_id) > 0

    async def accept(self, tx: Transaction, factor: Factor, typed: str) -> Proof | None:
        """Uses up a code of the app or a recovery code; None where it is neither."""
        if await self.accept_app(tx, factor, typed):
            return Proof.APP
        hashed = totp.recovery_digest(typed)
        if hashed is None or not await tx.execute(_USE_RECOVERY_CODE, factor.staff_id, hashed):
            return None
        return Proof.RECOVERY_CODE

    async def accept_app(self, tx: Transaction, factor: Factor, typed: str) -> bool:
        """Uses up a code of the app, and with it all before it; False where it is none, or was used.

        The statement itself holds that the step is later than the last one: of any number of requests with one code,
        one finds it so. It also moves the secret to the first key, where it was sealed under another.
        """
        digits = totp.digits_of(typed)
        secret = self._secret(factor) if digits is not None else None
        if digits is None or secret is None:
            return False
        step = totp.step_of(secret, digits, self._clock.now(), after=factor.last_step)
        if step is None:
            return False
        sealed = factor.sealed
        if sealed.under != self._sealing.under:
            sealed = self._sealing.seal(secret, _owner(factor.staff_id))
        return await tx.execute(_USE_STEP, step, sealed.text, sealed.under, factor.staff_id) > 0

    def _secret(self, factor: Factor) -> bytes | None:
        """The app's secret; None, and a line in the log, where it can't be opened. Then recovery codes still hold."""
        try:
            return self._sealing.open(factor.sealed, _owner(factor.staff_id))
        except CannotOpen as closed:
            log.warning(
                "the secret of an authenticator app can't be opened",
                staff_id=factor.staff_id,
                key_id=factor.sealed.under,
                reason=str(closed),
            )
            return None


def _owner(staff_id: int) -> bytes:
    """Whose secret it is, as the seal covers it: copied to another member's row, it opens nothing."""
    return f"staff {staff_id}".encode()
