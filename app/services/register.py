"""The register of customers: creating, changing and deleting them."""

from typing import Any

from app import ids
from app.database import Transaction
from app.models import Customer
from app.models.enums import AuditAction
from app.services import changes
from app.services.audit import Event
from app.services.caller import EDITORS, Caller, require_role
from app.services.folding import fold, search_keys
from app.services.inputs import CreateCustomer, LeftOut, UpdateCustomer
from app.services.logins import Logins
from app.services.order_settings import require_settings
from app.services.problems import AlreadyExists, InUse, NotFound, Refused, refusable
from app.services.resources import Resources
from app.services.results import CreateCustomerSuccess, DeleteCustomerSuccess, UpdateCustomerSuccess
from app.services.search import write_search_keys
from app.services.unique import transact_unique
from app.services.validation import NAME_LENGTH, NUMBER_LENGTH, Checks, check_version, existing_key

_FIELDS = ("number", "name", "active", "settings_id")


class Register:
    """Changes customers. Reading them is `app.services.reader`'s."""

    def __init__(self, resources: Resources, logins: Logins) -> None:
        self._resources = resources
        self._logins = logins

    @refusable
    async def create_customer(self, caller: Caller, given: CreateCustomer) -> CreateCustomerSuccess:
        """Creates a customer with a number that no other has."""
        require_role(caller, EDITORS)
        checks = Checks()
        wanted: dict[str, Any] = {
            "number": checks.text("number", given.number, NUMBER_LENGTH),
            "name": checks.text("name", given.name, NAME_LENGTH),
            "settings_id": checks.optional_key("settingsId", given.settings_id, "InternetOrderSettings"),
        }
        checks.done()

        async def work(tx: Transaction) -> CreateCustomerSuccess:
            await require_settings(tx, wanted["settings_id"], lock=tx.dialect.for_share)
            now = self._resources.clock.now()
            customer = Customer(version=1, active=True, created_at=now, updated_at=now, **_with_keys(wanted))
            await _save_unique(tx, customer)
            subject = ids.encode("Customer", customer.id)
            event = Event(AuditAction.CUSTOMER_CREATED, (subject,), changes=changes.between({}, wanted))
            await self._resources.audit.write(tx, caller, [event])
            return CreateCustomerSuccess(customer.id)

        return await transact_unique(self._resources.database, work)

    @refusable
    async def update_customer(self, caller: Caller, given: UpdateCustomer) -> UpdateCustomerSuccess:
        """Changes a customer; making it inactive ends its people's sessions there ("Logging in" 8)."""
        require_role(caller, EDITORS)
        key, wanted = _checked(given)

        async def work(tx: Transaction) -> UpdateCustomerSuccess:
            customer = await _locked(tx, key, given.id)
            await require_settings(tx, wanted.get("settings_id"), lock=tx.dialect.for_share)
            check_version(given.expected_version, customer.version, given.id)
            before = {name: getattr(customer, name) for name in wanted}
            changed = changes.between(before, wanted)
            if not changed:
                return UpdateCustomerSuccess(key, 0)
            customer.update_from_dict(_with_keys(wanted))
            customer.version += 1
            customer.updated_at = self._resources.clock.now()
            await _save_unique(tx, customer)
            revoked = 0
            if before.get("active") and not customer.active:
                revoked = await self._logins.end_sessions_of_customer(tx, key)
            event = Event(AuditAction.CUSTOMER_UPDATED, (given.id,), changes=changed, data={"sessionsRevoked": revoked})
            await self._resources.audit.write(tx, caller, [event])
            return UpdateCustomerSuccess(key, revoked)

        return await transact_unique(self._resources.database, work)

    @refusable
    async def delete_customer(
        self, caller: Caller, public_id: str, expected_version: int | None = None
    ) -> DeleteCustomerSuccess:
        """Deletes a customer that has no references."""
        require_role(caller, EDITORS)
        key = existing_key(public_id, "Customer")

        async def work(tx: Transaction) -> DeleteCustomerSuccess:
            customer = await _locked(tx, key, public_id, for_deletion=True)
            check_version(expected_version, customer.version, public_id)
            rows = await tx.fetch("SELECT count(*) AS used FROM reference WHERE customer_id = $1", key)
            if rows[0]["used"]:
                raise Refused(InUse(customers=0, references=rows[0]["used"]))
            before = {name: getattr(customer, name) for name in _FIELDS}
            await customer.delete(using_db=tx.client)
            event = Event(AuditAction.CUSTOMER_DELETED, (public_id,), changes=changes.between(before, {}))
            await self._resources.audit.write(tx, caller, [event])
            return DeleteCustomerSuccess(public_id)

        return await self._resources.database.transact(work)


def _checked(given: UpdateCustomer) -> tuple[int, dict[str, Any]]:
    """The key, and the fields that an update gives a value."""
    checks = Checks()
    key = checks.key("id", given.id, "Customer")
    wanted: dict[str, Any] = {}
    if not isinstance(given.number, LeftOut):
        wanted["number"] = checks.text("number", given.number, NUMBER_LENGTH)
    if not isinstance(given.name, LeftOut):
        wanted["name"] = checks.text("name", given.name, NAME_LENGTH)
    if not isinstance(given.settings_id, LeftOut):
        wanted["settings_id"] = checks.optional_key("settingsId", given.settings_id, "InternetOrderSettings")
    if given.active is not None:
        wanted["active"] = given.active
    checks.done()
    return key, wanted


async def _locked(tx: Transaction, key: int, public_id: str, *, for_deletion: bool = False) -> Customer:
    query = Customer.filter(id=key).select_for_update(no_key=not for_deletion).using_db(tx.client)
    customer = await query.first()
    if customer is None:
        raise Refused(NotFound(public_id))
    return customer


async def _save_unique(tx: Transaction, customer: Customer) -> None:
    """Writes a customer and its search keys.

    Raises:
        Refused: AlreadyExists, where another customer has the number.
    """
    taken = await tx.fetch("SELECT id FROM customer WHERE number = $1 AND id <> $2", customer.number, customer.id or 0)
    if taken:
        raise Refused(AlreadyExists("number", ids.encode("Customer", taken[0]["id"])))
    await customer.save(using_db=tx.client)
    keys = search_keys(name=customer.name, starts=(customer.number,))
    await write_search_keys(tx, "customer", customer.id, customer.number_key, keys)


def _with_keys(wanted: dict[str, Any]) -> dict[str, Any]:
    folded = {f"{name}_key": fold(wanted[name]) for name in ("number", "name") if name in wanted}
    return wanted | folded
