"""Which language an Accept-Language header gets."""

import pytest

from app.i18n import negotiate


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("da", "da"),
        ("da-DK", "da"),
        ("DA_dk", "da"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("nb", "nb"),
        ("de-DE,de;q=0.9,da;q=0.5,en;q=0.4", "da"),
        ("en;q=0.4,sv;q=0.5", "sv"),
        ("sv, da", "sv"),
        ("da;q=0, en", "en"),
        ("de, fr", "en"),
        ("*", "en"),
        ("de, *;q=0.5", "en"),
    ],
)
def test_takes_the_most_wanted_language_it_has(header: str | None, locale: str) -> None:
    assert negotiate(header) == locale


@pytest.mark.parametrize("header", ["da;q=2, sv", "da;q=nan, sv", "da;q=much, sv", "da;q=-1, sv", ";;;,sv", ",,sv;q"])
def test_ignores_what_is_no_weight(header: str) -> None:
    assert negotiate(header) == "sv"


def test_looks_at_no_more_than_a_header_can_need() -> None:
    assert negotiate("x," * 1_000_000 + "da") == "en"
