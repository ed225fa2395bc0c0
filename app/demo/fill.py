"""Writes the made-up register into an empty database: one transaction, many rows a statement.

The rows are what the services would have written, by the same folding, the same search keys and the same form of
stored hashes. The audit has one event for all of it: the register came in as an import.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from random import Random
from typing import Any, Final

from app.database import Transaction
from app.demo.register import SEED, DemoCustomer, DemoReference, DemoRegister, make_register
from app.models.enums import AuditAction
from app.security.phc import Argon2Parameters, dummy
from app.services import Services
from app.services.audit import Event
from app.services.caller import CommandLine
from app.services.folding import fold, search_keys
from app.services.usernames import canonical

CALLER: Final = CommandLine("adgang demo")
MARKER: Final = "demo"
ROWS_A_STATEMENT: Final = 500


async def fill(services: Services) -> None:
    """Writes the register, and marks the database as a demo's."""
    register = make_register()
    resources = services.resources
    settings = resources.settings
    parameters = Argon2Parameters(settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism)

    async def work(tx: Transaction) -> None:
        filling = _Filling(tx, register, parameters, resources.clock.now(), Random(SEED))  # noqa: S311 - no secrets
        await filling.settings()
        await filling.customers()
        await filling.logins()
        await filling.references()
        await tx.execute("INSERT INTO secret (name, value) VALUES ($1, $2)", MARKER, b"1")
        counts = {
            "customers": len(register.customers),
            "references": sum(len(c.references) for c in register.customers),
        }
        await resources.audit.write(tx, CALLER, [Event(AuditAction.IMPORT_APPLIED, data=counts)])

    await resources.database.transact(work)


@dataclass(slots=True)
class _Filling:
    """One transaction's work; each step finds the keys of the rows that the steps before it wrote."""

    tx: Transaction
    register: DemoRegister
    parameters: Argon2Parameters
    now: datetime
    random: Random

    async def settings(self) -> None:
        await self._insert(
            "internet_order_settings",
            ("name", "name_key", "is_default", "permissions", "version", "created_at", "updated_at"),
            (
                (s.name, fold(s.name), False, _names(s.permissions), 1, self.now, self.now)
                for s in self.register.settings
            ),
        )

    async def customers(self) -> None:
        settings = await self._keys("internet_order_settings", "name")
        rows = [self._customer(customer, settings) for customer in self.register.customers]
        columns = ("number", "number_key", "name", "name_key", "active", "settings_id", "version", *_MOMENTS)
        await self._insert("customer", columns, rows)
        keys = await self._keys("customer", "number")
        found = (
            (key, fold(c.number), keys[c.number])
            for c in self.register.customers
            for key in search_keys(name=c.name, starts=(c.number,))
        )
        await self._insert("customer_search", ("key", "order_key", "customer_id"), found)

    async def logins(self) -> None:
        """One for each e-mail. Passwords are hashes of nothing, which nobody can log in with."""
        rows = []
        for email in sorted({reference.email for _, reference in self._people() if reference.email}):
            stored = dummy(self.parameters) if email in self.register.usernames else None
            scheme = self.parameters.scheme if stored else None
            seen = self.now - timedelta(minutes=self.random.randrange(60, 90_000)) if stored else None
            rows.append((canonical(email), stored, scheme, 1, 0, seen, self.now))
        columns = ("username_key", "password_hash", "hash_scheme", "epoch", "failures", "last_login_at", "created_at")
        await self._insert("login", columns, rows)

    async def references(self) -> None:
        customers = await self._keys("customer", "number")
        settings = await self._keys("internet_order_settings", "name")
        logins = {row["username_key"]: row for row in await self.tx.fetch("SELECT * FROM login")}
        rows = []
        for customer, person in self._people():
            login = logins[canonical(person.email)] if person.email else None
            rows.append(self._reference(person, customers[customer.number], settings, login))
        await self._insert("reference", _REFERENCE, rows)
        written = await self.tx.fetch("SELECT id, name, name_key, email FROM reference")
        found = (
            (key, row["name_key"], row["id"])
            for row in written
            for key in search_keys(name=row["name"], starts=(row["email"],))
        )
        await self._insert("reference_search", ("key", "order_key", "reference_id"), found)

    def _people(self) -> Iterable[tuple[DemoCustomer, DemoReference]]:
        return ((customer, person) for customer in self.register.customers for person in customer.references)

    def _customer(self, customer: DemoCustomer, settings: dict[str, int]) -> tuple[object, ...]:
        created = self.now - timedelta(days=customer.days)
        names = (customer.number, fold(customer.number), customer.name, fold(customer.name))
        applies = settings[customer.settings] if customer.settings else None
        return *names, customer.active, applies, 1, created, created

    def _reference(
        self, person: DemoReference, customer_id: int, settings: dict[str, int], login: Any
    ) -> tuple[object, ...]:
        moment = self.tx.dialect.moment
        created = self.now - timedelta(days=self.random.randrange(1, 2000))
        applies = settings[person.settings] if person.settings else None
        seen = moment(login["last_login_at"]) if login and person.internet_user else None
        return (
            customer_id,
            *(person.name, fold(person.name)),
            *(person.email, fold(person.email) if person.email else None),
            *((login["id"], bool(login["has_password"])) if login else (None, False)),
            *(person.internet_user, applies, _names(person.denied), person.phone, person.mobile, seen),
            *(1, created, created),
        )

    async def _keys(self, table: str, column: str) -> dict[str, int]:
        rows = await self.tx.fetch(f"SELECT id, {column} AS named FROM {table}")
        return {row["named"]: row["id"] for row in rows}

    async def _insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Inserts rows, many with one statement."""
        width, everything = len(columns), list(rows)
        for start in range(0, len(everything), ROWS_A_STATEMENT):
            part = everything[start : start + ROWS_A_STATEMENT]
            places = ", ".join(
                f"({', '.join(f'${row * width + column}' for column in range(1, width + 1))})"
                for row in range(len(part))
            )
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places}"
            await self.tx.execute(sql, *chain.from_iterable(part))


_MOMENTS: Final = ("created_at", "updated_at")
_REFERENCE: Final = (
    "customer_id",
    *("name", "name_key", "email", "email_key", "login_id", "has_password"),
    *("internet_user", "settings_id", "denied_permissions", "phone", "mobile", "last_login_at"),
    *("version", *_MOMENTS),
)


def _names(permissions: Iterable[str]) -> str:
    return json.dumps([str(permission) for permission in permissions], separators=(",", ":"))
