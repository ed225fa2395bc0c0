"""What a save does to a password that several references share: the table of effects, as a pure function.

The rules, "One username, one password" 6 to 11. A save and its preview both ask this function, so that they can't
differ. It knows no database: it is given what was read (before the save, or again under its locks) and says what is to
be done, to whom, and whose sessions end.
"""

from dataclasses import dataclass
from enum import Enum, auto

from app.models.enums import CredentialEffect, SharedUsernameRule


class Step(Enum):
    """What is to be done to the logins that a save touches."""

    NOTHING = auto()
    SET_PASSWORD = auto()
    CLEAR_PASSWORD = auto()
    TAKE_LOGIN_ALONG = auto()
    TAKE_LOGIN_ALONG_AND_SET_PASSWORD = auto()

    @property
    def takes_login_along(self) -> bool:
        return self in (Step.TAKE_LOGIN_ALONG, Step.TAKE_LOGIN_ALONG_AND_SET_PASSWORD)

    @property
    def sets_password(self) -> bool:
        return self in (Step.SET_PASSWORD, Step.TAKE_LOGIN_ALONG_AND_SET_PASSWORD)


@dataclass(frozen=True, slots=True)
class LoginState:
    """One username as it is: whether it has a password, and the references that have it, by customer name."""

    username: str
    login_id: int | None = None
    has_password: bool = False
    reference_ids: tuple[int, ...] = ()

    def others(self, reference_id: int | None) -> tuple[int, ...]:
        """The references of this username apart from this one."""
        return tuple(other for other in self.reference_ids if other != reference_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a save does.

    Attributes:
        effect: what the public schema calls it.
        step: what the service has to do.
        reference_ids: the references whose login it is after the save; a new one has no key yet and isn't among them.
        refused: nothing is to be done, for the username is shared and that was not agreed to.
        ends_login_sessions: every session of the username after the save ends.
        ends_reference_sessions: the sessions of the saved reference end.
    """

    effect: CredentialEffect
    step: Step = Step.NOTHING
    reference_ids: tuple[int, ...] = ()
    refused: bool = False
    ends_login_sessions: bool = False
    ends_reference_sessions: bool = False


def outcome_of(
    *,
    reference_id: int | None,
    before: LoginState | None,
    after: LoginState | None,
    sets_password: bool,
    rule: SharedUsernameRule,
) -> Outcome:
    """What saving a reference does to the logins it touches.

    Args:
        reference_id: the saved reference, or None for one that is being created.
        before: the username the reference has now, if any.
        after: the username it is to have, if any, as that login is now. The same as `before` where it stays.
        sets_password: a new password was typed or is to be generated.
        rule: what happens to a login that others have, where its username is new to the reference.
    """
    if after is None:
        return _without_username(reference_id, before)
    if before is not None and before.username == after.username:
        return _same_username(after, sets_password)
    renamed = before is not None
    if after.others(reference_id):
        return _joining(reference_id, after, sets_password, rule, renamed)
    if before is None:
        return _first_of_username(reference_id, sets_password)
    if before.others(reference_id):
        return _leaving(reference_id, before, sets_password)
    return _taking_along(reference_id, before, sets_password)


def refuses(
    outcome: Outcome,
    *,
    reference_id: int | None,
    expected_effect: CredentialEffect | None,
    expected_references: frozenset[int] | None,
) -> bool:
    """Whether the save is another one than was agreed to (rule 11)."""
    if outcome.refused or (expected_effect is not None and expected_effect is not outcome.effect):
        return True
    if expected_references is None or outcome.effect is CredentialEffect.NONE:
        return False
    return not expected_references.issuperset(set(outcome.reference_ids) - {reference_id})


def _without_username(reference_id: int | None, before: LoginState | None) -> Outcome:
    """The reference is deleted or its e-mail emptied: the login goes with the last one (rule 9)."""
    if before is None:
        return Outcome(CredentialEffect.NONE)
    remaining = before.others(reference_id)
    cleared = before.has_password and not remaining
    effect = CredentialEffect.PASSWORD_CLEARED if cleared else CredentialEffect.NONE
    return Outcome(effect, reference_ids=remaining, ends_reference_sessions=True)


def _same_username(login: LoginState, sets_password: bool) -> Outcome:
    if not sets_password:
        return Outcome(CredentialEffect.NONE, reference_ids=login.reference_ids)
    return Outcome(_set_or_changed(login), Step.SET_PASSWORD, login.reference_ids, ends_login_sessions=True)


def _joining(
    reference_id: int | None, login: LoginState, sets_password: bool, rule: SharedUsernameRule, renamed: bool
) -> Outcome:
    """The username is new to the reference and others have it: the table itself (rules 6 and 7)."""
    references = login.reference_ids
    if reference_id is not None:
        references = (*login.others(reference_id), reference_id)
    if rule is SharedUsernameRule.REJECT:
        return Outcome(CredentialEffect.NONE, reference_ids=references, refused=True)
    if sets_password:
        effect, step = _set_or_changed(login), Step.SET_PASSWORD
    elif not login.has_password:
        effect, step = CredentialEffect.NONE, Step.NOTHING
    elif rule is SharedUsernameRule.CLEAR_PASSWORD:
        effect, step = CredentialEffect.PASSWORD_CLEARED, Step.CLEAR_PASSWORD
    else:
        effect, step = CredentialEffect.PASSWORD_INHERITED, Step.NOTHING
    ends_all = step is not Step.NOTHING
    return Outcome(effect, step, references, ends_login_sessions=ends_all, ends_reference_sessions=renamed)


def _first_of_username(reference_id: int | None, sets_password: bool) -> Outcome:
    """A reference that had no username gets one that nobody has."""
    references = () if reference_id is None else (reference_id,)
    if sets_password:
        return Outcome(CredentialEffect.PASSWORD_SET, Step.SET_PASSWORD, references)
    return Outcome(CredentialEffect.NONE, reference_ids=references)


def _leaving(reference_id: int | None, before: LoginState, sets_password: bool) -> Outcome:
    """A reference leaves a shared username for one that nobody has: the others keep theirs (rule 7)."""
    alone = () if reference_id is None else (reference_id,)
    if sets_password:
        return Outcome(CredentialEffect.PASSWORD_SET, Step.SET_PASSWORD, alone, ends_reference_sessions=True)
    effect = CredentialEffect.PASSWORD_CLEARED if before.has_password else CredentialEffect.NONE
    return Outcome(effect, reference_ids=alone, ends_reference_sessions=True)


def _taking_along(reference_id: int | None, before: LoginState, sets_password: bool) -> Outcome:
    """The only owner of a username renames it: password, restorable password and lock-out come along (rule 7)."""
    alone = () if reference_id is None else (reference_id,)
    effect = _set_or_changed(before) if sets_password else CredentialEffect.NONE
    step = Step.TAKE_LOGIN_ALONG_AND_SET_PASSWORD if sets_password else Step.TAKE_LOGIN_ALONG
    return Outcome(effect, step, alone, ends_login_sessions=True, ends_reference_sessions=True)


def _set_or_changed(login: LoginState) -> CredentialEffect:
    return CredentialEffect.PASSWORD_CHANGED if login.has_password else CredentialEffect.PASSWORD_SET
