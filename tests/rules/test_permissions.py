"""The rules, "Logging in" 6: what a portal user may do follows from two ticks, at each request anew."""

from itertools import product
from typing import Any

import pytest

from app.models.enums import LoginCheckKind, MenuItem, PortalPermission
from tests.support.story import OTHER_PASSWORD, PASSWORD, Story

ALL = [permission.value for permission in PortalPermission]
REQUIRES = {
    "CREATE_MULTI_ORDERS": "CREATE_ORDERS",
    "USE_ORDER_TEMPLATES": "CREATE_ORDERS",
    "VIEW_PROOF_OF_DELIVERY": "TRACK_SHIPMENTS",
}
MENU = {
    "CREATE_ORDER": "CREATE_ORDERS",
    "ORDERS": None,
    "ADDRESSES": "CHANGE_ADDRESSES",
    "TRACKING": "TRACK_SHIPMENTS",
    "INVOICES": "VIEW_INVOICES",
    "SETTINGS": "CHANGE_ORDER_DEFAULTS",
}
EMAIL = "ida@kunde.example"
VIEWER = "{ viewer { ... on PortalViewer { permissions menu } } }"
STATES = "permissions { permission requires allowedBySettings allowedHere effective } settings { name }"


async def settings(story: Story, name: str, permissions: list[str]) -> str:
    """The id of new internet order settings."""
    selection = "... on CreateInternetOrderSettingsSuccess { settings { id isDefault } }"
    made = await story.mutate("createInternetOrderSettings", {"name": name, "permissions": permissions}, selection)
    assert made["settings"]["isDefault"] is False
    found: str = made["settings"]["id"]
    return found


async def change_settings(story: Story, id: str, **given: Any) -> None:
    payload = await story.mutate("updateInternetOrderSettings", {"id": id, **given}, "__typename")
    assert payload["__typename"] == "UpdateInternetOrderSettingsSuccess"


async def standard(story: Story) -> Any:
    """The default settings, which are listed first."""
    listed = await story.run(
        "{ internetOrderSettings { id name isDefault permissions usedBy } }", token=await story.staff()
    )
    return listed[0]


def expected(ticked: list[str], denied: list[str]) -> list[str]:
    """The effective permissions, by the rule."""

    def effective(permission: str | None) -> bool:
        if permission is None:
            return True
        return permission in ticked and permission not in denied and effective(REQUIRES.get(permission))

    return [permission for permission in ALL if effective(permission)]


def menu_of(permissions: list[str]) -> list[str]:
    return [item for item, needed in MENU.items() if needed is None or needed in permissions]


async def test_the_first_migration_ticks_everything(story: Story) -> None:
    found = await standard(story)
    assert found | {"id": ""} == {"id": "", "name": "Standard", "isDefault": True, "permissions": ALL, "usedBy": 0}


async def test_the_catalogue_is_there_for_anybody(story: Story) -> None:
    listed = await story.run("{ portalPermissions { permission label requires menuItem } }")
    assert [info["permission"] for info in listed] == ALL
    assert {info["permission"]: info["requires"] for info in listed if info["requires"]} == REQUIRES
    assert {info["menuItem"]: info["permission"] for info in listed if info["menuItem"]} == {
        item: needed for item, needed in MENU.items() if needed
    }
    assert list(MENU) == [item.value for item in MenuItem]


TICKED = {
    "everything": ALL,
    "nothing": [],
    "what others require": ["CREATE_ORDERS", "TRACK_SHIPMENTS"],
    "only what requires others": list(REQUIRES),
    "all but the menu's": [permission for permission in ALL if permission not in MENU.values()],
}
DENIED = {
    "nothing": [],
    "everything": ALL,
    "what others require": ["CREATE_ORDERS", "TRACK_SHIPMENTS"],
    "what requires others": list(REQUIRES),
    "one": ["CHANGE_ORDER_DEFAULTS"],
}


async def test_what_is_effective_is_ticked_in_both_places_and_so_is_what_it_requires(story: Story) -> None:
    own = await settings(story, "Egne", [])
    reference = await story.reference(await story.customer(), EMAIL, PASSWORD, settingsId=own)
    token = await story.token(EMAIL)
    for (_, ticked), (_, denied) in product(TICKED.items(), DENIED.items()):
        await change_settings(story, own, permissions=ticked)
        await story.update(reference, deniedPermissions=denied)
        effective = expected(ticked, denied)
        states = (await story.read(reference, STATES))["permissions"]
        assert states == [
            {
                "permission": permission,
                "requires": REQUIRES.get(permission),
                "allowedBySettings": permission in ticked,
                "allowedHere": permission not in denied,
                "effective": permission in effective,
            }
            for permission in ALL
        ]
        viewer = await story.run(VIEWER, token=token)
        assert viewer == {"permissions": effective, "menu": menu_of(effective)}, (ticked, denied)


