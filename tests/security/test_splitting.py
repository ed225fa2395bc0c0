"""Passwords that are a word or two, doubled, paired or with digits."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.security import words
from app.security.splitting import words_in

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("password", "fewest"),
    [
        ("adgangskode12345", 1),
        ("12345-adgangskode!", 1),
        ("Sommer2026Sommer2026", 1),
        ("Sommer 2026 / Vinter 2027", 2),
        ("passwordpassword", 1),
        ("passw0rdpassw0rd", 1),
        ("portalportalportal", 1),
        ("adgangskodeadgangskodeadg", 1),
        ("hundekathundekat", 2),
        ("hunde kat hunde kat", 2),
        ("KÆRLIGHED2024kærlighed", 1),
        ("kaerlighed2024kaerlighed", 1),
        ("forår2026foraar2026", 1),
        ("lösenord lösenord", 1),
        ("losenord.losenord", 1),
        ("Kundeportal#Ordre#1", 2),
        ("Mette Sørensen 1985", 2),
        ("september2025september", 1),
        ("sommer hus vinter", None),
        ("en bog om både og blomster", None),
        ("sommersommerq", None),
        ("somm3r2026", None),
        ("sommer☃sommer", None),
        ("зимаsommer", None),
        ("839201748392017", None),
        ("!!!!!!!!!!!!!!!!", None),
        ("", None),
    ],
)
def test_a_password_is_split_into_common_words(password: str, fewest: int | None) -> None:
    assert words_in(password, NOBODY) == fewest


@pytest.mark.parametrize(
    ("password", "fewest"),
    [
        ("Ida Dam Ida Dam Ida Dam", 0),
        ("IdaDam1987", 0),
        ("Ida Dam sommer", 1),
        ("Ida Dam Vinter Sommer", 2),
        ("Ida Dam Sommer Vinter hund", None),
        ("Ida Dam xqvz", None),
    ],
)
def test_the_persons_own_names_count_for_nothing(password: str, fewest: int | None) -> None:
    assert words_in(password, {"ida", "dam"}) == fewest


@pytest.mark.parametrize(
    "password",
    [
        "a" * 255 + "Ж",
        "ab" * 127 + "Ж",
        "1a" * 127 + "Ж",
        "mama" * 63 + "Ж",
        "123456" * 42 + "aЖ",
        "ananas" * 42 + "Ж",
        ("".join(list(words.ranked())[:60]))[:255] + "Ж",
    ],
)
def test_no_password_takes_long_to_split(password: str) -> None:
    """A few milliseconds each; a search without memory of where it has been would take forever."""
    words.learn()
    began = time.thread_time()
    assert words_in(password, {"ab", "an", "na"}) is None
    assert time.thread_time() - began < 1


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["sommer", "adgangskode", "password"]), min_size=1, max_size=6),
    st.text("0123456789 -.!", max_size=4),
)
def test_two_words_are_found_however_often_and_with_whatever_between(chosen: list[str], between: str) -> None:
    fewest = words_in(between.join(chosen), NOBODY)
    assert fewest == len(set(chosen)) if len(set(chosen)) < 3 else fewest is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=256))
def test_any_text_can_be_split_or_not(text: str) -> None:
    assert words_in(text, NOBODY) in (None, 1, 2)
