"""Every setting of the service, each with its default, its unit and a sentence for the README's table.

They come from `ADGANG_…` variables and from a `.env` file in the working directory, secrets also from the file that
`ADGANG_…_FILE` names. A wrong value stops the start with a sentence that names the variable and doesn't quote a secret;
so does a variable nobody knows, because a mistyped `ADGANG_AUDIT_KEY` would be an audit without a key.
"""

import os
from collections.abc import Callable
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretBytes,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from app.models.enums import SharedUsernameRule, StaffRole, StaffTotp
from app.settings_checks import host_names, networks, origins
from app.settings_hashing import require_affordable, require_strong
from app.settings_sources import (
    PREFIX,
    FileSource,
    SettingsError,
    parse_key,
    parse_keys,
    parse_list,
    refuse_unknown,
    sentence,
)

__all__ = ["Settings", "SettingsError", "load_settings", "settings_table"]

ENV_FILE = ".env"


def cores() -> int:
    """The processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def setting(
    default: object = None,
    *,
    says: str,
    unit: str = "",
    shown: str | None = None,
    secret: bool = False,
    made_by: Callable[[], object] | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Any:
    """A field with what the README's table tells of it; `shown` is its default where the value itself says little."""
    extra: dict[str, Any] = {"unit": unit, "secret": secret, "shown": shown}
    common: dict[str, Any] = {
        "description": says,
        "json_schema_extra": extra,
        "ge": at_least,
        "le": at_most,
        "repr": not secret,
    }
    return Field(default_factory=made_by, **common) if made_by else Field(default, **common)


Key = Annotated[SecretBytes, BeforeValidator(parse_key)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_list), AfterValidator(host_names)]
Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_list), AfterValidator(networks)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_list), AfterValidator(origins)]
Roles = Annotated[tuple[StaffRole, ...], NoDecode, BeforeValidator(parse_list)]
KeyRing = Annotated[tuple[SecretBytes, ...], NoDecode, BeforeValidator(parse_keys)]


