"""Derived keys: one for each use, and RFC 5869's own numbers."""

import hashlib
import hmac
import secrets

import pytest

from app.security.keys import Keys, expand, key_id


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, section 2.3, as it is written there."""
    done, block, number = b"", b"", 0
    while len(done) < length:
        number += 1
        block = hmac.new(key, block + info + bytes([number]), hashlib.sha256).digest()
        done += block
    return done[:length]


def test_a_key_is_one_block_of_hkdf_expand() -> None:
    secret = secrets.token_bytes(32)
    assert expand(secret, "username") == hkdf_expand(secret, b"adgang username", 32)


def test_each_use_and_each_secret_has_a_key_of_its_own() -> None:
    one, other = Keys(bytes(32)), Keys(bytes(31) + b"\x01")
    made = [one.username_hash("x"), one.actor_hash("x"), other.username_hash("x"), one.username_hash("y")]
    assert len(set(made)) == len(made)
    assert one.username_hash("x") == Keys(bytes(32)).username_hash("x")


def test_parts_of_what_is_hashed_do_not_run_into_one_another() -> None:
    keys = Keys(bytes(32))
    for hashed in (keys.throttle_hash, keys.device_mac):
        made = [hashed("ab", "c"), hashed("a", "bc"), hashed("abc"), hashed("abc", ""), hashed("", "abc")]
        assert len(set(made)) == len(made)
    assert keys.throttle_hash("x") != keys.device_mac("x")


def test_any_text_has_a_hash() -> None:
    assert len(Keys(bytes(32)).throttle_hash("\ud800")) == 32
    assert len(Keys(bytes(32)).username_hash("\ud800")) == 32


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keys(b"short")
    assert "HEMMELIG" not in repr(Keys(b"HEMMELIG" * 4))


def test_a_key_id_is_short_and_stable() -> None:
    assert key_id(bytes(32)) == key_id(bytes(32)) != key_id(b"\x01" * 32)
    assert len(key_id(bytes(32))) == 12
