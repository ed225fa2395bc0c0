"""Customer references ("kundereferencer", "bestillere"): the people who order for a customer."""

from tortoise import fields
from tortoise.models import Model

from app.models.columns import optional_text


class Reference(Model):
    """A person at one customer. Those with the same username point at the same login, at most one per customer.

    `has_password` follows the login's generated column by a composite foreign key with ON UPDATE CASCADE: a reference
    can't say otherwise than its login. It is written together with `login_id` alone, and a row read before its login
    was locked may hold an old value; so save with `update_fields`.
    """

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    name = fields.TextField()
    name_key = fields.TextField()
    email = optional_text()
    email_key = optional_text()
    login_id = fields.BigIntField(null=True)
    has_password = fields.BooleanField(default=False)
    internet_user = fields.BooleanField(default=False)
    settings_id = fields.BigIntField(null=True)
    denied_permissions = fields.JSONField[list[str]](default=list)
    phone = optional_text()
    mobile = optional_text()
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    last_login_at = fields.DatetimeField(null=True)

    class Meta:
        table = "reference"
        table_description = "Customer references"
