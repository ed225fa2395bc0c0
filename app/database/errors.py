"""What can go wrong below the rules. No message here holds a value of a statement or a row.

Drivers quote values in their errors ("Key (email)=(…) already exists"), and what they quote ends in logs; so each
error is translated where it leaves an engine, and the driver's own is dropped from the chain.
"""

from enum import StrEnum

from tortoise.exceptions import IntegrityError, OperationalError


class DatabaseUnavailable(Exception):
    """The database is down, busy, or out of connections: nothing is wrong with the request, so try again later.

    Where it comes out of a COMMIT whose answer was lost, the transaction may have happened.
    """

    def __init__(self, reason: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class ConstraintKind(StrEnum):
    """The kinds of constraint a write can break."""

    UNIQUE = "unique"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    NOT_NULL = "not null"
    OTHER = "other"


class ConstraintViolated(IntegrityError):
    """A write that a constraint of the schema refused.

    `detail` is what the driver tells of the constraint: its name on PostgreSQL, `table.column` on SQLite.
    """

    def __init__(self, kind: ConstraintKind, detail: str) -> None:
        super().__init__(f"{kind.value} constraint violated: {detail}")
        self.kind = kind
        self.detail = detail


class StatementFailed(OperationalError):
    """A statement that the database refused for a reason that is a mistake of ours."""


class NotPermitted(StatementFailed):
    """A statement that the role which the database knows us as may not run."""


class SerializationFailed(OperationalError):
    """The database undid a transaction to let another one through; running it again is expected to work."""
