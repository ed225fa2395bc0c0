"""Every code has a text in every language, and the Danish ones keep the source document's words."""

import string
from dataclasses import dataclass, field
from typing import Any

import pytest

from app import i18n, ids
from app.i18n.errors import text_keys
from app.models.enums import (
    ActorKind,
    AuditAction,
    FieldProblemCode,
    LoginCheckKind,
    PasswordReasonCode,
    PortalPermission,
    ProblemCode,
)
from app.services.problems import (
    AlreadyExists,
    FieldProblem,
    InUse,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotLoggedIn,
    NotRestorable,
    NoUserFound,
    Overloaded,
    PasswordReason,
    Problem,
    SharedUsername,
    TicketExpired,
    TooManyAttempts,
    VersionConflict,
    WeakPassword,
    WrongCode,
    WrongPassword,
)

CUSTOMER = ids.encode("Customer", 1)

PROBLEMS: list[Problem] = [
    NoUserFound(),
    TooManyAttempts(900),
    TooManyAttempts(0),
    TicketExpired(),
    NotLoggedIn(),
    NotAllowed(),
    WrongPassword(),
    WrongCode(),
    WeakPassword(tuple(PasswordReason(code, 15) for code in PasswordReasonCode)),
    InvalidInput((FieldProblem("input.email", FieldProblemCode.MALFORMED),)),
    NotFound(CUSTOMER),
    AlreadyExists("input.number", CUSTOMER),
    SharedUsername((1, 2)),
    VersionConflict(2, CUSTOMER),
    Overloaded(3),
    NotRestorable(),
    InUse(1, 2),
]


@dataclass
class Happening:
    """An event as the audit's rows show it."""

    action: AuditAction
    actor_kind: ActorKind = ActorKind.STAFF
    actor: str | None = None
    username: str | None = None
    changes: list[Any] = field(default_factory=list)
    data: dict[str, object] = field(default_factory=dict)


def assert_text(text: str) -> None:
    """It says something, and no placeholder was left in it."""
    assert text.strip()
    assert [name for _, name, _, _ in string.Formatter().parse(text) if name is not None] == []


def test_the_list_of_problems_here_is_whole() -> None:
    assert {problem.code for problem in PROBLEMS} == set(ProblemCode)


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_every_code_has_a_text(locale: str) -> None:
    texts = [i18n.message(problem, locale) for problem in PROBLEMS]
    texts += [i18n.reason(PasswordReason(code, 15), locale) for code in PasswordReasonCode]
    texts += [i18n.field(code, locale, path) for code in FieldProblemCode for path in ("", "input.email", "first")]
    texts += [i18n.label(permission, locale) for permission in PortalPermission]
    texts += [i18n.check(kind, passed, locale) for kind in LoginCheckKind for passed in (True, False)]
    texts += [i18n.detail(Happening(action, kind), locale) for action in AuditAction for kind in ActorKind]
    for text in texts:
        assert_text(text)


@pytest.mark.parametrize("locale", i18n.LOCALES)
@pytest.mark.parametrize("key", text_keys())
def test_every_error_has_a_text(key: str, locale: str) -> None:
    values = {
        "duration": "1 s",
        "limit": 20,
        "cost": 30,
        "field": "login",
        "request_id": "r",
        "name": "variables",
        "graphql": "application/graphql-response+json",
        "json": "application/json",
    }
    assert_text(i18n.text(key, locale, **values))


def test_the_danish_texts_keep_the_words_of_the_source() -> None:
    assert i18n.message(NoUserFound(), "da") == "Ingen brugere findes"
    assert "Krypteret adgangskode" in i18n.check(LoginCheckKind.PASSWORD_SET, True, "da")
    assert "Internet bruger" in i18n.check(LoginCheckKind.INTERNET_USER, False, "da")
    assert i18n.label(PortalPermission.CHANGE_ORDER_DEFAULTS, "da") == "Ændr standardindstillinger for nye ordrer"


