"""How a member of staff changes their own password: the same way as a portal user, but for the menu item."""

from app import ids
from app.database import Transaction
from app.models.enums import AuditAction
from app.services.audit import Event
from app.services.caller import Caller, require_staff_user
from app.services.change_of_password import ChangeOfPassword, check_form
from app.services.inputs import ChangePassword
from app.services.new_passwords import NewPasswords
from app.services.problems import NotLoggedIn, Refused, refusable
from app.services.resources import Resources
from app.services.results import ChangeStaffPasswordSuccess
from app.services.session_rows import SessionRows
from app.services.staff_rows import lock_member

_MEMBER = "SELECT name, email, password_hash, epoch FROM staff_member WHERE id = $1"


class OwnStaffPassword:
    """Changes the password behind a staff session."""

    def __init__(self, resources: Resources, new_passwords: NewPasswords, rows: SessionRows) -> None:
        self._resources = resources
        self._rows = rows
        self._change = ChangeOfPassword(resources, new_passwords)

    @refusable
    async def change_staff_password(self, caller: Caller, given: ChangePassword) -> ChangeStaffPasswordSuccess:
        """Changes the caller's password. Their other sessions end; this one gets a new token."""
        user = require_staff_user(caller)
        check_form(given)
        database = self._resources.database
        rows = await database.fetch(_MEMBER, user.staff_id)
        if not rows:
            raise Refused(NotLoggedIn())
        row = rows[0]
        names = [row["name"], row["email"]]
        stored = await self._change.prepared(user, row["password_hash"], given, names)

        async def work(tx: Transaction) -> ChangeStaffPasswordSuccess:
            member = await lock_member(tx, user.staff_id)
            if member is None or member.epoch != row["epoch"]:
                raise Refused(NotLoggedIn())
            session = await self._rows.lock_live(tx, user.session_id, member.epoch, all_of=("staff_id", member.id))
            if session is None:
                raise Refused(NotLoggedIn())
            member.password_hash, member.hash_scheme = stored.text, stored.scheme
            member.epoch += 1
            await member.save(using_db=tx.client, update_fields=["password_hash", "hash_scheme", "epoch"])
            revoked = await self._rows.end_all_of_staff(tx, member.id, but=session.id)
            token = await self._rows.renew(tx, session, member.epoch)
            event = Event(
                AuditAction.STAFF_PASSWORD_CHANGED,
                (ids.encode("StaffMember", member.id),),
                username=member.email_key,
                data={"sessionsRevoked": revoked},
            )
            await self._resources.audit.write(tx, user, [event])
            device = self._resources.devices.issue("staff", member.email_key, member.epoch) if session.cookie else None
            return ChangeStaffPasswordSuccess(token, user, revoked, device)

        return await database.transact(work)
