"""The tables that hold the door: counted tries, the second factor of staff, and where a shortened audit begins."""

from tortoise import fields
from tortoise.migrations.migration import Migration as TortoiseMigration
from tortoise.migrations.operations import Operation

from app.migrations._operations import RecordModel, Script

OPERATIONS: list[Operation] = [
    Script("0002_door"),
    RecordModel(
        name="RecoveryCode",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("staff_id", fields.BigIntField()),
            ("code_hash", fields.BinaryField()),
        ],
        options={"table": "staff_recovery_code", "table_description": "Recovery codes of staff, one a use"},
    ),
    RecordModel(
        name="SecondFactor",
        fields=[
            ("staff_id", fields.BigIntField(primary_key=True, generated=False)),
            ("sealed_secret", fields.BinaryField()),
            ("sealed_under", fields.TextField()),
            ("last_step", fields.BigIntField(default=0)),
            ("created_at", fields.DatetimeField()),
            ("confirmed_at", fields.DatetimeField(null=True)),
        ],
        options={"table": "staff_second_factor", "table_description": "Authenticator apps of staff"},
    ),
    RecordModel(
        name="StaffTicket",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("ticket_hash", fields.BinaryField()),
            ("staff_id", fields.BigIntField()),
            ("epoch", fields.IntField()),
            ("cookie", fields.BooleanField()),
            ("cookie_hash", fields.BinaryField(null=True)),
            ("expires_at", fields.DatetimeField()),
            ("created_at", fields.DatetimeField()),
        ],
        options={"table": "staff_ticket", "table_description": "Tickets for the second step of a staff log-in"},
    ),
]


class Migration(TortoiseMigration):
    """From the first version to one that can be let out among strangers."""

    dependencies = [("models", "0001_first")]  # noqa: RUF012 (Tortoise reads it as a class attribute)
    operations = OPERATIONS
