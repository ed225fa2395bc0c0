"""Authenticator apps of staff: adding one, taking it off, and what a role that must have one can do without."""

import asyncio
from base64 import b32decode
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from structlog.testing import capture_logs

from app.asgi import create_app
from app.models.enums import StaffRole
from app.security.keys import key_id
from app.security.passwords import Argon2Parameters, PasswordHasher
from app.services import Services, open_services
from tests.support.api import serving
from tests.support.callers import access_token
from tests.support.second_factor import Apps, Phone
from tests.support.services import FakeClock, make_settings
from tests.support.story import OTHER_PASSWORD, STAFF_PASSWORD, Story
from tests.support.world import World

ADMIN = "admin@firma.dk"
FREE = {"secondFactor": False, "mustEnrolSecondFactor": False, "recoveryCodesLeft": 0}
HELD = {**FREE, "mustEnrolSecondFactor": True}
WITH_APP = {"secondFactor": True, "mustEnrolSecondFactor": False, "recoveryCodesLeft": 10}


def with_settings(**overrides: object) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("settings", [overrides], indirect=True)


@pytest.fixture
def apps(story: Story, clock: FakeClock) -> Apps:
    return Apps(story, clock)


@pytest.fixture
async def token(story: Story) -> str:
    return await story.staff()


async def kinds(*payloads: Coroutine[Any, Any, Any]) -> Counter[str]:
    """What requests that are sent at once are answered with."""
    return Counter([payload["__typename"] for payload in await asyncio.gather(*payloads)])


async def actions(services: Services) -> list[str]:
    rows = await services.resources.database.fetch("SELECT action FROM audit_event ORDER BY id")
    return [row["action"] for row in rows]


# Adding an app


async def test_an_app_counts_from_its_first_code_on(apps: Apps, token: str) -> None:
    assert await apps.mine(token) == FREE
    phone = await apps.phone(token)
    assert await apps.mine(token) == FREE
    confirmed = await apps.confirm(token, phone.code())
    assert confirmed["__typename"] == "ConfirmTotpSuccess"
    assert len(set(confirmed["recoveryCodes"])) == 10
    assert confirmed["viewer"] == {"email": ADMIN, **WITH_APP}
    assert await apps.mine(token) == WITH_APP
    staff = await apps.story.run("{ staff { email secondFactor } }", token=token)
    assert staff == [{"email": ADMIN, "secondFactor": True}]


async def test_the_secret_can_be_typed_or_read_from_a_picture(apps: Apps, token: str) -> None:
    enrolled = await apps.enrol(token)
    uri = urlsplit(enrolled["provisioningUri"])
    assert uri.scheme == "otpauth"
    assert unquote(uri.path) == f"/Adgang:{ADMIN}"
    assert parse_qs(uri.query) == {"secret": [enrolled["secret"]], "issuer": ["Adgang"]}


async def test_asked_again_another_secret_is_drawn(apps: Apps, token: str) -> None:
    first, second = await apps.phone(token), await apps.phone(token)
    assert (await apps.confirm(token, first.code()))["__typename"] == "WrongCode"
    assert (await apps.confirm(token, second.code()))["__typename"] == "ConfirmTotpSuccess"


