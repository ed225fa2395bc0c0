"""The firm's own people, and the tokens they make for tools."""

from tortoise import fields
from tortoise.models import Model

from app.models.enums import StaffRole


class StaffMember(Model):
    """A member of staff. `email_key` is the canonical username and unique; `epoch` works as a login's does."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    name_key = fields.TextField()
    email = fields.TextField()
    email_key = fields.TextField()
    role = fields.CharEnumField(StaffRole)
    active = fields.BooleanField(default=True)
    password_hash = fields.TextField()
    hash_scheme = fields.TextField()
    epoch = fields.IntField(default=1)
    failures = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    last_login_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "staff_member"
        table_description = "Staff"


class AccessToken(Model):
    """A tool's right to act with a role, until it expires or its maker is no longer an active ADMIN."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    name_key = fields.TextField()
    role = fields.CharEnumField(StaffRole)
    secret_hash = fields.BinaryField()
    created_by_id = fields.BigIntField()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "access_token"
        table_description = "Access tokens for tools"
