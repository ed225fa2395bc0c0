"""The pure table of effects: what a save does to the password that references share."""

from itertools import product

import pytest

from app.models.enums import CredentialEffect, SharedUsernameRule
from app.services.effects import LoginState, Outcome, Step, outcome_of, refuses

CLEAR, KEEP, REJECT = SharedUsernameRule
WITH_PASSWORD = LoginState("ida@example.dk", login_id=1, has_password=True, reference_ids=(10, 11))
WITHOUT_PASSWORD = LoginState("ida@example.dk", login_id=1, has_password=False, reference_ids=(10, 11))
UNKNOWN = LoginState("ny@example.dk")


def save(
    before: LoginState | None = None,
    after: LoginState | None = None,
    *,
    reference_id: int | None = None,
    sets_password: bool = False,
    rule: SharedUsernameRule = CLEAR,
) -> Outcome:
    return outcome_of(reference_id=reference_id, before=before, after=after, sets_password=sets_password, rule=rule)


@pytest.mark.parametrize(
    ("login", "sets_password", "rule", "effect", "step"),
    [
        (WITH_PASSWORD, True, CLEAR, CredentialEffect.PASSWORD_CHANGED, Step.SET_PASSWORD),
        (WITH_PASSWORD, True, KEEP, CredentialEffect.PASSWORD_CHANGED, Step.SET_PASSWORD),
        (WITHOUT_PASSWORD, True, CLEAR, CredentialEffect.PASSWORD_SET, Step.SET_PASSWORD),
        (WITHOUT_PASSWORD, True, KEEP, CredentialEffect.PASSWORD_SET, Step.SET_PASSWORD),
        (WITH_PASSWORD, False, CLEAR, CredentialEffect.PASSWORD_CLEARED, Step.CLEAR_PASSWORD),
        (WITH_PASSWORD, False, KEEP, CredentialEffect.PASSWORD_INHERITED, Step.NOTHING),
        (WITHOUT_PASSWORD, False, CLEAR, CredentialEffect.NONE, Step.NOTHING),
        (WITHOUT_PASSWORD, False, KEEP, CredentialEffect.NONE, Step.NOTHING),
    ],
)
@pytest.mark.parametrize("reference_id", [None, 12], ids=["created", "renamed"])
def test_joining_a_username_that_others_have(
    login: LoginState,
    sets_password: bool,
    rule: SharedUsernameRule,
    effect: CredentialEffect,
    step: Step,
    reference_id: int | None,
) -> None:
    before = None if reference_id is None else LoginState("før@example.dk", 2, True, (12,))
    outcome = save(before, login, reference_id=reference_id, sets_password=sets_password, rule=rule)
    assert (outcome.effect, outcome.step, outcome.refused) == (effect, step, False)
    assert outcome.reference_ids == ((10, 11) if reference_id is None else (10, 11, 12))
    assert outcome.ends_login_sessions is (step is not Step.NOTHING)
    assert outcome.ends_reference_sessions is (reference_id is not None)


@pytest.mark.parametrize(("login", "sets_password"), [*product((WITH_PASSWORD, WITHOUT_PASSWORD), (True, False))])
def test_reject_refuses_whatever_is_given(login: LoginState, sets_password: bool) -> None:
    outcome = save(None, login, sets_password=sets_password, rule=REJECT)
    assert outcome.refused
    assert (outcome.effect, outcome.step) == (CredentialEffect.NONE, Step.NOTHING)


@pytest.mark.parametrize("rule", list(SharedUsernameRule))
def test_the_rule_matters_only_where_others_have_the_username(rule: SharedUsernameRule) -> None:
    assert save(None, UNKNOWN, sets_password=True, rule=rule).effect is CredentialEffect.PASSWORD_SET
    assert save(None, UNKNOWN, rule=rule).effect is CredentialEffect.NONE
    kept = save(WITH_PASSWORD, WITH_PASSWORD, reference_id=10, rule=rule)
    assert (kept.effect, kept.step) == (CredentialEffect.NONE, Step.NOTHING)


