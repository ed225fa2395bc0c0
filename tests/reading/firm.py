"""A haulage firm's register to read from, written straight into the tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from app import ids
from app.database import Database, Transaction
from app.models.enums import PortalPermission, StaffRole
from app.services import Services
from app.services.caller import CommandLine, PortalUser, StaffUser, TokenUser
from app.services.folding import fold, search_keys
from app.services.reader import Reader
from app.services.usernames import canonical
from tests.reading.library import Counting

ALL = tuple(PortalPermission)


@dataclass
class Firm:
    """Writes rows, and reads as anybody."""

    services: Services

    @property
    def database(self) -> Database:
        return self.services.resources.database

    @property
    def now(self) -> datetime:
        return self.services.resources.clock.now()

    @property
    def reader(self) -> Reader:
        return self.services.reader

    def counting(self) -> tuple[Reader, Counting]:
        """A reader whose statements are kept."""
        counting = Counting(self.database)
        return Reader(replace(self.services.resources, database=cast(Database, counting))), counting

    async def insert(self, table: str, **values: object) -> int:
        """A row's key."""
        return (await self.insert_many(table, [values]))[0]

    async def insert_many(self, table: str, rows: Sequence[dict[str, Any]]) -> list[int]:
        """The keys of rows, written in one transaction."""

        async def write(tx: Transaction) -> list[int]:
            keys = []
            for row in rows:
                places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
                sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places}) RETURNING id"
                keys.append((await tx.fetch(sql, *row.values()))[0]["id"])
            return keys

        return await self.database.transact(write)

    async def settings(self, name: str, *permissions: PortalPermission) -> int:
        listed = ",".join(f'"{permission}"' for permission in permissions)
        moments = {"created_at": self.now, "updated_at": self.now}
        return await self.insert(
            "internet_order_settings", name=name, name_key=fold(name), permissions=f"[{listed}]", **moments
        )

    def customer_row(self, number: str, name: str, **more: Any) -> dict[str, Any]:
        moments = {"created_at": self.now, "updated_at": self.now}
        return {"number": number, "number_key": fold(number), "name": name, "name_key": fold(name), **moments, **more}

    async def customer(self, number: str, name: str, **more: Any) -> int:
        key = await self.insert("customer", **self.customer_row(number, name, **more))
        await self._index("customer", key, fold(number), search_keys(name=name, starts=(number,)))
        return key

    async def login(self, email: str, *, password: bool = True, **more: Any) -> int:
        given = {"password_hash": "$" if password else None, "created_at": self.now}
        return await self.insert("login", username_key=canonical(email), **{**given, **more})

    def reference_row(
        self, customer: int, name: str, email: str | None = None, login: int | None = None, **more: Any
    ) -> dict[str, Any]:
        given = {
            "customer_id": customer,
            "name": name,
            "name_key": fold(name),
            "email": email,
            "email_key": None if email is None else fold(email),
            "login_id": login,
            "has_password": login is not None,
            "internet_user": login is not None,
            "denied_permissions": "[]",
            "created_at": self.now,
            "updated_at": self.now,
        }
        return {**given, **more}

    async def reference(
        self, customer: int, name: str, email: str | None = None, login: int | None = None, **more: Any
    ) -> int:
        """A reference that may log in where it has a login."""
        key = await self.insert("reference", **self.reference_row(customer, name, email, login, **more))
        await self._index("reference", key, fold(name), search_keys(name=name, starts=(email,)))
        return key

    async def _index(self, kind: str, key: int, order: str, search: Sequence[str]) -> None:
        columns = f"key, order_key, {kind}_id"
        for word in search:
            await self.database.execute(f"INSERT INTO {kind}_search ({columns}) VALUES ($1, $2, $3)", word, order, key)

    async def session(self, **more: Any) -> int:
        """A session that began now."""
        count = len(await self.database.fetch("SELECT id FROM session"))
        given = {
            "token_hash": bytes([count]) * 32,
            "epoch": 1,
            "cookie": False,
            "created_at": self.now,
            "last_seen_at": self.now,
            "expires_at": self.now + timedelta(days=7),
        }
        return await self.insert("session", **{**given, **more})

    async def portal_user(self, customer: int, login: int, reference: int, *, must_change: bool = False) -> PortalUser:
        """A portal user with a session at a reference."""
        session = await self.session(login_id=login, reference_id=reference)
        return PortalUser(session, login, reference, customer, "somebody@example.dk", must_change)

    async def staff_member(self, name: str, email: str, role: StaffRole = StaffRole.ADMIN) -> int:
        moments = {"created_at": self.now, "updated_at": self.now}
        return await self.insert(
            "staff_member",
            name=name,
            name_key=fold(name),
            email=email,
            email_key=email.lower(),
            role=role.value,
            password_hash="$",
            hash_scheme="x",
            **moments,
        )

    async def staff_user(self, role: StaffRole = StaffRole.ADMIN, name: str = "Signe Holm") -> StaffUser:
        """A member of staff with a session."""
        email = f"{name.split(maxsplit=1)[0].lower()}@vognmand.example"
        staff = await self.staff_member(name, email, role)
        return StaffUser(await self.session(staff_id=staff), staff, email, role)

    async def tool(self, role: StaffRole, maker: int, name: str = "Ordresystem") -> TokenUser:
        """A tool with an access token."""
        until = self.now + timedelta(days=30)
        key = await self.insert(
            "access_token",
            name=name,
            name_key=fold(name),
            role=role.value,
            secret_hash=f"{name}{role}".encode(),
            created_by_id=maker,
            created_at=self.now,
            expires_at=until,
        )
        return TokenUser(key, name, role)


OFFICE = CommandLine()


def customer_id(key: int) -> str:
    return ids.encode("Customer", key)


def reference_id(key: int) -> str:
    return ids.encode("Reference", key)


def settings_id(key: int) -> str:
    return ids.encode("InternetOrderSettings", key)
