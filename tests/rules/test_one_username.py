"""The rules, "One username, one password" 6 to 9: the table of effects, row by row, through the public schema."""

from collections.abc import Callable
from typing import Any

import pytest

from app.settings import Settings
from tests.support.story import OTHER_PASSWORD, PASSWORD, Story

IDA = "ida@example.dk"


@pytest.fixture
def settings(settings_with: Callable[..., Settings], request: pytest.FixtureRequest) -> Settings:
    return settings_with(shared_username=getattr(request, "param", "CLEAR_PASSWORD"))


async def works(story: Story, username: str, password: str = PASSWORD) -> int:
    """How many references a username and password let in."""
    payload = await story.login(username, password)
    if payload["__typename"] == "CustomerChoice":
        return len(payload["options"])
    return int(payload["__typename"] == "LoginSuccess")


def effect(payload: dict[str, Any]) -> tuple[str, set[str]]:
    """The effect of a save, and the references it names."""
    impact = payload["impact"]
    return impact["effect"], {reference["id"] for reference in impact["references"]}


# 6: creating


@pytest.mark.parametrize("rule", ["CLEAR_PASSWORD", "KEEP_PASSWORD", None])
@pytest.mark.parametrize(("had", "expected"), [(PASSWORD, "PASSWORD_CHANGED"), (None, "PASSWORD_SET")])
async def test_a_new_references_password_becomes_everyones(
    story: Story, rule: str | None, had: str | None, expected: str
) -> None:
    first = await story.reference(await story.customer(), IDA, had)
    more = {} if rule is None else {"sharedUsername": rule}
    made = await story.create(await story.customer("Anden A/S"), "IDA@example.dk", OTHER_PASSWORD, **more)
    assert effect(made) == (expected, {first, made["reference"]["id"]})
    assert await works(story, IDA, OTHER_PASSWORD) == 2
    assert await works(story, IDA, PASSWORD) == 0


@pytest.mark.parametrize("more", [{}, {"sharedUsername": "CLEAR_PASSWORD"}, {"newPassword": None}])
@pytest.mark.parametrize("internet_user", [True, False])
async def test_a_new_reference_without_a_password_takes_it_from_all(
    story: Story, more: dict[str, Any], internet_user: bool
) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    token = await story.token(IDA)
    made = await story.create(await story.customer("Anden A/S"), IDA, internetUser=internet_user, **more)
    assert effect(made) == ("PASSWORD_CLEARED", {first, made["reference"]["id"]})
    assert made["impact"]["sessionsRevoked"] == 1
    assert (await story.login(IDA))["message"] == "No users found"
    assert not await story.alive(token)
    assert (await story.read(first))["passwordStatus"] == "NONE"


