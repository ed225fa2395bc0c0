"""Fills the database with a register of the size that is measured with, and with the credentials that ask for it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import asyncpg

from app.database import open_database
from app.database.migrate import migrate
from app.demo.words import FIRST_NAMES, SURNAMES, TOWNS, TRADES, spelled
from app.models.enums import StaffRole
from app.security.passwords import StoredHash
from app.services import Services, open_services
from app.services.caller import CommandLine
from app.services.folding import fold, search_keys
from app.services.inputs import CreateAccessToken, CreateStaff, NewPassword
from app.services.results import CreateAccessTokenSuccess, CreateStaffSuccess
from app.settings import Settings

CUSTOMERS: Final = 2_000
REFERENCES: Final = 10
"""Of each customer."""
PASSWORD: Final = "tolv grønne cykler i regnvejr"
ADMIN: Final = "signe@fragtkontoret.example"
SEED: Final = 1958

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Register:
    """Who may ask about the register: a tool by its token, and people at one company each who share a password."""

    token: str = field(repr=False)
    stored_password: str = field(repr=False)
    usernames: list[str]


async def fill(settings: Settings) -> Register:
    """Lays the tables and writes the register: what the services would have written, but all at once."""
    async with open_database(settings) as database:
        await migrate(database)
    async with open_services(settings) as services:
        token = await make_token(services)
        stored = await services.resources.hasher.hash(PASSWORD)
    made = Made(stored, datetime.now(UTC))
    connection = await asyncpg.connect(settings.database_url)
    try:
        for table in ("customer", "login", "reference"):
            records = getattr(made, f"{table}s")
            await copy(connection, table, records)
            await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), $1)", len(records))
        await copy(connection, "customer_search", made.searched("customer", made.customers, "number"))
        await copy(connection, "reference_search", made.searched("reference", made.references, "email"))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return Register(token, stored.text, made.usernames())


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


async def copy(connection: Any, table: str, records: Sequence[Record]) -> None:
    """Writes records that have the same columns."""
    rows = (tuple(record.values()) for record in records)
    await connection.copy_records_to_table(table, records=rows, columns=list(records[0]))


class Made:
    """The rows, made up from a fixed seed: the same register each time.

    One in twenty customers is inactive. Of the people one in ten has no e-mail, one in twenty the username of somebody
    at another customer, and the others one of their own, seven in ten with a password.
    """

    def __init__(self, stored: StoredHash, now: datetime) -> None:
        self.customers: list[Record] = []
        self.logins: list[Record] = []
        self.references: list[Record] = []
        self._random = Random(SEED)
        self._stored = stored
        self._now = now
        for key in range(1, CUSTOMERS + 1):
            number = str(10_000 + 7 * key)
            name = f"{self._random.choice(TOWNS)} {self._random.choice(TRADES)} {number} A/S"
            self.customers.append(
                {
                    "id": key,
                    "number": number,
                    "number_key": fold(number),
                    "name": name,
                    "name_key": fold(name),
                    "active": key % 20 > 0,
                    "created_at": now,
                    "updated_at": now,
                }
            )
            known = len(self.logins)
            for place in range(REFERENCES):
                self._reference(key, self._shared(known) if known and place == 0 and key % 2 else None, place)

    def usernames(self) -> list[str]:
        """Those who can log in, for one company."""
        companies = Counter(reference["login_id"] for reference in self.references)
        return [
            reference["email"]
            for reference in self.references
            if reference["internet_user"]
            and reference["has_password"]
            and self.customers[reference["customer_id"] - 1]["active"]
            and companies[reference["login_id"]] == 1
        ]

    def searched(self, table: str, records: Iterable[Record], start: str) -> list[Record]:
        """What searches find the records by."""
        return [
            {"key": key, f"{table}_id": record["id"]}
            for record in records
            for key in search_keys(name=record["name"], starts=(record[start],))
        ]

    def _shared(self, known: int) -> Record:
        return self.logins[self._random.randrange(known)]

    def _reference(self, customer: int, login: Record | None, place: int) -> None:
        key, name = len(self.references) + 1, f"{self._random.choice(FIRST_NAMES)} {self._random.choice(SURNAMES)}"
        if login is None and place < REFERENCES - 1:
            login = self._login(f"{spelled(name)}-{key}@kunde{customer}.example")
        email = login["username_key"] if login else None
        self.references.append(
            {
                "id": key,
                "customer_id": customer,
                "name": name,
                "name_key": fold(name),
                "email": email,
                "email_key": fold(email) if email else None,
                "login_id": login["id"] if login else None,
                "has_password": login is not None and login["password_hash"] is not None,
                "internet_user": login is not None and self._random.random() < 0.8,
                "denied_permissions": "[]",
                "created_at": self._now,
                "updated_at": self._now,
            }
        )

    def _login(self, username: str) -> Record:
        stored = self._stored if self._random.random() < 0.7 else None
        login = {
            "id": len(self.logins) + 1,
            "username_key": username,
            "created_at": self._now,
            "password_hash": stored and stored.text,
            "hash_scheme": stored and stored.scheme,
        }
        self.logins.append(login)
        return login
