"""The file of breached passwords: what is found in it, and what is no such file."""

import hashlib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.enums import PasswordReasonCode
from app.security import policy
from app.security.breached import BreachedPasswords, opened_breached
from app.security.passwords import Argon2Parameters, PasswordHasher
from app.settings_sources import SettingsError

KNOWN = "en meget kendt sång om heste"
OTHERS = [f"another {number}" for number in range(500)]


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def lines(*passwords: str, digits: int = 40, count: bool = True) -> list[str]:
    return sorted(digest(each)[:digits] + (f":{len(each)}" if count else "") for each in passwords)


@pytest.mark.parametrize("digits", [40, 16, 10])
@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("small", [True, False])
def test_every_password_in_the_file_is_found_and_no_other(
    tmp_path: Path, digits: int, count: bool, end: str, small: bool
) -> None:
    text = end.join(lines(KNOWN, *OTHERS, digits=digits, count=count)) + end
    file = tmp_path / "breached"
    file.write_bytes((text.lower() if small else text).encode())
    with opened_breached(str(file)) as found:
        assert found is not None
        assert all(each in found for each in (KNOWN, *OTHERS))
        assert not any(f"no {each}" in found for each in OTHERS)


def test_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    file = tmp_path / "breached"
    for passwords in ([KNOWN], [KNOWN, *OTHERS]):
        file.write_text("\n".join(lines(*passwords)))
        with opened_breached(str(file)) as found:
            assert found is not None
            assert all(each in found for each in passwords)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1), st.integers(10, 40))
def test_it_finds_what_a_set_would_find(passwords: set[str], digits: int) -> None:
    found = BreachedPasswords("\n".join(lines(*passwords, digits=digits)).encode())
    found.check()
    for each in passwords:
        assert each in found
        assert (each + "x" in found) == (each + "x" in passwords)


def test_without_the_setting_there_is_none() -> None:
    with opened_breached("") as found:
        assert found is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "byte 0 is no SHA-1 digest"),
        (b"password\n123456\n", "byte 0 is no SHA-1 digest"),
        (b"0123456789abcdef" * 20, "no SHA-1 digest"),
        (b"5BAA6:3\n5BAA7:3\n", "at least 10 digits"),
        ("\n".join(reversed(lines(*OTHERS))).encode(), "not sorted"),
        ("\n".join(lines(*OTHERS))[:-30].encode(), "another number of digits"),
        (("\n".join(lines(*OTHERS)) + "\n<html>").encode(), "no SHA-1 digest"),
    ],
)
def test_what_is_no_such_file_is_said_in_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "breached"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=says) as error, opened_breached(str(file)):
        pass
    assert str(error.value).startswith("ADGANG_BREACHED_FILE is not what it should be:")


@pytest.mark.parametrize("name", ["", "missing"])
def test_what_cant_be_read_is_said_with_its_path(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name) if name else str(tmp_path)
    with pytest.raises(SettingsError, match="ADGANG_BREACHED_FILE can't be read") as error, opened_breached(path):
        pass
    assert path in str(error.value)


def test_what_fails_while_it_is_open_is_not_the_files_fault(tmp_path: Path) -> None:
    file = tmp_path / "breached"
    file.write_text("\n".join(lines(KNOWN)))
    with pytest.raises(ValueError, match="something else"), opened_breached(str(file)):
        raise ValueError("something else")


def test_a_file_that_was_damaged_since_refuses_nobody_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    whole = "\n".join(lines(KNOWN, *OTHERS)).encode()
    found = BreachedPasswords(whole[:45] + b"?" * (len(whole) - 45))
    assert KNOWN not in found
    shown = "".join(capfd.readouterr())
    assert "changed while it was in use" in shown
    assert KNOWN not in shown


async def test_the_policy_says_so() -> None:
    cheap = PasswordHasher(Argon2Parameters(8, 1, 1))
    found = BreachedPasswords("\n".join(lines(KNOWN, *OTHERS)).encode())
    judge = policy.reasons
    try:
        for written in (KNOWN, unicodedata.normalize("NFD", KNOWN)):
            answer = await judge(written, min_length=15, names=(), hasher=cheap, breached=found)
            assert answer == (PasswordReasonCode.BREACHED,)
        assert await judge(f"{KNOWN} x", min_length=15, names=(), hasher=cheap, breached=found) == ()
        assert await judge("another 1", min_length=15, names=(), hasher=cheap, breached=found) == (
            PasswordReasonCode.TOO_SHORT,
        )
    finally:
        cheap.close()
