"""Logins: the one row in which a username's password is."""

from tortoise import fields
from tortoise.models import Model

from app.models.columns import optional_text


class Login(Model):
    """A username and its password, shared by every reference that has the username.

    The table has a column more than the model: `has_password`, generated from `password_hash`.
    """

    id = fields.BigIntField(primary_key=True)
    username_key = fields.TextField()
    password_hash = optional_text()
    hash_scheme = optional_text()
    epoch = fields.IntField(default=1)
    cleared_hash = optional_text()
    cleared_at = fields.DatetimeField(null=True)
    temporary_since = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    last_login_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "login"
        table_description = "Logins, one a username"
