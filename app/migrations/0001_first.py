"""The tables of the first version, the default internet order settings, and this installation's secret."""

import secrets
from datetime import UTC, datetime

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration as TortoiseMigration
from tortoise.migrations.operations import Operation

from app.migrations._operations import Fill, RecordModel, Script
from app.models.enums import StaffRole

ALL_PERMISSIONS = (
    '["CREATE_ORDERS","CREATE_MULTI_ORDERS","CHANGE_ORDERS","CANCEL_ORDERS","USE_ORDER_TEMPLATES","CHANGE_ADDRESSES",'
    '"CHANGE_ORDER_DEFAULTS","VIEW_ALL_CUSTOMER_ORDERS","VIEW_PRICES","VIEW_INVOICES","TRACK_SHIPMENTS",'
    '"VIEW_PROOF_OF_DELIVERY"]'
)


async def fill(client: BaseDBAsyncClient) -> None:
    """The settings `Standard`, with everything allowed, and the key for everything that is derived from one."""
    postgres = client.capabilities.dialect == "postgres"
    now = datetime.now(UTC)
    await client.execute_query(
        "INSERT INTO internet_order_settings (name, name_key, is_default, permissions, created_at, updated_at)"
        f" VALUES ('Standard', 'standard', TRUE, '{ALL_PERMISSIONS}', {'$1, $2' if postgres else '?, ?'})",
        [now, now],
    )
    await client.execute_query(
        f"INSERT INTO secret (name, value) VALUES ('secret_key', {'$1' if postgres else '?'})",
        [secrets.token_bytes(32)],
    )


OPERATIONS: list[Operation] = [
    Script("0001_first"),
    Fill(fill),
    RecordModel(
        name="AccessToken",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("name", fields.TextField()),
            ("name_key", fields.TextField()),
            ("role", fields.CharEnumField(StaffRole)),
            ("secret_hash", fields.BinaryField()),
            ("created_by_id", fields.BigIntField()),
            ("created_at", fields.DatetimeField()),
            ("expires_at", fields.DatetimeField()),
            ("last_used_at", fields.DatetimeField(null=True)),
        ],
        options={"table": "access_token", "table_description": "Access tokens for tools"},
    ),
    RecordModel(
        name="Customer",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("number", fields.TextField()),
            ("number_key", fields.TextField()),
            ("name", fields.TextField()),
            ("name_key", fields.TextField()),
            ("active", fields.BooleanField(default=True)),
            ("settings_id", fields.BigIntField(null=True)),
            ("version", fields.IntField(default=1)),
            ("created_at", fields.DatetimeField()),
            ("updated_at", fields.DatetimeField()),
        ],
        options={"table": "customer", "table_description": "Customers"},
    ),
    RecordModel(
        name="InternetOrderSettings",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("name", fields.TextField()),
            ("name_key", fields.TextField()),
            ("is_default", fields.BooleanField(default=False)),
            ("permissions", fields.JSONField()),
            ("version", fields.IntField(default=1)),
            ("created_at", fields.DatetimeField()),
            ("updated_at", fields.DatetimeField()),
        ],
        options={"table": "internet_order_settings", "table_description": "Internet order settings"},
    ),
    RecordModel(
        name="Login",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("username_key", fields.TextField()),
            ("password_hash", fields.TextField(null=True)),
            ("hash_scheme", fields.TextField(null=True)),
            ("epoch", fields.IntField(default=1)),
            ("cleared_hash", fields.TextField(null=True)),
            ("cleared_at", fields.DatetimeField(null=True)),
            ("temporary_since", fields.DatetimeField(null=True)),
            ("failures", fields.IntField(default=0)),
            ("locked_until", fields.DatetimeField(null=True)),
            ("last_login_at", fields.DatetimeField(null=True)),
            ("created_at", fields.DatetimeField()),
        ],
        options={"table": "login", "table_description": "Logins, one a username"},
    ),
    RecordModel(
        name="Reference",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("customer_id", fields.BigIntField()),
            ("name", fields.TextField()),
            ("name_key", fields.TextField()),
            ("email", fields.TextField(null=True)),
            ("email_key", fields.TextField(null=True)),
            ("login_id", fields.BigIntField(null=True)),
            ("has_password", fields.BooleanField(default=False)),
            ("internet_user", fields.BooleanField(default=False)),
            ("settings_id", fields.BigIntField(null=True)),
            ("denied_permissions", fields.JSONField(default=list)),
            ("phone", fields.TextField(null=True)),
            ("mobile", fields.TextField(null=True)),
            ("version", fields.IntField(default=1)),
            ("created_at", fields.DatetimeField()),
            ("updated_at", fields.DatetimeField()),
            ("last_login_at", fields.DatetimeField(null=True)),
        ],
        options={"table": "reference", "table_description": "Customer references"},
    ),
    RecordModel(
        name="Secret",
        fields=[
            ("name", fields.CharField(max_length=64, primary_key=True)),
            ("value", fields.BinaryField()),
        ],
        options={"table": "secret", "table_description": "Named values"},
    ),
    RecordModel(
        name="Session",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("token_hash", fields.BinaryField()),
            ("login_id", fields.BigIntField(null=True)),
            ("reference_id", fields.BigIntField(null=True)),
            ("staff_id", fields.BigIntField(null=True)),
            ("epoch", fields.IntField()),
            ("cookie", fields.BooleanField()),
            ("created_at", fields.DatetimeField()),
            ("last_seen_at", fields.DatetimeField()),
            ("expires_at", fields.DatetimeField()),
            ("wrong_passwords", fields.IntField(default=0)),
            ("previous_login_at", fields.DatetimeField(null=True)),
            ("failed_since", fields.IntField(default=0)),
            ("user_agent", fields.TextField(null=True)),
            ("ip_address", fields.TextField(null=True)),
        ],
        options={"table": "session", "table_description": "Live sessions"},
    ),
    RecordModel(
        name="StaffMember",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("name", fields.TextField()),
            ("name_key", fields.TextField()),
            ("email", fields.TextField()),
            ("email_key", fields.TextField()),
            ("role", fields.CharEnumField(StaffRole)),
            ("active", fields.BooleanField(default=True)),
            ("password_hash", fields.TextField()),
            ("hash_scheme", fields.TextField()),
            ("epoch", fields.IntField(default=1)),
            ("failures", fields.IntField(default=0)),
            ("locked_until", fields.DatetimeField(null=True)),
            ("last_login_at", fields.DatetimeField(null=True)),
            ("version", fields.IntField(default=1)),
            ("created_at", fields.DatetimeField()),
            ("updated_at", fields.DatetimeField()),
        ],
        options={"table": "staff_member", "table_description": "Staff"},
    ),
    RecordModel(
        name="Ticket",
        fields=[
            ("id", fields.BigIntField(primary_key=True)),
            ("ticket_hash", fields.BinaryField()),
            ("login_id", fields.BigIntField()),
            ("epoch", fields.IntField()),
            ("reference_ids", fields.JSONField()),
            ("cookie", fields.BooleanField()),
            ("cookie_hash", fields.BinaryField(null=True)),
            ("expires_at", fields.DatetimeField()),
            ("created_at", fields.DatetimeField()),
            ("previous_login_at", fields.DatetimeField(null=True)),
            ("failed_since", fields.IntField(default=0)),
        ],
        options={"table": "ticket", "table_description": "Tickets for choosing a customer"},
    ),
]


class Migration(TortoiseMigration):
    """From nothing to the first version."""

    initial = True
    operations = OPERATIONS
