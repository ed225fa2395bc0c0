"""The rules, "One username, one password" 10 to 13: nobody is locked out unseen, and what was cleared can come back."""

from collections.abc import Callable
from typing import Any

import pytest

from app.services import Services
from app.settings import Settings
from tests.support.services import FakeClock
from tests.support.story import OTHER_PASSWORD, PASSWORD, Story

IDA = "ida@example.dk"


async def everything(services: Services) -> list[Any]:
    """All rows that a save of a reference could touch."""
    tables = ("customer", "reference", "login", "session", "ticket", "reference_search", "audit_event", "audit_head")
    return [
        [dict(row) for row in await services.resources.database.fetch(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in tables
    ]


# 11: previews, and saves that were agreed to


@pytest.mark.parametrize("rule", ["CLEAR_PASSWORD", "KEEP_PASSWORD", "REJECT", None])
@pytest.mark.parametrize("sets_password", [True, False])
@pytest.mark.parametrize("had", [PASSWORD, None])
async def test_a_preview_of_a_creation_tells_what_the_save_does(
    story: Story, rule: str | None, sets_password: bool, had: str | None
) -> None:
    first = await story.reference(await story.customer(), IDA, had)
    if had:
        await story.token(IDA)
    customer = await story.customer("Anden A/S")
    more: dict[str, Any] = {} if rule is None else {"sharedUsername": rule}
    foreseen = await story.preview(customerId=customer, email=IDA, setsPassword=sets_password, **more)
    made = await story.create(customer, IDA, OTHER_PASSWORD if sets_password else None, **more)
    if made["__typename"] == "CreateReferenceSuccess":
        assert foreseen["refusedBy"] is None
        assert foreseen["references"] == [{"id": first}]
        for field in ("username", "effect", "sessionsRevoked"):
            assert foreseen[field] == made["impact"][field]
    else:
        assert foreseen["refusedBy"]["__typename"] == made["__typename"] == "SharedUsername"
        assert foreseen["effect"] == "NONE"


@pytest.mark.parametrize("email", [IDA, "bo@example.dk", "ny@example.dk", "fri@example.dk"])
@pytest.mark.parametrize("sets_password", [True, False])
@pytest.mark.parametrize("rule", ["CLEAR_PASSWORD", None])
async def test_a_preview_of_a_change_tells_what_the_save_does(
    story: Story, email: str, sets_password: bool, rule: str | None
) -> None:
    await story.reference(await story.customer(), IDA, PASSWORD)
    await story.reference(await story.customer("Anden A/S"), "bo@example.dk", PASSWORD)
    saved = await story.reference(await story.customer("Tredje A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    alone = await story.reference(await story.customer("Fjerde A/S"), "fri@example.dk", PASSWORD)
    await story.token("bo@example.dk")
    await story.token(IDA, reference=saved)
    for reference in (saved, alone):
        more: dict[str, Any] = {} if rule is None else {"sharedUsername": rule}
        foreseen = await story.preview(id=reference, email=email, setsPassword=sets_password, **more)
        if sets_password:
            more["newPassword"] = {"plaintext": OTHER_PASSWORD}
        done = await story.update(reference, email=email, **more)
        assert foreseen == {**done["impact"], "refusedBy": None}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"setsPassword": False}, "InvalidInput"),
        ({"id": "UmVmZXJlbmNlOjk5OQ==", "customerId": "Q3VzdG9tZXI6MQ==", "setsPassword": False}, "InvalidInput"),
        ({"id": "UmVmZXJlbmNlOjk5OQ==", "setsPassword": False}, "NotFound"),
        ({"id": "Q3VzdG9tZXI6MQ==", "setsPassword": False}, "InvalidInput"),
        ({"customerId": "Q3VzdG9tZXI6OTk5", "email": IDA, "setsPassword": False}, "NotFound"),
        ({"customerId": "Q3VzdG9tZXI6MQ==", "email": "ida", "setsPassword": False}, "InvalidInput"),
        ({"customerId": "Q3VzdG9tZXI6MQ==", "setsPassword": True}, "InvalidInput"),
        ({"customerId": "Q3VzdG9tZXI6MQ==", "email": IDA, "setsPassword": True}, "AlreadyExists"),
    ],
)
async def test_a_preview_names_the_problem_the_save_would_end_in(
    story: Story, given: dict[str, Any], problem: str
) -> None:
    await story.reference(await story.customer(), IDA, PASSWORD)
    foreseen = await story.preview(**given)
    assert foreseen["refusedBy"]["__typename"] == problem
    assert (foreseen["effect"], foreseen["references"]) == ("NONE", [])


