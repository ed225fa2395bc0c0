"""Internet order settings ("internetordreindstillinger"): named sets of ticked permissions, one of them the default.

Only an ADMIN changes them. What they allow is worked out at each request, so a change ends no session.
"""

from typing import Any

from app import ids
from app.database import Executor, Transaction
from app.models import InternetOrderSettings
from app.models.enums import AuditAction, FieldProblemCode, PortalPermission
from app.services import changes
from app.services.audit import Event
from app.services.caller import ADMINS, Caller, require_role
from app.services.folding import fold
from app.services.inputs import CreateInternetOrderSettings, LeftOut, UpdateInternetOrderSettings
from app.services.problems import AlreadyExists, InUse, NotFound, Refused, refusable
from app.services.resources import Resources
from app.services.results import (
    CreateInternetOrderSettingsSuccess,
    DeleteInternetOrderSettingsSuccess,
    UpdateInternetOrderSettingsSuccess,
)
from app.services.unique import transact_unique
from app.services.validation import NAME_LENGTH, Checks, check_version, wrong

TYPE = "InternetOrderSettings"


class OrderSettings:
    """Creates, changes and deletes internet order settings."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @refusable
    async def create(self, caller: Caller, given: CreateInternetOrderSettings) -> CreateInternetOrderSettingsSuccess:
        """Creates settings with a name that no others have. They are not the default ones."""
        require_role(caller, ADMINS)
        checks = Checks()
        wanted = {
            "name": checks.text("name", given.name, NAME_LENGTH),
            "permissions": PortalPermission.in_order(given.permissions),
        }
        checks.done()

        async def work(tx: Transaction) -> CreateInternetOrderSettingsSuccess:
            now = self._resources.clock.now()
            settings = InternetOrderSettings(is_default=False, version=1, created_at=now, updated_at=now)
            await _save_unique(tx, settings, wanted)
            event = Event(
                AuditAction.SETTINGS_CREATED, (ids.encode(TYPE, settings.id),), changes=changes.between({}, wanted)
            )
            await self._resources.audit.write(tx, caller, [event])
            return CreateInternetOrderSettingsSuccess(settings.id)

        return await transact_unique(self._resources.database, work)

    @refusable
    async def update(self, caller: Caller, given: UpdateInternetOrderSettings) -> UpdateInternetOrderSettingsSuccess:
        """Changes settings. Exactly one is the default: it stops being it when another one is made so, not before."""
        require_role(caller, ADMINS)
        key, wanted = _checked(given)

        async def work(tx: Transaction) -> UpdateInternetOrderSettingsSuccess:
            settings = await self._locked(tx, key, given.id, with_default=given.is_default is True)
            if settings.is_default and given.is_default is False:
                raise wrong("isDefault", FieldProblemCode.OUT_OF_RANGE)
            check_version(given.expected_version, settings.version, given.id)
            before = {"name": settings.name, "permissions": _stored(settings), "is_default": settings.is_default}
            after = before | wanted
            changed = changes.between(before, after)
            if not changed:
                return UpdateInternetOrderSettingsSuccess(key)
            former = await self._end_default(tx) if after["is_default"] and not before["is_default"] else []
            settings.version += 1
            settings.updated_at = self._resources.clock.now()
            await _save_unique(tx, settings, after)
            event = Event(AuditAction.SETTINGS_UPDATED, (given.id,), changes=changed)
            await self._resources.audit.write(tx, caller, [*former, event])
            return UpdateInternetOrderSettingsSuccess(key)

        return await transact_unique(self._resources.database, work)

    @refusable
    async def delete(
        self, caller: Caller, public_id: str, expected_version: int | None = None
    ) -> DeleteInternetOrderSettingsSuccess:
        """Deletes settings that nobody points at and that aren't the default ones."""
        require_role(caller, ADMINS)
        checks = Checks()
        key = checks.key("id", public_id, TYPE)
        checks.done()

        async def work(tx: Transaction) -> DeleteInternetOrderSettingsSuccess:
            settings = await self._locked(tx, key, public_id)
            if settings.is_default:
                raise wrong("id", FieldProblemCode.OUT_OF_RANGE)
            check_version(expected_version, settings.version, public_id)
            rows = await tx.fetch(
                "SELECT (SELECT count(*) FROM customer WHERE settings_id = $1) AS customers,"
                " (SELECT count(*) FROM reference WHERE settings_id = $1) AS used_by_references",
                key,
            )
            if rows[0]["customers"] or rows[0]["used_by_references"]:
                raise Refused(InUse(rows[0]["customers"], rows[0]["used_by_references"]))
            before = {"name": settings.name, "permissions": _stored(settings)}
            await settings.delete(using_db=tx.client)
            event = Event(AuditAction.SETTINGS_DELETED, (public_id,), changes=changes.between(before, {}))
            await self._resources.audit.write(tx, caller, [event])
            return DeleteInternetOrderSettingsSuccess(public_id)

        return await self._resources.database.transact(work)

    async def _locked(
        self, tx: Transaction, key: int, public_id: str, *, with_default: bool = False
    ) -> InternetOrderSettings:
        """Locks settings, and with them the default ones where those are to change too, in the order of their keys."""
        condition = " OR is_default" if with_default else ""
        await tx.fetch(
            f"SELECT id FROM internet_order_settings WHERE id = $1{condition} ORDER BY id{tx.dialect.for_update}",
            key,
        )
        settings = await InternetOrderSettings.filter(id=key).using_db(tx.client).first()
        if settings is None:
            raise Refused(NotFound(public_id))
        return settings

    async def _end_default(self, tx: Transaction) -> list[Event]:
        """The former default settings change too, and so does their version; answers what to record of it."""
        now = self._resources.clock.now()
        rows = await tx.fetch(
            "UPDATE internet_order_settings SET is_default = $1, version = version + 1, updated_at = $2"
            " WHERE is_default RETURNING id",
            False,
            now,
        )
        changed = changes.between({"is_default": True}, {"is_default": False})
        return [Event(AuditAction.SETTINGS_UPDATED, (ids.encode(TYPE, row["id"]),), changed) for row in rows]


