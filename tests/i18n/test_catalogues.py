"""The catalogues are whole: what the code marks is what each of them translates, with the same placeholders."""

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.i18n.catalogue import DOMAIN, FOLDER, LOCALES, SOURCE

KEYWORDS = {"mark": None, "mark_plural": (1, 2)}
TRANSLATED = [locale for locale in LOCALES if locale != SOURCE]

Key = str | tuple[str, ...]


def marked() -> set[Key]:
    """Every text that `app.i18n` marks for translation."""
    found = extract_from_dir(FOLDER.parent, [("**.py", "python")], keywords=KEYWORDS)
    return {tuple(text) if isinstance(text, tuple | list) else text for _, _, text, _, _ in found}


def catalogue(locale: str) -> Catalog:
    path = Path(FOLDER, locale, "LC_MESSAGES", f"{DOMAIN}.po")
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def messages(locale: str) -> list[Message]:
    return [message for message in catalogue(locale) if message.id]


def key(message: Message) -> Key:
    return tuple(message.id) if isinstance(message.id, tuple | list) else message.id


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (str(text),)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("locale", TRANSLATED)
def test_translates_what_the_code_marks_and_nothing_else(locale: str) -> None:
    assert {key(message) for message in messages(locale)} == marked()


@pytest.mark.parametrize("locale", TRANSLATED)
def test_leaves_nothing_untranslated_fuzzy_or_obsolete(locale: str) -> None:
    found = catalogue(locale)
    assert [message.id for message in found if message.id and not all(forms(message.string))] == []
    assert [message.id for message in found if message.id and message.fuzzy] == []
    assert found.fuzzy is False
    assert not found.obsolete


@pytest.mark.parametrize("locale", TRANSLATED)
def test_keeps_the_placeholders(locale: str) -> None:
    for message in messages(locale):
        wanted = {frozenset(placeholders(text)) for text in forms(message.id)}
        assert {frozenset(placeholders(text)) for text in forms(message.string)} == wanted, message.id


@pytest.mark.parametrize("locale", TRANSLATED)
def test_ends_sentences_where_the_source_ends_them(locale: str) -> None:
    for message in messages(locale):
        for source, text in zip(forms(message.id), forms(message.string), strict=True):
            assert source.endswith(".") == text.endswith("."), source


@pytest.mark.parametrize("locale", TRANSLATED)
def test_has_all_plural_forms(locale: str) -> None:
    found = catalogue(locale)
    for message in messages(locale):
        if message.pluralizable:
            assert len(forms(message.string)) == found.num_plurals, message.id
