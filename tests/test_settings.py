"""Settings: where they come from, and what is said of one that is wrong."""

import base64
import secrets
from pathlib import Path

import pytest

from app.models.enums import SharedUsernameRule
from app.settings import Settings, SettingsError, load_settings, settings_table
from app.settings_hashing import ARGON2_FLOORS, machine_kib, require_affordable

KEY = bytes(range(32, 64))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory without a `.env`."""
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///adgang.db"
    assert settings.shared_username is SharedUsernameRule.CLEAR_PASSWORD
    assert (settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism) == (19456, 2, 1)
    assert (settings.session_idle_minutes, settings.session_max_hours) == (480, 168)
    assert (settings.staff_session_idle_minutes, settings.staff_session_max_hours) == (30, 12)
    assert settings.restore_hours == 24
    assert settings.password_min_length == 15
    assert settings.hash_threads >= 1
    assert not settings.introspection
    assert not settings.graphiql
    assert settings.secret_key is None
    assert settings.password_key == ()
    assert settings.audit_key is None


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("ADGANG_RESTORE_HOURS=1\nADGANG_HASH_QUEUE=8\nOTHER=x\n")
    monkeypatch.setenv("ADGANG_RESTORE_HOURS", "2")
    settings = load_settings()
    assert (settings.restore_hours, settings.hash_queue) == (2, 8)
    assert load_settings(restore_hours=3).restore_hours == 3


def test_words_are_understood_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADGANG_SHARED_USERNAME", "keep_password")
    monkeypatch.setenv("ADGANG_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("ADGANG_LOG_FORMAT", "Console")
    settings = load_settings()
    assert settings.shared_username is SharedUsernameRule.KEEP_PASSWORD
    assert (settings.log_level, settings.log_format) == ("warning", "console")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(KEY.hex(), id="hex"),
        pytest.param(KEY.hex().upper() + "\n", id="capitals"),
        pytest.param(base64.b64encode(KEY).decode(), id="base64"),
        pytest.param(base64.urlsafe_b64encode(KEY).decode().rstrip("="), id="urlsafe"),
    ],
)
def test_a_key_is_hex_or_base64_from_the_environment_or_a_file(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADGANG_AUDIT_KEY", text)
    secret = tmp_path / "secret"
    secret.write_text(text)
    monkeypatch.setenv("ADGANG_SECRET_KEY_FILE", str(secret))
    settings = load_settings()
    assert settings.audit_key is not None
    assert settings.secret_key is not None
    assert settings.audit_key.get_secret_value() == settings.secret_key.get_secret_value() == KEY


def test_the_file_of_a_secret_may_be_named_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgres://adgang:hemmelig@db/adgang\n")
    (tmp_path / ".env").write_text(f"ADGANG_DATABASE_URL_FILE={tmp_path / 'url'}\n")
    assert load_settings().database_url == "postgres://adgang:hemmelig@db/adgang"
    assert load_settings(_env_file=None).database_url == "sqlite:///adgang.db"


def test_several_password_keys_are_read_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [secrets.token_bytes(32) for _ in range(2)]
    monkeypatch.setenv("ADGANG_PASSWORD_KEY", ", ".join(key.hex() for key in keys))
    assert [key.get_secret_value() for key in load_settings().password_key] == keys


def test_no_secret_stands_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "AUDIT_KEY", "PASSWORD_KEY"):
        monkeypatch.setenv(f"ADGANG_{name}", KEY.hex())
    monkeypatch.setenv("ADGANG_DATABASE_URL", "postgres://adgang:hemmelig@db/adgang")
    shown = f"{load_settings()!r} {load_settings()}"
    assert "hemmelig" not in shown
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown


WRONG = [
    ("ADGANG_DATABASE_URL", "mysql://root:HEMMELIG@db/x", "postgres://"),
    ("ADGANG_DATABASE_URL", "HEMMELIG", "postgres://"),
    ("ADGANG_DATABASE_URL", "sqlite://", "sqlite:///"),
    ("ADGANG_DATABASE_URL", "sqlite:///:memory:", "sqlite:///"),
    ("ADGANG_INTROSPECTION", "HEMMELIG", "true or false"),
    ("ADGANG_SHARED_USERNAME", "HEMMELIG", "REJECT"),
    ("ADGANG_RESTORE_HOURS", "-1", "at least 0"),
    ("ADGANG_RESTORE_HOURS", "HEMMELIG", "whole number (hours)"),
    ("ADGANG_RESTORE_HOURS", "1.5", "whole number"),
    ("ADGANG_PASSWORD_MIN_LENGTH", "7", "at least 8"),
    ("ADGANG_SESSION_IDLE_MINUTES", "0", "at least 1 (minutes)"),
    ("ADGANG_SESSION_MAX_HOURS", "", "whole number"),
    ("ADGANG_HASH_QUEUE", "1000000", "at most"),
    ("ADGANG_REQUEST_SECONDS", "nan", "ADGANG_REQUEST_SECONDS"),
    ("ADGANG_REQUEST_SECONDS", "HEMMELIG", "a number (seconds)"),
    ("ADGANG_LOG_FORMAT", "HEMMELIG", "'json' or 'console'"),
    ("ADGANG_SECRET_KEY", "HEMMELIG", "32 bytes"),
    ("ADGANG_SECRET_KEY", KEY.hex()[:-2], "32 bytes"),
    ("ADGANG_AUDIT_KEY", "%%%", "32 bytes"),
    ("ADGANG_PASSWORD_KEY", f"{KEY.hex()},HEMMELIG", "32 bytes"),
    ("ADGANG_SECRET_KEY_FILE", "/does/not/exist/HEMMELIG", "can't be read"),
    ("ADGANG_ARGON2_MEMORY_KIB", "19455", "OWASP"),
    ("ADGANG_ARGON2_TIME_COST", "1", "OWASP"),
    ("ADGANG_HASH_MAX_COST", "37", "nobody could log in"),
    ("ADGANG_ALLOWED_HOSTS", "*.firma.example", "exact names"),
    ("ADGANG_ALLOWED_HOSTS", "https://HEMMELIG", "exact names"),
    ("ADGANG_ALLOWED_HOSTS", "portal.firma.example:443", "exact names"),
    ("ADGANG_ALLOWED_HOSTS", "a.example, HEMMELIG/x", "exact names"),
    ("ADGANG_TRUSTED_PROXIES", "HEMMELIG", "addresses and networks"),
    ("ADGANG_TRUSTED_PROXIES", "127.0.0.1, *", "addresses and networks"),
    ("ADGANG_TRUSTED_PROXIES", "10.0.0.1/8", "addresses and networks"),
    ("ADGANG_TRUSTED_PROXIES", "0.0.0.0/0", "not all there are"),
    ("ADGANG_TRUSTED_PROXIES", "::/0", "not all there are"),
    ("ADGANG_CORS_ORIGINS", "*", "exact origins"),
    ("ADGANG_CORS_ORIGINS", "null", "exact origins"),
    ("ADGANG_CORS_ORIGINS", "https://*.firma.example", "exact origins"),
    ("ADGANG_CORS_ORIGINS", "https://firma.example, https://HEMMELIG/", "exact origins"),
    ("ADGANG_CORS_ORIGINS", "https://HEMMELIG@firma.example", "exact origins"),
    ("ADGANG_CORS_ORIGINS", "firma.example", "exact origins"),
    ("ADGANG_CORS_ORIGINS", "http://firma.example", "https:// origins"),
    ("ADGANG_CORS_ORIGINS", "http://localhost.firma.example", "https:// origins"),
    ("ADGANG_RESTORE_HOUR", "1", "Did you mean ADGANG_RESTORE_HOURS?"),
    ("ADGANG_AUDIT_KY", "HEMMELIG", "Did you mean ADGANG_AUDIT_KEY?"),
    ("ADGANG_RESTORE_HOURS_FILE", "HEMMELIG", "is no setting"),
]


@pytest.mark.parametrize(("variable", "value", "said"), WRONG)
def test_a_wrong_value_is_a_sentence_that_names_the_variable(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    sentence = str(caught.value)
    assert variable in sentence
    assert said in sentence
    assert sentence.endswith((".", "?"))
    assert "HEMMELIG" not in sentence
    assert KEY.hex()[:-2] not in sentence
    assert caught.value.__cause__ is None


def test_hosts_proxies_and_origins_are_kept_as_they_will_be_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADGANG_ALLOWED_HOSTS", "Portal.firma.example, 192.0.2.7 ,[::1],web_1")
    monkeypatch.setenv("ADGANG_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8,2001:DB8::/32")
    monkeypatch.setenv(
        "ADGANG_CORS_ORIGINS",
        "https://Portal.firma.example:443,https://a.example:8443,http://localhost:5173,http://[::1]",
    )
    settings = load_settings()
    assert settings.allowed_hosts == ("portal.firma.example", "192.0.2.7", "::1", "web_1")
    assert settings.trusted_proxies == ("127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32")
    assert settings.cors_origins == (
        "https://portal.firma.example",
        "https://a.example:8443",
        "http://localhost:5173",
        "http://[::1]",
    )


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADGANG_RESTORE_HOURS", "x")
    monkeypatch.setenv("ADGANG_HASH_THREADS", "0")
    with pytest.raises(SettingsError, match=r"ADGANG_RESTORE_HOURS .*\. ADGANG_HASH_THREADS .*\."):
        load_settings()


def test_a_secret_and_its_file_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(KEY.hex())
    monkeypatch.setenv("ADGANG_AUDIT_KEY", KEY.hex())
    monkeypatch.setenv("ADGANG_AUDIT_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SettingsError, match="ADGANG_AUDIT_KEY and ADGANG_AUDIT_KEY_FILE are both set"):
        load_settings()


@pytest.mark.parametrize(("memory", "passes"), ARGON2_FLOORS)
def test_each_of_owasps_floors_is_accepted_and_nothing_below(memory: int, passes: int) -> None:
    assert load_settings(argon2_memory_kib=memory, argon2_time_cost=passes).argon2_time_cost == passes
    with pytest.raises(SettingsError, match="OWASP"):
        load_settings(argon2_memory_kib=memory - 1, argon2_time_cost=passes)


def test_hashing_takes_at_most_half_of_the_machines_memory() -> None:
    machine = machine_kib()
    assert machine is not None
    quarter = machine // 4
    with pytest.raises(SettingsError, match=r"ADGANG_HASH_THREADS times ADGANG_ARGON2_MEMORY_KIB is .* more than half"):
        load_settings(argon2_memory_kib=4194304, hash_max_cost=1048576, hash_threads=1024)
    require_affordable(quarter, 2)
    with pytest.raises(ValueError, match="more than half"):
        require_affordable(quarter, 3)
    require_affordable(quarter // 2, 2, workers=2)
    with pytest.raises(ValueError, match=r"for 3 workers, is .* more than half"):
        require_affordable(quarter // 2, 2, workers=3)


def test_what_kubernetes_sets_by_itself_is_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SERVICE_HOST", "PORT", "PORT_8000_TCP", "PORT_8000_TCP_ADDR", "PORT_8000_TCP_PORT"):
        monkeypatch.setenv(f"ADGANG_{name}", "tcp://10.0.0.1:8000")
    for name in ("SERVICE_PORT", "SERVICE_PORT_HTTP"):
        monkeypatch.setenv(f"ADGANG_{name}", "8000")
    load_settings()
    monkeypatch.setenv("ADGANG_PORT", "8080")
    with pytest.raises(SettingsError, match="ADGANG_PORT is no setting"):
        load_settings()


def test_the_table_names_every_setting_with_its_default_and_unit() -> None:
    rows = settings_table().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields)
    for row, name in zip(rows, Settings.model_fields, strict=True):
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert len(cells) == 4
        variable, default, _unit, says = cells
        assert variable.startswith(f"`ADGANG_{name.upper()}`")
        assert default
        assert says
    assert "| `ADGANG_RESTORE_HOURS` | `24` | hours |" in settings_table()
