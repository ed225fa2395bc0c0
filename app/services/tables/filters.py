"""What the filters of lists are made of."""

from datetime import UTC, datetime
from typing import Any, Final

from app import ids
from app.reading import EVERYTHING, ArgumentError, ArgumentFault, Condition, Filter, Finding, View
from app.services.folding import END, search_start
from app.services.usernames import canonical

MOST_LETTERS: Final = 3
"""How many first letters of search keys the migrations have indexes for: each number up to this."""


def flag(sql: str, *joins: str) -> Filter:
    """Rows for which a condition that is never null holds, or those for which it doesn't."""
    return lambda value, view: Condition(sql if value else f"NOT ({sql})", joins)


def key_in(argument: str, value: Any, type_name: str) -> int:
    """The key in a public id of a type.

    Raises:
        ArgumentError: It is no id of that type. (One of a thing that isn't there is as good as any; it finds nothing.)
    """
    key = ids.key_of(value, type_name)
    if key is None:
        raise ArgumentError(f"filter.{argument}", ArgumentFault.UNKNOWN_ID)
    return key


def equal_key(argument: str, type_name: str, sql: str, *joins: str) -> Filter:
    """Rows for which an expression is the key of the thing with this id."""
    return lambda value, view: Condition(f"{sql} = :key", joins, {"key": key_in(argument, value, type_name)})


def search_in(table: str, column: str, order: str) -> Filter:
    """Rows that have a search key which begins with what was typed. It is a range of keys, so no letter is special.

    Search keys say where the row that they find stands in the order of this name.
    """
    key = f"{table}.key"

    def find(value: Any, view: View) -> Condition | None:
        if not value.strip():
            return EVERYTHING
        start = search_start(value)
        if not start or not storable(start):
            return None
        letters = start[:MOST_LETTERS]
        in_order = f"substr({key}, 1, {len(letters)}) = :letters"
        if start != letters:  # the key in an expression, so that no database takes the index of keys for the range
            in_order += f" AND {key} || '' >= :start AND {key} || '' < :end"
        return Condition(
            f"{key} >= :start AND {key} < :end",
            values={"start": start, "end": start + END, "letters": letters},
            finding=Finding(table, order, (f"{table}.order_key", f"{table}.{column}"), in_order),
        )

    return find


def username_is(sql: str, *joins: str) -> Filter:
    """Rows for which an expression is the login of this username, in whatever spelling."""

    def find(value: Any, view: View) -> Condition | None:
        username = canonical(value)
        if username is None:
            return None
        sought = "(SELECT sought.id FROM login AS sought WHERE sought.username_key = :username)"
        return Condition(f"{sql} = {sought}", joins, {"username": username})

    return find


def moment(argument: str, value: datetime) -> datetime:
    """A moment that a database can hold.

    Raises:
        ArgumentError: It has no time zone, or lies outside the calendar in UTC.
    """
    try:
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except OverflowError:
        pass
    raise ArgumentError(f"filter.{argument}", ArgumentFault.MALFORMED)


def storable(text: str) -> bool:
    """Whether a database can hold this text at all; one that it can't equals none that is stored."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