async def require_settings(executor: Executor, key: int | None, *, lock: str = "") -> None:
    """Lets a save pass that points at settings there are, or at none; with a lock they stay until it ends.

    Raises:
        Refused: NotFound.
    """
    if key is not None and not await executor.fetch(f"SELECT id FROM internet_order_settings WHERE id = $1{lock}", key):
        raise Refused(NotFound(ids.encode(TYPE, key)))


def _checked(given: UpdateInternetOrderSettings) -> tuple[int, dict[str, Any]]:
    checks = Checks()
    key = checks.key("id", given.id, TYPE)
    wanted: dict[str, Any] = {}
    if not isinstance(given.name, LeftOut):
        wanted["name"] = checks.text("name", given.name, NAME_LENGTH)
    if given.permissions is not None:
        wanted["permissions"] = PortalPermission.in_order(given.permissions)
    if given.is_default is not None:
        wanted["is_default"] = given.is_default
    checks.done()
    return key, wanted


async def _save_unique(tx: Transaction, settings: InternetOrderSettings, wanted: dict[str, Any]) -> None:
    name_key = fold(wanted["name"])
    taken = await tx.fetch(
        "SELECT id FROM internet_order_settings WHERE name_key = $1 AND id <> $2", name_key, settings.id or 0
    )
    if taken:
        raise Refused(AlreadyExists("name", ids.encode(TYPE, taken[0]["id"])))
    settings.name, settings.name_key = wanted["name"], name_key
    settings.permissions = [permission.value for permission in wanted["permissions"]]
    settings.is_default = wanted.get("is_default", settings.is_default)
    await settings.save(using_db=tx.client)


def _stored(settings: InternetOrderSettings) -> tuple[PortalPermission, ...]:
    return tuple(PortalPermission(name) for name in settings.permissions)
