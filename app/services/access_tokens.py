"""Access tokens: rights that an ADMIN lends to a tool, until a day at most a year away.

The rules, "Who may do what" 6. The secret is shown once; its hash is all that stays. A token dies with its maker's
rights, and no token makes, lists or revokes another.
"""

from datetime import timedelta
from typing import Final

from app import ids
from app.database import Transaction
from app.models import AccessToken
from app.models.enums import AuditAction, FieldProblemCode
from app.security.tokens import ACCESS_TOKEN_PREFIX, digest, new_secret
from app.services import changes, usernames
from app.services.audit import Event
from app.services.caller import ADMINS, Caller, StaffUser, not_allowed, require_person_with_role
from app.services.folding import fold
from app.services.inputs import CreateAccessToken
from app.services.problems import NotFound, Refused, refusable
from app.services.resources import Resources
from app.services.results import CreateAccessTokenSuccess, RevokeAccessTokenSuccess
from app.services.staff_rows import is_active_admin, lock_member, token_revoked
from app.services.validation import NAME_LENGTH, Checks, existing_key

TYPE = "AccessToken"
LONGEST: Final = timedelta(days=366)
"""A year away, a leap year's too."""


class AccessTokens:
    """Makes and revokes access tokens. Reading them is `app.services.reader`'s."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    @refusable
    async def create_access_token(
        self, caller: Caller, given: CreateAccessToken, *, maker: str | None = None
    ) -> CreateAccessTokenSuccess:
        """Makes a token for a tool.

        Args:
            maker: The e-mail of the ADMIN whose rights it lends. The command line is nobody of staff and says whose;
                everybody else lends their own.
        """
        require_person_with_role(caller, ADMINS)
        checks = Checks()
        name = checks.text("name", given.name, NAME_LENGTH)
        now = self._resources.clock.now()
        if given.expires_at.tzinfo is None:
            checks.add("expiresAt", FieldProblemCode.MALFORMED)
        elif not now < given.expires_at <= now + LONGEST:
            checks.add("expiresAt", FieldProblemCode.OUT_OF_RANGE)
        checks.done()
        maker_id = caller.staff_id if isinstance(caller, StaffUser) else await self._maker(maker)
        secret = ACCESS_TOKEN_PREFIX + new_secret()

        async def work(tx: Transaction) -> CreateAccessTokenSuccess:
            member = await lock_member(tx, maker_id)
            if member is None or not is_active_admin(member.role, member.active):
                raise not_allowed(caller)
            token = AccessToken(
                name=name,
                name_key=fold(name),
                role=given.role,
                secret_hash=digest(secret),
                created_by_id=maker_id,
                created_at=self._resources.clock.now(),
                expires_at=given.expires_at,
            )
            await token.save(using_db=tx.client)
            shown = {"name": name, "role": given.role, "expires_at": given.expires_at.isoformat(timespec="seconds")}
            event = Event(AuditAction.ACCESS_TOKEN_CREATED, (ids.encode(TYPE, token.id),), changes.between({}, shown))
            await self._resources.audit.write(tx, caller, [event])
            return CreateAccessTokenSuccess(token.id, secret)

        return await self._resources.database.transact(work)

    @refusable
    async def revoke_access_token(self, caller: Caller, public_id: str) -> RevokeAccessTokenSuccess:
        """Ends a token, whoever made it."""
        require_person_with_role(caller, ADMINS)
        key = existing_key(public_id, TYPE)

        async def work(tx: Transaction) -> RevokeAccessTokenSuccess:
            rows = await tx.fetch("DELETE FROM access_token WHERE id = $1 RETURNING name", key)
            if not rows:
                raise Refused(NotFound(public_id))
            await self._resources.audit.write(tx, caller, [token_revoked(key, rows[0]["name"])])
            return RevokeAccessTokenSuccess(public_id)

        return await self._resources.database.transact(work)

    async def _maker(self, email: str | None) -> int:
        """The key of the member of staff with this e-mail.

        Raises:
            Refused: NotFound.
        """
        key = usernames.canonical(email or "")
        rows = await self._resources.database.fetch("SELECT id FROM staff_member WHERE email_key = $1", key or "")
        if not rows:
            raise Refused(NotFound())
        return int(rows[0]["id"])
