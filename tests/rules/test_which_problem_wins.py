"""The rules, "Who may do what" 3: an input in which several things are wrong is answered with the first of them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

from app.models.enums import StaffRole
from app.security.passwords import PasswordHasher
from tests.support.callers import EVA, IDA, Column, Register
from tests.support.services import cheap_hasher
from tests.support.snapshot import snapshot
from tests.support.story import PASSWORD, STAFF_PASSWORD, Story

SHORT = {"newPassword": {"plaintext": "kort"}}
FULL = {"newPassword": {"generate": True}}

# What goes wrong, in the order in which it wins, and what of the input makes it go wrong.
WRONG: dict[str, tuple[Mapping[str, Any], dict[str, Mapping[str, Any]]]] = {
    "createCustomer": (
        {"number": "90001", "name": "Ny"},
        {
            "InvalidInput": {"name": " "},
            "NotFound": {"settingsId": "$InternetOrderSettings"},
            "AlreadyExists": {"number": "10001"},
        },
    ),
    "updateCustomer": (
        {"id": "$syd"},
        {
            "InvalidInput": {"name": None},
            "NotFound": {"settingsId": "$InternetOrderSettings"},
            "VersionConflict": {"expectedVersion": 99},
            "AlreadyExists": {"number": "10001"},
        },
    ),
    "createReference": (
        {"customerId": "$syd", "name": "Ny", "email": "ny@kunde.example"},
        {
            "InvalidInput": {"phone": "1" * 51},
            "NotFound": {"settingsId": "$InternetOrderSettings"},
            "AlreadyExists": {"email": EVA},
            "SharedUsername": {"expectedEffect": "PASSWORD_RESTORED"},
            "WeakPassword": SHORT,
            "Overloaded": FULL,
        },
    ),
    "updateReference": (
        {"id": "$idaAtSyd"},
        {
            "InvalidInput": {"settingsId": "x"},
            "NotFound": {"expectedReferences": ["$Reference"]},
            "VersionConflict": {"expectedVersion": 99},
            "AlreadyExists": {"email": EVA},
            "SharedUsername": {"expectedEffect": "PASSWORD_RESTORED"},
            "WeakPassword": SHORT,
            "Overloaded": FULL,
        },
    ),
    "createInternetOrderSettings": (
        {"name": "Ny", "permissions": []},
        {"InvalidInput": {"name": "\u0000"}, "AlreadyExists": {"name": "STANDARD"}},
    ),
    "updateInternetOrderSettings": (
        {"id": "$settings"},
        {
            "InvalidInput": {"id": "$nord"},
            "NotFound": {"id": "$InternetOrderSettings"},
            "VersionConflict": {"expectedVersion": 99},
            "AlreadyExists": {"name": "STANDARD"},
        },
    ),
    "createStaff": (
        {"name": "Ny", "email": "ny@firma.dk", "role": "ADMIN"},
        {
            "InvalidInput": {"name": ""},
            "AlreadyExists": {"email": "ADMIN@firma.dk"},
            "WeakPassword": SHORT,
            "Overloaded": FULL,
        },
    ),
    "updateStaff": (
        {"id": "$member"},
        {
            "InvalidInput": {"name": ""},
            "NotFound": {"id": "$StaffMember"},
            "VersionConflict": {"expectedVersion": 99},
            "WeakPassword": SHORT,
            "Overloaded": FULL,
        },
    ),
}


class Gate:
    """Work that lasts until it may end."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def __call__(self) -> None:
        assert self._opened.wait(60)

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    """One that is soon full."""
    made = cheap_hasher(threads=1, queue=4)
    yield made
    made.close()


@pytest.fixture
async def register(story: Story) -> Register:
    return await Register.made(story)


@pytest.fixture
async def full(register: Register, hasher: PasswordHasher) -> AsyncIterator[Register]:
    """The register, while as many passwords wait as may."""
    await register.story.staff(StaffRole.AUDITOR)
    gate = Gate()
    waiting = [asyncio.create_task(hasher.run(gate)) for _ in range(5)]
    await asyncio.sleep(0)
    yield register
    gate.open()
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("field", WRONG)
async def test_the_first_problem_wins(full: Register, field: str) -> None:
    base, parts = WRONG[field]
    database = full.story.services.resources.database
    before = await snapshot(database)

    async def said(*problems: str, token: str | None = None) -> Any:
        """What is answered to an input in which all of these are wrong."""
        given = dict(base)
        for problem in reversed(problems):
            given.update(parts[problem])
        given = {**FULL, **given} if field == "createStaff" else given
        return (await full.story.mutate(field, full.filled(given), "__typename", token=token))["__typename"]

    assert {problem: await said(problem) for problem in parts} == {problem: problem for problem in parts}
    for first, second in combinations(parts, 2):
        assert await said(first, second) == first, (first, second)
    for place, problem in enumerate(parts):
        assert await said(*list(parts)[place:]) == problem
    assert await said(*parts, token="nobody") == "NotLoggedIn"
    assert await said(*parts, token=await full.story.staff(StaffRole.AUDITOR)) == "NotAllowed"
    assert await snapshot(database) == before


