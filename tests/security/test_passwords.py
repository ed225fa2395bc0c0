"""Hashes of passwords: what is stored, what is right, and what must look the same."""

import secrets
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

import argon2
import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from app.security import phc
from app.security.passwords import Argon2Parameters, PasswordHasher, UnusablePassword, secret_of
from app.settings import load_settings

CHEAP = Argon2Parameters(memory_kib=8, time_cost=1, parallelism=1)
PASSWORD = "korrekt hest batteri klammer"


@pytest.fixture
def cheap() -> Iterator[PasswordHasher]:
    made = PasswordHasher(CHEAP, max_cost_mib=1)
    yield made
    made.close()


async def test_a_password_is_right_and_every_other_is_wrong(cheap: PasswordHasher) -> None:
    stored = await cheap.hash(PASSWORD)
    assert stored.scheme == "m=8,t=1,p=1"
    assert stored.text.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert await cheap.verify(stored.text, PASSWORD)
    for other in (PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), "", PASSWORD + "\0"):
        assert not await cheap.verify(stored.text, other)
    assert (await cheap.hash(PASSWORD)).text != stored.text
    assert "argon2" not in repr(stored)


async def test_nobodys_password_is_always_wrong(cheap: PasswordHasher) -> None:
    assert not await cheap.verify(None, PASSWORD)
    assert not await cheap.verify(None, "")


async def test_the_same_text_composed_and_decomposed_is_the_same_password(cheap: PasswordHasher) -> None:
    password = "rødgrød på en åben ø"
    stored = await cheap.hash(unicodedata.normalize("NFD", password))
    assert await cheap.verify(stored.text, unicodedata.normalize("NFC", password))
    ligature = await cheap.hash("ﬁskefilet med løg")
    assert not await cheap.verify(ligature.text, "fiskefilet med løg")


async def test_what_nobody_can_have_is_wrong_and_never_hashed(cheap: PasswordHasher) -> None:
    stored = await cheap.hash("x" * 256)
    assert await cheap.verify(stored.text, "x" * 256)
    for password in ("x" * 257, "\ud800" * 20, "\udfff" + PASSWORD):
        assert not await cheap.verify(stored.text, password)
        assert not await cheap.verify(None, password)
        with pytest.raises(UnusablePassword) as refused:
            await cheap.hash(password)
        assert password not in str(refused.value)


async def test_length_is_looked_at_before_normalising(cheap: PasswordHasher) -> None:
    began = time.perf_counter()
    assert not await cheap.verify(None, "a" + "\u0301\u0316" * 500_000)
    assert time.perf_counter() - began < 1


@settings(max_examples=200)
@given(st.text(st.characters(), max_size=300))
def test_a_secret_is_utf8_of_nfc_or_none(password: str) -> None:
    secret = secret_of(password)
    if len(password) > 256 or any("\ud800" <= sign <= "\udfff" for sign in password):
        assert secret is None
    else:
        assert secret == unicodedata.normalize("NFC", password).encode()


async def test_a_hash_with_other_parameters_is_verified_and_should_be_replaced(cheap: PasswordHasher) -> None:
    old = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=2).hash(PASSWORD)
    assert await cheap.verify(old, PASSWORD)
    assert cheap.needs_rehash(old)
    assert not cheap.needs_rehash((await cheap.hash(PASSWORD)).text)


def hash_of(parameters: Argon2Parameters) -> str:
    return phc.dummy(parameters)


@pytest.mark.parametrize(
    ("stored", "event"),
    [
        (hash_of(Argon2Parameters(1048576, 4, 1)), "a stored password hash costs too much and was not verified"),
        (hash_of(Argon2Parameters(1025, 1, 1)), "a stored password hash costs too much and was not verified"),
        (hash_of(Argon2Parameters(512, 3, 1)), "a stored password hash costs too much and was not verified"),
        (hash_of(Argon2Parameters(999999, 1, 99)), "a stored password hash is not one of ours and was not verified"),
        (argon2.PasswordHasher(1, 8, 1, type=argon2.Type.I).hash(PASSWORD), None),
        ("0123456789ab" + hash_of(CHEAP), "a stored password hash needs a password key that is not configured"),
        ("$argon2id$v=19$m=8,t=1,p=1$", None),
        ("$2b$12$abcdefghijklmnopqrstuv", None),
        ("", None),
        ("x" * 100_000, None),
        ("$argon2id$v=19$m=8,t=1,p=1$" + "A" * 600 + "$AAAA", None),
    ],
    ids=[
        "much memory and many passes",
        "much memory",
        "many passes",
        "too many lanes",
        "argon2i",
        "another key",
        "no salt",
        "bcrypt",
        "nothing",
        "much text",
        "a long salt",
    ],
)
async def test_a_hash_that_costs_too_much_or_is_none_is_logged_and_not_verified(
    cheap: PasswordHasher, stored: str, event: str | None
) -> None:
    began = time.perf_counter()
    with structlog.testing.capture_logs() as logged:
        assert not await cheap.verify(stored, PASSWORD)
    assert time.perf_counter() - began < 0.2
    (line,) = logged
    assert line["event"] == (event or "a stored password hash is not one of ours and was not verified")
    salt_and_hash = stored.rpartition("p=")[2][2:]
    assert not salt_and_hash or salt_and_hash not in str(line)
    assert cheap.needs_rehash(stored)


