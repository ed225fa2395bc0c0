"""The message catalogues: English is the source text, the other languages are Babel's `.po` files beside this module.

Texts are marked where they stand, with `mark` or `mark_plural`, so that `make messages` finds them; they are looked up
when somebody asks, in the language of that request. Compiled catalogues live in memory only.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE: Final = "en"
LOCALES: Final = ("da", "en", "sv", "nb")
FOLDER: Final = Path(__file__).parent / "catalogues"
DOMAIN: Final = "adgang"

# A browser set to Norwegian may say any of these; Bokmål is what a Nynorsk reader can read, too.
_SAME_LANGUAGE: Final = {"no": "nb", "nn": "nb"}
# Accept-Language is written by whoever asks; real browsers send less than a tenth of this.
_LONGEST_HEADER: Final = 1000


def mark(source: str) -> str:
    """Marks a text for translation; it is itself the key of its translations."""
    return source


def mark_plural(singular: str, plural: str) -> tuple[str, str]:
    """Marks a text that goes with a number."""
    return singular, plural


def negotiate(accept_language: str | None) -> str:
    """The language to answer in, by the caller's Accept-Language; English where none of ours is wanted."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "")[:_LONGEST_HEADER].split(","):
        tag, _, parameters = part.partition(";")
        primary = tag.strip().lower().replace("_", "-").partition("-")[0]
        locale = _SAME_LANGUAGE.get(primary, primary)
        quality = _quality(parameters)
        if locale in LOCALES and quality > 0:
            wanted.append((quality, locale))
    # max() keeps the first of equals, and the order of the header is the order of preference among equals.
    return max(wanted, key=lambda choice: choice[0], default=(0.0, SOURCE))[1]


def translate(source: str, locale: str, **values: object) -> str:
    """The text in that language, with its values filled in."""
    return _catalogue(locale).gettext(source).format(**values)


def translate_plural(sources: tuple[str, str], count: int, locale: str, **values: object) -> str:
    """The form of the text that goes with `count`, which fills the placeholder of the same name."""
    return _catalogue(locale).ngettext(*sources, count).format(count=count, **values)


def _quality(parameters: str) -> float:
    """The weight in `q=0.8`: 1 where there is none, 0 where it is no number."""
    name, separator, value = parameters.partition("=")
    if not separator or name.strip().lower() != "q":
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


@cache
def _catalogue(locale: str) -> NullTranslations:
    """One language's catalogue, compiled at first use."""
    if locale == SOURCE or locale not in LOCALES:
        return NullTranslations()
    compiled = io.BytesIO()
    with (FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale, domain=DOMAIN, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
