"""Sessions, and the tickets with which a person of several companies chooses one."""

from tortoise import fields
from tortoise.models import Model

from app.models.columns import optional_text


class Session(Model):
    """A log-in that goes on: a portal user's, who stands at a reference, or a staff member's.

    It lives while its epoch is that of its login or staff member. `expires_at` is the absolute end.
    """

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.BinaryField()
    login_id = fields.BigIntField(null=True)
    reference_id = fields.BigIntField(null=True)
    staff_id = fields.BigIntField(null=True)
    epoch = fields.IntField()
    cookie = fields.BooleanField()
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    wrong_passwords = fields.IntField(default=0)
    previous_login_at = fields.DatetimeField(null=True)
    failed_since = fields.IntField(default=0)
    user_agent = optional_text()
    ip_address = optional_text()

    class Meta:
        table = "session"
        table_description = "Live sessions"


class Ticket(Model):
    """A password that was right, good for choosing one of these references once. It lives under its login's epoch."""

    id = fields.BigIntField(primary_key=True)
    ticket_hash = fields.BinaryField()
    login_id = fields.BigIntField()
    epoch = fields.IntField()
    reference_ids = fields.JSONField[list[int]]()
    cookie = fields.BooleanField()
    cookie_hash = fields.BinaryField(null=True)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    previous_login_at = fields.DatetimeField(null=True)
    failed_since = fields.IntField(default=0)

    class Meta:
        table = "ticket"
        table_description = "Tickets for choosing a customer"