class Watching(PasswordHasher):
    """Notes what is verified."""

    verified: list[str]

    def _matches(self, text: str, secret: bytes) -> bool:  # type: ignore[override]  # a method for a static one
        self.verified.append(text)
        return PasswordHasher._matches(text, secret)


async def test_nobodys_hash_has_the_parameters_most_stored_hashes_have() -> None:
    hasher = Watching(CHEAP, max_cost_mib=1)
    hasher.verified = []
    try:
        await hasher.verify(None, PASSWORD)
        hasher.set_prevalent("m=16,t=2,p=1")
        await hasher.verify(None, PASSWORD)
        await hasher.verify(None, "another")
        await hasher.verify("nonsense", PASSWORD)
        for useless in ("m=1048576,t=4,p=1", "nonsense", None):
            hasher.set_prevalent(useless)
            await hasher.verify(None, PASSWORD)
    finally:
        hasher.close()
    schemes = [text.split("$")[3] for text in hasher.verified]
    assert schemes == ["m=8,t=1,p=1", *["m=16,t=2,p=1"] * 3, *["m=8,t=1,p=1"] * 3]
    assert len(set(hasher.verified)) == 2


async def test_a_password_key_stands_before_the_hash_and_can_be_changed() -> None:
    old_key, new_key = secrets.token_bytes(32), secrets.token_bytes(32)

    async def use(keys: list[bytes], stored: str | None = None) -> tuple[str, bool | None, bool | None]:
        hasher = PasswordHasher(CHEAP, password_keys=keys)
        try:
            made = (await hasher.hash(PASSWORD)).text
            if stored is None:
                return made, None, None
            return made, await hasher.verify(stored, PASSWORD), hasher.needs_rehash(stored)
        finally:
            hasher.close()

    plain, _, _ = await use([])
    old, _, _ = await use([old_key])
    key_id, _, rest = old.partition("$")
    assert len(key_id) == 12
    assert rest.startswith("argon2id$")
    assert (await use([old_key], old))[1:] == (True, False)
    assert (await use([new_key, old_key], old))[1:] == (True, True)
    assert (await use([new_key], old))[1:] == (False, True)
    assert (await use([], old))[1:] == (False, True)
    assert (await use([new_key], plain))[1:] == (True, True)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):
        argon2.PasswordHasher().verify(old[12:], PASSWORD)  # the stolen hash alone is worth nothing


async def test_the_settings_make_the_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    key = secrets.token_bytes(32)
    hasher = PasswordHasher.from_settings(load_settings(_env_file=None, password_key=key.hex()))
    try:
        stored = await hasher.hash(PASSWORD)
        assert stored.scheme == "m=19456,t=2,p=1"
        assert await hasher.verify(stored.text, PASSWORD)
        assert await hasher.run(sum, [1, 2]) == 3
    finally:
        hasher.close()


def test_a_stored_hash_is_taken_apart_as_it_was_put_together() -> None:
    parameters = Argon2Parameters(19456, 2, 1)
    parsed = phc.parse("0a1b2c3d4e5f" + phc.dummy(parameters))
    assert parsed is not None
    assert (parsed.key_id, parsed.parameters) == ("0a1b2c3d4e5f", parameters)
    assert parsed.parameters.cost_mib == 38
    hostile: Any = ("m=0,t=1,p=1", "m=8,t=1", "m=8,t=1,p=1 ", "m=８,t=1,p=1", "p=1,t=1,m=8", "m=99999999999,t=1,p=1")
    assert [Argon2Parameters.parse(scheme) for scheme in hostile] == [None] * len(hostile)
