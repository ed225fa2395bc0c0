"""Fills a database with a register of the size that is measured with, and with the credentials that ask for it."""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg

from app.database import open_database
from app.database.migrate import migrate
from app.models.enums import StaffRole
from app.services import Services, open_services
from app.services.caller import CommandLine
from app.services.inputs import CreateAccessToken, CreateStaff, NewPassword
from app.services.results import CreateAccessTokenSuccess, CreateStaffSuccess
from app.settings import Settings
from bench.made import Made, Record, Refused

CUSTOMERS: Final = 2_000
BLOCK: Final = 2_000
"""How many customers are made at a time, however many there will be."""
PASSWORD: Final = "tolv grønne cykler i regnvejr"
ADMIN: Final = "signe@fragtkontoret.example"
SQLITE: Final = "sqlite:///"

Records = tuple[str, Sequence[Record]]
"""Records of a table."""


@dataclass(frozen=True, slots=True)
class Register:
    """Who may ask about the register: a tool by its token, people at one company each who share a password, and
    portal users by their sessions."""

    database_url: str
    token: str = field(repr=False)
    sessions: list[str] = field(repr=False)
    stored_password: str = field(repr=False)
    usernames: list[str]
    refused: Refused


async def fill(settings: Settings, customers: int = CUSTOMERS) -> Register:
    """Lays the tables and writes the register: what the services would have written, but all at once."""
    async with open_database(settings) as database:
        await migrate(database)
    async with open_services(settings) as services:
        token = await make_token(services)
        stored = await services.resources.hasher.hash(PASSWORD)
    now = datetime.now(UTC)
    made = Made(stored, now, min(customers, BLOCK))
    sessions = made.log_in()
    later = (Made(stored, now, min(BLOCK, customers - known), known + 1) for known in range(BLOCK, customers, BLOCK))
    tables = itertools.chain(
        [("internet_order_settings", made.settings), ("staff_member", made.staff)],
        _register(made),
        [("session", made.sessions)],
        itertools.chain.from_iterable(map(_register, later)),
    )
    if settings.database_url.startswith(SQLITE):
        _into_sqlite(settings.database_url.removeprefix(SQLITE), tables)
    else:
        await _into_postgres(settings.database_url, tables)
    return Register(settings.database_url, token, sessions, stored.text, made.usernames(), made.refused())


def _register(made: Made) -> Iterator[Records]:
    """Customers with their people."""
    yield "customer", made.customers
    yield "login", made.logins
    yield "reference", made.references
    yield "customer_search", made.searched("customer", made.customers, "number", "number_key")
    yield "reference_search", made.searched("reference", made.references, "email", "name_key")


async def make_token(services: Services) -> str:
    """An access token that may read everything, of an administrator made for it."""
    office = CommandLine()
    given = CreateStaff("Signe Holm", ADMIN, StaffRole.ADMIN, NewPassword(plaintext=PASSWORD))
    hired = await services.staff.create_staff(office, given)
    assert isinstance(hired, CreateStaffSuccess), hired
    wanted = CreateAccessToken("bench", StaffRole.ADMIN, datetime.now(UTC) + timedelta(days=1))
    answer = await services.access_tokens.create_access_token(office, wanted, maker=ADMIN)
    assert isinstance(answer, CreateAccessTokenSuccess), answer
    return answer.secret


async def _into_postgres(url: str, tables: Iterable[Records]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for table, records in tables:
            rows = (tuple(record.values()) for record in records)
            await connection.copy_records_to_table(table, records=rows, columns=list(records[0]))
            if "id" in records[0]:
                last = records[-1]["id"]
                await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), $1)", last)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def _into_sqlite(path: str, tables: Iterable[Records]) -> None:
    connection = sqlite3.connect(path)
    try:
        with connection:
            for table, records in tables:
                columns = list(records[0])
                places = ", ".join("?" * len(columns))
                rows = (tuple(map(_as_sqlite, record.values())) for record in records)
                connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
        connection.execute("ANALYZE")
    finally:
        connection.close()


def _as_sqlite(value: Any) -> Any:
    """A value as the migrations say that SQLite holds it: moments as text, truth as 0 or 1."""
    if isinstance(value, datetime):
        return value.isoformat(" ", timespec="microseconds")
    return int(value) if isinstance(value, bool) else value
