"""A small register driven through the services, and the one thing that must hold in it after anything.

The check looks at the rows and then logs in: a username's references all have the password or none has, and the
password that works is one that a save was acknowledged for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import count

from app import ids
from app.database import Database
from app.models.enums import SharedUsernameRule
from app.services import Services
from app.services.caller import Client, CommandLine, Nobody
from app.services.inputs import CreateCustomer, CreateReference, Login, NewPassword, UpdateReference
from app.services.problems import NoUserFound, Problem
from app.services.results import (
    CreateCustomerSuccess,
    CreateReferenceSuccess,
    CustomerChoice,
    LoginSuccess,
    UpdateReferenceSuccess,
)

STAFF = CommandLine()


@dataclass
class World:
    """Customers and references by public id, made through the services as staff."""

    services: Services
    customers: list[str] = field(default_factory=list)

    async def customer(self) -> str:
        """A new customer."""
        number = str(1000 + len(self.customers))
        made = await self.services.register.create_customer(STAFF, CreateCustomer(number, f"Kunde {number}"))
        assert isinstance(made, CreateCustomerSuccess)
        self.customers.append(ids.encode("Customer", made.customer_key))
        return self.customers[-1]

    async def create(
        self,
        customer: str,
        email: str | None,
        password: str | None = None,
        rule: SharedUsernameRule | None = None,
    ) -> CreateReferenceSuccess | Problem:
        """Creates a reference that may log in."""
        given = CreateReference(
            customer,
            "Bo Bo",
            email=email,
            internet_user=email is not None,
            new_password=None if password is None else NewPassword(plaintext=password),
            shared_username=rule,
        )
        return await self.services.credentials.create_reference(STAFF, given)

    async def rename(
        self, reference: str, email: str, password: str | None = None, rule: SharedUsernameRule | None = None
    ) -> UpdateReferenceSuccess | Problem:
        """Gives a reference another username."""
        given = UpdateReference(
            reference,
            email=email,
            new_password=None if password is None else NewPassword(plaintext=password),
            shared_username=rule,
        )
        return await self.services.credentials.update_reference(STAFF, given)

    async def set_password(self, reference: str, password: str) -> UpdateReferenceSuccess | Problem:
        """Gives a reference's login a new password."""
        given = UpdateReference(reference, new_password=NewPassword(plaintext=password))
        return await self.services.credentials.update_reference(STAFF, given)


async def logins_by_username(database: Database) -> Mapping[str, tuple[str | None, tuple[int, ...]]]:
    """Every username's stored hash and references; asserts on the way that rows and logins agree."""
    rows = await database.fetch(
        "SELECT l.username_key, l.password_hash, r.id, r.has_password, r.email, r.login_id FROM login l"
        " LEFT JOIN reference r ON r.login_id = l.id ORDER BY r.id"
    )
    found: dict[str, tuple[str | None, tuple[int, ...]]] = {}
    for row in rows:
        assert row["id"] is not None, "a login that nobody has is left"
        assert bool(row["has_password"]) is (row["password_hash"] is not None)
        _, others = found.get(row["username_key"], (None, ()))
        found[row["username_key"]] = (row["password_hash"], (*others, row["id"]))
    orphans = await database.fetch("SELECT id FROM reference WHERE email IS NOT NULL AND login_id IS NULL")
    assert not orphans
    return found


_addresses = count(int(ip_address("10.0.0.1")))


async def working_password(services: Services, username: str, candidates: Iterable[str]) -> str | None:
    """The one password among these that logs all of a username's references in, or None where none does."""
    stored, references = (await logins_by_username(services.resources.database))[username]
    right = [each for each in candidates if await services.resources.hasher.verify(stored, each)]
    assert len(right) <= 1
    address = str(ip_address(next(_addresses)))  # one each: five tries from one are all there may be
    answer = await services.sign_in.login(
        Nobody(Client(address)), Login(username, right[0] if right else "no such password")
    )
    if not right:
        assert isinstance(answer, NoUserFound)
        return None
    if isinstance(answer, LoginSuccess):
        reached: tuple[int, ...] = (answer.caller.reference_id,)
    else:
        assert isinstance(answer, CustomerChoice), answer
        reached = tuple(option.reference_id for option in answer.options)
    assert sorted(reached) == sorted(references)
    return right[0]
