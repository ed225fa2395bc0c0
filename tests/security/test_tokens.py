"""Secrets the service makes."""

import base64
import math

from hypothesis import given
from hypothesis import strategies as st

from app.security import policy, tokens


def test_a_secret_has_256_bits_and_no_two_are_equal() -> None:
    made = {tokens.new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(base64.urlsafe_b64decode(secret + "=")) == 32 for secret in made)


@given(st.text(st.characters(), max_size=50), st.text(st.characters(), max_size=50))
def test_a_digest_takes_any_text_and_tells_them_apart(one: str, other: str) -> None:
    assert len(tokens.digest(one)) == 32
    assert (tokens.digest(one) == tokens.digest(other)) is (one == other)


def test_a_digest_takes_lone_surrogates() -> None:
    assert tokens.digest("\ud800") != tokens.digest("\ud801")


def test_a_generated_password_is_long_strong_and_reads_clearly() -> None:
    for _ in range(200):
        password = tokens.generate_password()
        assert len(password) >= 20
        assert not set(password) & set("lI1O0oaeiuy")
        assert policy.weaknesses(password, ("Bo Bo", "bo@example.dk", "Hansens Vognmandsforretning A/S")) == ()
    signs = sum(sign != "-" for sign in password)
    assert signs * math.log2(len(tokens.UNAMBIGUOUS)) >= 90


def test_a_generated_password_is_as_long_as_the_policy_asks() -> None:
    assert all(len(tokens.generate_password(least)) >= least for least in range(8, 65))
