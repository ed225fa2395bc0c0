"""Input that can't be right: a typed problem that names the field and says what to do, and nothing is left behind.

What is no request at all is in tests/http (`test_body`, `test_graphql_over_http`), and a database that is down in
`test_unavailable` there.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app import ids
from tests.support.callers import UNKNOWN, Register
from tests.support.snapshot import snapshot
from tests.support.story import Story

WORD = "hemmelig"
"""It is in every wrong value, and may be in no answer."""


@pytest.fixture
async def register(story: Story) -> AsyncIterator[Register]:
    """A register that is after the test what it was before."""
    made = await Register.made(story)
    before = await snapshot(story.services.resources.database)
    yield made
    assert await snapshot(story.services.resources.database) == before


async def wrong_fields(register: Register, field: str, given: dict[str, Any]) -> dict[str, str]:
    """What an InvalidInput says is wrong, by field; the answer quotes nothing of what was sent."""
    answered = await register.story.mutate(field, register.filled(given), "__typename", "InvalidInput")
    assert answered["__typename"] == "InvalidInput", (field, given, answered)
    assert WORD not in json.dumps(answered).lower()
    for wrong in answered["fields"]:
        assert wrong["message"]
        assert f"{wrong['field']}: {wrong['message']}" in answered["message"]
    return {wrong["field"]: wrong["code"] for wrong in answered["fields"]}


# The inputs that hold texts: what else is given, the text's field, how long it may be, and whether it must be there.
TEXTS: tuple[tuple[str, dict[str, Any], str, int, bool], ...] = (
    ("createCustomer", {"name": "K"}, "number", 50, True),
    ("createCustomer", {"number": "1"}, "name", 200, True),
    ("updateCustomer", {"id": "$syd"}, "number", 50, True),
    ("updateCustomer", {"id": "$syd"}, "name", 200, True),
    ("createReference", {"customerId": "$syd"}, "name", 200, True),
    ("createReference", {"customerId": "$syd", "name": "Bo"}, "phone", 50, False),
    ("createReference", {"customerId": "$syd", "name": "Bo"}, "mobile", 50, False),
    ("updateReference", {"id": "$eva"}, "name", 200, True),
    ("updateReference", {"id": "$eva"}, "phone", 50, False),
    ("updateReference", {"id": "$eva"}, "mobile", 50, False),
    ("createInternetOrderSettings", {"permissions": []}, "name", 200, True),
    ("updateInternetOrderSettings", {"id": "$settings"}, "name", 200, True),
    ("createStaff", {"email": "b@x.dk", "role": "ADMIN", "newPassword": {"generate": True}}, "name", 200, True),
    ("updateStaff", {"id": "$member"}, "name", 200, True),
    ("createAccessToken", {"role": "ADMIN", "expiresAt": "2027-01-01T00:00:00Z"}, "name", 200, True),
)
FORBIDDEN = (
    "\0",  # NUL
    "\a",  # bell
    "\n",  # line feed
    "\t",  # tab
    "\x7f",  # delete
    "\x9b",  # C1 control
    "\u202e",  # right-to-left override
    "\u200b",  # zero width space
    "\xad",  # soft hyphen
    "\u2028",  # line separator
    "\ue000",  # private use
    "\u0378",  # unassigned
    "\uffff",  # noncharacter
    "\U000e0041",  # tag
)
FORMS = (f"{WORD}{{}}x", f"{{}}{WORD}", f"{WORD}{{}}")


async def test_a_text_is_there_and_short_and_can_be_seen(register: Register) -> None:
    for field, given, text, longest, required in TEXTS:
        wrong = {
            **dict.fromkeys((f.format(c) for c in FORBIDDEN for f in FORMS), "FORBIDDEN_CHARACTER"),
            **{(WORD * 700)[:length]: "TOO_LONG" for length in (longest + 1, 5_000)},
            **(dict.fromkeys(("", " ", "\u3000\u00a0 ", "\u200d", "\u0301"), "REQUIRED") if required else {}),
        }
        for value, code in wrong.items():
            said = await wrong_fields(register, field, {**given, text: value})
            assert said == {f"input.{text}": code}, (field, text, value[:20])


NO_EMAILS = (
    (WORD, "MALFORMED"),
    (f"{WORD}@", "MALFORMED"),
    (f"@{WORD}.dk", "MALFORMED"),
    (f"{WORD}@@kunde.dk", "MALFORMED"),
    (f"{WORD}@kunde@kunde.dk", "MALFORMED"),
    (f"{WORD}@kunde..dk", "MALFORMED"),
    (f"{WORD}@-kunde.dk", "MALFORMED"),
    (f"{WORD}@kunde.dk.", "MALFORMED"),
    (f"{WORD}@{'k' * 64}.dk", "MALFORMED"),
    (f"{WORD}@kun_de.dk", "MALFORMED"),
    (f"{WORD} dam@kunde.dk", "FORBIDDEN_CHARACTER"),
    (f"{WORD}@kunde.dk\n", "FORBIDDEN_CHARACTER"),
    (f"{WORD}\0@kunde.dk", "FORBIDDEN_CHARACTER"),
    (f"\u200b{WORD}@kunde.dk", "FORBIDDEN_CHARACTER"),
    (f"{WORD}Ⓐ@kunde.dk", "FORBIDDEN_CHARACTER"),
    (f"{WORD * 31}@kunde.dk", "TOO_LONG"),
)


async def test_what_is_no_e_mail(register: Register) -> None:
    staff = {"name": "Bo", "role": "ADMIN", "newPassword": {"generate": True}}
    saves: tuple[tuple[str, dict[str, Any]], ...] = (
        ("createReference", {"customerId": "$syd", "name": "Bo"}),
        ("updateReference", {"id": "$eva"}),
        ("createStaff", staff),
    )
    for email, code in NO_EMAILS:
        for field, given in saves:
            assert await wrong_fields(register, field, {**given, "email": email}) == {"input.email": code}, email
        preview = await register.story.preview(customerId=register.known["syd"], setsPassword=True, email=email)
        assert preview["refusedBy"]["__typename"] == "InvalidInput"
        assert WORD not in json.dumps(preview).lower()


async def test_nobody_of_staff_is_without_an_e_mail(register: Register) -> None:
    given = {"name": "Bo", "role": "ADMIN", "newPassword": {"generate": True}}
    for email in ("", "  "):
        assert await wrong_fields(register, "createStaff", {**given, "email": email}) == {"input.email": "REQUIRED"}


async def test_all_that_is_wrong_is_named_at_once(register: Register) -> None:
    given = {
        "customerId": "$settings",
        "name": "",
        "email": WORD,
        "phone": "1" * 51,
        "mobile": "\0",
        "settingsId": "x",
        "newPassword": {"generate": False},
        "expectedReferences": [ids.encode("Reference", 1), "x"],
    }
    assert await wrong_fields(register, "createReference", given) == {
        "input.customerId": "UNKNOWN_ID",
        "input.name": "REQUIRED",
        "input.email": "MALFORMED",
        "input.phone": "TOO_LONG",
        "input.mobile": "FORBIDDEN_CHARACTER",
        "input.settingsId": "UNKNOWN_ID",
        "input.newPassword.generate": "OUT_OF_RANGE",
        "input.expectedReferences.1": "UNKNOWN_ID",
    }


async def test_null_where_there_must_be_something(register: Register) -> None:
    for field, thing, names in (
        ("updateCustomer", "$syd", ("name", "number")),
        ("updateReference", "$eva", ("name",)),
        ("updateInternetOrderSettings", "$settings", ("name",)),
        ("updateStaff", "$member", ("name",)),
    ):
        for name in names:
            assert await wrong_fields(register, field, {"id": thing, name: None}) == {f"input.{name}": "REQUIRED"}


async def test_null_elsewhere_is_the_same_as_left_out(register: Register) -> None:
    """It neither unticks nor empties anything, and the password stays: the register is compared afterwards."""
    for field, thing, names in (
        ("updateCustomer", "$syd", ("active", "expectedVersion", "settingsId")),
        (
            "updateReference",
            "$eva",
            (
                *("expectedVersion", "newPassword", "internetUser", "deniedPermissions", "sharedUsername"),
                *("expectedEffect", "expectedReferences", "phone", "mobile", "settingsId"),
            ),
        ),
        ("updateInternetOrderSettings", "$settings", ("expectedVersion", "permissions", "isDefault")),
        ("updateStaff", "$member", ("expectedVersion", "role", "active", "newPassword")),
    ):
        given = register.filled({"id": thing, **dict.fromkeys(names)})
        answered = await register.story.mutate(field, given, "__typename")
        assert answered["__typename"] == f"{field[0].upper()}{field[1:]}Success", answered


async def test_a_password_is_typed_or_generated(register: Register) -> None:
    for field, thing in (("updateReference", "$eva"), ("updateStaff", "$member")):
        given = {"id": thing, "newPassword": {"generate": False}}
        assert await wrong_fields(register, field, given) == {"input.newPassword.generate": "OUT_OF_RANGE"}
        for wrong in ({}, {"plaintext": WORD, "generate": True}, {"plaintext": None}, {"generate": None}, WORD, 5):
            kind = f"{field[0].upper()}{field[1:]}Input"
            body = await register.story.api.run(
                f"mutation($i: {kind}!) {{ {field}(input: $i) {{ __typename }} }}",
                {"i": register.filled({"id": thing, "newPassword": wrong})},
                token=await register.story.staff(),
            )
            assert "data" not in body, wrong
            assert "newPassword" in body["errors"][0]["message"]
            assert WORD not in json.dumps(body)


async def test_a_number_that_another_customer_has(register: Register) -> None:
    nord = register.known["nord"]
    for field, given in (("createCustomer", {"name": "Ny"}), ("updateCustomer", {"id": "$syd"})):
        for number in ("10001", "  10001 "):
            answered = await register.story.mutate(
                field, register.filled({**given, "number": number}), "__typename", "AlreadyExists"
            )
            assert answered == {
                "__typename": "AlreadyExists",
                "code": "ALREADY_EXISTS",
                "message": "Another customer has this number. Choose another.",
                "field": "number",
                "existing": {"id": nord, "__typename": "Customer"},
            }


NO_IDS = ("", "x", "5", "Reference:1", "\0", "UmVmZXJlbmNlOjE", ids.encode("Reference", 2**63), "A" * 10_000, WORD)


async def test_ids_that_are_none_or_lead_nowhere(register: Register) -> None:
    """Unknown ones are NotFound wherever they stand; others too, where the change is about the thing itself."""
    story, known = register.story, register.known
    for field, given, name, kind in (
        ("createCustomer", {"number": "1", "name": "K"}, "settingsId", "InternetOrderSettings"),
        ("updateCustomer", {}, "id", "Customer"),
        ("updateCustomer", {"id": known["syd"]}, "settingsId", "InternetOrderSettings"),
        ("createReference", {"name": "Bo"}, "customerId", "Customer"),
        ("createReference", {"name": "Bo", "customerId": known["syd"]}, "settingsId", "InternetOrderSettings"),
        ("updateReference", {}, "id", "Reference"),
        ("updateReference", {"id": known["eva"]}, "settingsId", "InternetOrderSettings"),
        ("updateInternetOrderSettings", {}, "id", "InternetOrderSettings"),
        ("deleteInternetOrderSettings", {}, "id", "InternetOrderSettings"),
        ("updateStaff", {}, "id", "StaffMember"),
    ):
        answered = await story.mutate(field, {**given, name: UNKNOWN[kind]}, "__typename", "NotFound")
        assert (answered["__typename"], answered["id"]) == ("NotFound", UNKNOWN[kind])
        for wrong in (*NO_IDS, known["token"]):
            assert await wrong_fields(register, field, {**given, name: wrong}) == {f"input.{name}": "UNKNOWN_ID"}
    for field, name in (
        ("deleteCustomer", "id"),
        ("deleteReference", "id"),
        ("clearPassword", "referenceId"),
        ("restorePassword", "referenceId"),
        ("unlockLogin", "referenceId"),
        ("endSessions", "referenceId"),
    ):
        for wrong in (*NO_IDS, known["token"], UNKNOWN["Customer"], UNKNOWN["Reference"]):
            answered = await story.mutate(field, {name: wrong}, "__typename", "NotFound")
            assert (answered["__typename"], answered["id"]) == ("NotFound", wrong)
            assert WORD not in answered["message"]
