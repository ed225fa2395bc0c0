"""The tables, as Tortoise's models."""

from tortoise import fields
from tortoise.models import Model


class StaffMember(Model):
    id = fields.BigIntField(primary_key=True)
    role = fields.CharField(max_length=7)
    active = fields.BooleanField()

    class Meta:
        table = "staff_member"


class AccessToken(Model):
    id = fields.BigIntField(primary_key=True)
    secret_hash = fields.BinaryField()
    expires_at = fields.DatetimeField()
    created_by: fields.ForeignKeyRelation[StaffMember] = fields.ForeignKeyField("stock.StaffMember")

    class Meta:
        table = "access_token"


class Customer(Model):
    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    number_key = fields.TextField()
    active = fields.BooleanField()

    class Meta:
        table = "customer"


class Reference(Model):
    id = fields.BigIntField(primary_key=True)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField("stock.Customer")
    customer_id: int
    name = fields.TextField()
    name_key = fields.TextField()
    has_password = fields.BooleanField()
    internet_user = fields.BooleanField()

    class Meta:
        table = "reference"
