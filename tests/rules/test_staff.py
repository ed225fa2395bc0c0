"""The rules, "Logging in" 8 and "Who may do what": the firm's own people, and who may change them."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from app import ids
from app.models.enums import FieldProblemCode, PasswordReasonCode, StaffRole
from app.services.caller import Caller, CommandLine, Nobody, StaffUser, TokenUser
from app.services.inputs import CreateStaff, NewPassword, StaffLogin, UpdateStaff
from app.services.problems import (
    AlreadyExists,
    FieldProblem,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotLoggedIn,
    NoUserFound,
    Problem,
    TooManyAttempts,
    VersionConflict,
    WeakPassword,
)
from app.services.results import CreateStaffSuccess, UpdateStaffSuccess
from tests.support.people import ADMIN, ANOTHER, CLIENT, OFFICE, PASSWORD, People

BO = "bo@vognmand.example"


async def create(people: People, caller: Caller = OFFICE, **given: Any) -> object:
    values: dict[str, Any] = {
        "name": "Bo Beta",
        "email": BO,
        "role": StaffRole.EDITOR,
        "new_password": NewPassword(plaintext=ANOTHER),
    }
    return await people.services.staff.create_staff(caller, CreateStaff(**(values | given)))


async def update(people: People, given: UpdateStaff, caller: Caller = OFFICE) -> UpdateStaffSuccess | Problem:
    return await people.services.staff.update_staff(caller, given)


async def row_of(people: People, member: str) -> dict[str, object]:
    rows = await people.services.resources.database.fetch(
        "SELECT * FROM staff_member WHERE id = $1", ids.key_of(member, "StaffMember")
    )
    return dict(rows[0])


# Who may


@pytest.mark.parametrize(
    ("caller", "problem"),
    [
        (Nobody(), NotLoggedIn()),
        (StaffUser(1, 1, ADMIN, StaffRole.EDITOR), NotAllowed()),
        (StaffUser(1, 1, ADMIN, StaffRole.AUDITOR), NotAllowed()),
        (TokenUser(1, "tool", StaffRole.ADMIN), NotAllowed()),
    ],
)
async def test_only_a_person_who_is_admin_changes_staff(people: People, caller: Caller, problem: Problem) -> None:
    member = await people.hire()
    assert await create(people, caller, email="") == problem
    assert await update(people, UpdateStaff("no id", name=""), caller) == problem
    assert await update(people, UpdateStaff(member, active=False), caller) == problem


async def test_an_admin_and_the_command_line_do(people: People) -> None:
    await people.hire()
    admin = await people.staff_login()
    assert isinstance(await create(people, admin.caller), CreateStaffSuccess)
    assert isinstance(await create(people, CommandLine(), email="c@vognmand.example"), CreateStaffSuccess)


# Making


async def test_a_new_member_logs_in_at_once(people: People) -> None:
    made = await create(people)
    assert isinstance(made, CreateStaffSuccess)
    assert made.generated_password is None
    answer = await people.staff_login(" BO@Vognmand.example", ANOTHER)
    assert answer.caller.role is StaffRole.EDITOR
    assert answer.caller.staff_id == made.staff_key
    assert await people.actions() == ["STAFF_CREATED", "LOGIN_SUCCEEDED"]


async def test_a_generated_password_is_shown_once(people: People) -> None:
    made = await create(people, new_password=NewPassword(generate=True))
    assert isinstance(made, CreateStaffSuccess)
    assert made.generated_password is not None
    await people.staff_login(BO, made.generated_password)
    assert made.generated_password not in repr(made)


async def test_an_e_mail_that_somebody_of_staff_has_is_refused_in_any_spelling(people: People) -> None:
    member = await people.hire(BO)
    assert await create(people, email="BO@vognmand.example") == AlreadyExists("email", member)


async def test_two_who_make_the_same_member_at_once_make_one(people: People) -> None:
    answers = await asyncio.gather(*(create(people) for _ in range(4)))
    assert Counter(type(answer) for answer in answers) == {CreateStaffSuccess: 1, AlreadyExists: 3}


async def test_every_wrong_field_is_named(people: People) -> None:
    answer = await create(people, name=" ", email="", new_password=NewPassword(generate=False))
    assert answer == InvalidInput(
        (
            FieldProblem("input.name", FieldProblemCode.REQUIRED),
            FieldProblem("input.email", FieldProblemCode.REQUIRED),
            FieldProblem("input.newPassword.generate", FieldProblemCode.OUT_OF_RANGE),
        )
    )


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("kort", PasswordReasonCode.TOO_SHORT),
        ("x" * 257, PasswordReasonCode.TOO_LONG),
        ("vognmand vognmand Beta", PasswordReasonCode.TOO_LITTLE_BESIDE_NAMES),
    ],
)
async def test_the_policy_holds_for_staff_too(people: People, password: str, reason: PasswordReasonCode) -> None:
    answer = await create(people, new_password=NewPassword(plaintext=password))
    assert isinstance(answer, WeakPassword)
    assert reason in {found.code for found in answer.reasons}
    assert await people.actions() == []


# Changing


async def test_a_name_ends_no_session(people: People) -> None:
    member = await people.hire()
    answer = await people.staff_login()
    assert await update(people, UpdateStaff(member, name="Signe Ny")) == UpdateStaffSuccess(
        answer.caller.staff_id, None, 0
    )
    assert await people.lives(answer)
    row = await row_of(people, member)
    assert (row["name"], row["version"]) == ("Signe Ny", 2)


@pytest.mark.parametrize("change", [{"role": StaffRole.AUDITOR}, {"active": False}])
async def test_a_new_role_and_an_end_end_the_sessions_counted(people: People, change: dict[str, Any]) -> None:
    await people.hire()
    member = await people.hire(BO)
    answers = [await people.staff_login(BO) for _ in range(2)]
    saved = await update(people, UpdateStaff(member, **change))
    assert saved == UpdateStaffSuccess(answers[0].caller.staff_id, None, 2)
    back = UpdateStaff(member, role=StaffRole.ADMIN, active=True)
    assert isinstance(await update(people, back), UpdateStaffSuccess)
    assert [await people.lives(answer) for answer in answers] == [False, False]


async def test_who_is_no_longer_active_is_not_found(people: People) -> None:
    await people.hire()
    member = await people.hire(BO)
    await update(people, UpdateStaff(member, active=False))
    assert await people.services.sign_in.staff_login(Nobody(), StaffLogin(BO, PASSWORD)) == NoUserFound()


async def test_a_new_password_ends_the_sessions_and_lifts_a_lock(people: People) -> None:
    member = await people.hire()
    answer = await people.staff_login()
    for _ in range(5):
        await people.services.sign_in.staff_login(Nobody(CLIENT), StaffLogin(ADMIN, "forkert"))
    locked = await people.services.sign_in.staff_login(Nobody(CLIENT), StaffLogin(ADMIN, PASSWORD))
    assert isinstance(locked, TooManyAttempts)
    saved = await update(people, UpdateStaff(member, new_password=NewPassword(generate=True)))
    assert isinstance(saved, UpdateStaffSuccess)
    assert saved.sessions_revoked == 1
    assert not await people.lives(answer)
    assert saved.generated_password is not None
    await people.staff_login(ADMIN, saved.generated_password)
    assert (await people.actions())[-2:] == ["STAFF_PASSWORD_CHANGED", "LOGIN_SUCCEEDED"]


async def test_saving_what_is_there_changes_nothing(people: People) -> None:
    member = await people.hire()
    before, actions = await row_of(people, member), await people.actions()
    saved = await update(people, UpdateStaff(member, name="Signe Holm", role=StaffRole.ADMIN, active=True))
    assert isinstance(saved, UpdateStaffSuccess)
    assert await row_of(people, member) == before
    assert await people.actions() == actions


async def test_what_is_wrong_with_a_change(people: People) -> None:
    member, unknown = await people.hire(), ids.encode("StaffMember", 4711)
    assert await update(people, UpdateStaff(member, expected_version=7)) == VersionConflict(1, member)
    assert await update(people, UpdateStaff(unknown, name="X")) == NotFound(unknown)
    assert await update(people, UpdateStaff(ids.encode("Customer", 1), name=None)) == InvalidInput(
        (
            FieldProblem("input.id", FieldProblemCode.UNKNOWN_ID),
            FieldProblem("input.name", FieldProblemCode.REQUIRED),
        )
    )


# The last ADMIN


@pytest.mark.parametrize("change", [{"role": StaffRole.EDITOR}, {"active": False}])
async def test_the_last_active_admin_stays(people: People, change: dict[str, Any]) -> None:
    member = await people.hire()
    gone = await people.hire(BO)
    await people.hire("c@vognmand.example", StaffRole.EDITOR)
    assert isinstance(await update(people, UpdateStaff(gone, active=False)), UpdateStaffSuccess)
    assert await update(people, UpdateStaff(member, **change)) == NotAllowed()
    await people.staff_login()


async def test_of_two_admins_who_demote_each_other_one_stays(people: People) -> None:
    one, other = await people.hire(), await people.hire(BO)
    callers = [(await people.staff_login()).caller, (await people.staff_login(BO)).caller]
    answers = await asyncio.gather(
        update(people, UpdateStaff(other, role=StaffRole.EDITOR), callers[0]),
        update(people, UpdateStaff(one, role=StaffRole.EDITOR), callers[1]),
    )
    assert Counter(type(answer) for answer in answers) == {UpdateStaffSuccess: 1, NotAllowed: 1}
    rows = await people.services.resources.database.fetch("SELECT role FROM staff_member ORDER BY role")
    assert [row["role"] for row in rows] == ["ADMIN", "EDITOR"]
