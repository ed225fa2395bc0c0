"""Saves of things whose names must be unique, when two of them race."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.database import ConstraintKind, ConstraintViolated, Database, Transaction

T = TypeVar("T")


async def transact_unique(database: Database, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Runs a transaction that looks for the name it is about to write, and again where another one wrote it meanwhile.

    The second run sees the other's row, and answers the problem that the look is for.
    """
    try:
        return await database.transact(work)
    except ConstraintViolated as violation:
        if violation.kind is not ConstraintKind.UNIQUE:
            raise
    return await database.transact(work)
