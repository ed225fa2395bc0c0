"""What asyncpg's and PostgreSQL's errors mean to us."""

import asyncpg

from app.database.errors import (
    ConstraintKind,
    ConstraintViolated,
    DatabaseUnavailable,
    NotPermitted,
    SerializationFailed,
    StatementFailed,
)

_CONSTRAINTS = {
    asyncpg.UniqueViolationError: ConstraintKind.UNIQUE,
    asyncpg.ForeignKeyViolationError: ConstraintKind.FOREIGN_KEY,
    asyncpg.CheckViolationError: ConstraintKind.CHECK,
    asyncpg.NotNullViolationError: ConstraintKind.NOT_NULL,
}
_RUN_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,  # a table has other columns now; the driver has forgotten how it read it
)
_LOST = (
    OSError,  # TimeoutError and refused or broken connections are among them
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
_UNAVAILABLE = (
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.OperatorInterventionError,  # starting up, or cancelled by an operator
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


class ConnectionLost(DatabaseUnavailable):
    """The connection ended. Where nothing was done on it yet, another may still serve."""


class Undone(StatementFailed):
    """A statement undid itself: see `PostgresEngine.write_whole`."""


class NoLongerPrimary(DatabaseUnavailable):
    """The server became a standby: all connections to it are useless, not this one alone."""


def translate(error: BaseException, *, closed: bool) -> Exception | None:
    """What a driver's error means to us, without the values it quotes; None where it is none of the driver's."""
    if isinstance(error, _RUN_AGAIN):
        return SerializationFailed(type(error).__name__)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        kind = _CONSTRAINTS.get(type(error), ConstraintKind.OTHER)
        return ConstraintViolated(kind, str(error.constraint_name or error.column_name))
    if isinstance(error, asyncpg.DivisionByZeroError):
        return Undone(type(error).__name__)
    if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        return NoLongerPrimary("PostgreSQL doesn't take writes here any more.")
    if isinstance(error, _LOST) or (closed and isinstance(error, asyncpg.InterfaceError)):
        return ConnectionLost(f"The connection to PostgreSQL ended ({type(error).__name__}).")
    if isinstance(error, _UNAVAILABLE):
        return DatabaseUnavailable(f"PostgreSQL is not available ({type(error).__name__}).")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return NotPermitted(f"{type(error).__name__}: {error.message}")
    if isinstance(error, asyncpg.SyntaxOrAccessError):
        return StatementFailed(f"{type(error).__name__}: {error.message}")  # it speaks of names, not of values
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return StatementFailed(type(error).__name__)
    return None
