"""The words that are too common to make a password: those of zxcvbn, of four languages, and of a firm's portal.

zxcvbn's own lists are passwords, names and English. The most frequent Danish, Swedish, Norwegian and English words come
from wordfreq (`make words`; LICENSE.md beside this file), and words that people take because they sit in front of a
portal's log-in are written here: they are what a guesser tries first, and no list of a language has them in front.
"""

import threading
import zlib
from functools import cache
from pathlib import Path
from typing import Final

from zxcvbn.matching import RANKED_DICTIONARIES  # type: ignore[import-untyped]  # it comes without types

from app.security.names import SPELLINGS, spelt

FILE: Final = Path(__file__).parent / "common.z"

OF_PORTALS: Final = (
    "adgangskode adgangskoder adgangskoden kodeord kodeordet løsen løsenord password passwords passord passordet"
    " lösenord lösenordet adgang adgangen velkommen välkommen welcome hemmelig hemmelighed hemlig hemlighet secret"
    " login logind logon indlogning inloggning innlogging bruger brugernavn brukernavn användare användarnamn username"
    " portal portalen kundeportal kundportal webportal kunde kunden kunder kund kundreference kundereference bestiller"
    " bestilling beställning order ordre ordrer fragt fragtmand fragtbrev frakt spedition speditør speditör"
    " transport transporter vognmand vognmænd vognmanden kørsel körning lastbil lastbilen lastbiler lastebil åkeri"
    " chauffør chaufför sjåfør lager levering leverans leveranse forår sommer sommeren efterår vinter sommar vår høst"
    " januar februar marts april maj juni juli august september oktober november december mandag tirsdag onsdag torsdag"
    " fredag lørdag søndag danmark sverige norge københavn stockholm oslo aarhus odense aalborg esbjerg"
)

NAME: Final = "adgang"
"""What the words are called among zxcvbn's dictionaries."""

NOT_ALONE: Final = frozenset({"english_wikipedia", "us_tv_and_film"})
"""zxcvbn's lists of whatever English there is, rare words too: two such words may be a good password."""

_lock = threading.Lock()


def learn() -> None:
    """Puts the words among zxcvbn's dictionaries; before anything is judged, and by one thread alone.

    zxcvbn looks at repeated text by its own dictionaries whatever it was given, so that there is no other place.
    """
    with _lock:
        if NAME not in RANKED_DICTIONARIES:
            RANKED_DICTIONARIES[NAME] = ranked()


def ranked() -> dict[str, int]:
    """Each word with its place among all, the most common first; one with ø or ä in the ASCII ways to write it too."""
    words: dict[str, int] = {}
    for rank, word in enumerate(dict.fromkeys([*OF_PORTALS.split(), *_common()]), start=1):
        words.setdefault(word, rank)
        if not word.isascii():
            for spelling in SPELLINGS:
                words.setdefault(spelt(word, spelling), rank)
    return words


@cache
def common() -> tuple[dict[str, int], ...]:
    """The lists of words, of known passwords and of people's names that a password is not made of, in small letters."""
    learn()
    return tuple(words for name, words in RANKED_DICTIONARIES.items() if name not in NOT_ALONE)


@cache
def longest() -> int:
    """The letters of the longest of them."""
    return max(len(word) for words in common() for word in words)


def _common() -> list[str]:
    return zlib.decompress(FILE.read_bytes()).decode().split("\n")
