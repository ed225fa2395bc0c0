"""The one place that opens connections and transactions, on PostgreSQL and on SQLite."""

from app.database.database import Database, open_database
from app.database.dialect import Dialect, placeholders
from app.database.errors import (
    ConstraintKind,
    ConstraintViolated,
    DatabaseUnavailable,
    NotPermitted,
    SerializationFailed,
    StatementFailed,
)
from app.database.executor import Executor, Rows, Transaction, Write
from app.database.sharing import SharedStatement

__all__ = [
    "ConstraintKind",
    "ConstraintViolated",
    "Database",
    "DatabaseUnavailable",
    "Dialect",
    "Executor",
    "NotPermitted",
    "Rows",
    "SerializationFailed",
    "SharedStatement",
    "StatementFailed",
    "Transaction",
    "Write",
    "open_database",
    "placeholders",
]
