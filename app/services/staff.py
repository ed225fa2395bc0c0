"""The firm's own people: who may act on the register, and as what.

The rules, "Logging in" 8 and "Who may do what". Only a person who is ADMIN, or whoever runs the command line, changes
staff: a tool that could would make itself rights that outlive it.
"""

from collections.abc import Mapping
from typing import Any

from app import ids
from app.database import Executor, Rows, Transaction
from app.models import StaffMember
from app.models.enums import AuditAction, StaffRole
from app.services import changes, usernames
from app.services.audit import Event
from app.services.caller import ADMINS, Caller, require_person_with_role
from app.services.folding import fold
from app.services.inputs import CreateStaff, LeftOut, UpdateStaff
from app.services.new_passwords import NewPasswords, PasswordToSet, check_new_password
from app.services.problems import AlreadyExists, NotAllowed, NotFound, Refused, refusable
from app.services.resources import Resources
from app.services.results import CreateStaffSuccess, StaffUnlocked, UpdateStaffSuccess
from app.services.session_rows import SessionRows
from app.services.staff_rows import end_tokens_of, is_active_admin, lock_member, read_with_admins
from app.services.unique import transact_unique
from app.services.validation import NAME_LENGTH, Checks, check_version, existing_key

TYPE = "StaffMember"
_TAKEN = "SELECT id FROM staff_member WHERE email_key = $1"


class Staff:
    """Creates and changes staff. Reading them is `app.services.reader`'s."""

    def __init__(self, resources: Resources, rows: SessionRows, new_passwords: NewPasswords) -> None:
        self._resources = resources
        self._rows = rows
        self._new_passwords = new_passwords

    @refusable
    async def create_staff(self, caller: Caller, given: CreateStaff) -> CreateStaffSuccess:
        """Makes a member of staff, who can log in at once."""
        require_person_with_role(caller, ADMINS)
        checks = Checks()
        name, email = checks.text("name", given.name, NAME_LENGTH), checks.email("email", given.email)
        check_new_password(checks, given.new_password)
        checks.done()
        email_key = usernames.canonical(email) or ""
        _refuse_taken(await self._resources.database.fetch(_TAKEN, email_key))
        password = await self._new_passwords.prepare(given.new_password, caller, [name, email])

        async def work(tx: Transaction) -> CreateStaffSuccess:
            _refuse_taken(await tx.fetch(_TAKEN, email_key))
            now = self._resources.clock.now()
            member = StaffMember(
                name=name,
                name_key=fold(name),
                email=email,
                email_key=email_key,
                role=given.role,
                password_hash=password.stored.text,
                hash_scheme=password.stored.scheme,
                created_at=now,
                updated_at=now,
            )
            await member.save(using_db=tx.client)
            await self._resources.throttle.empty(tx, "staff", email_key)  # what was guessed while it was nobody's
            shown = {"name": name, "email": email, "role": given.role}
            subject = (ids.encode(TYPE, member.id),)
            event = Event(AuditAction.STAFF_CREATED, subject, changes.between({}, shown), email_key)
            await self._resources.audit.write(tx, caller, [event])
            return CreateStaffSuccess(member.id, password.generated)

        return await transact_unique(self._resources.database, work)

    @refusable
    async def update_staff(self, caller: Caller, given: UpdateStaff) -> UpdateStaffSuccess:
        """Changes a member of staff. A new role, password or an end to being active ends their sessions."""
        require_person_with_role(caller, ADMINS)
        checks = Checks()
        key = checks.key("id", given.id, TYPE)
        wanted = _wanted(checks, given)
        check_new_password(checks, given.new_password)

        async def look(executor: Executor, lock: str = "") -> Mapping[str, Any]:
            """The member as they stand, if the change may be made. InvalidInput comes behind NotAllowed."""
            members = await read_with_admins(executor, key, lock=lock)
            _refuse_without_admin({each: _fields(row) for each, row in members.items()}, key, wanted)
            checks.done()
            if key not in members:
                raise Refused(NotFound(given.id))
            check_version(given.expected_version, members[key]["version"], given.id)
            return members[key]

        database = self._resources.database
        found = await look(database)
        names = [(_fields(found) | wanted)["name"], found["email"]]
        new = given.new_password
        password = None if new is None else await self._new_passwords.prepare(new, caller, names)

        async def work(tx: Transaction) -> UpdateStaffSuccess:
            before = _fields(await look(tx, tx.dialect.for_no_key_update))
            revoked = await self._write(tx, caller, key, before, wanted, password)
            return UpdateStaffSuccess(key, None if password is None else password.generated, revoked)

        return await database.transact(work)

    @refusable
    async def unlock_staff(self, caller: Caller, staff_id: str) -> StaffUnlocked:
        """Ends every wait for a member of staff at once, and forgets the tries that were counted for them."""
        require_person_with_role(caller, ADMINS)
        key = existing_key(staff_id, TYPE)

        async def work(tx: Transaction) -> StaffUnlocked:
            member = await lock_member(tx, key)
            if member is None:
                raise Refused(NotFound(staff_id))
            counted = await self._resources.throttle.empty(tx, "staff", member.email_key)
            if not counted and member.locked_until is None:
                return StaffUnlocked(False)
            member.locked_until = None
            await member.save(using_db=tx.client, update_fields=["locked_until"])
            event = Event(AuditAction.LOGIN_UNLOCKED, (ids.encode(TYPE, member.id),), username=member.email_key)
            await self._resources.audit.write(tx, caller, [event])
            return StaffUnlocked(True)

        return await self._resources.database.transact(work)

    async def _write(
        self,
        tx: Transaction,
        caller: Caller,
        key: int,
        before: dict[str, Any],
        wanted: dict[str, Any],
        password: PasswordToSet | None,
    ) -> int:
        """Writes what changes, if anything does; answers how many live sessions that ended."""
        after = before | wanted
        changed = changes.between(before, after)
        if not changed and password is None:
            return 0
        member = await StaffMember.get(id=key, using_db=tx.client)
        if changed:
            member.update_from_dict(wanted)
            member.name_key = fold(member.name)
            member.version += 1
            member.updated_at = self._resources.clock.now()
        if password is not None:
            member.password_hash, member.hash_scheme = password.stored.text, password.stored.scheme
            await self._resources.throttle.empty(tx, "staff", member.email_key)
            member.failures, member.locked_until = 0, None
        ends_sessions = password is not None or any(change.field in ("role", "active") for change in changed)
        member.epoch += int(ends_sessions)
        await member.save(using_db=tx.client)
        ended = await end_tokens_of(tx, member.id) if _is_admin(before) and not _is_admin(after) else []
        revoked = await self._rows.end_all_of_staff(tx, member.id) if ends_sessions else 0
        subject, data = (ids.encode(TYPE, member.id),), {"sessionsRevoked": revoked}
        events = []
        if changed:
            events.append(Event(AuditAction.STAFF_UPDATED, subject, changed, member.email_key, data=data))
        if password is not None:
            events.append(Event(AuditAction.STAFF_PASSWORD_CHANGED, subject, (), member.email_key, data=data))
        await self._resources.audit.write(tx, caller, events + ended)
        return revoked


