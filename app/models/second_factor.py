"""The second factor of staff: an authenticator app, codes for when it is lost, and the wait between the two steps."""

from tortoise import fields
from tortoise.models import Model


class SecondFactor(Model):
    """A member's authenticator app. It counts once it is confirmed with a first code.

    `sealed_secret` is encrypted under the key that `sealed_under` names. `last_step` is the time step of the last code
    that was accepted: none is accepted twice.
    """

    staff_id = fields.BigIntField(primary_key=True, generated=False)
    sealed_secret = fields.BinaryField()
    sealed_under = fields.TextField()
    last_step = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    confirmed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "staff_second_factor"
        table_description = "Authenticator apps of staff"


class RecoveryCode(Model):
    """A code that stands in for the app once; used, its row is gone."""

    id = fields.BigIntField(primary_key=True)
    staff_id = fields.BigIntField()
    code_hash = fields.BinaryField()

    class Meta:
        table = "staff_recovery_code"
        table_description = "Recovery codes of staff, one a use"


class StaffTicket(Model):
    """A staff password that was right, waiting for the second factor. It lives under its member's epoch."""

    id = fields.BigIntField(primary_key=True)
    ticket_hash = fields.BinaryField()
    staff_id = fields.BigIntField()
    epoch = fields.IntField()
    cookie = fields.BooleanField()
    cookie_hash = fields.BinaryField(null=True)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "staff_ticket"
        table_description = "Tickets for the second step of a staff log-in"
