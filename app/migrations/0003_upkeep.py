"""What the removal of what is past its time is found by."""

from tortoise.migrations.migration import Migration as TortoiseMigration
from tortoise.migrations.operations import Operation

from app.migrations._operations import Script

OPERATIONS: list[Operation] = [Script("0003_upkeep")]


class Migration(TortoiseMigration):
    """The third version of the tables."""

    dependencies = [("models", "0002_door")]  # noqa: RUF012 (Tortoise reads it as a class attribute)
    operations = OPERATIONS
