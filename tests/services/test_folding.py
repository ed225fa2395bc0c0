"""The folded forms: the Danish alphabet bytewise, and the starts that a search finds."""

import pytest

from app.services.folding import END, SEARCH_KEY_LENGTH, fold, search_keys, search_start


def in_order(*texts: str) -> list[str]:
    return sorted(texts, key=lambda text: fold(text).encode())


def found(typed: str, *, name: str, starts: tuple[str | None, ...] = ()) -> bool:
    start = search_start(typed)
    return any(start <= key < start + END for key in search_keys(name=name, starts=starts))


def test_danish_letters_come_last_and_in_their_order() -> None:
    names = ("Ålborg", "Ørsted", "Ærø", "Zebra", "Andersen", "Yde")
    assert in_order(*names) == ["Andersen", "Yde", "Zebra", "Ærø", "Ørsted", "Ålborg"]


def test_other_alphabets_come_behind_the_danish_one() -> None:
    assert in_order("Ω", "Åse", "Иван") == ["Åse", "Ω", "Иван"]


def test_double_a_is_ordered_as_the_last_letter() -> None:
    assert in_order("Aagaard", "Abel", "Ørsted", "Zoo") == ["Abel", "Zoo", "Ørsted", "Aagaard"]
    assert fold("Aagaard") == fold("Ågård")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("JENSEN", "jensen"),
        ("Æble", "Äble"),
        ("Sørensen", "Sörensen"),
        ("Müller", "Myller"),
        ("René", "Rene"),
        ("Strauß", "Strauss"),
        ("Đorđe", "Dorde"),
        ("A\u030ase", "Åse"),
        ("a\u0323\u030a", "å\u0323"),
        ("ǽ", "æ"),
        ("Ｊｅｎｓ", "jens"),
        ("Jens  Peter ", "Jens Peter"),
    ],
)
def test_case_accents_and_spelling_are_folded(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("æ", "ae"), ("ø", "o"), ("å", "a"), ("w", "v"), ("%", "_")])
def test_letters_of_their_own_stay_so(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_shorter_name_comes_first_and_words_count() -> None:
    assert in_order("Hansen Ole", "Hansen", "Hansena") == ["Hansen", "Hansen Ole", "Hansena"]


@pytest.mark.parametrize("typed", ["jens", "PETER", "peter h", "hansen", "jens peter hansen", "  hans ", "hánsen"])
def test_a_search_finds_the_start_of_any_word(typed: str) -> None:
    assert found(typed, name="Jens Peter Hansen")


@pytest.mark.parametrize("typed", ["ens", "eter", "jens hansen", "%", "_", "hansen jens"])
def test_a_search_finds_nothing_else(typed: str) -> None:
    assert not found(typed, name="Jens Peter Hansen")


@pytest.mark.parametrize("typed", ["A", "Aa", "aab", "Åb", "å"])
def test_a_search_for_aa_may_be_half_typed(typed: str) -> None:
    assert found(typed, name="Aabenraa Fragt")


def test_words_begin_after_punctuation_too() -> None:
    assert search_keys(name="Karl-Erik (Nord)") == ("(nord)", "erik (nord)", "karl-erik (nord)", "nord)")


def test_whole_values_are_found_by_their_start_only() -> None:
    starts = ("10432", None, "Anna.Holm@Jensen-Transport.dk")
    assert found("104", name="x", starts=starts)
    assert found("anna.holm@jensen", name="x", starts=starts)
    assert not found("holm@", name="x", starts=starts)
    assert not found("0432", name="x", starts=starts)


def test_percent_and_underscore_are_letters() -> None:
    assert found("100%", name="100% Fragt")
    assert found("a_b", name="a_b")
    assert not found("a_b", name="axb")


def test_keys_and_what_is_typed_are_cut() -> None:
    name = "x" * 500
    assert search_keys(name=name) == ("x" * SEARCH_KEY_LENGTH,)
    assert search_start("X" * 100_000) == "x" * SEARCH_KEY_LENGTH
    assert found("x" * 400, name=name)


def test_hostile_text_is_folded_without_fuss() -> None:
    assert search_start("\ud800\0") == "\ud800\0"
    assert search_start("\u0301" * 100_000) == ""
    assert fold("") == ""
