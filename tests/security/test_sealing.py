"""Secrets that are encrypted: under which key, and for whom."""

import pytest

from app.security.keys import key_id
from app.security.sealing import CannotOpen, Sealed, Sealing

OLD, NEW, SECRET_KEY = b"o" * 32, b"n" * 32, b"s" * 32
SECRET = b"what nobody may read"


def sealing(*password_keys: bytes, secret_key: bytes = SECRET_KEY, use: str = "test") -> Sealing:
    return Sealing(password_keys, secret_key, use)


def test_what_is_sealed_is_opened_by_its_owner() -> None:
    sealed = sealing(NEW).seal(SECRET, b"1")
    assert sealing(NEW).open(sealed, b"1") == SECRET
    assert SECRET not in sealed.text
    assert str(sealed) == f"Sealed(under='{key_id(NEW)}')"


def test_the_same_secret_is_never_sealed_the_same_way() -> None:
    assert sealing(NEW).seal(SECRET, b"1") != sealing(NEW).seal(SECRET, b"1")


def test_the_first_password_key_seals_and_the_others_open() -> None:
    old = sealing(OLD).seal(SECRET, b"1")
    both = sealing(NEW, OLD)
    assert both.open(old, b"1") == SECRET
    assert both.seal(SECRET, b"1").under == both.under == key_id(NEW)


def test_without_a_password_key_the_secret_key_seals_and_goes_on_opening() -> None:
    sealed = sealing().seal(SECRET, b"1")
    assert sealed.under == "secret"
    assert sealing(NEW).open(sealed, b"1") == SECRET


@pytest.mark.parametrize(
    ("other", "owner"),
    [
        (sealing(OLD), b"1"),
        (sealing(NEW, use="another"), b"1"),
        (sealing(NEW), b"2"),
    ],
)
def test_another_key_another_use_or_another_owner_opens_nothing(other: Sealing, owner: bytes) -> None:
    with pytest.raises(CannotOpen):
        other.open(sealing(NEW).seal(SECRET, b"1"), owner)


@pytest.mark.parametrize("text", [b"", b"x", b"x" * 12, b"x" * 60])
def test_what_was_never_sealed_is_not_opened(text: bytes) -> None:
    with pytest.raises(CannotOpen) as refused:
        sealing().open(Sealed(text, "secret"), b"1")
    assert refused.value.__cause__ is None


def test_a_changed_byte_is_noticed() -> None:
    sealed = sealing().seal(SECRET, b"1")
    for place in (0, len(sealed.text) // 2, -1):
        changed = bytearray(sealed.text)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            sealing().open(Sealed(bytes(changed), sealed.under), b"1")
