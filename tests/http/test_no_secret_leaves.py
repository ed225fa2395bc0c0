"""A password in the wrong place comes back in no answer and stands in no log: the rules, "Passwords" 2.

GraphQL's libraries quote what they can't read, and a client with one mistyped field name sends a password where none
is expected.
"""

import logging
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.services import Services
from tests.support.api import Api
from tests.support.people import EMAIL, PASSWORD, People

SECRET = "HEMMELIG-password-0"

# Field, input type, what else its input needs, and the field for the password.
PLACES = {
    "login": ("login", "LoginInput", {"username": EMAIL}, "password"),
    "staffLogin": ("staffLogin", "StaffLoginInput", {"email": EMAIL}, "password"),
    "changePassword": ("changePassword", "ChangePasswordInput", {"currentPassword": SECRET}, "newPassword"),
    "currentPassword": ("changePassword", "ChangePasswordInput", {"newPassword": SECRET}, "currentPassword"),
    "changeStaffPassword": ("changeStaffPassword", "ChangePasswordInput", {"currentPassword": SECRET}, "newPassword"),
    "newPassword": ("createReference", "CreateReferenceInput", {"customerId": "x", "name": "Ida"}, "newPassword"),
    "newPasswordPlaintext": ("updateReference", "UpdateReferenceInput", {"id": "x"}, "newPassword.plaintext"),
    "staffNewPassword": (
        "createStaff",
        "CreateStaffInput",
        {"name": "Ida", "email": EMAIL, "role": "ADMIN"},
        "newPassword.plaintext",
    ),
    "staffTicket": ("confirmStaffLogin", "ConfirmStaffLoginInput", {"code": SECRET}, "ticket"),
    "code": ("confirmStaffLogin", "ConfirmStaffLoginInput", {"ticket": SECRET}, "code"),
    "firstCode": ("confirmTotp", "ConfirmTotpInput", {}, "code"),
    "lastCode": ("removeTotp", "RemoveTotpInput", {"currentPassword": SECRET}, "code"),
    "enrolPassword": ("enrolTotp", "EnrolTotpInput", {}, "currentPassword"),
    "ticket": ("chooseCustomer", "ChooseCustomerInput", {"referenceId": "x"}, "ticket"),
}

# What a client may put where the password's text belongs, and under which name.
WRONG_VALUES: dict[str, Any] = {
    "list": [SECRET],
    "nested list": [[SECRET]],
    "object": {"plaintext": [SECRET]},
    "object of a mistyped field": {"plainText": SECRET},
    "both of one": {"plaintext": SECRET, "generate": SECRET},
    "number": 4711_4711,
    "lone": {"a": {"b": SECRET}},
}


def nested(path: str, value: Any) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name: nested(rest, value) if rest else value}


def literal(value: Any) -> str:
    """A value as a GraphQL document spells it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {literal(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(literal(part) for part in value) + "]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def requests(place: str) -> list[dict[str, Any]]:
    """Everything a careless client may send to one of the mutations."""
    field, type_name, others, path = PLACES[place]
    right = {**others, **nested(path, SECRET)}
    document = f"mutation($i: {type_name}!) {{{field}(input: $i) {{__typename}}}}"
    inputs: list[Any] = [
        {**others, path.partition(".")[0] + "s": SECRET},
        {"user": EMAIL, "pass": SECRET},
        {**right, "extra": SECRET},
        {**right, SECRET: 1},
        {name: value for name, value in right.items() if name not in others} | {"x": SECRET},
        *({**others, **nested(path, wrong)} for wrong in WRONG_VALUES.values()),
        SECRET,
        [SECRET],
        [right],
        {SECRET: SECRET},
        None,
    ]
    sent: list[dict[str, Any]] = [{"query": document, "variables": {"i": given}} for given in inputs]
    for given in inputs:
        spelled = literal(given) if given is not None else "null"
        if not (isinstance(given, dict) and SECRET in given):
            sent.append({"query": f"mutation {{{field}(input: {spelled}) {{__typename}}}}"})
    good = literal(right)
    sent += [
        {"query": f"mutation {{{field}(input: {good}) {{__typename}}"},
        {"query": f"mutation {{{field}(input: {good}}}"},
        {"query": f'mutation {{{field}(input: {good}, "{SECRET}") {{__typename}}}}'},
        {"query": f'mutation {{{field}(input: {{a: """{SECRET}""" "{SECRET}"}}) {{__typename}}}}'},
        {"query": f'mutation {{{field}(input: {{a: "{SECRET}) {{__typename}}}}'},
        {"query": f'mutation {{{field}(input: {{a: "{SECRET}\\x"}}) {{__typename}}}}'},
        {"query": f'mutation {{{field}(input: {{a: "\\u{SECRET}"}}) {{__typename}}}}'},
        {"query": f"mutation {{{field}(input: {good}) {{nothingOfThisName}}}}"},
        {"query": f"mutation {{{field}(wrong: {good}) {{__typename}}}}"},
        {"query": f"mutation {{{field}s(input: {good}) {{__typename}}}}"},
        {"query": f"mutation {{a: {field}(input: {good}) {{__typename}} b: {field}(input: {good}) {{__typename}}}}"},
        {"query": f"mutation($i: {type_name} = {literal([right])}) {{{field}(input: $i) {{__typename}}}}"},
        {"query": f'{{node(id: {good}) {{id}} customers(first: "{SECRET}") {{totalCount}}}}'},
        {"query": f'{{customers(after: "{SECRET}") {{totalCount}}}}'},
        {"query": f'{{__typename @include(if: "{SECRET}") @{field}(a: "{SECRET}")}}'},
        {"query": document, "variables": {"i": right, "password": SECRET}},
        {"query": document, "variables": SECRET},
        {"query": document, "variables": {"i": right}, "operationName": [SECRET]},
        {"query": [SECRET]},
    ]
    return sent


@pytest.mark.parametrize("place", PLACES)
async def test_a_secret_in_the_wrong_place(api: Api, caplog: pytest.LogCaptureFixture, place: str) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        for body in requests(place):
            answer = await api.client.post("/graphql", json=body)
            assert answer.status_code < 500, body
            assert "HEMMELIG" not in answer.text, body
            assert "4711" not in answer.text, body
            assert "Internal error" not in answer.text, body
    assert "HEMMELIG" not in str(lines)
    assert not [line for line in lines if line["log_level"] in {"error", "critical"}]
    assert "HEMMELIG" not in caplog.text


async def test_a_secret_that_is_right_leaves_with_no_other_answer_than_its_own(
    api: Api, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    people = People(services)
    await people.orders_for()
    with capture_logs() as lines:
        answer = await api.run(
            "mutation($i: LoginInput!) {login(input: $i) {... on LoginSuccess {accessToken}}}",
            {"i": {"username": EMAIL, "password": PASSWORD}},
        )
        token = answer["data"]["login"]["accessToken"]
        viewer = await api.run("{viewer {name email sessions {id userAgent}}}", token=token)
    for text in (str(lines), caplog.text, str(viewer)):
        assert PASSWORD not in text
        assert token not in text
