"""What a save of a reference finds: the rows it rests on, and what it does to the logins among them.

Read twice with the same function, before the password is hashed and again under the save's locks.
"""

from dataclasses import dataclass

from app.database import Executor
from app.services import references
from app.services.effects import LoginState, Outcome, outcome_of, refuses
from app.services.logins import state_of
from app.services.problems import Refused, SharedUsername
from app.services.reference_saves import Draft, Save
from app.services.validation import check_version


@dataclass(frozen=True, slots=True)
class Situation:
    """A save, the logins it touches as they were read, and what it does to them."""

    save: Save
    before: LoginState | None
    after: LoginState | None
    outcome: Outcome

    @property
    def usernames(self) -> tuple[str, ...]:
        return tuple(login.username for login in (self.before, self.after) if login is not None)


async def look(executor: Executor, draft: Draft, *, locking: bool = False) -> Situation:
    """Reads what a save rests on, and asks what the save would do.

    Args:
        locking: the reference's row is locked too, and what it points at is kept from going away.

    Raises:
        Refused: InvalidInput, NotFound, VersionConflict, AlreadyExists or SharedUsername, in this order.
    """
    stored = None
    if draft.reference_id is not None:
        lock = executor.dialect.for_no_key_update if locking else ""
        stored = await references.find(executor, draft.reference_id, lock=lock)
    save = draft.build(stored)
    share = executor.dialect.for_share if locking else ""
    await references.require_known(
        executor,
        customer_id=save.customer_id,
        settings_id=save.fields.settings_id,
        reference_ids=save.expected_references or (),
        lock=share,
    )
    if stored is not None:
        check_version(draft.expected_version, stored.version, stored.public_id)
    before = await _state(executor, None if stored is None else stored.fields.username)
    after = await _state(executor, save.fields.username)
    if after is not None and after.login_id is not None:
        await references.require_unique(executor, save.customer_id, after.login_id, but=save.reference_id)
    outcome = outcome_of(
        reference_id=save.reference_id,
        before=before,
        after=after,
        sets_password=save.sets_password,
        rule=save.rule,
    )
    if refuses(
        outcome,
        reference_id=save.reference_id,
        expected_effect=save.expected_effect,
        expected_references=save.expected_references,
    ):
        others = tuple(key for key in outcome.reference_ids if key != save.reference_id)
        raise Refused(SharedUsername(others))
    return Situation(save, before, after, outcome)


async def _state(executor: Executor, username: str | None) -> LoginState | None:
    return None if username is None else await state_of(executor, username)
