"""A reference's own fields: reading them from input and row, and writing them.

What a save does to passwords is not here but in `app.services.credentials`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app import ids
from app.database import Executor, Transaction
from app.models import Reference
from app.models.enums import AuditAction, PortalPermission
from app.services import changes, usernames
from app.services.audit import Event
from app.services.changes import Change
from app.services.folding import fold, search_keys
from app.services.inputs import CreateReference, LeftOut, UpdateReference
from app.services.order_settings import require_settings
from app.services.problems import AlreadyExists, NotFound, Refused
from app.services.results import CredentialImpact
from app.services.search import write_search_keys
from app.services.validation import NAME_LENGTH, PHONE_LENGTH, Checks


@dataclass(frozen=True, slots=True)
class ReferenceFields:
    """All that a reference has of its own, as a save is to leave it."""

    name: str
    email: str | None
    phone: str | None
    mobile: str | None
    settings_id: int | None
    internet_user: bool
    denied_permissions: tuple[PortalPermission, ...]

    @property
    def username(self) -> str | None:
        """The key of the login these fields ask for."""
        return None if self.email is None else usernames.canonical(self.email)


@dataclass(frozen=True, slots=True)
class StoredReference:
    """A reference as it stands in the register."""

    id: int
    version: int
    customer_id: int
    fields: ReferenceFields

    @property
    def public_id(self) -> str:
        return ids.encode("Reference", self.id)


def created(checks: Checks, given: CreateReference) -> ReferenceFields:
    """The fields of a new reference, from its input."""
    return ReferenceFields(
        name=checks.text("name", given.name, NAME_LENGTH),
        email=checks.optional_email("email", given.email),
        phone=checks.optional_text("phone", given.phone, PHONE_LENGTH),
        mobile=checks.optional_text("mobile", given.mobile, PHONE_LENGTH),
        settings_id=checks.optional_key("settingsId", given.settings_id, "InternetOrderSettings"),
        internet_user=bool(given.internet_user),
        denied_permissions=PortalPermission.in_order(given.denied_permissions or ()),
    )


def given_changes(checks: Checks, given: UpdateReference) -> dict[str, Any]:
    """The fields an update gives a value, by name; what was left out, or is the same as left out, isn't there."""
    found: dict[str, Any] = {}
    if not isinstance(given.name, LeftOut):
        found["name"] = checks.text("name", given.name, NAME_LENGTH)
    if not isinstance(given.email, LeftOut):
        found["email"] = checks.optional_email("email", given.email)
    if not isinstance(given.phone, LeftOut):
        found["phone"] = checks.optional_text("phone", given.phone, PHONE_LENGTH)
    if not isinstance(given.mobile, LeftOut):
        found["mobile"] = checks.optional_text("mobile", given.mobile, PHONE_LENGTH)
    if not isinstance(given.settings_id, LeftOut):
        found["settings_id"] = checks.optional_key("settingsId", given.settings_id, "InternetOrderSettings")
    if given.internet_user is not None:
        found["internet_user"] = given.internet_user
    if given.denied_permissions is not None:
        found["denied_permissions"] = PortalPermission.in_order(given.denied_permissions)
    return found


async def find(executor: Executor, key: int, *, lock: str = "") -> StoredReference:
    """Reads a reference, and locks it where a lock is given.

    Raises:
        Refused: NotFound.
    """
    rows = await executor.fetch(f"SELECT * FROM reference WHERE id = $1{lock}", key)
    if not rows:
        raise Refused(NotFound(ids.encode("Reference", key)))
    return _stored(executor, rows[0])


async def require_known(
    executor: Executor,
    *,
    customer_id: int,
    settings_id: int | None,
    reference_ids: Iterable[int],
    lock: str = "",
) -> None:
    """Lets a save pass whose input names only things there are; with a lock they stay until it ends.

    Raises:
        Refused: NotFound with the public id that names nothing.
    """
    if not await executor.fetch(f"SELECT id FROM customer WHERE id = $1{lock}", customer_id):
        raise Refused(NotFound(ids.encode("Customer", customer_id)))
    await require_settings(executor, settings_id, lock=lock)
    wanted = sorted(reference_ids)
    if not wanted:
        return
    known = await executor.fetch(f"SELECT id FROM reference WHERE {executor.dialect.any_of('id', '$1')}", wanted)
    for key in wanted:
        if key not in {row["id"] for row in known}:
            raise Refused(NotFound(ids.encode("Reference", key)))


async def require_unique(executor: Executor, customer_id: int, login_id: int, *, but: int | None) -> None:
    """Holds that a customer has at most one reference with a username ("Usernames" 3).

    Raises:
        Refused: AlreadyExists.
    """
    rows = await executor.fetch(
        "SELECT id FROM reference WHERE customer_id = $1 AND login_id = $2 AND id <> $3",
        customer_id,
        login_id,
        but or 0,
    )
    if rows:
        raise Refused(AlreadyExists("email", ids.encode("Reference", rows[0]["id"])))


async def names_beside(executor: Executor, reference_ids: Iterable[int], customer_id: int) -> list[str]:
    """The names, e-mails and companies of references, and the name of one more customer."""
    listed = executor.dialect.any_of("id", "$1")
    rows = await executor.fetch(
        f"SELECT name, email FROM reference WHERE {listed} UNION ALL SELECT name, NULL FROM customer"
        f" WHERE id = $2 OR id IN (SELECT customer_id FROM reference WHERE {listed})",
        list(reference_ids),
        customer_id,
    )
    return [text for row in rows for text in (row["name"], row["email"]) if text]


async def write(tx: Transaction, reference: Reference, wanted: ReferenceFields) -> None:
    """Writes a reference's fields and its search keys; its login is already in it."""
    reference.name, reference.name_key = wanted.name, fold(wanted.name)
    reference.email = wanted.email
    reference.email_key = None if wanted.email is None else fold(wanted.email)
    reference.phone, reference.mobile = wanted.phone, wanted.mobile
    reference.settings_id = wanted.settings_id
    reference.internet_user = wanted.internet_user
    reference.denied_permissions = [permission.value for permission in wanted.denied_permissions]
    await reference.save(using_db=tx.client)
    keys = search_keys(name=wanted.name, starts=(wanted.email,))
    await write_search_keys(tx, "reference", reference.id, reference.name_key, keys)


def changes_between(before: ReferenceFields | None, after: ReferenceFields | None) -> tuple[Change, ...]:
    """The fields that differ, for the audit; of a reference that isn't there, before or after, all are empty."""
    return changes.between({} if before is None else asdict(before), {} if after is None else asdict(after))


def event(
    action: AuditAction,
    customer_id: int,
    reference_id: int,
    impact: CredentialImpact,
    changed: tuple[Change, ...] = (),
) -> Event:
    """What the audit keeps of a saved or deleted reference."""
    return Event(
        action,
        (ids.encode("Reference", reference_id), ids.encode("Customer", customer_id)),
        changes=changed,
        username=impact.username,
        data={"effect": impact.effect.value, "sessionsRevoked": impact.sessions_revoked},
    )


def _stored(executor: Executor, row: Mapping[str, Any]) -> StoredReference:
    own = ReferenceFields(
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        mobile=row["mobile"],
        settings_id=row["settings_id"],
        internet_user=bool(row["internet_user"]),
        denied_permissions=PortalPermission.in_order(
            tuple(PortalPermission(name) for name in executor.dialect.json(row["denied_permissions"]))
        ),
    )
    return StoredReference(row["id"], row["version"], row["customer_id"], own)
