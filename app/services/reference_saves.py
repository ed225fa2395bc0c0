"""From what a caller hands in to the save of a reference that it means.

A draft is checked input. It becomes a save twice: on the rows as they were first read, and again under the save's
locks, because what was left out keeps the value that the row has by then.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from app.models.enums import CredentialEffect, FieldProblemCode, SharedUsernameRule
from app.services import references
from app.services.inputs import CreateReference, LeftOut, NewPassword, PreviewReference, UpdateReference
from app.services.new_passwords import check_new_password
from app.services.references import ReferenceFields, StoredReference
from app.services.validation import Checks, wrong


@dataclass(frozen=True, slots=True)
class Save:
    """A reference's fields as they are to be, and how far other references may be touched.

    Attributes:
        stored: the reference as it is, or None for one that is to be created.
        rule: what happens to a login that others have (the rules, "One username, one password" 6 and 7).
        expected_effect, expected_references: what the caller agreed to (rule 11); None where anything goes.
    """

    customer_id: int
    fields: ReferenceFields
    sets_password: bool
    rule: SharedUsernameRule
    expected_effect: CredentialEffect | None = None
    expected_references: frozenset[int] | None = None
    stored: StoredReference | None = None

    @property
    def reference_id(self) -> int | None:
        return None if self.stored is None else self.stored.id


@dataclass(frozen=True, slots=True)
class Draft:
    """Checked input that becomes a save once the reference's row is known."""

    reference_id: int | None
    build: Callable[[StoredReference | None], Save]
    new_password: NewPassword | None = None
    expected_version: int | None = None


def creation(given: CreateReference, default_rule: SharedUsernameRule) -> Draft:
    """The draft of a new reference.

    Raises:
        Refused: InvalidInput.
    """
    checks = Checks()
    fields = references.created(checks, given)
    customer_id = checks.key("customerId", given.customer_id, "Customer")
    expected = _expected(checks, given.expected_references)
    check_new_password(checks, given.new_password)
    sets_password = given.new_password is not None
    email_given = given.email is not None
    _check_together(checks, fields.email, fields.internet_user, email_given=email_given, sets_password=sets_password)
    checks.done()
    save = Save(
        customer_id=customer_id,
        fields=fields,
        sets_password=sets_password,
        rule=given.shared_username or default_rule,
        expected_effect=given.expected_effect,
        expected_references=expected,
    )
    return Draft(None, lambda _: save, given.new_password)


def update(given: UpdateReference, *, sets_password: bool | None = None) -> Draft:
    """The draft of a changed reference; `sets_password` is given where a preview has no password to show.

    Raises:
        Refused: InvalidInput; so does `build`, where the input and the row don't go together.
    """
    checks = Checks()
    key = checks.key("id", given.id, "Reference")
    changes = references.given_changes(checks, given)
    expected = _expected(checks, given.expected_references)
    check_new_password(checks, given.new_password)
    setting = given.new_password is not None if sets_password is None else sets_password
    check_together = partial(
        _check_together,
        email_given="email" in changes,
        sets_password=setting,
        set_by="newPassword" if sets_password is None else "setsPassword",
    )
    if "email" in changes:  # what is wrong now is wrong whatever the row holds
        check_together(checks, changes["email"], changes.get("internet_user", False))
    checks.done()

    def build(stored: StoredReference | None) -> Save:
        assert stored is not None
        wanted = replace(stored.fields, **changes)
        together = Checks()
        check_together(together, wanted.email, wanted.internet_user)
        together.done()
        return Save(
            customer_id=stored.customer_id,
            fields=wanted,
            sets_password=setting,
            rule=given.shared_username or SharedUsernameRule.KEEP_PASSWORD,
            expected_effect=given.expected_effect,
            expected_references=expected,
            stored=stored,
        )

    return Draft(key, build, given.new_password, given.expected_version)


def preview(given: PreviewReference, default_rule: SharedUsernameRule) -> Draft:
    """The draft of the save that a preview is of.

    Raises:
        Refused: InvalidInput.
    """
    if given.id is not None and given.customer_id is not None:
        raise wrong("customerId", FieldProblemCode.NOT_TOGETHER)
    if given.id is not None:
        change = UpdateReference(given.id, email=given.email, shared_username=given.shared_username)
        return update(change, sets_password=given.sets_password)
    if given.customer_id is None:
        raise wrong("id", FieldProblemCode.REQUIRED)
    checks = Checks()
    email = None if isinstance(given.email, LeftOut) else given.email
    fields = ReferenceFields(
        name="",
        email=checks.optional_email("email", email),
        phone=None,
        mobile=None,
        settings_id=None,
        internet_user=False,
        denied_permissions=(),
    )
    customer_id = checks.key("customerId", given.customer_id, "Customer")
    if given.sets_password and fields.email is None and not checks.found("email"):
        checks.add("setsPassword", FieldProblemCode.NOT_TOGETHER)
    checks.done()
    rule = given.shared_username or default_rule
    save = Save(customer_id=customer_id, fields=fields, sets_password=given.sets_password, rule=rule)
    return Draft(None, lambda _: save)


def _check_together(
    checks: Checks,
    email: str | None,
    internet_user: bool,
    *,
    email_given: bool,
    sets_password: bool,
    set_by: str = "newPassword",
) -> None:
    """Without an e-mail there is no login: no password to give it, nobody to tick Internet user for ("Usernames" 1)."""
    if email is not None or checks.found("email"):
        return
    if internet_user:
        checks.add("email" if email_given else "internetUser", FieldProblemCode.NOT_TOGETHER)
    if sets_password:
        checks.add(set_by, FieldProblemCode.NOT_TOGETHER)


def _expected(checks: Checks, given: tuple[str, ...] | None) -> frozenset[int] | None:
    if given is None:
        return None
    return frozenset(
        checks.key(f"expectedReferences.{position}", value, "Reference") for position, value in enumerate(given)
    )