class Settings(BaseSettings):
    """What an operator can choose. Made by `load_settings`, which turns what is wrong into a sentence."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    database_url: str = setting(
        "sqlite:///adgang.db",
        says="The database: `sqlite:///path` or `postgres://user:password@host:port/name`",
        secret=True,
        shown="`sqlite:///adgang.db`",
    )
    database_pool_size: int = setting(
        10, says="PostgreSQL connections that each worker may hold", unit="connections", at_least=1, at_most=1000
    )
    introspection: bool = setting(False, says="Answer introspection queries (`adgang demo` does)")
    graphiql: bool = setting(False, says="Serve GraphiQL to browsers at `/graphql` (`adgang demo` does)")
    shared_username: SharedUsernameRule = setting(
        SharedUsernameRule.CLEAR_PASSWORD,
        says="What a new reference without a password does to an existing login of its username: `CLEAR_PASSWORD`, "
        "`KEEP_PASSWORD` or `REJECT`",
    )
    restore_hours: int = setting(
        24, says="How long a cleared password can be put back; 0 keeps none", unit="hours", at_least=0, at_most=8760
    )
    password_min_length: int = setting(
        15, says="The shortest password that is accepted; never below 8", unit="code points", at_least=8, at_most=64
    )
    temporary_password_hours: int = setting(
        0,
        says="How long a password set by staff lets its person in, and only to change it; 0: it is like any other",
        unit="hours",
        at_least=0,
        at_most=8760,
    )
    breached_file: str = setting(
        "",
        says="A file of breached passwords that are refused: sorted SHA-1 digests in hex, a line each, as the "
        "well-known breach corpus has them (`HASH:COUNT` will do)",
        unit="path",
        shown="none",
    )
    lockout_failures: int = setting(
        5,
        says="Wrong passwords for one username from one address before the two wait",
        unit="tries",
        at_least=1,
        at_most=100,
    )
    lockout_minutes: int = setting(
        15,
        says="How long they wait the first time; after each further failure twice as long, up to a day",
        unit="minutes",
        at_least=1,
        at_most=1440,
    )
    lockout_address_factor: int = setting(
        10,
        says="An address waits after this many times `ADGANG_LOCKOUT_FAILURES` within `ADGANG_LOCKOUT_MINUTES`, "
        "whatever the usernames",
        unit="times",
        at_least=1,
        at_most=10000,
    )
    lockout_ceiling: int = setting(
        100,
        says="Wrong passwords in a row for one username from everywhere before it waits a day; NIST allows no more "
        "than 100. Browsers that have logged in as it before are let through",
        unit="tries",
        at_least=5,
        at_most=100,
    )
    staff_totp: StaffTotp = setting(
        StaffTotp.OPTIONAL,
        says="The second factor of staff, codes from an authenticator app: `off` asks nobody, `optional` whoever has "
        "enrolled, `required` lets staff do nothing else before they have",
        shown="`optional`",
    )
    staff_totp_roles: Roles = setting(
        tuple(StaffRole),
        says="The roles that `required` is for, separated by commas",
        shown="`ADMIN,EDITOR,AUDITOR`",
    )
    session_idle_minutes: int = setting(
        480, says="A portal session ends after this time without a request", unit="minutes", at_least=1, at_most=43200
    )
    session_max_hours: int = setting(
        168, says="A portal session ends this long after its log-in", unit="hours", at_least=1, at_most=8760
    )
    staff_session_idle_minutes: int = setting(
        30, says="A staff session ends after this time without a request", unit="minutes", at_least=1, at_most=43200
    )
    staff_session_max_hours: int = setting(
        12, says="A staff session ends this long after its log-in", unit="hours", at_least=1, at_most=8760
    )
    sessions_per_username: int = setting(
        20, says="Live sessions of one username; the oldest ends", unit="sessions", at_least=1, at_most=10000
    )
    argon2_memory_kib: int = setting(
        19456, says="Memory that argon2id takes for one password", unit="KiB", at_least=8, at_most=4194304
    )
    argon2_time_cost: int = setting(
        2, says="Passes that argon2id makes over its memory", unit="passes", at_least=1, at_most=1000
    )
    argon2_parallelism: int = setting(
        1, says="Lanes that argon2id computes at once", unit="lanes", at_least=1, at_most=16
    )
    hash_max_cost: int = setting(
        512,
        says="A stored hash that costs more (memory times passes) is logged and not verified",
        unit="MiB",
        at_least=1,
        at_most=1048576,
    )
    hash_threads: int = setting(
        made_by=cores,
        shown="the cores",
        says="Passwords that each worker hashes at once",
        unit="threads",
        at_least=1,
        at_most=1024,
    )
    hash_queue: int = setting(
        64,
        says="Passwords that may wait for a thread; past it the answer is `Overloaded`, and one address holds at most "
        "a quarter of it",
        unit="passwords",
        at_least=4,
        at_most=100000,
    )
    secret_key: Key | None = setting(
        says="Keys the hashes under which usernames are looked for in audit and throttling, and where there is no "
        "password key, seals the secrets of authenticator apps. The same for all workers; changing it makes old audit "
        "events unfindable by name, and those apps worthless",
        unit="32 bytes, as hex or base64",
        secret=True,
        shown="random, kept in the database",
    )
    password_key: KeyRing = setting(
        (),
        says="Passwords go through an HMAC under it before argon2id, so that a stolen database is useless alone. "
        "It also seals the secrets of authenticator apps. Losing it loses every password and app. Several, separated "
        "by commas: the first is for new hashes",
        unit="32 bytes, as hex or base64",
        secret=True,
        shown="none",
    )
    audit_key: Key | None = setting(
        says="Makes the audit's digests HMACs, so that who can write the database can't recompute them",
        unit="32 bytes, as hex or base64",
        secret=True,
        shown="none",
    )
    audit_months: int = setting(
        0, says="`adgang tidy` cuts audit events older than this; 0 keeps all", unit="months", at_least=0, at_most=1200
    )
    service_role: str = setting(
        "",
        says="The PostgreSQL role that `serve` connects as, where that is another than `adgang migrate`'s: migrating "
        "grants it what it needs, and of the audit only reading and adding",
        unit="role",
        shown="none",
    )
    allowed_hosts: Hosts = setting(
        (),
        says="The host names that requests may be sent to, separated by commas; others get a 400. In demo mode: "
        "loopback's",
        shown="any",
    )
    trusted_proxies: Networks = setting(
        (),
        says="Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count, separated by "
        "commas",
        shown="none",
    )
    cors_origins: Origins = setting(
        (),
        says="Other origins whose pages may use this service, with its cookies, separated by commas: "
        "`https://portal.firma.example`",
        shown="none",
    )
    max_cost: int = setting(
        25000,
        says="The highest cost of one operation: about how many objects its answer may hold",
        unit="objects",
        at_least=100,
        at_most=10000000,
    )
    trusted_documents: str = setting(
        "",
        says="A manifest of operations, made by `adgang documents add`: nothing else runs, and GraphiQL is off",
        unit="path",
        shown="none",
    )
    persisted_queries: int = setting(
        500,
        says="Texts that each worker remembers for automatic persisted queries, 4 MiB at most; 0 turns them off",
        unit="texts",
        at_least=0,
        at_most=10000,
    )
    log_format: Literal["json", "console"] = setting(
        "json", says="`json` (one object a line) or `console` (for people)"
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", says="The least severe log lines written: `debug`, `info`, `warning` or `error`"
    )
    request_seconds: float = setting(
        10.0, says="How long one request may take", unit="seconds", at_least=0.1, at_most=3600
    )
    demo: bool = setting(
        False, says="Demo mode: cookies work without TLS, on loopback only; `serve --demo` and `adgang demo` set it"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        assert isinstance(dotenv_settings, DotEnvSettingsSource)
        file = str(dotenv_settings.env_file) if dotenv_settings.env_file else None
        return init_settings, env_settings, dotenv_settings, FileSource(settings_cls, secret_fields(), file)

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        path = rest.partition("?")[0]
        if not separator or (scheme, path[:1]) == ("sqlite", "") or scheme not in ("sqlite", "postgres", "postgresql"):
            raise ValueError("must be sqlite:///path or postgres://user:password@host:port/name")
        if scheme == "sqlite" and (len(path) < 2 or path[0] != "/" or ":memory:" in path):
            raise ValueError("must name a file, such as sqlite:///adgang.db (relative) or sqlite:////srv/adgang.db")
        return value

    @field_validator("shared_username", "staff_totp", "log_format", "log_level", mode="before")
    @classmethod
    def in_any_case(cls, value: object) -> object:
        """Words of a fixed list are understood in capitals and in small letters."""
        if not isinstance(value, str):
            return value
        capitals = value.upper()
        in_capitals = capitals in SharedUsernameRule.__members__ or capitals in StaffTotp.__members__
        return capitals if in_capitals else value.lower()

    @model_validator(mode="after")
    def hash_is_strong_and_affordable(self) -> "Settings":
        require_strong(self.argon2_memory_kib, self.argon2_time_cost, self.argon2_parallelism, self.hash_max_cost)
        require_affordable(self.argon2_memory_kib, self.hash_threads)
        return self


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; an override wins over every variable.

    Raises:
        SettingsError: A sentence for the operator that names each wrong variable.
    """
    refuse_unknown(Settings.model_fields, secret_fields(), overrides.get("_env_file", ENV_FILE))
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(" ".join(sentence(Settings.model_fields, fault) for fault in error.errors())) from None


def secret_fields() -> frozenset[str]:
    """The settings that may also be read from a file, and are never quoted."""
    return frozenset(name for name, field in Settings.model_fields.items() if _told(field)["secret"])


def settings_table() -> str:
    """The README's table of settings, in Markdown."""
    lines = ["| Variable | Default | Unit | What it does |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        extra = _told(field)
        variable = f"`{PREFIX}{name.upper()}`" + (" (or `…_FILE`)" if extra["secret"] else "")
        plain = str(field.default).lower() if isinstance(field.default, bool) else field.default
        default = extra["shown"] or f"`{plain}`"
        lines.append(f"| {variable} | {default} | {extra['unit']} | {field.description} |")
    return "\n".join(lines) + "\n"


def _told(field: FieldInfo) -> dict[str, Any]:
    """What `setting` put beside a field; pydantic would take more kinds of value there."""
    return cast(dict[str, Any], field.json_schema_extra)
