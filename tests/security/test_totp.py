"""Codes of an authenticator app, with the values of RFC 6238 where it has them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from pyotp import TOTP

from app.security import totp
from app.security.tokens import digest

RFC_SECRET = b"12345678901234567890"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOON_STEP = int(NOON.timestamp()) // 30


def code(secret: bytes, at: datetime) -> str:
    return TOTP(totp.as_typed(secret)).at(at)


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds: int, digits: str) -> None:
    """Appendix B of RFC 6238, whose codes of eight digits end in these."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(RFC_SECRET, digits, now, after=0) == seconds // 30


@pytest.mark.parametrize(("seconds", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_off(seconds: int, accepted: bool) -> None:
    digits = code(RFC_SECRET, NOON + timedelta(seconds=seconds))
    step = totp.step_of(RFC_SECRET, digits, NOON, after=0)
    assert step == (NOON_STEP + seconds // 30 if accepted else None)


def test_a_step_that_was_used_and_those_before_it_are_past() -> None:
    digits = code(RFC_SECRET, NOON)
    assert totp.step_of(RFC_SECRET, digits, NOON, after=NOON_STEP - 1) == NOON_STEP
    assert totp.step_of(RFC_SECRET, digits, NOON, after=NOON_STEP) is None
    assert totp.step_of(RFC_SECRET, digits, NOON, after=NOON_STEP + 1) is None


def test_of_two_steps_with_one_code_the_later_is_used_up() -> None:
    """One secret in some 300,000 has the same code thirty seconds before noon and thirty seconds after."""
    secret = (295_022).to_bytes(20, "big")
    before, after = (code(secret, NOON + timedelta(seconds=seconds)) for seconds in (-30, 30))
    assert before == after
    assert totp.step_of(secret, before, NOON, after=0) == NOON_STEP + 1


@pytest.mark.parametrize(("typed", "digits"), [("123456", "123456"), (" 123 456 ", "123456"), ("000000", "000000")])
def test_digits_may_be_typed_in_groups(typed: str, digits: str) -> None:
    assert totp.digits_of(typed) == digits


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "१२३४५६", "²²²²²²", "1" * 10_000, "\ud800" * 6])
def test_anything_else_is_no_code(typed: str) -> None:
    assert totp.digits_of(typed) is None


def test_secrets_are_random_and_as_long_as_the_standard_wants() -> None:
    assert len({totp.new_totp_secret() for _ in range(100)}) == 100
    assert len(totp.new_totp_secret()) == 20
    assert "=" not in totp.as_typed(totp.new_totp_secret())


def test_an_app_reads_all_it_needs() -> None:
    uri = urlsplit(totp.provisioning_uri(RFC_SECRET, "søren+a&b@firma.dk"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Adgang:søren+a&b@firma.dk"
    assert parse_qs(uri.query) == {"secret": [totp.as_typed(RFC_SECRET)], "issuer": ["Adgang"]}


def test_recovery_codes_are_ten_and_all_different() -> None:
    codes = totp.new_recovery_codes()
    assert len(codes) == len(set(codes)) == 10
    assert all(len(each) == 23 for each in codes)


def test_a_recovery_code_is_known_however_it_is_typed() -> None:
    each = totp.new_recovery_codes()[0]
    plain = each.replace("-", "")
    for typed in (each, plain, each.upper(), f" {each} ", each.replace("-", " ")):
        assert totp.recovery_digest(typed) == digest(plain)


@pytest.mark.parametrize("typed", ["", "123456", "a" * 20, "b" * 19, "b" * 10_000, "\ud800" * 20, "İ" * 20])
def test_anything_else_is_no_recovery_code(typed: str) -> None:
    assert totp.recovery_digest(typed) is None
