"""The haulage firm's customers: the companies whose people order."""

from tortoise import fields
from tortoise.models import Model


class Customer(Model):
    """A company. `number` is unique; the keys are the folded forms that lists are ordered by."""

    id = fields.BigIntField(primary_key=True)
    number = fields.TextField()
    number_key = fields.TextField()
    name = fields.TextField()
    name_key = fields.TextField()
    active = fields.BooleanField(default=True)
    settings_id = fields.BigIntField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "customer"
        table_description = "Customers"
