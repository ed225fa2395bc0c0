"""What a person may do, from ticks: the rules, "Logging in" 6."""

import pytest

from app.models.enums import LoginCheckKind, MenuItem, PortalPermission
from app.services.permissions import catalogue, effective, login_checks, menu, states

ALL = tuple(PortalPermission)


def test_every_permission_is_listed_in_order() -> None:
    assert [state.permission for state in states((), ())] == list(PortalPermission)
    assert [info.permission for info in catalogue()] == list(PortalPermission)


@pytest.mark.parametrize("permission", PortalPermission)
def test_both_ticks_are_needed(permission: PortalPermission) -> None:
    without = tuple(each for each in ALL if each is not permission)
    assert permission in effective(ALL, ())
    assert permission not in effective(without, ())
    assert permission not in effective(ALL, (permission,))
    assert permission not in effective(without, (permission,))


def test_a_state_says_which_tick_is_missing() -> None:
    by_permission = {state.permission: state for state in states((PortalPermission.VIEW_PRICES,), ALL)}
    prices = by_permission[PortalPermission.VIEW_PRICES]
    assert (prices.allowed_by_settings, prices.allowed_here, prices.effective) == (True, False, False)
    invoices = by_permission[PortalPermission.VIEW_INVOICES]
    assert (invoices.allowed_by_settings, invoices.allowed_here, invoices.effective) == (False, False, False)


@pytest.mark.parametrize(
    ("permission", "required"),
    [
        (PortalPermission.CREATE_MULTI_ORDERS, PortalPermission.CREATE_ORDERS),
        (PortalPermission.USE_ORDER_TEMPLATES, PortalPermission.CREATE_ORDERS),
        (PortalPermission.VIEW_PROOF_OF_DELIVERY, PortalPermission.TRACK_SHIPMENTS),
    ],
)
def test_what_a_permission_requires_must_be_effective_too(
    permission: PortalPermission, required: PortalPermission
) -> None:
    assert effective((permission,), ()) == ()
    assert effective(ALL, (required,)) == tuple(
        each for each in ALL if each is not required and dict(_requires()).get(each) is not required
    )
    assert effective((permission, required), ()) == tuple(each for each in ALL if each in {permission, required})
    assert (permission, required) in _requires()


def test_all_others_stand_alone() -> None:
    assert len(_requires()) == 3


def _requires() -> list[tuple[PortalPermission, PortalPermission]]:
    return [(info.permission, info.requires) for info in catalogue() if info.requires is not None]


def test_the_menu_follows_from_what_is_effective() -> None:
    assert menu(()) == (MenuItem.ORDERS,)
    assert menu(ALL) == tuple(MenuItem)
    assert menu((PortalPermission.CHANGE_ORDER_DEFAULTS,)) == (MenuItem.ORDERS, MenuItem.SETTINGS)
    shown = {info.permission: info.menu_item for info in catalogue() if info.menu_item is not None}
    assert shown == {
        PortalPermission.CREATE_ORDERS: MenuItem.CREATE_ORDER,
        PortalPermission.CHANGE_ADDRESSES: MenuItem.ADDRESSES,
        PortalPermission.TRACK_SHIPMENTS: MenuItem.TRACKING,
        PortalPermission.VIEW_INVOICES: MenuItem.INVOICES,
        PortalPermission.CHANGE_ORDER_DEFAULTS: MenuItem.SETTINGS,
    }


def test_login_checks_come_in_order_and_each_has_its_cause() -> None:
    fine = login_checks(
        username_set=True,
        password_set=True,
        password_expired=False,
        internet_user=True,
        customer_active=True,
        locked_out=False,
        permissions=ALL,
    )
    assert [(check.check, check.passed) for check in fine] == [(kind, True) for kind in LoginCheckKind]
    hopeless = login_checks(
        username_set=False,
        password_set=False,
        password_expired=True,
        internet_user=False,
        customer_active=False,
        locked_out=True,
        permissions=(),
    )
    assert [check.passed for check in hopeless] == [False] * len(LoginCheckKind)
