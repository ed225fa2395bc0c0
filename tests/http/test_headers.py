"""Headers are found by name as they came, and what short ones mean is worked out once."""

import pytest

from app.http.headers import LONGEST_REMEMBERED, MOST_REMEMBERED, Headers, remembered


def test_headers_are_found_by_their_names_in_the_order_they_came_in() -> None:
    headers = Headers([(b"accept", b"a"), (b"cookie", b"b=\xe6"), (b"accept", b"c"), (b"x", b"")])
    assert headers.get("accept") == "a"
    assert headers.every("accept") == ["a", "c"]
    assert headers.every("cookie") == ["b=æ"]
    assert headers.get("x") == ""
    assert "x" in headers


def test_a_header_that_did_not_come_is_none() -> None:
    headers = Headers([])
    assert headers.get("accept") is None
    assert headers.every("accept") == []
    assert "accept" not in headers


def test_the_size_is_that_of_all_names_and_values() -> None:
    assert Headers([(b"accept", b"a"), (b"cookie", b"bc"), (b"accept", b"")]).size == 7 + 8 + 6


def test_a_short_text_is_worked_out_once_and_a_long_one_each_time() -> None:
    asked: list[str] = []

    @remembered
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    short, long = "x" * LONGEST_REMEMBERED, "x" * (LONGEST_REMEMBERED + 1)
    assert [length(text) for text in (short, short, long, long)] == [len(short)] * 2 + [len(long)] * 2
    assert asked == [short, long, long]


def test_whoever_sends_ever_new_texts_has_the_old_ones_forgotten() -> None:
    asked: list[str] = []

    @remembered
    def same(text: str) -> str:
        asked.append(text)
        return text

    for number in range(MOST_REMEMBERED + 1):
        same(str(number))
    same(str(MOST_REMEMBERED))
    assert len(asked) == MOST_REMEMBERED + 1
    same("0")
    assert len(asked) == MOST_REMEMBERED + 2


def test_what_is_refused_is_worked_out_each_time() -> None:
    asked: list[str | None] = []

    @remembered
    def refuse(text: str | None) -> None:
        asked.append(text)
        raise KeyError(text)

    for _ in range(2):
        with pytest.raises(KeyError):
            refuse(None)
    assert asked == [None, None]
