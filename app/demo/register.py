"""A haulage firm's customers and the people who order from it, made up from a fixed seed: always the same register.

Nothing is written here. Every address ends in `.example` and every telephone number begins with a digit that no
Danish one begins with, so that the demo names nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from app.demo.words import FIRST_NAMES, FORMS, SURNAMES, TOWNS, TRADES, spelled
from app.models.enums import PortalPermission

CUSTOMERS: Final = 300
STANDARD: Final = "Standard"
SEED: Final = 1958

Permission = PortalPermission


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """Named internet order settings with what is ticked in them."""

    name: str
    permissions: tuple[PortalPermission, ...]


@dataclass(frozen=True, slots=True)
class DemoReference:
    """A person as one customer's register knows them."""

    name: str
    email: str | None
    phone: str | None
    mobile: str | None
    internet_user: bool
    settings: str | None = None
    denied: tuple[PortalPermission, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer with its people; `days` is how long ago it was created."""

    number: str
    name: str
    active: bool
    days: int
    settings: str | None
    references: tuple[DemoReference, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoRegister:
    """All of it; `usernames` are those that have a password, although nobody knows it."""

    settings: tuple[DemoSettings, ...]
    customers: tuple[DemoCustomer, ...]
    usernames: frozenset[str]


@dataclass(frozen=True, slots=True)
class PortalLogin:
    """A log-in that the demo gives away, and what it is there to show."""

    email: str
    name: str
    shows: str


SETTINGS: Final = (
    DemoSettings(
        "Kun sporing",
        (Permission.TRACK_SHIPMENTS, Permission.VIEW_PROOF_OF_DELIVERY),
    ),
    DemoSettings(
        "Storkunder",
        tuple(permission for permission in Permission if permission is not Permission.CANCEL_ORDERS),
    ),
)

IDA: Final = PortalLogin("ida@fragtkontoret.example", "Ida Fragtmand", "three companies")
LARS: Final = PortalLogin("lars@havnens-fisk.example", "Lars Havn", "one company")
MONA: Final = PortalLogin("mona@havnens-fisk.example", "Mona Kaj", "no Settings menu")
PORTAL_LOGINS: Final = (IDA, LARS, MONA)


@dataclass(slots=True)
class _Making:
    """The state of making one register."""

    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - the same names each time, no secrets
    names: set[str] = field(default_factory=set)

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def person(self) -> str:
        return f"{self.random.choice(FIRST_NAMES)} {self.random.choice(SURNAMES)}"

    def number(self) -> str:
        """Danish telephone numbers begin with 2 to 9."""
        digits = f"1{self.random.randrange(10**7):07}"
        return " ".join(("+45", digits[:2], digits[2:4], digits[4:6], digits[6:]))

    def firm(self) -> str:
        """A firm's name that no other has."""
        while True:
            trade = self.random.choice(TRADES)
            town = self.random.choice(TOWNS)
            surname = self.random.choice(SURNAMES)
            base = self.random.choice(
                (
                    f"{town} {trade}",
                    f"{surname} {trade}",
                    f"{surname} & Søn",
                    f"Brdr. {surname} {trade}",
                    f"{trade} {town}",
                )
            )
            name = f"{base} {self.random.choice(FORMS)}".strip()
            if base not in self.names:
                self.names.add(base)
                return name


def make_register() -> DemoRegister:
    """The register, with the people whose log-ins are given away among all the others."""
    making = _Making()
    agents = [_agent(making) for _ in range(24)]
    agents += [agent for agent in agents for _ in range(making.random.randint(1, 3))]
    making.random.shuffle(agents)
    numbers = iter(sorted(making.random.sample(range(10_000, 40_000), CUSTOMERS)))
    customers = [*_shown(numbers), *(_customer(making, str(number), agents) for number in numbers)]
    given_away = {login.email for login in PORTAL_LOGINS}
    people = sorted({r.email for c in customers for r in c.references if r.email and r.internet_user} - given_away)
    return DemoRegister(SETTINGS, tuple(customers), frozenset(email for email in people if making.chance(85)))


def _shown(numbers: Iterator[int]) -> Iterator[DemoCustomer]:
    """The companies of the log-ins that are given away."""
    ida = DemoReference(IDA.name, IDA.email, "+45 10 00 00 01", None, True)
    lars = DemoReference(LARS.name, LARS.email, "+45 10 00 00 02", "+45 10 00 00 03", True)
    mona = DemoReference(
        MONA.name,
        MONA.email,
        None,
        "+45 10 00 00 04",
        True,
        denied=(Permission.CHANGE_ORDER_DEFAULTS, Permission.VIEW_PRICES, Permission.VIEW_INVOICES),
    )
    kaj = DemoReference("Kaj Bolværk", None, "+45 10 00 00 05", None, False)
    yield DemoCustomer(str(next(numbers)), "Havnens Fiskeeksport A/S", True, 1900, "Storkunder", (lars, mona, kaj))
    for name, settings in (
        ("Fragtkontorets Frugt & Grønt ApS", None),
        ("Fragtkontorets Køl & Frost A/S", "Storkunder"),
        ("Åens Planteskole I/S", "Kun sporing"),
    ):
        yield DemoCustomer(str(next(numbers)), name, True, 1200, settings, (ida,))


def _agent(making: _Making) -> DemoReference:
    """A person at a forwarding agent, who orders for several companies under one e-mail."""
    name = making.person()
    house = spelled(f"{making.random.choice(TOWNS)} spedition")
    return DemoReference(name, f"{spelled(name).replace('-', '.')}@{house}.example", making.number(), None, True)


def _customer(making: _Making, number: str, agents: list[DemoReference]) -> DemoCustomer:
    name = making.firm()
    domain = f"{spelled(name.rpartition(' ')[0] or name)}.example"
    references: dict[str, DemoReference] = {}
    for _ in range(min(making.random.randint(1, 8), making.random.randint(2, 9))):
        reference = _reference(making, domain)
        references.setdefault(reference.email or reference.name, reference)
    if agents and making.chance(30):
        agent = agents.pop()
        references[agent.name] = agent
    return DemoCustomer(
        number,
        name,
        active=making.chance(95),
        days=making.random.randint(20, 2500),
        settings=making.random.choice((None, None, None, None, None, "Storkunder", "Kun sporing")),
        references=tuple(references.values()),
    )


def _reference(making: _Making, domain: str) -> DemoReference:
    """One person: most with an e-mail and the portal, some without the portal, some who only telephone."""
    name = making.person()
    phone, mobile = making.number(), making.number() if making.chance(60) else None
    if making.chance(12):
        return DemoReference(name, None, phone, mobile, internet_user=False)
    denied = tuple(permission for permission in Permission if making.chance(15)) if making.chance(12) else ()
    settings = "Kun sporing" if making.chance(4) else None
    email = f"{spelled(name).replace('-', '.')}@{domain}"
    return DemoReference(name, email, phone, mobile, making.chance(80), settings, denied)
