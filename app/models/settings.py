"""Internet order settings ("internetordreindstillinger"): named sets of what portal users may do."""

from tortoise import fields
from tortoise.models import Model


class InternetOrderSettings(Model):
    """A named set of permissions. Exactly one is the default: the table can't hold two."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    name_key = fields.TextField()
    is_default = fields.BooleanField(default=False)
    permissions = fields.JSONField[list[str]]()
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "internet_order_settings"
        table_description = "Internet order settings"