async def test_the_references_own_settings_apply_or_its_customers_or_the_default_ones(story: Story) -> None:
    first, second = await settings(story, "Kundens", ["VIEW_PRICES"]), await settings(story, "Egne", ["CANCEL_ORDERS"])
    customer = await story.customer()
    reference = await story.reference(customer, EMAIL, PASSWORD)
    other = await story.reference(customer)
    token = await story.token(EMAIL)

    async def applying() -> tuple[str, list[str], str]:
        """The settings that apply to one, what they make of the viewer's permissions, and those of a colleague."""
        found = await story.read(reference, "settings { name } ownSettings { name }")
        viewer = await story.run(VIEWER, token=token)
        colleague = await story.read(other, "settings { name }")
        return found["settings"]["name"], viewer["permissions"], colleague["settings"]["name"]

    assert await applying() == ("Standard", ALL, "Standard")
    await story.mutate("updateCustomer", {"id": customer, "settingsId": first}, "__typename")
    assert await applying() == ("Kundens", ["VIEW_PRICES"], "Kundens")
    await story.update(reference, settingsId=second)
    assert await applying() == ("Egne", ["CANCEL_ORDERS"], "Kundens")
    await story.mutate("updateCustomer", {"id": customer, "settingsId": None}, "__typename")
    assert await applying() == ("Egne", ["CANCEL_ORDERS"], "Standard")
    await change_settings(story, first, isDefault=True)
    await story.update(reference, settingsId=None)
    assert await applying() == ("Kundens", ["VIEW_PRICES"], "Kundens")
    listed = await story.run("{ internetOrderSettings { name isDefault usedBy } }", token=await story.staff())
    assert [(each["name"], each["isDefault"], each["usedBy"]) for each in listed] == [
        ("Kundens", True, 2),
        ("Egne", False, 0),
        ("Standard", False, 0),
    ]


async def test_a_live_session_may_do_at_once_what_was_ticked(story: Story) -> None:
    """The person's own change of password is there with the menu item Settings, and gone with it."""
    reference = await story.reference(await story.customer(), EMAIL, PASSWORD)
    token, found = await story.token(EMAIL), await standard(story)

    async def change() -> Any:
        given = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
        return await story.mutate("changePassword", given, "... on ChangePasswordSuccess { accessToken }", token=token)

    without = [permission for permission in ALL if permission != "CHANGE_ORDER_DEFAULTS"]
    for allow, forbid in (
        (
            change_settings(story, found["id"], permissions=ALL),
            change_settings(story, found["id"], permissions=without),
        ),
        (story.update(reference, deniedPermissions=[]), story.update(reference, deniedPermissions=[ALL[6]])),
    ):
        await forbid
        assert (await change())["__typename"] == "NotAllowed"
        assert (await story.run(VIEWER, token=token))["permissions"] == without
        await allow
    assert (await story.run(VIEWER, token=token))["permissions"] == ALL
    assert (await change())["__typename"] == "ChangePasswordSuccess"


CHECKS = [kind.value for kind in LoginCheckKind]
READ = "canLogIn passwordStatus loginChecks { check passed message } lockedUntil"


@pytest.fixture
async def customer(story: Story) -> str:
    return await story.customer()


async def failed(story: Story, reference: str) -> list[str]:
    """The checks that aren't passed. Each says something; they always come in the order in which they are made."""
    found = await story.read(reference, READ)
    assert [check["check"] for check in found["loginChecks"]] == CHECKS
    assert all(check["message"] for check in found["loginChecks"])
    missing = [check["check"] for check in found["loginChecks"] if not check["passed"]]
    able = not {"USERNAME_SET", "PASSWORD_SET", "INTERNET_USER", "CUSTOMER_ACTIVE"} & set(missing)
    assert found["canLogIn"] is able
    return missing


async def test_the_checks_say_why_somebody_can_not_log_in(story: Story, customer: str) -> None:
    assert await failed(story, await story.reference(customer)) == ["USERNAME_SET", "PASSWORD_SET", "INTERNET_USER"]
    reference = await story.reference(customer, EMAIL)
    assert await failed(story, reference) == ["PASSWORD_SET"]
    await story.update(reference, newPassword={"plaintext": PASSWORD})
    assert await failed(story, reference) == []
    await story.token(EMAIL)

    async def shut(field: str, given: dict[str, Any], check: str) -> None:
        await story.mutate(field, given, "__typename")
        assert await failed(story, reference) == [check]
        assert (await story.login(EMAIL))["__typename"] == "NoUserFound"

    await shut("updateReference", {"id": reference, "internetUser": False}, "INTERNET_USER")
    await story.update(reference, internetUser=True)
    await shut("updateCustomer", {"id": customer, "active": False}, "CUSTOMER_ACTIVE")
    await story.mutate("updateCustomer", {"id": customer, "active": True}, "__typename")
    await shut("clearPassword", {"referenceId": reference}, "PASSWORD_SET")
    await story.on_login("restorePassword", reference)
    await story.update(reference, deniedPermissions=["CHANGE_ORDER_DEFAULTS"])
    assert await failed(story, reference) == ["SETTINGS_REACHABLE"]
    await story.token(EMAIL)


async def test_a_lock_is_told_and_lifted(story: Story, customer: str) -> None:
    reference = await story.reference(customer, EMAIL, PASSWORD)
    for _ in range(5):
        assert (await story.login(EMAIL, "forkert"))["__typename"] == "NoUserFound"
    assert await failed(story, reference) == ["NOT_LOCKED_OUT"]
    assert (await story.read(reference, READ))["lockedUntil"] == "2026-11-24T12:15:00.000Z"
    assert (await story.login(EMAIL))["__typename"] == "TooManyAttempts"
    await story.on_login("unlockLogin", reference, "reference { lockedUntil }")
    assert await failed(story, reference) == []
    await story.token(EMAIL)
