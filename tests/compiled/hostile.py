"""A register full of what could go wrong on the way into JSON, and those who read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from types import MappingProxyType
from typing import Any, Final

from app.models.enums import PortalPermission, StaffRole
from app.services.caller import Caller, Client, CommandLine, Nobody, PortalUser
from app.services.inputs import CreateCustomer, UpdateCustomer
from app.services.results import CreateCustomerSuccess, UpdateCustomerSuccess
from tests.properties.documents import Filling
from tests.reading.firm import ALL, Firm, customer_id
from tests.support.hidden import everything_there_is

TEXTS: Final = (
    "\"'`",
    "\\",
    '\\" }, {"data": null}',
    "{v0} %s %(name)s {{c1}}",
    "\u2028\u2029\x85",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}\U0001f1e9\U0001f1f0 e\u0301",
    "\x01\x1f\x7f\t\n\r",
    "\u202e\ufeff\ufffe\ufdd0\U0010ffff",
    "</script><!--",
    "'; DROP TABLE reference; --",
    "  ",
    "",
    "$1 :now ::text ?1",
    "Ærø " * 600,
)
SHARED: Final = '"delt"\u2028@kunde.example'
CLIENT: Final = Client("192.0.2.7", "Prøvebrowser/1.0")
ADMIN, AUDITOR, PORTAL, HELD, NOBODY = "ADMIN", "AUDITOR", "portal user", "held portal user", "nobody"


@dataclass(frozen=True)
class Hostile:
    """The register's readers by name, and what fills documents in."""

    firm: Firm
    callers: Mapping[str, Caller]
    ids: Sequence[str]

    def filling(self, ids: Sequence[str] = ()) -> Filling:
        """A new filling, with all ids there are or with these: it goes through the same values each time."""
        return Filling(list(ids or self.ids), [SHARED, "0@kunde.example", "signe@vognmand.example"])


async def hostile_register(firm: Firm) -> Hostile:
    """Fills a firm. Nothing of it could have been written by the services, but for some events of the audit."""
    settings = [await firm.settings(f"{number} {text}", *permissions) for number, text, permissions in _settings()]
    of_each = cycle([*settings, None])
    customers = [
        await firm.customer(f"{number}{text[:40]}", text, active=bool(number % 4), settings_id=next(of_each))
        for number, text in enumerate(TEXTS)
    ]
    portal = await _people(firm, customers, settings)
    held = await _held(firm, customers[2])
    await _events(firm)
    staff = {role: await firm.staff_user(role, name) for role, name in _STAFF.items()}
    await firm.tool(StaffRole.AUDITOR, staff[StaffRole.ADMIN].staff_id, TEXTS[2])
    callers: dict[str, Caller] = {
        ADMIN: staff[StaffRole.ADMIN],
        AUDITOR: staff[StaffRole.AUDITOR],
        PORTAL: portal,
        HELD: held,
        NOBODY: Nobody(CLIENT),
    }
    return Hostile(firm, MappingProxyType(callers), sorted(await everything_there_is(firm.database)))


_STAFF: Final = {StaffRole.ADMIN: "Signe Holm", StaffRole.AUDITOR: 'Kaj "\\\u2028', StaffRole.EDITOR: "Per {c0}"}


def _settings() -> list[tuple[int, str, tuple[PortalPermission, ...]]]:
    return [(0, TEXTS[0], ALL[:1]), (1, TEXTS[2], ()), (2, TEXTS[4], ALL), (3, TEXTS[13], ALL[::-3])]


async def _people(firm: Firm, customers: Sequence[int], settings: Sequence[int]) -> PortalUser:
    """Several at each customer, in every state that a login can be in; one username at many customers."""
    now = firm.now
    states: list[dict[str, Any]] = [
        {},
        {"password": False},
        {"locked_until": now + timedelta(hours=1)},
        {"locked_until": now},
        {"temporary_since": now - timedelta(days=1)},
        {"temporary_since": now - timedelta(days=400)},
        {"password": False, "cleared_hash": "$", "cleared_at": now},
        {"last_login_at": now - timedelta(microseconds=1), "failures": 3},
    ]
    own = cycle([None, *settings])
    shared = await firm.insert("login", username_key=SHARED, password_hash="$", created_at=now)
    first: PortalUser | None = None
    for number, (customer, text) in enumerate(zip(customers, TEXTS, strict=True)):
        name = TEXTS[(number + 5) % len(TEXTS)]
        contact = {"phone": text[:30], "mobile": None if number % 2 else name}
        if number % 3 < 2:
            denied = '["CREATE_ORDERS", "VIEW_PRICES"]' if number % 2 else "[]"
            key = await firm.reference(
                customer, name, SHARED, shared, settings_id=next(own), denied_permissions=denied, **contact
            )
            if first is None:
                first = await firm.portal_user(customer, shared, key)
            else:
                await firm.session(login_id=shared, reference_id=key, user_agent=text, ip_address="2001:db8::1")
        await firm.reference(customer, text)
        state = states[number % len(states)]
        login = await firm.login(f"{number}@kunde.example", **state)
        has_password = state.get("password", True)
        key = await firm.reference(
            customer,
            f"{text}{name}",
            f"{number}@Kunde.example",
            login,
            has_password=has_password,
            internet_user=bool(number % 5),
            settings_id=next(own),
            last_login_at=state.get("last_login_at"),
            **contact,
        )
        await firm.session(login_id=login, reference_id=key, user_agent=None, cookie=True, expires_at=now)
    assert first is not None
    return first


async def _held(firm: Firm, customer: int) -> PortalUser:
    """Somebody who has to choose a password of their own first."""
    login = await firm.login("midlertidig@kunde.example", temporary_since=firm.now)
    reference = await firm.reference(customer, 'Mid "ler" tidig', "midlertidig@kunde.example", login)
    return await firm.portal_user(customer, login, reference, must_change=True)


async def _events(firm: Firm) -> None:
    register, office = firm.services.register, CommandLine('"adgang\\"')
    for number, text in enumerate(('N "0" \\ {c0}', "N \N{FAMILY} \U0001f1e9", "N " + "ø" * 190)):
        made = await register.create_customer(office, CreateCustomer(f"9{number}", text))
        assert isinstance(made, CreateCustomerSuccess), made
        given = UpdateCustomer(customer_id(made.customer_key), name=f"{text[:90]}'", active=False)
        changed = await register.update_customer(office, given)
        assert isinstance(changed, UpdateCustomerSuccess), changed