def test_the_only_owner_takes_the_login_along() -> None:
    alone = LoginState("ida@example.dk", 1, True, (10,))
    outcome = save(alone, UNKNOWN, reference_id=10)
    assert (outcome.effect, outcome.step) == (CredentialEffect.NONE, Step.TAKE_LOGIN_ALONG)
    assert outcome.reference_ids == (10,)
    assert outcome.ends_reference_sessions


@pytest.mark.parametrize(
    ("has_password", "effect"), [(True, CredentialEffect.PASSWORD_CHANGED), (False, CredentialEffect.PASSWORD_SET)]
)
def test_the_only_owner_may_take_the_login_along_and_set_its_password(
    has_password: bool, effect: CredentialEffect
) -> None:
    alone = LoginState("ida@example.dk", 1, has_password, (10,))
    outcome = save(alone, UNKNOWN, reference_id=10, sets_password=True)
    assert (outcome.effect, outcome.step) == (effect, Step.TAKE_LOGIN_ALONG_AND_SET_PASSWORD)


@pytest.mark.parametrize(
    ("login", "sets_password", "effect"),
    [
        (WITH_PASSWORD, False, CredentialEffect.PASSWORD_CLEARED),
        (WITHOUT_PASSWORD, False, CredentialEffect.NONE),
        (WITH_PASSWORD, True, CredentialEffect.PASSWORD_SET),
    ],
)
def test_leaving_a_shared_username_names_the_leaver_alone(
    login: LoginState, sets_password: bool, effect: CredentialEffect
) -> None:
    outcome = save(login, UNKNOWN, reference_id=10, sets_password=sets_password)
    assert (outcome.effect, outcome.reference_ids) == (effect, (10,))
    assert not outcome.ends_login_sessions
    assert outcome.ends_reference_sessions


@pytest.mark.parametrize(
    ("login", "effect", "remaining"),
    [
        (WITH_PASSWORD, CredentialEffect.NONE, (11,)),
        (LoginState("ida@example.dk", 1, True, (10,)), CredentialEffect.PASSWORD_CLEARED, ()),
        (LoginState("ida@example.dk", 1, False, (10,)), CredentialEffect.NONE, ()),
    ],
)
def test_the_login_goes_with_the_last_reference(
    login: LoginState, effect: CredentialEffect, remaining: tuple[int, ...]
) -> None:
    outcome = save(login, None, reference_id=10)
    assert (outcome.effect, outcome.reference_ids) == (effect, remaining)
    assert outcome.ends_reference_sessions


def test_a_reference_without_a_username_touches_no_login() -> None:
    assert save() == Outcome(CredentialEffect.NONE)


def test_an_expected_effect_must_be_the_effect() -> None:
    outcome = save(None, WITH_PASSWORD)
    agreed = {"reference_id": None, "expected_references": None}
    assert not refuses(outcome, expected_effect=CredentialEffect.PASSWORD_CLEARED, **agreed)
    assert refuses(outcome, expected_effect=CredentialEffect.NONE, **agreed)


@pytest.mark.parametrize(
    ("expected", "refused"), [({10, 11}, False), ({10, 11, 99}, False), ({10}, True), (set(), True), (None, False)]
)
def test_only_expected_references_may_be_touched(expected: set[int] | None, refused: bool) -> None:
    outcome = save(None, WITH_PASSWORD)
    agreed = None if expected is None else frozenset(expected)
    assert refuses(outcome, reference_id=None, expected_effect=None, expected_references=agreed) is refused


def test_the_saved_reference_need_not_be_expected_and_nothing_touched_needs_no_agreement() -> None:
    changed = save(WITH_PASSWORD, WITH_PASSWORD, reference_id=10, sets_password=True)
    assert not refuses(changed, reference_id=10, expected_effect=None, expected_references=frozenset({11}))
    untouched = save(WITH_PASSWORD, WITH_PASSWORD, reference_id=10)
    assert not refuses(untouched, reference_id=10, expected_effect=None, expected_references=frozenset())
