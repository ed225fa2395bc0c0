"""Inputs become the domain's plain values, with left out, null and given told apart."""

import dataclasses
import inspect
from datetime import UTC, datetime
from typing import Any

import pytest
import strawberry

from app.models.enums import PortalPermission, SessionTransport, StaffRole
from app.services import inputs
from app.services.inputs import LEFT_OUT
from resolvers.inputs import given, or_none
from schema.access_token import CreateAccessTokenInput
from schema.credentials import NewPasswordInput
from schema.customer import CreateCustomerInput, UpdateCustomerInput
from schema.login import ChangePasswordInput, ChooseCustomerInput, LoginInput, StaffLoginInput
from schema.reference_saves import CreateReferenceInput, PreviewReferenceInput, UpdateReferenceInput
from schema.second_factor import (
    ConfirmStaffLoginInput,
    ConfirmTotpInput,
    EnrolTotpInput,
    RemoveTotpInput,
    RenewRecoveryCodesInput,
)
from schema.settings import CreateInternetOrderSettingsInput, UpdateInternetOrderSettingsInput
from schema.staff import CreateStaffInput, UpdateStaffInput

ID = strawberry.ID

MIRRORED: list[tuple[Any, Any]] = [
    (NewPasswordInput, inputs.NewPassword),
    (LoginInput, inputs.Login),
    (StaffLoginInput, inputs.StaffLogin),
    (ConfirmStaffLoginInput, inputs.ConfirmStaffLogin),
    (EnrolTotpInput, inputs.EnrolTotp),
    (ConfirmTotpInput, inputs.ConfirmTotp),
    (RemoveTotpInput, inputs.RemoveTotp),
    (RenewRecoveryCodesInput, inputs.RenewRecoveryCodes),
    (ChangePasswordInput, inputs.ChangePassword),
    (CreateCustomerInput, inputs.CreateCustomer),
    (UpdateCustomerInput, inputs.UpdateCustomer),
    (CreateReferenceInput, inputs.CreateReference),
    (UpdateReferenceInput, inputs.UpdateReference),
    (PreviewReferenceInput, inputs.PreviewReference),
    (CreateInternetOrderSettingsInput, inputs.CreateInternetOrderSettings),
    (UpdateInternetOrderSettingsInput, inputs.UpdateInternetOrderSettings),
    (CreateStaffInput, inputs.CreateStaff),
    (UpdateStaffInput, inputs.UpdateStaff),
    (CreateAccessTokenInput, inputs.CreateAccessToken),
]


@pytest.mark.parametrize(("shown", "domain"), MIRRORED)
def test_an_input_has_the_fields_of_the_domains(shown: Any, domain: Any) -> None:
    assert {each.name for each in dataclasses.fields(shown)} == {each.name for each in dataclasses.fields(domain)}


def test_every_domain_input_can_be_given() -> None:
    declared = {cls for cls in vars(inputs).values() if inspect.isclass(cls) and dataclasses.is_dataclass(cls)}
    assert declared == {domain for _, domain in MIRRORED}


def test_what_is_left_out_is_left_out() -> None:
    assert given(UpdateReferenceInput(id=ID("a")), inputs.UpdateReference) == inputs.UpdateReference("a")
    assert given(UpdateReferenceInput(id=ID("a")), inputs.UpdateReference).email is LEFT_OUT


def test_null_is_not_left_out() -> None:
    made = given(UpdateReferenceInput(id=ID("a"), email=None, new_password=None), inputs.UpdateReference)
    assert made.email is None
    assert made.new_password is None
    assert made.phone is LEFT_OUT


def test_null_counts_as_left_out_where_the_domain_knows_none() -> None:
    made = given(LoginInput(username="a", password="b", transport=None), inputs.Login)
    assert made.transport is SessionTransport.BEARER


def test_lists_and_inputs_within_become_plain_values() -> None:
    made = given(
        CreateReferenceInput(
            customer_id=ID("c"),
            name="Ida",
            denied_permissions=[PortalPermission.VIEW_PRICES],
            new_password=NewPasswordInput(generate=True),
            expected_references=[ID("r")],
        ),
        inputs.CreateReference,
    )
    assert made == inputs.CreateReference(
        customer_id="c",
        name="Ida",
        internet_user=False,
        denied_permissions=(PortalPermission.VIEW_PRICES,),
        new_password=inputs.NewPassword(generate=True),
        expected_references=("r",),
    )


def test_what_a_new_thing_needs_is_handed_on() -> None:
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    source = CreateAccessTokenInput(name="Import", role=StaffRole.EDITOR, expires_at=moment)
    assert given(source, inputs.CreateAccessToken) == inputs.CreateAccessToken("Import", StaffRole.EDITOR, moment)
    staff = CreateStaffInput(name="a", email="b", role=StaffRole.ADMIN, new_password=NewPasswordInput(plaintext="p"))
    assert given(staff, inputs.CreateStaff).new_password == inputs.NewPassword(plaintext="p")


def test_an_argument_that_is_left_out_is_none() -> None:
    assert or_none(strawberry.UNSET) is None
    assert or_none(None) is None
    assert or_none(0) == 0


@pytest.mark.parametrize(
    "shown",
    [
        LoginInput(username="ida", password="hunter2"),
        StaffLoginInput(email="ida", password="hunter2"),
        NewPasswordInput(plaintext="hunter2"),
        ChangePasswordInput(current_password="hunter2", new_password="hunter2"),
        ChooseCustomerInput(ticket="hunter2", reference_id=ID("a")),
    ],
)
def test_secrets_are_in_no_repr(shown: object) -> None:
    assert "hunter2" not in repr(shown)
