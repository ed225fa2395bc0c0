"""Logins: the one row in which a username's password is."""

from tortoise import fields
from tortoise.models import Model


class Login(Model):
    """A username and its password, shared by every reference that has the username.

    The table has a column more than the model: `has_password`, generated from `password_hash`.
    """

    id = fields.BigIntField(primary_key=True)
    username_key = fields.TextField()
    password_hash = fields.TextField(null=True)
    hash_scheme = fields.TextField(null=True)
    epoch = fields.IntField(default=1)
    cleared_hash = fields.TextField(null=True)
    cleared_at = fields.DatetimeField(null=True)
    temporary_since = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    last_login_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "login"
        table_description = "Logins, one a username"