async def test_what_no_register_could_make_right_is_told_before_what_is_not_there(register: Register) -> None:
    """Without an e-mail nobody logs in, whoever it is."""
    for wrong in ({"internetUser": True}, {"newPassword": {"generate": True}}):
        given = register.filled({"id": "$Reference", "email": None, **wrong})
        assert (await register.story.update(given.pop("id"), **given))["__typename"] == "InvalidInput", wrong
    spare = register.known["spare"]
    saved = await register.story.update(spare, newPassword={"generate": True})
    assert "input.newPassword: Without an e-mail" in saved["message"]
    previewed = await register.story.preview(id=spare, setsPassword=True)
    assert "input.setsPassword: Without an e-mail" in previewed["refusedBy"]["message"]


async def test_a_preview_ends_in_the_same_problem(register: Register) -> None:
    for given, problem in (
        ({"id": "$Reference", "email": "ingen adresse"}, "InvalidInput"),
        ({"id": "$Reference", "email": EVA, "sharedUsername": "REJECT"}, "NotFound"),
        ({"customerId": "$Customer", "email": EVA, "sharedUsername": "REJECT"}, "NotFound"),
        ({"id": "$idaAtSyd", "email": EVA, "sharedUsername": "REJECT"}, "AlreadyExists"),
        ({"customerId": "$syd", "email": IDA, "sharedUsername": "REJECT"}, "AlreadyExists"),
        ({"id": "$ida", "email": EVA, "sharedUsername": "REJECT"}, "SharedUsername"),
        ({"customerId": "$empty", "email": EVA, "sharedUsername": "REJECT"}, "SharedUsername"),
        ({}, "InvalidInput"),
        ({"id": "$ida", "customerId": "$nord"}, "InvalidInput"),
    ):
        impact = await register.story.preview(setsPassword=False, **register.filled(given))
        assert impact["refusedBy"]["__typename"] == problem, given
        assert (impact["effect"], impact["references"], impact["sessionsRevoked"]) == ("NONE", [], 0)


async def test_of_settings_that_cannot_go_that_is_told_first(register: Register) -> None:
    (standard, *_) = await register.story.run(
        "{ internetOrderSettings { id } }", token=await register.story.staff(StaffRole.AUDITOR)
    )
    for field, more in (("deleteInternetOrderSettings", {}), ("updateInternetOrderSettings", {"isDefault": False})):
        given = {"id": standard["id"], "expectedVersion": 99, **more}
        payload = await register.story.mutate(field, given, "__typename", "InvalidInput")
        assert [(wrong["field"], wrong["code"]) for wrong in payload["fields"]] == [
            ("input.id" if field.startswith("delete") else "input.isDefault", "OUT_OF_RANGE")
        ]


async def test_the_last_admin_stays_whatever_else_is_wrong(register: Register) -> None:
    story = register.story
    staff = await story.run("{ staff { id email } }", token=await story.staff())
    (admin,) = (member["id"] for member in staff if member["email"] == "admin@firma.dk")
    for wrong in ({"active": False}, {"role": "EDITOR"}):
        given = {"id": admin, "expectedVersion": 99, "name": "", **SHORT, **wrong}
        assert (await story.mutate("updateStaff", given, "__typename"))["__typename"] == "NotAllowed"


async def test_in_which_order_a_changed_password_is_refused(register: Register) -> None:
    story, database = register.story, register.story.services.resources.database
    token = await register.credential(Column.PORTAL) or ""

    async def change(current: str, new: str) -> Any:
        given = {"currentPassword": current, "newPassword": new}
        return (await story.mutate("changePassword", given, "__typename", token=token))["__typename"]

    assert await change("forkert", "kort") == "WrongPassword"
    assert await change(PASSWORD, "kort") == "WeakPassword"
    await database.execute("UPDATE session SET wrong_passwords = 5")
    assert await change("forkert", "kort") == "TooManyAttempts"
    await story.update(register.known["ida"], deniedPermissions=["CHANGE_ORDER_DEFAULTS"])
    assert await change("forkert", "kort") == "NotAllowed"
    token = "nobody"
    assert await change("forkert", "kort") == "NotLoggedIn"


async def test_in_which_order_a_changed_staff_password_is_refused(register: Register) -> None:
    story, database = register.story, register.story.services.resources.database
    token = await register.credential(Column.EDITOR) or ""

    async def change(current: str, new: str) -> Any:
        document = "mutation($i: ChangePasswordInput!) { changeStaffPassword(input: $i) { __typename } }"
        given = {"i": {"currentPassword": current, "newPassword": new}}
        return (await story.run(document, given, token=token))["__typename"]

    assert await change("forkert", "kort") == "WrongPassword"
    assert await change(STAFF_PASSWORD, "kort") == "WeakPassword"
    await database.execute("UPDATE session SET wrong_passwords = 5")
    assert await change("forkert", "kort") == "TooManyAttempts"
    for column, answered in ((Column.ADMIN_TOKEN, "NotAllowed"), (Column.PORTAL, "NotAllowed")):
        token = await register.credential(column) or ""
        assert await change("forkert", "kort") == answered
    token = "nobody"
    assert await change("forkert", "kort") == "NotLoggedIn"