async def test_a_preview_changes_nothing(story: Story, services: Services) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    customer = await story.customer("Anden A/S")
    before = await everything(services)
    await story.preview(customerId=customer, email=IDA, setsPassword=False)
    await story.preview(customerId=customer, email="ny@example.dk", setsPassword=True)
    await story.preview(id=first, email="ny@example.dk", setsPassword=True)
    assert await everything(services) == before


@pytest.mark.parametrize("expected", ["NONE", "PASSWORD_CHANGED", "PASSWORD_INHERITED"])
async def test_a_save_with_another_effect_than_was_agreed_to_changes_nothing(
    story: Story, services: Services, expected: str
) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    customer = await story.customer("Anden A/S")
    before = await everything(services)
    refused = await story.create(customer, IDA, expectedEffect=expected)
    assert (refused["__typename"], refused["references"]) == ("SharedUsername", [{"id": first}])
    assert await everything(services) == before
    assert (await story.create(customer, IDA, expectedEffect="PASSWORD_CLEARED"))["impact"]["effect"] == (
        "PASSWORD_CLEARED"
    )


async def test_a_save_that_would_touch_a_reference_nobody_agreed_to_changes_nothing(
    story: Story, services: Services
) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    before = await everything(services)
    password = {"plaintext": OTHER_PASSWORD}
    refused = await story.update(first, newPassword=password, expectedReferences=[])
    assert (refused["__typename"], refused["references"]) == ("SharedUsername", [{"id": second}])
    assert await everything(services) == before
    agreed = await story.update(first, newPassword=password, expectedReferences=[second])
    assert agreed["impact"]["effect"] == "PASSWORD_CHANGED"


async def test_the_impact_names_every_reference_of_the_username_ticked_or_not(story: Story) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(
        await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD", internetUser=False
    )
    saved = await story.update(first, name="Ida Holm")
    assert saved["impact"]["username"] == IDA
    assert {reference["id"] for reference in saved["impact"]["references"]} == {first, second}


# 12: what was cleared can be put back, for a while


async def test_a_cleared_password_can_be_restored_within_a_day(story: Story, clock: FakeClock) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(await story.customer("Anden A/S"), IDA)
    clock.advance(hours=23, minutes=59)
    story.on_another_day()
    restored = await story.on_login("restorePassword", first)
    assert restored["impact"]["effect"] == "PASSWORD_RESTORED"
    assert {reference["id"] for reference in restored["impact"]["references"]} == {first, second}
    assert (await story.login(IDA))["__typename"] == "CustomerChoice"


async def test_after_a_day_a_cleared_password_is_gone(story: Story, clock: FakeClock) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    await story.on_login("clearPassword", reference)
    assert (await story.read(reference, "passwordRestorableUntil"))["passwordRestorableUntil"] is not None
    clock.advance(hours=24)
    story.on_another_day()
    assert (await story.on_login("restorePassword", reference))["__typename"] == "NotRestorable"
    assert (await story.read(reference, "passwordRestorableUntil"))["passwordRestorableUntil"] is None


@pytest.fixture
def settings(settings_with: Callable[..., Settings], request: pytest.FixtureRequest) -> Settings:
    return settings_with(restore_hours=getattr(request, "param", 24))


@pytest.mark.parametrize("settings", [0], indirect=True)
async def test_with_no_hours_to_restore_nothing_is_kept(story: Story, services: Services) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    await story.on_login("clearPassword", reference)
    assert (await story.read(reference, "passwordRestorableUntil"))["passwordRestorableUntil"] is None
    assert (await story.on_login("restorePassword", reference))["__typename"] == "NotRestorable"
    (row,) = await services.resources.database.fetch("SELECT password_hash, cleared_hash FROM login")
    assert (row["password_hash"], row["cleared_hash"]) == (None, None)


