"""The rules, "Who may do what" 6: access tokens for tools."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app import ids
from app.models.enums import FieldProblemCode, StaffRole
from app.services.caller import Caller, CommandLine, Nobody, StaffUser, TokenUser
from app.services.inputs import ChangePassword, CreateAccessToken, UpdateStaff
from app.services.problems import FieldProblem, InvalidInput, NotAllowed, NotFound, NotLoggedIn, Problem
from app.services.results import CreateAccessTokenSuccess, RevokeAccessTokenSuccess, StaffLoginSuccess
from tests.support.people import ADMIN, CLIENT, OFFICE, People
from tests.support.services import FakeClock

DEPUTY = "bo@vognmand.example"


@pytest.fixture
async def admin(people: People) -> StaffLoginSuccess:
    await people.hire()
    return await people.staff_login()


def for_a_day(clock: FakeClock, role: StaffRole = StaffRole.EDITOR, name: str = "Ordresystem") -> CreateAccessToken:
    return CreateAccessToken(name, role, clock.now() + timedelta(days=1))


async def make(people: People, clock: FakeClock, caller: Caller, role: StaffRole = StaffRole.EDITOR) -> tuple[str, str]:
    """The id and the secret of a token for a day."""
    made = await people.services.access_tokens.create_access_token(caller, for_a_day(clock, role))
    assert isinstance(made, CreateAccessTokenSuccess)
    return ids.encode("AccessToken", made.access_token_key), made.secret


async def test_a_tool_acts_with_the_tokens_role_until_it_expires(
    people: People, admin: StaffLoginSuccess, clock: FakeClock
) -> None:
    token, secret = await make(people, clock, admin.caller)
    assert secret.startswith("adg_")
    found = await people.caller(secret)
    assert found == TokenUser(ids.key_of(token, "AccessToken") or 0, "Ordresystem", StaffRole.EDITOR, CLIENT)
    clock.advance(days=1)
    assert await people.caller(secret) == Nobody(CLIENT)


async def test_its_secret_is_shown_once_and_stored_nowhere(
    people: People, admin: StaffLoginSuccess, clock: FakeClock
) -> None:
    made = await people.services.access_tokens.create_access_token(admin.caller, for_a_day(clock))
    assert isinstance(made, CreateAccessTokenSuccess)
    assert made.secret not in repr(made)
    database = people.services.resources.database
    for table in ("access_token", "audit_event"):
        rows = await database.fetch(f"SELECT * FROM {table}")
        assert made.secret not in repr([dict(row) for row in rows])
        assert made.secret.removeprefix("adg_") not in repr([dict(row) for row in rows])


async def test_a_token_is_no_cookie(people: People, admin: StaffLoginSuccess, clock: FakeClock) -> None:
    _, secret = await make(people, clock, admin.caller)
    assert await people.caller(secret, "staff cookie") == Nobody(CLIENT)
    assert await people.caller(secret, "portal cookie") == Nobody(CLIENT)


async def test_its_last_use_is_written(people: People, admin: StaffLoginSuccess, clock: FakeClock) -> None:
    _, secret = await make(people, clock, admin.caller)
    used = clock.advance(minutes=5)
    await people.caller(secret)
    await people.services.sessions.last_seen.flush()
    database = people.services.resources.database
    rows = await database.fetch("SELECT last_used_at FROM access_token")
    assert database.dialect.moment(rows[0]["last_used_at"]) == used


# Making and revoking


@pytest.mark.parametrize(
    ("caller", "problem"),
    [
        (Nobody(), NotLoggedIn()),
        (StaffUser(1, 1, ADMIN, StaffRole.EDITOR), NotAllowed()),
        (StaffUser(1, 1, ADMIN, StaffRole.AUDITOR), NotAllowed()),
        (TokenUser(1, "tool", StaffRole.ADMIN), NotAllowed()),
    ],
)
async def test_only_a_person_who_is_admin_makes_and_revokes_tokens(
    people: People, admin: StaffLoginSuccess, clock: FakeClock, caller: Caller, problem: Problem
) -> None:
    token, secret = await make(people, clock, admin.caller)
    tokens = people.services.access_tokens
    assert await tokens.create_access_token(caller, for_a_day(clock, name="")) == problem
    assert await tokens.revoke_access_token(caller, token) == problem
    assert await tokens.revoke_access_token(caller, "no id") == problem
    assert isinstance(await people.caller(secret), TokenUser)


@pytest.mark.parametrize("away", [timedelta(0), timedelta(seconds=-1), timedelta(days=367), timedelta(days=10_000)])
async def test_it_expires_in_the_future_and_at_most_a_year_away(
    people: People, admin: StaffLoginSuccess, clock: FakeClock, away: timedelta
) -> None:
    given = CreateAccessToken("Ordresystem", StaffRole.EDITOR, clock.now() + away)
    answer = await people.services.access_tokens.create_access_token(admin.caller, given)
    assert answer == InvalidInput((FieldProblem("input.expiresAt", FieldProblemCode.OUT_OF_RANGE),))


async def test_every_wrong_field_is_named(people: People, admin: StaffLoginSuccess) -> None:
    given = CreateAccessToken("\x00", StaffRole.EDITOR, datetime(2026, 12, 1))
    answer = await people.services.access_tokens.create_access_token(admin.caller, given)
    assert answer == InvalidInput(
        (
            FieldProblem("input.name", FieldProblemCode.FORBIDDEN_CHARACTER),
            FieldProblem("input.expiresAt", FieldProblemCode.MALFORMED),
        )
    )


async def test_a_revoked_token_is_dead_at_once(people: People, admin: StaffLoginSuccess, clock: FakeClock) -> None:
    token, secret = await make(people, clock, admin.caller)
    revoke = people.services.access_tokens.revoke_access_token
    assert await revoke(admin.caller, token) == RevokeAccessTokenSuccess(token)
    assert await people.caller(secret) == Nobody(CLIENT)
    assert await revoke(admin.caller, token) == NotFound(token)
    assert await revoke(admin.caller, ids.encode("Session", 1)) == NotFound(ids.encode("Session", 1))
    assert (await people.actions())[-2:] == ["ACCESS_TOKEN_CREATED", "ACCESS_TOKEN_REVOKED"]


@pytest.mark.parametrize("change", [{"role": StaffRole.EDITOR}, {"active": False}])
async def test_tokens_end_with_their_makers_rights(
    people: People, admin: StaffLoginSuccess, clock: FakeClock, change: dict[str, Any]
) -> None:
    deputy = await people.hire(DEPUTY)
    _, gone = await make(people, clock, (await people.staff_login(DEPUTY)).caller)
    _, stays = await make(people, clock, admin.caller)
    await people.services.staff.update_staff(OFFICE, UpdateStaff(deputy, **change))
    assert await people.caller(gone) == Nobody(CLIENT)
    assert isinstance(await people.caller(stays), TokenUser)
    assert (await people.actions())[-2:] == ["STAFF_UPDATED", "ACCESS_TOKEN_REVOKED"]
    back = UpdateStaff(deputy, role=StaffRole.ADMIN, active=True)
    await people.services.staff.update_staff(OFFICE, back)
    assert await people.caller(gone) == Nobody(CLIENT)


async def test_who_lost_their_rights_meanwhile_makes_no_token(
    people: People, admin: StaffLoginSuccess, clock: FakeClock
) -> None:
    deputy = await people.hire(DEPUTY)
    caller = (await people.staff_login(DEPUTY)).caller
    await people.services.staff.update_staff(admin.caller, UpdateStaff(deputy, active=False))
    answer = await people.services.access_tokens.create_access_token(caller, for_a_day(clock))
    assert answer == NotAllowed()


async def test_the_command_line_says_whose_rights_a_token_lends(
    people: People, admin: StaffLoginSuccess, clock: FakeClock
) -> None:
    create = people.services.access_tokens.create_access_token
    assert await create(CommandLine(), for_a_day(clock)) == NotFound()
    await people.hire(DEPUTY, StaffRole.EDITOR)
    assert await create(CommandLine(), for_a_day(clock), maker=DEPUTY) == NotAllowed()
    made = await create(CommandLine(), for_a_day(clock), maker=ADMIN.upper())
    assert isinstance(made, CreateAccessTokenSuccess)
    rows = await people.services.resources.database.fetch("SELECT created_by_id FROM access_token")
    assert rows[0]["created_by_id"] == admin.caller.staff_id


async def test_a_token_has_no_password_of_its_own(people: People) -> None:
    tool = TokenUser(1, "tool", StaffRole.ADMIN)
    given = ChangePassword("x", "y")
    assert await people.services.sign_in.change_staff_password(tool, given) == NotAllowed()
    assert await people.services.sign_in.change_password(tool, given) == NotAllowed()
