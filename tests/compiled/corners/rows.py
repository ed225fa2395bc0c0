"""The rows of the tables full of corners, in a database of either kind, and those who read them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final

import orjson

from app import ids
from app.database import Database, Transaction
from app.models.enums import StaffRole
from app.services.caller import Caller, Nobody, PortalUser, StaffUser
from tests.compiled.hostile import ADMIN, CLIENT, NOBODY, PORTAL, TEXTS

THINGS: Final = len(TEXTS)
SHELVES: Final = 4
TYPES: Final = {
    "sqlite": {
        "key": "INTEGER PRIMARY KEY",
        "text": "TEXT",
        "truth": "INTEGER",
        "moment": "TEXT",
        "json": "TEXT",
        "real": "REAL",
        "bytes": "BLOB",
    },
    "postgres": {
        "key": "bigint PRIMARY KEY",
        "text": 'text COLLATE "C"',
        "truth": "boolean",
        "moment": "timestamptz",
        "json": "jsonb",
        "real": "double precision",
        "bytes": "bytea",
    },
}
TABLES: Final = (
    "CREATE TABLE shelf (id {key}, name {text}, size int, best_id bigint)",
    "CREATE TABLE link (id {key}, left_id bigint, right_id bigint, shelf_id bigint)",
    "CREATE TABLE thing (id {key}, code {text}, text {text}, maybe_text {text}, number int, maybe_number int,"
    " big bigint, ratio {real}, maybe_ratio {real}, flag {truth}, maybe_flag {truth}, moment {moment},"
    " maybe_moment {moment}, colour {text}, maybe_colour {text}, colours {json}, maybe_colours {json},"
    " matrix {json}, maybe_matrix {json}, bytes {bytes}, shelf_id bigint, parent_id bigint)",
)
NUMBERS: Final = (0, -1, 2**31 - 1, -(2**31), 7, 7)
RATIOS: Final = (0.0, -0.0, 0.1, -1.5, 1e300, 5e-324, 3.0, 1e16, 123456789.125)
MOMENTS: Final = (
    datetime(2020, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 500, tzinfo=UTC),
    datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=14))),
)
COLOURS: Final = ("RED", "GREEN", "None_")
CALLERS: Final[Mapping[str, Caller]] = MappingProxyType(
    {
        ADMIN: StaffUser(1, 1, "signe@vognmand.example", StaffRole.ADMIN, CLIENT),
        PORTAL: PortalUser(2, 2, 2, 1, "ida@kunde.example", must_change_password=False, client=CLIENT),
        NOBODY: Nobody(CLIENT),
    }
)
CODES: Final = tuple(f'T{number}"' for number in range(THINGS))
IDS: Final = (*CODES, *map(str, range(1, SHELVES + 1)), *(ids.encode("Faulty", key) for key in range(1, THINGS)))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _thing(number: int) -> tuple[Any, ...]:
    text, other = TEXTS[number], TEXTS[-1 - number // 2]
    seldom = number % 3 == 1
    return (
        number + 1,
        CODES[number],
        text,
        None if seldom else other,
        NUMBERS[number % len(NUMBERS)],
        None if seldom else number * number,
        2**31 + number if number % 5 == 4 else number,
        RATIOS[number % len(RATIOS)],
        None if seldom else RATIOS[-1 - number % len(RATIOS)],
        number % 2 == 0,
        None if seldom else number % 4 == 0,
        MOMENTS[number % len(MOMENTS)],
        None if seldom else MOMENTS[-1 - number % len(MOMENTS)],
        COLOURS[number % 3],
        None if seldom else COLOURS[number % 2],
        _json([COLOURS[each % 3] for each in range(number % 5)]),
        None if seldom else _json(COLOURS[: number % 4]),
        _json([[], [number], list(NUMBERS[: number % 6])][: number % 4]),
        None if seldom else _json([None, [], [text, None, other]][: 1 + number % 3]),
        bytes(range(number)),
        number % SHELVES + 1,
        None if number < 2 else number // 2,
    )


async def fill(database: Database) -> None:
    """Makes the tables, and things, shelves and links in them."""
    for table in TABLES:
        await database.execute(table.format_map(TYPES[database.dialect.name]))

    async def write(tx: Transaction) -> None:
        for key in range(1, SHELVES + 1):
            best = 3 * key if key < SHELVES else None
            await tx.execute("INSERT INTO shelf VALUES ($1, $2, $3, $4)", key, TEXTS[key], (None, 1, 2)[key % 3], best)
        for key in range(1, 7):
            right = key if key % 2 else None
            await tx.execute("INSERT INTO link VALUES ($1, $2, $3, $4)", key, key // 2 or None, right, key % 5)
        for number in range(THINGS):
            row = _thing(number)
            places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
            await tx.execute(f"INSERT INTO thing VALUES ({places})", *row)

    await database.transact(write)