async def test_a_new_reference_may_inherit_the_password(story: Story) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    token = await story.token(IDA)
    made = await story.create(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    assert effect(made) == ("PASSWORD_INHERITED", {first, made["reference"]["id"]})
    assert await works(story, IDA) == 2
    assert await story.alive(token)


@pytest.mark.parametrize("password", [PASSWORD, None])
async def test_reject_refuses_a_username_that_others_have(story: Story, password: str | None) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    other = await story.customer("Anden A/S")
    refused = await story.create(other, IDA, password, sharedUsername="REJECT")
    assert refused["__typename"] == "SharedUsername"
    assert refused["references"] == [{"id": first}]
    assert await works(story, IDA) == 1
    assert (await story.create(other, "ny@example.dk", sharedUsername="REJECT"))["impact"]["effect"] == "NONE"


@pytest.mark.parametrize(
    ("settings", "ended_in"),
    [("CLEAR_PASSWORD", "PASSWORD_CLEARED"), ("KEEP_PASSWORD", "PASSWORD_INHERITED"), ("REJECT", "SharedUsername")],
    indirect=["settings"],
)
async def test_the_default_of_creating_is_a_setting_and_that_of_renaming_is_not(story: Story, ended_in: str) -> None:
    await story.reference(await story.customer(), IDA, PASSWORD)
    renamed = await story.reference(await story.customer("Anden A/S"))
    assert effect(await story.update(renamed, email=IDA))[0] == "PASSWORD_INHERITED"
    third = await story.customer("Tredje A/S")
    foreseen = await story.preview(customerId=third, email=IDA, setsPassword=False)
    made = await story.create(third, IDA)
    assert (made["impact"]["effect"] if "impact" in made else made["__typename"]) == ended_in
    assert (foreseen["refusedBy"] or {"__typename": foreseen["effect"]})["__typename"] == ended_in


@pytest.mark.parametrize("rule", ["CLEAR_PASSWORD", "KEEP_PASSWORD"])
async def test_sharing_a_username_without_a_password_has_no_effect(story: Story, rule: str) -> None:
    first = await story.reference(await story.customer(), IDA)
    made = await story.create(await story.customer("Anden A/S"), IDA, sharedUsername=rule)
    assert effect(made) == ("NONE", {first, made["reference"]["id"]})


async def test_a_first_reference_sets_the_password_or_has_none(story: Story) -> None:
    customer = await story.customer()
    assert effect(await story.create(customer, IDA, PASSWORD))[0] == "PASSWORD_SET"
    assert effect(await story.create(customer, "bo@example.dk"))[0] == "NONE"
    by_phone = await story.create(customer)
    assert by_phone["impact"] == {"username": None, "effect": "NONE", "sessionsRevoked": 0, "references": []}


async def test_a_customer_has_at_most_one_reference_with_a_username(story: Story) -> None:
    customer = await story.customer()
    first = await story.reference(customer, IDA, PASSWORD)
    again = await story.create(customer, " Ida@EXAMPLE.dk")
    assert again["__typename"] == "AlreadyExists"
    assert (again["field"], again["existing"]["id"]) == ("email", first)
    assert await works(story, IDA) == 1


# 7: renaming


@pytest.mark.parametrize(
    ("more", "had", "expected", "let_in"),
    [
        ({}, PASSWORD, "PASSWORD_INHERITED", 2),
        ({"sharedUsername": "KEEP_PASSWORD"}, PASSWORD, "PASSWORD_INHERITED", 2),
        ({"sharedUsername": "CLEAR_PASSWORD"}, PASSWORD, "PASSWORD_CLEARED", 0),
        ({}, None, "NONE", 0),
        ({"sharedUsername": "CLEAR_PASSWORD"}, None, "NONE", 0),
        ({"newPassword": {"plaintext": PASSWORD}}, OTHER_PASSWORD, "PASSWORD_CHANGED", 2),
        ({"newPassword": {"plaintext": PASSWORD}}, None, "PASSWORD_SET", 2),
    ],
)
async def test_renaming_to_a_username_that_others_have_follows_the_table_and_keeps_by_default(
    story: Story, more: dict[str, Any], had: str | None, expected: str, let_in: int
) -> None:
    first = await story.reference(await story.customer(), IDA, had)
    moved = await story.reference(await story.customer("Anden A/S"), "bo@example.dk", OTHER_PASSWORD)
    token = await story.token("bo@example.dk", OTHER_PASSWORD)
    saved = await story.update(moved, email=IDA, **more)
    assert effect(saved) == (expected, {first, moved})
    assert await works(story, IDA) == let_in
    assert await works(story, "bo@example.dk", OTHER_PASSWORD) == 0
    assert not await story.alive(token)
    assert saved["impact"]["sessionsRevoked"] == 1


async def test_renaming_to_a_username_that_others_have_can_be_rejected(story: Story) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    moved = await story.reference(await story.customer("Anden A/S"), "bo@example.dk", OTHER_PASSWORD)
    refused = await story.update(moved, email=IDA, sharedUsername="REJECT")
    assert (refused["__typename"], refused["references"]) == ("SharedUsername", [{"id": first}])
    assert await works(story, "bo@example.dk", OTHER_PASSWORD) == 1


async def test_the_only_owner_takes_password_and_lock_out_along(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    token = await story.token(IDA)
    for _ in range(5):
        assert (await story.login(IDA, OTHER_PASSWORD))["__typename"] == "NoUserFound"
    saved = await story.update(reference, email="ida.dam@example.dk")
    assert effect(saved) == ("NONE", {reference})
    assert not await story.alive(token)
    assert (await story.login("ida.dam@example.dk"))["__typename"] == "TooManyAttempts"
    assert (await story.login(IDA))["__typename"] == "NoUserFound"
    await story.on_login("unlockLogin", reference, "reference { id }")
    assert (await works(story, "ida.dam@example.dk"), await works(story, IDA)) == (1, 0)


async def test_the_only_owner_takes_a_restorable_password_along(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    await story.on_login("clearPassword", reference)
    await story.update(reference, email="ida.dam@example.dk")
    await story.on_login("restorePassword", reference)
    assert await works(story, "ida.dam@example.dk") == 1


async def test_who_leaves_a_shared_username_starts_without_a_password(story: Story) -> None:
    stays = await story.reference(await story.customer(), IDA, PASSWORD)
    leaves = await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    saved = await story.update(leaves, email="bo@example.dk")
    assert effect(saved) == ("PASSWORD_CLEARED", {leaves})
    assert (await works(story, IDA), await works(story, "bo@example.dk")) == (1, 0)
    assert (await story.read(stays))["passwordStatus"] == "ENCRYPTED"


async def test_only_letter_case_changed_is_the_same_username(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    token = await story.token(IDA)
    saved = await story.update(reference, email="Ida@Example.DK", sharedUsername="CLEAR_PASSWORD")
    assert effect(saved) == ("NONE", {reference})
    assert saved["reference"]["email"] == "Ida@Example.DK"
    assert await story.alive(token)


# 8: what never touches a password


@pytest.mark.parametrize("given", [{"name": "Ida Dam Holm"}, {"newPassword": None}, {"sharedUsername": "REJECT"}, {}])
async def test_a_save_without_password_and_username_never_touches_the_password(
    story: Story, given: dict[str, Any]
) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    token = await story.token(IDA)
    assert effect(await story.update(first, **given))[0] == "NONE"
    assert await story.alive(token)
    assert await works(story, IDA) == 2


# 2: changing through any one of them


async def test_a_password_changed_through_one_reference_changes_for_all(story: Story) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    tokens = [await story.token(IDA, reference=reference) for reference in (first, second)]
    ticket = (await story.login(IDA))["ticket"]
    saved = await story.update(second, newPassword={"plaintext": OTHER_PASSWORD})
    assert effect(saved) == ("PASSWORD_CHANGED", {first, second})
    assert saved["impact"]["sessionsRevoked"] == 2
    assert [await story.alive(token) for token in tokens] == [False, False]
    assert (await story.choose(ticket, first))["__typename"] == "TicketExpired"
    assert (await works(story, IDA, OTHER_PASSWORD), await works(story, IDA)) == (2, 0)


async def test_a_generated_password_is_shown_once_and_works(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA)
    saved = await story.update(reference, newPassword={"generate": True})
    assert effect(saved) == ("PASSWORD_SET", {reference})
    assert await works(story, IDA, saved["generatedPassword"]) == 1
    assert (await story.update(reference, name="Ida"))["generatedPassword"] is None


# 9: deleting, and emptying the e-mail


@pytest.mark.parametrize("how", ["delete", "empty"])
async def test_the_login_goes_with_the_last_reference(story: Story, how: str) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")

    async def leave(reference: str) -> Any:
        if how == "delete":
            return await story.delete(reference)
        return await story.update(reference, email=None, internetUser=False)

    token = await story.token(IDA, reference=first)
    assert effect(await leave(first)) == ("NONE", {second})
    assert not await story.alive(token)
    assert await works(story, IDA) == 1
    assert effect(await leave(second)) == ("PASSWORD_CLEARED", set())
    newcomer = await story.reference(await story.customer("Tredje A/S"), IDA)
    assert (await story.read(newcomer))["passwordStatus"] == "NONE"
