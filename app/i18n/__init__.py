"""Texts for people, in Danish, English, Swedish and Norwegian. Rules and services give codes; the words are here.

Adding a text is writing it in English where it belongs, running `make messages`, and translating what that put into
the three catalogues.
"""

from app.i18n.audit import detail
from app.i18n.catalogue import LOCALES, negotiate
from app.i18n.errors import text
from app.i18n.labels import check, label
from app.i18n.passwords import password_rules
from app.i18n.problems import duration, field, message, reason

__all__ = [
    "LOCALES",
    "check",
    "detail",
    "duration",
    "field",
    "label",
    "message",
    "negotiate",
    "password_rules",
    "reason",
    "text",
]
