"""The rules, "Usernames": what makes two e-mail addresses the same person's."""

import unicodedata

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.enums import FieldProblemCode
from app.services.usernames import MAX_LENGTH, canonical, problem_of


@pytest.mark.parametrize(
    "typed",
    [
        "ida@example.dk",
        "IDA@Example.DK",
        "  ida@example.dk ",
        "ida@EXAMPLE.dk",
    ],
)
def test_case_and_outer_spaces_make_no_other_username(typed: str) -> None:
    assert canonical(typed) == "ida@example.dk"


def test_a_composed_and_a_decomposed_letter_are_the_same() -> None:
    assert canonical("søren.å@example.dk") == canonical(unicodedata.normalize("NFD", "søren.å@example.dk"))


def test_the_domain_compares_in_ascii() -> None:
    assert canonical("ida@kørsel.dk") == canonical("ida@xn--krsel-vua.dk") == "ida@xn--krsel-vua.dk"


def test_different_mailboxes_are_never_merged() -> None:
    assert canonical("weiß@example.dk") != canonical("weiss@example.dk")
    assert canonical("ıda@example.dk") != canonical("ida@example.dk")
    assert canonical("аnna@example.dk") != canonical("anna@example.dk")  # the first letter is Cyrillic


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", FieldProblemCode.REQUIRED),
        ("   ", FieldProblemCode.REQUIRED),
        ("ida", FieldProblemCode.MALFORMED),
        ("@example.dk", FieldProblemCode.MALFORMED),
        ("ida@", FieldProblemCode.MALFORMED),
        ("ida@x@example.dk", FieldProblemCode.MALFORMED),
        ("ida@example..dk", FieldProblemCode.MALFORMED),
        ("ida@example.dk.", FieldProblemCode.MALFORMED),
        ("ida@example.dk。", FieldProblemCode.MALFORMED),
        ("ida@-example.dk", FieldProblemCode.MALFORMED),
        ("a" * 250 + "@x.dk", FieldProblemCode.TOO_LONG),
        ("id a@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\u00a0@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\u200b@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("\ufeffida@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("id\u202ea@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\n@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\x00@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\ud800@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\ue000@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ida\u0378@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ｉｄａ@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("Ⓐnna@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
        ("ﬁn@example.dk", FieldProblemCode.FORBIDDEN_CHARACTER),
    ],
)
def test_what_is_no_username_says_why(typed: str, problem: FieldProblemCode) -> None:
    assert problem_of(typed) is problem
    assert canonical(typed) is None


def test_the_length_is_looked_at_before_anything_is_normalised() -> None:
    assert problem_of("a\u0300\u0316" * 200_000) is FieldProblemCode.TOO_LONG


@given(st.text(max_size=MAX_LENGTH))
def test_any_text_has_either_a_key_or_a_problem(typed: str) -> None:
    assert (canonical(typed) is None) is (problem_of(typed) is not None)


@given(st.text("abz09.-x_", min_size=1, max_size=12), st.integers(1, 70), st.sampled_from(["", ".", "n", "a."]))
def test_a_domain_is_what_idna_makes_of_it_however_plain(piece: str, times: int, between: str) -> None:
    domain = between.join([piece] * times)[: MAX_LENGTH - 2]
    try:
        expected = idna.encode(domain).decode()
    except idna.IDNAError:
        expected = "."
    assert canonical(f"a@{domain}") == (None if expected.endswith(".") else f"a@{expected}")


@given(st.emails())
def test_a_key_is_its_own_key(email: str) -> None:
    key = canonical(email)
    if key is not None:
        assert canonical(key) == key
        assert canonical(email.upper().lower()) == key
