"""Small facts about this database that belong to no noun of the register."""

from tortoise import fields
from tortoise.models import Model


class Secret(Model):
    """A named value: `secret_key`, random bytes made by the first migration, and `demo`, which marks a demo's data."""

    name = fields.CharField(max_length=64, primary_key=True)
    value = fields.BinaryField()

    class Meta:
        table = "secret"
        table_description = "Named values"
