"""The rules: who may log in where, and who may change it. Free of GraphQL, of HTTP and of any language's words.

`open_services` puts them together; whoever serves or runs a command takes what it needs from the `Services` it gives.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from app.clock import Clock, SystemClock
from app.database import Database, open_database
from app.security.breached import BreachedPasswords, opened_breached
from app.security.keys import Keys
from app.security.passwords import PasswordHasher
from app.security.sealing import Sealing
from app.services import second_factor
from app.services.access_tokens import AccessTokens
from app.services.audit import Audit
from app.services.credentials import Credentials
from app.services.devices import Devices
from app.services.last_seen import LastSeen
from app.services.login_care import LoginCare
from app.services.logins import Logins
from app.services.new_passwords import NewPasswords
from app.services.order_settings import OrderSettings
from app.services.people import People
from app.services.reader import Reader
from app.services.register import Register
from app.services.resources import Resources
from app.services.second_factor_care import SecondFactorCare
from app.services.session_rows import SessionRows
from app.services.sessions import Sessions
from app.services.sign_in import SignIn
from app.services.staff import Staff
from app.services.throttle import Throttle
from app.services.tidying import Tidying
from app.services.upkeep import beside, keep_telling_prevalent_scheme, tell_prevalent_scheme
from app.settings import Settings

__all__ = ["Services", "open_services"]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a caller can ask for, by subject."""

    resources: Resources
    reader: Reader
    register: Register
    credentials: Credentials
    login_care: LoginCare
    sign_in: SignIn
    sessions: Sessions
    order_settings: OrderSettings
    staff: Staff
    second_factor: SecondFactorCare
    access_tokens: AccessTokens
    audit: Audit
    people: People
    tidying: Tidying


@asynccontextmanager
async def open_services(
    settings: Settings, *, clock: Clock | None = None, hasher: PasswordHasher | None = None
) -> AsyncIterator[Services]:
    """The services on the settings' database, whose migrations are not behind, and what they do by the side.

    Args:
        hasher: One to use in place of the settings' own; whoever hands it in closes it.

    Raises:
        DatabaseUnavailable: The database can't be reached.
        SettingsError: The file of breached passwords is none.
    """
    async with open_database(settings) as database, AsyncExitStack() as stack:
        breached = stack.enter_context(opened_breached(settings.breached_file))
        if hasher is None:
            hasher = PasswordHasher.from_settings(settings)
            stack.callback(hasher.close)
        resources = await _resources(settings, database, clock or SystemClock(), hasher)
        last_seen, tidying = LastSeen(database, resources.clock), Tidying(resources)
        await tell_prevalent_scheme(database, hasher)
        async with (
            last_seen.running(),
            beside(
                resources.audit.keep_checkpoints(),
                keep_telling_prevalent_scheme(database, hasher),
                tidying.keep_tidy(),
            ),
        ):
            yield _services(resources, last_seen, tidying, breached)


async def _resources(settings: Settings, database: Database, clock: Clock, hasher: PasswordHasher) -> Resources:
    secret_key = await _secret_key(settings, database)
    keys = Keys(secret_key)
    sealing = Sealing([key.get_secret_value() for key in settings.password_key], secret_key, second_factor.USE)
    audit_key = None if settings.audit_key is None else settings.audit_key.get_secret_value()
    audit, throttle = Audit(database, keys, audit_key), Throttle(settings, database, clock, keys)
    return Resources(settings, database, clock, hasher, audit, keys, throttle, Devices(keys, clock), sealing)


async def _secret_key(settings: Settings, database: Database) -> bytes:
    """The operator's key, or else the one that the first migration drew."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    rows = await database.fetch("SELECT value FROM secret WHERE name = 'secret_key'")
    return bytes(rows[0]["value"])


def _services(
    resources: Resources, last_seen: LastSeen, tidying: Tidying, breached: BreachedPasswords | None
) -> Services:
    sessions = SessionRows(resources.settings, resources.clock)
    logins = Logins(resources, sessions)
    new_passwords = NewPasswords(resources.settings, resources.hasher, breached)
    return Services(
        resources=resources,
        reader=Reader(resources),
        register=Register(resources, logins),
        credentials=Credentials(resources, logins, new_passwords),
        login_care=LoginCare(resources, logins),
        sign_in=SignIn(resources, sessions, logins, new_passwords),
        sessions=Sessions(resources, last_seen),
        order_settings=OrderSettings(resources),
        staff=Staff(resources, sessions, new_passwords),
        second_factor=SecondFactorCare(resources, sessions),
        access_tokens=AccessTokens(resources),
        audit=resources.audit,
        people=People(resources, logins),
        tidying=tidying,
    )