def _wanted(checks: Checks, given: UpdateStaff) -> dict[str, Any]:
    """The fields that an update gives a value. A null that isn't a name's is the same as left out."""
    wanted: dict[str, Any] = {}
    if not isinstance(given.name, LeftOut):
        wanted["name"] = checks.text("name", given.name, NAME_LENGTH)
    if given.role is not None:
        wanted["role"] = given.role
    if given.active is not None:
        wanted["active"] = given.active
    return wanted


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """What can be changed of a member of staff, as it stands."""
    return {"name": row["name"], "role": StaffRole(row["role"]), "active": bool(row["active"])}


def _refuse_without_admin(members: Mapping[int, dict[str, Any]], key: int, wanted: dict[str, Any]) -> None:
    """Refuses to take the rights of the last active ADMIN: nobody could give them back.

    Args:
        members: The one that changes and all active ADMINs, as they stand.

    Raises:
        Refused: NotAllowed.
    """
    before = members.get(key)
    after = {each: fields | wanted if each == key else fields for each, fields in members.items()}
    if before is not None and _is_admin(before) and not any(map(_is_admin, after.values())):
        raise Refused(NotAllowed())


def _is_admin(fields: dict[str, Any]) -> bool:
    return is_active_admin(fields["role"], fields["active"])


def _refuse_taken(rows: Rows) -> None:
    """Refuses an e-mail that somebody of staff has.

    Raises:
        Refused: AlreadyExists.
    """
    if rows:
        raise Refused(AlreadyExists("email", ids.encode(TYPE, rows[0]["id"])))