@pytest.mark.parametrize("how", ["forget", "forget later", "set since", "not cleared", "no login"])
async def test_what_can_not_be_restored(story: Story, how: str) -> None:
    reference = await story.reference(await story.customer(), None if how == "no login" else IDA, None)
    if how != "no login":
        await story.update(reference, newPassword={"plaintext": PASSWORD})
    if how in ("forget", "forget later", "set since"):
        await story.on_login("clearPassword", reference, forget=how == "forget")
    if how == "forget later":
        await story.on_login("clearPassword", reference, forget=True)
    if how == "set since":
        await story.update(reference, newPassword={"plaintext": OTHER_PASSWORD})
        await story.on_login("clearPassword", reference, forget=True)
    assert (await story.on_login("restorePassword", reference))["__typename"] == "NotRestorable"


async def guess(story: Story) -> None:
    """Locks the username out from where the story is told."""
    for _ in range(5):
        assert (await story.login(IDA, "forkert"))["__typename"] == "NoUserFound"


async def test_restoring_revives_no_session(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    token = await story.token(IDA)
    assert (await story.on_login("clearPassword", reference))["impact"]["sessionsRevoked"] == 1
    await story.on_login("restorePassword", reference)
    assert not await story.alive(token)


async def test_restoring_lifts_no_lock_out_and_a_password_set_by_staff_does(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    await guess(story)
    await story.on_login("clearPassword", reference)
    await story.on_login("restorePassword", reference)
    assert (await story.login(IDA))["__typename"] == "TooManyAttempts"
    await story.update(reference, newPassword={"plaintext": PASSWORD})
    assert (await story.login(IDA))["__typename"] == "LoginSuccess"


async def test_unlocking_lifts_a_lock_out(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    await guess(story)
    assert (await story.read(reference, "lockedUntil"))["lockedUntil"] is not None
    unlocked = await story.on_login("unlockLogin", reference, "reference { id lockedUntil }")
    assert unlocked["reference"] == {"id": reference, "lockedUntil": None}
    assert (await story.login(IDA))["__typename"] == "LoginSuccess"


async def test_ending_sessions_ends_them_at_every_company_and_every_pending_choice(story: Story) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    tokens = [await story.token(IDA, reference=reference) for reference in (first, second)]
    ticket = (await story.login(IDA))["ticket"]
    assert (await story.on_login("endSessions", first, "sessionsRevoked"))["sessionsRevoked"] == 2
    assert [await story.alive(token) for token in tokens] == [False, False]
    assert (await story.choose(ticket, first))["__typename"] == "TicketExpired"


# 13: two members of staff at once


async def test_the_second_of_two_saves_meets_a_conflict_with_the_state_as_it_is(story: Story) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    assert (await story.update(reference, name="Ida Holm", expectedVersion=1))["reference"]["version"] == 2
    second = await story.update(reference, name="Ida Lund", expectedVersion=1)
    assert second["__typename"] == "VersionConflict"
    assert (second["currentVersion"], second["current"]["id"]) == (2, reference)
    assert (await story.update(reference, name="Ida Lund"))["reference"]["version"] == 3


async def test_a_version_counts_a_rows_own_fields_only(story: Story, services: Services) -> None:
    first = await story.reference(await story.customer(), IDA, PASSWORD)
    second = await story.reference(await story.customer("Anden A/S"), IDA, sharedUsername="KEEP_PASSWORD")
    await story.token(IDA, reference=first)
    await story.update(second, newPassword={"plaintext": OTHER_PASSWORD})
    assert [(await story.read(reference))["version"] for reference in (first, second)] == [1, 1]


async def test_a_save_that_changes_nothing_raises_no_version_and_writes_no_audit(
    story: Story, services: Services
) -> None:
    reference = await story.reference(await story.customer(), IDA, PASSWORD)
    before = await everything(services)
    saved = await story.update(reference, name="Ida Dam", email=IDA, internetUser=True, deniedPermissions=[])
    assert saved["reference"]["version"] == 1
    assert await everything(services) == before
