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
STAFF: Final = 400
"""Half of them have left."""
PASSWORD: Final = "tolv grønne cykler i regnvejr"
ADMIN: Final = "signe@fragtkontoret.example"
SEED: Final = 1958

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """Usernames that a log-in is refused for: with whatever password, with another one, or with the right one too."""

    unknown: list[str]
    known: list[str]
    without_password: list[str]
    not_ticked: list[str]
    staff: list[str]
    former_staff: list[str]


@dataclass(frozen=True, slots=True)
class Register:
    """Who may ask about the register: a tool by its token, and people at one company each who share a password."""

    token: str = field(repr=False)
    stored_password: str = field(repr=False)
    usernames: list[str]
    refused: Refused


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
        tables = {"customer": made.customers, "login": made.logins, "reference": made.references}
        for table, records in {**tables, "staff_member": made.staff}.items():
            await copy(connection, table, records)
            await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), $1)", records[-1]["id"])
        await copy(connection, "customer_search", made.searched("customer", made.customers, "number"))
        await copy(connection, "reference_search", made.searched("reference", made.references, "email"))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return Register(token, stored.text, made.usernames(), made.refused())


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
    at another customer, and the others one of their own, seven in ten with a password. Staff have the same password.
    """

    def __init__(self, stored: StoredHash, now: datetime) -> None:
        self.customers: list[Record] = []
        self.logins: list[Record] = []
        self.references: list[Record] = []
        self.staff = [self._member(key, stored, now) for key in range(2, STAFF + 2)]  # the first one made the token
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
        return self._usernames(internet_user=True, has_password=True)

    def refused(self) -> Refused:
        """Those who can't, and why."""
        return Refused(
            unknown=[username.replace("@", "@anden-") for username in self.usernames()],
            known=self.usernames()[::-1],
            without_password=self._usernames(internet_user=True, has_password=False),
            not_ticked=self._usernames(internet_user=False, has_password=True),
            staff=[member["email"] for member in self.staff if member["active"]],
            former_staff=[member["email"] for member in self.staff if not member["active"]],
        )

    def _usernames(self, **wanted: bool) -> list[str]:
        """Those of an active customer's references that nobody else has."""
        companies = Counter(reference["login_id"] for reference in self.references)
        return [
            reference["email"]
            for reference in self.references
            if reference["login_id"] is not None
            and companies[reference["login_id"]] == 1
            and self.customers[reference["customer_id"] - 1]["active"]
            and all(reference[name] is value for name, value in wanted.items())
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

    @staticmethod
    def _member(key: int, stored: StoredHash, now: datetime) -> Record:
        name, email = f"Bo Holm {key}", f"bo-{key}@fragtkontoret.example"
        return {
            "id": key,
            "name": name,
            "name_key": fold(name),
            "email": email,
            "email_key": email,
            "role": StaffRole.EDITOR.value,
            "active": key % 2 == 0,
            "password_hash": stored.text,
            "hash_scheme": stored.scheme,
            "created_at": now,
            "updated_at": now,
        }