async def test_there_is_one_app_and_a_new_one_comes_after_the_old(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    for payload in (await apps.enrol(token), await apps.confirm(token, phone.code())):
        assert payload["__typename"] == "AlreadyExists"
        assert payload["message"] == "You have an authenticator app already. Remove it first."
    assert (await apps.remove(token, phone.code()))["__typename"] == "RemoveTotpSuccess"
    other, _ = await apps.added(token)
    assert other.code() != phone.code()


async def test_without_an_app_there_is_none_to_confirm_to_remove_or_to_renew(apps: Apps, token: str) -> None:
    for payload in (
        await apps.confirm(token, "123456"),
        await apps.remove(token, "123456"),
        await apps.renew(token, "123456"),
    ):
        assert payload["__typename"] == "NotFound"
    await apps.phone(token)
    assert (await apps.remove(token, "123456"))["__typename"] == "NotFound"
    assert await apps.story.alive(token)


async def test_adding_an_app_ends_the_other_sessions(apps: Apps, token: str) -> None:
    others = [await apps.story.staff_login(ADMIN) for _ in range(2)]
    phone = await apps.phone(token)
    assert (await apps.confirm(token, phone.code()))["sessionsRevoked"] == 2
    assert [await apps.story.alive(each) for each in (token, *others)] == [True, False, False]


async def test_of_those_who_confirm_with_one_code_at_once_one_does(apps: Apps, token: str) -> None:
    others = [await apps.story.staff_login(ADMIN) for _ in range(3)]
    phone = await apps.phone(token)
    code = phone.code()
    found = await kinds(*(apps.confirm(each, code) for each in (token, *others)))
    assert found.pop("ConfirmTotpSuccess") == 1
    assert found.keys() <= {"NotLoggedIn", "AlreadyExists"}
    rows = await apps.story.services.resources.database.fetch("SELECT count(*) AS n FROM staff_recovery_code")
    assert rows[0]["n"] == 10


# Guessing within a session


async def test_the_fifth_wrong_code_ends_the_session(apps: Apps, token: str) -> None:
    phone = await apps.phone(token)
    for _ in range(4):
        wrong = await apps.confirm(token, phone.wrong())
        assert (wrong["__typename"], wrong["code"]) == ("WrongCode", "WRONG_CODE")
    last = await apps.confirm(token, phone.wrong())
    assert (last["__typename"], last["retryAfterSeconds"]) == ("TooManyAttempts", 0)
    assert not await apps.story.alive(token)
    assert (await actions(apps.story.services))[-1] == "SESSION_REVOKED"


@pytest.mark.parametrize("field", ["enrol", "remove"])
async def test_the_fifth_wrong_password_ends_the_session(apps: Apps, token: str, field: str) -> None:
    phone, _ = await apps.added(token) if field == "remove" else (None, None)
    found = []
    for _ in range(5):
        asked = apps.enrol(token, OTHER_PASSWORD) if phone is None else apps.remove(token, phone.code(), OTHER_PASSWORD)
        found.append((await asked)["__typename"])
    assert found == ["WrongPassword"] * 4 + ["TooManyAttempts"]
    assert not await apps.story.alive(token)


async def test_thirty_guesses_at_once_are_five(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    found = await kinds(*(apps.renew(token, phone.wrong()) for _ in range(30)))
    assert found["WrongCode"] <= 4  # the fifth may end the session before one of the others is looked at
    assert found["WrongCode"] + found["TooManyAttempts"] + found["NotLoggedIn"] == 30
    assert not await apps.story.alive(token)


async def test_what_was_right_is_no_try(apps: Apps, token: str) -> None:
    for _ in range(6):
        assert (await apps.enrol(token))["__typename"] == "EnrolTotpSuccess"
    phone, _ = await apps.added(token)
    for _ in range(6):
        assert (await apps.renew(token, phone.next()))["__typename"] == "RenewRecoveryCodesSuccess"


# A code is accepted once


async def test_the_code_that_confirmed_is_used_up(apps: Apps, token: str) -> None:
    phone = await apps.phone(token)
    code = phone.code()
    await apps.confirm(token, code)
    assert (await apps.renew(token, code))["__typename"] == "WrongCode"
    assert (await apps.renew(token, phone.code(-1)))["__typename"] == "WrongCode"
    assert (await apps.renew(token, phone.code(1)))["__typename"] == "RenewRecoveryCodesSuccess"
    assert (await apps.renew(token, phone.next()))["__typename"] == "WrongCode"
    assert (await apps.renew(token, phone.next()))["__typename"] == "RenewRecoveryCodesSuccess"


async def test_of_those_who_use_one_code_at_once_one_may(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    code = phone.code()
    assert await kinds(*(apps.renew(token, code) for _ in range(4))) == {
        "RenewRecoveryCodesSuccess": 1,
        "WrongCode": 3,
    }


@pytest.mark.parametrize("typed", ["", "12345", "1" * 100_000, "١٢٣٤٥٦", "k3v8q-x2m7d-9wjtn-c6r4z"])
async def test_what_is_no_code_is_a_wrong_one(apps: Apps, token: str, typed: str) -> None:
    await apps.added(token)
    assert (await apps.remove(token, typed))["__typename"] == "WrongCode"


async def test_a_code_may_be_typed_in_groups(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    code = phone.code()
    assert (await apps.renew(token, f" {code[:3]} {code[3:]} "))["__typename"] == "RenewRecoveryCodesSuccess"


# Taking it off, and recovery codes


async def test_an_app_is_removed_with_password_and_code(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    assert (await apps.remove(token, phone.code(), OTHER_PASSWORD))["__typename"] == "WrongPassword"
    assert (await apps.remove(token, phone.wrong()))["__typename"] == "WrongCode"
    removed = await apps.remove(token, phone.code())
    assert removed["viewer"] == {"email": ADMIN, **FREE}
    assert removed["sessionsRevoked"] == 0
    assert await apps.mine(token) == FREE


async def test_who_lost_the_app_removes_it_with_a_recovery_code(apps: Apps, token: str) -> None:
    _, codes = await apps.added(token)
    assert (await apps.remove(token, codes[3].upper()))["__typename"] == "RemoveTotpSuccess"
    phone, _ = await apps.added(token)
    assert (await apps.remove(token, codes[4]))["__typename"] == "WrongCode", "they went with the app"
    assert (await apps.remove(token, phone.code()))["__typename"] == "RemoveTotpSuccess"


async def test_new_recovery_codes_take_the_place_of_the_old(apps: Apps, token: str) -> None:
    phone, old = await apps.added(token)
    assert (await apps.renew(token, old[0]))["__typename"] == "WrongCode", "a recovery code makes no others"
    renewed = await apps.renew(token, phone.code())
    assert renewed["viewer"] == {"email": ADMIN, **WITH_APP}
    assert not set(renewed["recoveryCodes"]) & set(old)
    assert (await apps.remove(token, old[1]))["__typename"] == "WrongCode"
    assert (await apps.remove(token, renewed["recoveryCodes"][9]))["__typename"] == "RemoveTotpSuccess"


# Off, and required


@with_settings(staff_totp="off")
async def test_switched_off_there_is_none_to_add(apps: Apps, token: str) -> None:
    for payload in (await apps.enrol(token), await apps.confirm(token, "123456"), await apps.renew(token, "123456")):
        assert payload["__typename"] == "NotAllowed"
    assert await apps.mine(token) == FREE


OPEN = [
    "{ viewer { name email sessions { id } } }",
    "{ passwordPolicy { minLength } }",
    "{ portalPermissions { label } }",
]
REFUSED = [
    "customers { totalCount }",
    "references { totalCount }",
    "auditEvents { edges { cursor } }",
    "staff { id }",
    "accessTokens { id }",
    "internetOrderSettings { id }",
]


@with_settings(staff_totp="required")
async def test_who_must_have_an_app_can_do_nothing_else_first(apps: Apps, token: str) -> None:
    story = apps.story
    assert await apps.mine(token) == HELD
    for document in OPEN:
        assert await story.run(document, token=token)
    for field in REFUSED:
        body = await story.api.run(f"{{ {field} }}", token=token)
        assert [error["extensions"]["code"] for error in body["errors"]] == ["NOT_ALLOWED"], field
    made = await story.mutate("createCustomer", {"number": "1", "name": "Nord"}, "__typename", token=token)
    assert made["__typename"] == "NotAllowed"
    tool = {"name": "x", "role": "ADMIN", "expiresAt": "2027-01-01T00:00:00Z"}
    assert (await story.mutate("createAccessToken", tool, "__typename", token=token))["__typename"] == "NotAllowed"
    confirmed = await apps.confirm(token, (await apps.phone(token)).code())
    assert confirmed["viewer"] == {"email": ADMIN, **WITH_APP}
    made = await story.mutate("createCustomer", {"number": "1", "name": "Nord"}, "__typename", token=token)
    assert made["__typename"] == "CreateCustomerSuccess"


@with_settings(staff_totp="required")
async def test_nor_see_anything_by_its_id(apps: Apps, token: str) -> None:
    customer = await World(apps.story.services).customer()
    found = await apps.story.api.data(
        "query($id: ID!) { node(id: $id) { id } customer(id: $id) { id } none: customer { id } }",
        {"id": customer},
        token=token,
    )
    assert found == {"node": None, "customer": None, "none": None}


@with_settings(staff_totp="required")
async def test_they_may_change_their_password_and_leave(apps: Apps, token: str) -> None:
    story = apps.story
    given = {"currentPassword": STAFF_PASSWORD, "newPassword": OTHER_PASSWORD}
    changed = await story.run(
        "mutation($i: ChangePasswordInput!) { changeStaffPassword(input: $i) { ... on ChangeStaffPasswordSuccess"
        " { accessToken viewer { mustEnrolSecondFactor } } } }",
        {"i": given},
        token=token,
    )
    assert changed["viewer"] == {"mustEnrolSecondFactor": True}
    token = changed["accessToken"]
    assert await apps.mine(token) == HELD
    for field in ("endOtherSessions", "logout"):
        payload = await story.run(f"mutation {{ {field} {{ __typename }} }}", token=token)
        assert payload == {"__typename": "LogoutSuccess"}
    assert not await story.alive(token)


@with_settings(staff_totp="required", staff_totp_roles="ADMIN")
async def test_only_the_roles_that_must_are_held(apps: Apps, token: str) -> None:
    assert await apps.mine(token) == HELD
    editor = await apps.story.staff(StaffRole.EDITOR)
    assert await apps.mine(editor) == FREE
    assert (await apps.story.api.data("{ customers { totalCount } }", token=editor))["customers"]["totalCount"] == 0


@with_settings(staff_totp="required")
async def test_who_takes_the_app_off_is_held_again(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    removed = await apps.remove(token, phone.code())
    assert removed["viewer"] == {"email": ADMIN, **HELD}
    body = await apps.story.api.run("{ customers { totalCount } }", token=token)
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


@with_settings(staff_totp="required")
async def test_a_tool_is_no_person_with_an_app(apps: Apps, token: str) -> None:
    await apps.added(token)
    _, tool = await access_token(apps.story, StaffRole.EDITOR)
    assert await apps.mine(tool) == FREE
    assert await apps.story.api.data("{ customers { totalCount } }", token=tool)
    assert (await apps.enrol(tool))["__typename"] == "NotAllowed"


# What is stored, logged and told


def as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


async def stored(services: Services) -> Any:
    rows = await services.resources.database.fetch("SELECT * FROM staff_second_factor")
    (row,) = rows
    return row


async def test_neither_the_secret_nor_a_code_is_stored_or_told(apps: Apps, token: str) -> None:
    with capture_logs() as lines:
        enrolled = await apps.enrol(token)
        phone = Phone(enrolled["secret"], apps.clock)
        first = phone.code()
        codes = (await apps.confirm(token, first))["recoveryCodes"]
        wrong = phone.wrong()
        await apps.renew(token, wrong)
    told = await apps.story.api.post("{ auditEvents { edges { node { action detail actor } } } }", token=token)
    database = apps.story.services.resources.database
    tables = ("staff_second_factor", "staff_recovery_code", "audit_event", "session")
    rows = [dict(row) for table in tables for row in await database.fetch(f"SELECT * FROM {table}")]
    kept = [value for row in rows for value in row.values()]
    raw = b32decode(enrolled["secret"])
    secrets = [enrolled["secret"].encode(), raw, *(code.encode() for code in codes)]
    secrets += [code.replace("-", "").encode() for code in codes]
    for place in (str(lines).encode(), told.content, *map(as_bytes, kept)):
        for secret in secrets:
            assert secret not in place
    for text in (str(lines), told.text):
        for digits in (first, wrong):
            assert digits not in text


async def test_what_happened_is_told(apps: Apps, token: str) -> None:
    phone, _ = await apps.added(token)
    await apps.renew(token, phone.code())
    await apps.remove(token, phone.next())
    asked = "{ auditEvents(first: 3) { edges { node { action detail actor username subjects } } } }"
    events = (await apps.story.api.data(asked, token=token, headers={"Accept-Language": "da"}))["auditEvents"]["edges"]
    assert [(event["node"]["action"], event["node"]["detail"]) for event in events] == [
        ("SECOND_FACTOR_REMOVED", f"{ADMIN} fjernede sin godkendelsesapp."),
        ("RECOVERY_CODES_RENEWED", f"{ADMIN} fik nye gendannelseskoder."),
        ("SECOND_FACTOR_ENABLED", f"{ADMIN} tilføjede en godkendelsesapp."),
    ]
    me = await apps.story.run("{ staff { id } }", token=token)
    assert all(event["node"]["subjects"] == [me[0]["id"]] for event in events)
    assert all(event["node"]["username"] == ADMIN for event in events)


OLD, NEW = "0" * 63 + "1", "0" * 63 + "2"


@asynccontextmanager
async def with_keys(services: Services, clock: FakeClock, *keys: str) -> AsyncIterator[Apps]:
    """The service on the same database, with these password keys."""
    settings = make_settings(database_url=services.resources.settings.database_url, password_key=",".join(keys))
    hasher = PasswordHasher(
        Argon2Parameters(8, 1, 1), threads=2, queue=64, password_keys=[bytes.fromhex(key) for key in keys]
    )
    async with (
        open_services(settings, clock=clock, hasher=hasher) as opened,
        serving(create_app(settings, services=opened)) as api,
    ):
        yield Apps(Story(api, opened), clock)
    hasher.close()


async def test_the_secret_is_sealed_under_the_first_password_key_and_moves_to_a_new_one(
    services: Services, clock: FakeClock
) -> None:
    async with with_keys(services, clock, OLD) as apps:
        token = await apps.story.staff()
        phone, _ = await apps.added(token)
        before = await stored(services)
        assert before["sealed_under"] == key_id(bytes.fromhex(OLD))
    async with with_keys(services, clock, NEW, OLD) as apps:
        assert (await apps.renew(token, phone.wrong()))["__typename"] == "WrongCode"
        assert (await stored(services))["sealed_under"] == before["sealed_under"]
        assert (await apps.renew(token, phone.next()))["__typename"] == "RenewRecoveryCodesSuccess"
        after = await stored(services)
        assert after["sealed_under"] == key_id(bytes.fromhex(NEW))
        assert bytes(after["sealed_secret"]) != bytes(before["sealed_secret"])
    async with with_keys(services, clock, NEW) as apps:
        assert (await apps.renew(token, phone.next()))["__typename"] == "RenewRecoveryCodesSuccess"


async def test_without_its_key_every_code_is_wrong_and_the_log_says_which_key_is_missing(
    services: Services, clock: FakeClock
) -> None:
    async with with_keys(services, clock, OLD) as apps:
        token = await apps.story.staff()
        phone, _ = await apps.added(token)
    async with with_keys(services, clock, NEW) as apps:
        with capture_logs() as lines:
            assert (await apps.renew(token, phone.code()))["__typename"] == "WrongCode"
        (line,) = (line for line in lines if "authenticator" in line["event"])
        assert line["key_id"] == key_id(bytes.fromhex(OLD))
        assert line["log_level"] == "warning"
        assert await apps.mine(token) == WITH_APP


async def test_a_secret_copied_to_another_member_opens_nothing(apps: Apps, token: str) -> None:
    mine, _ = await apps.added(token)
    editor = await apps.story.staff(StaffRole.EDITOR)
    await apps.added(editor)
    await apps.story.services.resources.database.execute(
        "UPDATE staff_second_factor SET sealed_secret = (SELECT sealed_secret FROM staff_second_factor WHERE staff_id ="
        " (SELECT id FROM staff_member WHERE role = 'ADMIN')) WHERE staff_id ="
        " (SELECT id FROM staff_member WHERE role = 'EDITOR')"
    )
    assert (await apps.renew(editor, mine.code()))["__typename"] == "WrongCode"
    assert (await apps.renew(token, mine.code()))["__typename"] == "RenewRecoveryCodesSuccess"
