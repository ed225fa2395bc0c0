"""The few places where the two databases' SQL or values differ; all other SQL is written once.

Statements use `$1`, `$2` … on both; the SQLite engine rewrites them.
"""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, overload

import orjson

Kind = Literal["bigint", "bytea", "int", "text"]


class Dialect(ABC):
    """How to say something to one kind of database, and how to read what it answers."""

    name: ClassVar[Literal["sqlite", "postgres"]]

    for_update: ClassVar[str]
    """Ends a SELECT whose rows are locked against everything, foreign key checks included."""
    for_no_key_update: ClassVar[str]
    """Ends a SELECT whose rows are locked against changes; rows that point at them may still come."""
    for_share: ClassVar[str]
    """Ends a SELECT whose rows must not change until the transaction ends."""
    skip_locked: ClassVar[str]
    """Follows one of the locks above: rows that others have locked are left out."""
    now: ClassVar[str]
    """An expression for the database's own clock, in the form in which moments are stored."""
    writable: ClassVar[str]
    """A statement that answers, inside a transaction, whether it could write."""

    @abstractmethod
    def may_update(self, table: str) -> str:
        """A statement that answers whether whoever is connected may change rows of this table, as `allowed`."""

    @abstractmethod
    def any_of(self, expression: str, placeholder: str, kind: Kind = "bigint") -> str:
        """A condition: the expression is one of the values of the list bound to the placeholder."""

    @abstractmethod
    def typed(self, placeholder: str, kind: Kind) -> str:
        """A value whose type its place in the statement doesn't tell."""

    @abstractmethod
    def numbers_since(self, listed: str, oldest: str, new: str) -> str:
        """An expression: the JSON list of numbers as text, without those up to `oldest` and with a new one behind."""

    @abstractmethod
    def json_length(self, listed: str) -> str:
        """An expression: how many elements a JSON list in a text has."""

    @overload
    def moment(self, value: str | datetime) -> datetime: ...
    @overload
    def moment(self, value: None) -> None: ...
    def moment(self, value: str | datetime | None) -> datetime | None:
        """A stored moment, aware and in UTC."""
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def boolean(self, value: Any) -> bool:
        """A stored truth value."""
        return bool(value)

    def json(self, value: Any) -> Any:
        """A stored JSON document."""
        return orjson.loads(value) if isinstance(value, str | bytes) else value


class SqliteDialect(Dialect):
    """One writer at a time: a transaction already holds every lock there is, so rows have none."""

    name = "sqlite"
    for_update = ""
    for_no_key_update = ""
    for_share = ""
    skip_locked = ""
    now = "strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')"
    writable = "SELECT 1 AS writable"  # the transaction has the write lock

    def may_update(self, table: str) -> str:
        return "SELECT 1 AS allowed"  # a file knows no roles

    def any_of(self, expression: str, placeholder: str, kind: Kind = "bigint") -> str:
        return f"{expression} IN (SELECT value FROM json_each({placeholder}))"

    def typed(self, placeholder: str, kind: Kind) -> str:
        return placeholder

    def numbers_since(self, listed: str, oldest: str, new: str) -> str:
        return (
            f"(SELECT json_group_array(value) FROM (SELECT value FROM json_each({listed}) WHERE value > {oldest}"
            f" UNION ALL SELECT {new}))"
        )

    def json_length(self, listed: str) -> str:
        return f"json_array_length({listed})"


class PostgresDialect(Dialect):
    """PostgreSQL 14 and newer."""

    name = "postgres"
    for_update = " FOR UPDATE"
    for_no_key_update = " FOR NO KEY UPDATE"
    for_share = " FOR SHARE"
    skip_locked = " SKIP LOCKED"
    now = "clock_timestamp()"
    writable = "SELECT current_setting('transaction_read_only') = 'off' AS writable"  # on a standby it is on

    def may_update(self, table: str) -> str:
        return f"SELECT has_table_privilege('{table}', 'UPDATE') AS allowed"

    def any_of(self, expression: str, placeholder: str, kind: Kind = "bigint") -> str:
        return f"{expression} = ANY({placeholder}::{kind}[])"

    def typed(self, placeholder: str, kind: Kind) -> str:
        return f"{placeholder}::{kind}"

    def numbers_since(self, listed: str, oldest: str, new: str) -> str:
        return (
            "(SELECT json_agg(value)::text FROM (SELECT value::bigint AS value FROM"
            f" json_array_elements_text({listed}::json) WHERE value::bigint > {oldest} UNION ALL SELECT {new}) AS each)"
        )

    def json_length(self, listed: str) -> str:
        return f"json_array_length({listed}::json)"


SQLITE = SqliteDialect()
POSTGRES = PostgresDialect()


def encode_moment(moment: datetime) -> str:
    """The text by which SQLite stores a moment: its order is the order of time.

    Always in UTC and with six digits after the second, so that equal moments are equal texts.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone can't be stored.")
    return moment.astimezone(UTC).isoformat(" ", timespec="microseconds")


def placeholders(values: int, *, start: int = 1) -> str:
    """So many placeholders, for a list of values."""
    return ", ".join(f"${number}" for number in range(start, start + values))
