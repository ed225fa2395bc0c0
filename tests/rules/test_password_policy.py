"""The rules, "Passwords" 3, through the schema: what the policy says of itself, and what it says of a password."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.support.api import Api
from tests.support.story import PASSWORD, Story

POLICY = "{ passwordPolicy { minLength maxLength rules } }"
IDA = "ida@kunde.example"
KNOWN = "fire våde får på en bænk"
LANGUAGES = ("da", "en", "sv", "nb")


@pytest.fixture
def settings(settings_with: Callable[..., Settings], request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    given: dict[str, Any] = dict(getattr(request, "param", {}))
    if given.pop("breached", False):
        file = tmp_path / "breached.txt"
        file.write_text(hashlib.sha1(KNOWN.encode(), usedforsecurity=False).hexdigest().upper() + ":4711\n")
        given["breached_file"] = str(file)
    return settings_with(**given)


async def rules(api: Api, language: str) -> list[str]:
    found: list[str] = (await api.data(POLICY, headers={"Accept-Language": language}))["passwordPolicy"]["rules"]
    return found


async def test_it_says_itself_to_anybody_in_their_language(api: Api) -> None:
    assert await rules(api, "en") == [
        "It has at least 15 characters. A few words that don't belong together are easy to remember and hard to guess.",
        "It has at most 256 characters. Letters, digits, signs and spaces may all be used, and none of them has to be.",
        "It is hard to guess: no well-known password, no row of keys, and not just one or two common words, doubled or "
        "with digits.",
        "It is more than your name, your e-mail and your company: without them, at least 8 characters are left.",
        "It is another one than you have now.",
    ]
    said = [await rules(api, language) for language in LANGUAGES]
    assert len({tuple(each) for each in said}) == len(LANGUAGES)
    assert {len(each) for each in said} == {5}
    assert "mindst 15 tegn" in said[0][0]


@pytest.mark.parametrize(
    "settings", [{"breached": True, "password_min_length": 20, "temporary_password_hours": 2}], indirect=True
)
async def test_it_says_what_the_operator_chose(api: Api) -> None:
    for language, hours in zip(LANGUAGES, ("2 timer", "2 hours", "2 timmar", "2 timer"), strict=True):
        said = await rules(api, language)
        assert len(said) == 7
        assert "20" in said[0]
        assert hours in said[6]


@pytest.mark.parametrize("settings", [{"breached": True}], indirect=True)
async def test_a_breached_password_is_refused_to_staff_and_to_its_person(story: Story) -> None:
    customer = await story.customer()
    refused = await story.create(customer, IDA, KNOWN)
    assert [reason["code"] for reason in refused["reasons"]] == ["BREACHED"]
    await story.create(customer, IDA, PASSWORD)
    given = {"currentPassword": PASSWORD, "newPassword": KNOWN}
    payload = await story.mutate("changePassword", given, "__typename", "WeakPassword", token=await story.token(IDA))
    assert [reason["code"] for reason in payload["reasons"]] == ["BREACHED"]
    assert KNOWN not in str(payload)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("adgangskode12345", "TOO_COMMON"),
        ("Sommer2026Sommer2026", "TOO_COMMON"),
        ("passwordpassword", "TOO_COMMON"),
        ("123456789012345", "TOO_COMMON"),
        ("portalportalportal", "TOO_COMMON"),
        ("Ida Dam Ida Dam Ida Dam", "TOO_LITTLE_BESIDE_NAMES"),
        ("Nordisk Transport 1", "TOO_LITTLE_BESIDE_NAMES"),
    ],
)
async def test_a_password_that_is_guessed_first_is_refused(story: Story, password: str, code: str) -> None:
    refused = await story.create(await story.customer(), IDA, password)
    assert refused["__typename"] == "WeakPassword"
    assert code in [reason["code"] for reason in refused["reasons"]]
    assert await story.services.resources.database.fetch("SELECT id FROM login") == []


@pytest.mark.parametrize(
    "password", ["en bog om både og blomster", "x" * 3 + "\u2603" * 20 + " og en gren", " fem gule  tog "]
)
async def test_others_are_taken_as_they_are(story: Story, password: str) -> None:
    customer = await story.customer()
    made = await story.create(customer, IDA, password, name="Bo Bo")
    assert made["__typename"] == "CreateReferenceSuccess", made
    assert (await story.login(IDA, password))["__typename"] == "LoginSuccess"
    assert (await story.login(IDA, password.strip() + "!"))["__typename"] == "NoUserFound"


@pytest.mark.parametrize("good", [64, 73, 200, 256])
async def test_long_ones_are_judged_without_a_fault(story: Story, good: int) -> None:
    phrase = "hver fredag spiser tre små ræve grød ved åen mens månen ser på, "
    password = (phrase * 5)[: good - 1] + "q"
    made = await story.create(await story.customer(), IDA, password)
    assert made["__typename"] == "CreateReferenceSuccess", made


async def test_one_that_is_too_long_is_only_told_so(story: Story) -> None:
    refused = await story.create(await story.customer(), IDA, "a" + "\u0300\u0316" * 20_000)
    assert [reason["code"] for reason in refused["reasons"]] == ["TOO_LONG"]
