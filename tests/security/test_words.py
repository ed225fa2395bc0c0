"""The words that are too common: four languages' and a portal's, in zxcvbn's lists before anything is judged."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from zxcvbn.matching import RANKED_DICTIONARIES  # type: ignore[import-untyped]  # it comes without types

from app.security import words


@pytest.mark.parametrize(
    "word",
    [
        "ikke",
        "også",
        "sommer",
        "hund",
        "hvad",
        "från",
        "också",
        "etter",
        "blir",
        "that",
        "which",
        "adgangskode",
        "vognmand",
    ],
)
def test_each_language_is_there(word: str) -> None:
    assert word in words.ranked()


def test_they_are_words_of_three_letters_or_more_the_commonest_first() -> None:
    ranked = words.ranked()
    assert len(ranked) > 15_000
    assert all(len(word) >= 3 and word.isalpha() and word == word.lower() for word in ranked)
    assert ranked["ikke"] < ranked["hund"] < ranked["marianne"]
    assert list(ranked.values()) == sorted(ranked.values())


def test_a_word_counts_in_the_ways_of_writing_it_without_its_letters() -> None:
    ranked = words.ranked()
    assert ranked["kærlighed"] == ranked["kaerlighed"]
    assert ranked["lørdag"] == ranked["loerdag"] == ranked["lordag"]
    assert ranked["också"] == ranked["ocksaa"] == ranked["ocksa"]


def test_zxcvbn_knows_them_however_many_threads_begin_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: words.learn(), range(32)))
    assert RANKED_DICTIONARIES[words.NAME] == words.ranked()
    assert any("adgangskode" in listed for listed in words.common())


def test_they_are_read_when_the_first_password_is_judged_and_not_before() -> None:
    script = "import app.services, app.security.words as w; from zxcvbn.matching import RANKED_DICTIONARIES as r;"
    script += "assert w.NAME not in r; w.learn(); assert w.NAME in r"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


def test_their_licence_stands_beside_them() -> None:
    text = words.FILE.with_name("LICENSE.md").read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by-sa/4.0" in text
    for source in ("wordfreq 3.1.1", "Wikipedia", "OpenSubtitles", "SUBTLEX", "Leeds", "ParaCrawl", "ngrams"):
        assert source in text
