"""Columns whose Python type Tortoise doesn't tell rightly."""

from typing import cast

from tortoise import fields


def optional_text() -> fields.Field[str | None]:
    """A text that may be null; Tortoise types it as one that never is."""
    return cast(fields.Field[str | None], fields.TextField(null=True))