def test_an_unknown_language_reads_english() -> None:
    assert i18n.message(NoUserFound(), "xx") == i18n.message(NoUserFound(), "en") == "No users found"


@pytest.mark.parametrize(
    ("seconds", "danish"),
    [
        (1, "1 sekund"),
        (59, "59 sekunder"),
        (60, "1 minut"),
        (61, "2 minutter"),
        (899, "15 minutter"),
        (3600, "60 minutter"),
        (7200, "2 timer"),
        (86400, "24 timer"),
    ],
)
def test_a_wait_is_told_in_the_unit_that_fits(seconds: int, danish: str) -> None:
    assert i18n.message(TooManyAttempts(seconds), "da").endswith(f"Prøv igen om {danish}.")


@pytest.mark.parametrize(
    ("customers", "references", "danish"),
    [(1, 0, "1 kunde."), (0, 2, "2 kundereferencer."), (2, 1, "2 kunder og 1 kundereference.")],
)
def test_what_still_uses_a_thing_is_counted(customers: int, references: int, danish: str) -> None:
    assert danish in i18n.message(InUse(customers, references), "da")


def test_a_value_taken_says_whose_it_is() -> None:
    taken = {i18n.message(AlreadyExists("input.email", ids.encode(type_name, 1)), "en") for type_name in ids_of_email()}
    assert len(taken) == 2
    assert i18n.message(AlreadyExists("input.email", None), "en") not in taken


def ids_of_email() -> tuple[str, str]:
    return "Reference", "StaffMember"


def test_input_that_is_wrong_names_the_field_and_no_value() -> None:
    problem = InvalidInput((FieldProblem("first", FieldProblemCode.OUT_OF_RANGE),))
    assert "first: A page holds at most 500 rows" in i18n.message(problem, "en")


def test_an_event_tells_who_did_what_for_whom_and_what_it_ended() -> None:
    event = Happening(
        AuditAction.PASSWORD_CLEARED,
        actor="bo@vognmand.example",
        username="ida@kunde.example",
        changes=[{"field": "email", "before": None, "after": "x"}],
        data={"sessionsRevoked": 2},
    )
    assert i18n.detail(event, "da") == (
        "bo@vognmand.example fjernede adgangskoden for ida@kunde.example. Felter: email. 2 sessioner blev afsluttet."
    )


def test_an_event_tells_that_a_password_was_forgotten() -> None:
    event = Happening(AuditAction.PASSWORD_CLEARED, actor="bo", username="ida", data={"forgotten": True})
    assert i18n.detail(event, "da") == "bo fjernede adgangskoden for ida. Den kan ikke lægges tilbage."


def test_an_event_still_reads_well_when_names_are_erased() -> None:
    assert i18n.detail(Happening(AuditAction.LOGIN_FAILED, ActorKind.NOBODY), "en") == (
        "Somebody tried in vain to log in as a username that isn't shown."
    )
    assert i18n.detail(Happening(AuditAction.CUSTOMER_CREATED), "en") == "A member of staff created a customer."


def test_a_wait_of_an_address_names_no_username() -> None:
    event = Happening(AuditAction.LOGIN_THROTTLED, ActorKind.NOBODY, username="ida", data={"wait": "PAIR"})
    assert i18n.detail(event, "sv") == "Inloggningar som ida stoppades efter för många felaktiga lösenord."
    event = Happening(AuditAction.LOGIN_THROTTLED, ActorKind.NOBODY, data={"wait": "ADDRESS"})
    assert i18n.detail(event, "sv") == "Inloggningar från en adress stoppades efter för många felaktiga lösenord."


def test_a_text_with_braces_in_a_value_is_taken_as_it_is() -> None:
    event = Happening(AuditAction.LOGIN_UNLOCKED, actor="{actor.__class__}", username="{0}")
    assert i18n.detail(event, "en") == "{actor.__class__} unlocked {0}."
