"""The register that is measured with, made up from a fixed seed: the same rows each time."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import orjson

from app.demo.words import FIRST_NAMES, SURNAMES, TOWNS, TRADES, spelled
from app.models.enums import PortalPermission, StaffRole
from app.security.passwords import StoredHash
from app.services.folding import fold, search_keys

REFERENCES: Final = 10
"""Of each customer."""
STAFF: Final = 400
"""Half of them have left."""
SESSIONS: Final = 1_000
SETTINGS: Final = (("Lager", 9), ("Kontor", 6), ("Kun sporing", 4))
"""The internet order settings beside the default ones, and how many permissions each has ticked."""
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


class Made:
    """The rows, or some of them: a large register is made in blocks of customers, one after the other.

    One in twenty customers is inactive, one in four has settings of its own. Of the people one in ten has no e-mail,
    one in twenty the username of somebody at another customer, and the others one of their own, seven in ten with a
    password; one in ten has settings of their own, one in five may not do all that is ticked there. Staff have the
    same password.

    Args:
        first: The key of the first customer. What all customers share comes with the block in which it is 1.
    """

    def __init__(self, stored: StoredHash, now: datetime, customers: int, first: int = 1) -> None:
        self.customers: list[Record] = []
        self.logins: list[Record] = []
        self.references: list[Record] = []
        self.sessions: list[Record] = []
        self.staff = [self._member(key, stored, now) for key in range(2, STAFF + 2)]  # the first one made the token
        self._random = Random(SEED + first - 1)
        self._stored = stored
        self._now = now
        self._first = first
        self.settings = [self._settings(2 + index, *each) for index, each in enumerate(SETTINGS)]  # 1 is the default
        for key in range(first, first + customers):
            self._customer(key)
            known = len(self.logins)
            for place in range(REFERENCES):
                self._reference(key, self._shared(known) if known and place == 0 and key % 2 else None, place)

    def log_in(self) -> list[str]:
        """Sessions of portal users, with their tokens."""
        people = self._people(internet_user=True, has_password=True)[:SESSIONS]
        tokens = [secrets.token_urlsafe(32) for _ in people]
        self.sessions = [
            {
                "id": key,
                "token_hash": hashlib.sha256(token.encode()).digest(),
                "login_id": person["login_id"],
                "reference_id": person["id"],
                "epoch": 1,
                "cookie": False,
                "created_at": self._now,
                "last_seen_at": self._now,
                "expires_at": self._now + timedelta(days=7),
            }
            for key, (person, token) in enumerate(zip(people, tokens, strict=True), 1)
        ]
        return tokens

    def usernames(self) -> list[str]:
        """Those who can log in, for one company."""
        return [person["email"] for person in self._people(internet_user=True, has_password=True)]

    def refused(self) -> Refused:
        """Those who can't, and why."""
        return Refused(
            unknown=[username.replace("@", "@anden-") for username in self.usernames()],
            known=self.usernames()[::-1],
            without_password=[person["email"] for person in self._people(internet_user=True, has_password=False)],
            not_ticked=[person["email"] for person in self._people(internet_user=False, has_password=True)],
            staff=[member["email"] for member in self.staff if member["active"]],
            former_staff=[member["email"] for member in self.staff if not member["active"]],
        )

    def searched(self, table: str, records: Iterable[Record], start: str, order: str) -> list[Record]:
        """What searches find the records by, and what these are listed by."""
        return [
            {"key": key, "order_key": record[order], f"{table}_id": record["id"]}
            for record in records
            for key in search_keys(name=record["name"], starts=(record[start],))
        ]

    def _people(self, **wanted: bool) -> list[Record]:
        """An active customer's references whose username nobody else has."""
        companies = Counter(reference["login_id"] for reference in self.references)
        return [
            reference
            for reference in self.references
            if reference["login_id"] is not None
            and companies[reference["login_id"]] == 1
            and self.customers[reference["customer_id"] - self._first]["active"]
            and all(reference[name] is value for name, value in wanted.items())
        ]

    def _settings(self, key: int, name: str, ticks: int) -> Record:
        return {
            "id": key,
            "name": name,
            "name_key": fold(name),
            "permissions": self._ticks(ticks),
            "created_at": self._now,
            "updated_at": self._now,
        }

    def _ticks(self, count: int) -> str:
        ticked = PortalPermission.in_order(self._random.sample(list(PortalPermission), count))
        return orjson.dumps([str(permission) for permission in ticked]).decode()

    def _own_settings(self, one_in: int) -> int | None:
        return self._random.choice(self.settings)["id"] if self._random.randrange(one_in) == 0 else None

    def _customer(self, key: int) -> None:
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
                "settings_id": self._own_settings(4),
                "created_at": self._now,
                "updated_at": self._now,
            }
        )

    def _shared(self, known: int) -> Record:
        return self.logins[self._random.randrange(known)]

    def _reference(self, customer: int, login: Record | None, place: int) -> None:
        key, name = self._key(self.references), f"{self._random.choice(FIRST_NAMES)} {self._random.choice(SURNAMES)}"
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
                "settings_id": self._own_settings(10),
                "denied_permissions": self._ticks(self._random.randint(1, 4)) if key % 5 == 0 else "[]",
                "created_at": self._now,
                "updated_at": self._now,
            }
        )

    def _login(self, username: str) -> Record:
        stored = self._stored if self._random.random() < 0.7 else None
        login = {
            "id": self._key(self.logins),
            "username_key": username,
            "created_at": self._now,
            "password_hash": stored and stored.text,
            "hash_scheme": stored and stored.scheme,
        }
        self.logins.append(login)
        return login

    def _key(self, records: Sequence[Record]) -> int:
        """The key of the next one of these."""
        return (self._first - 1) * REFERENCES + len(records) + 1

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
