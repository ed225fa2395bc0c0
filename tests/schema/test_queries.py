"""Queries run: every field answers, to staff and to portal users, and refusals are errors with a code."""

from datetime import timedelta

import pytest
from graphql import get_named_type

from app.models.enums import StaffRole
from app.services import Services
from app.services.caller import Nobody, PortalUser, StaffUser
from app.services.inputs import CreateAccessToken, UpdateCustomer
from app.services.results import CreateAccessTokenSuccess
from tests.schema.running import SCHEMA, context_for, data, everything, run
from tests.support.people import CLIENT, EMAIL, OFFICE, People


def entry(name: str, arguments: str = "", depth: int = 4) -> str:
    """A query field with every field below it."""
    query = SCHEMA._schema.query_type
    assert query is not None
    return f"{name}{arguments} {{ {everything(get_named_type(query.fields[name].type), depth)} }}"


LISTS = ("viewer", "customers", "references", "internetOrderSettings", "portalPermissions", "passwordPolicy")
OF_ADMINS = ("auditEvents", "staff", "accessTokens")


@pytest.mark.parametrize("name", [*LISTS, *OF_ADMINS])
async def test_every_field_answers_to_staff(services: Services, people: People, admin: StaffUser, name: str) -> None:
    await people.orders_for(2)
    await people.choice()
    a_week_on = services.resources.clock.now() + timedelta(days=7)
    given = CreateAccessToken("Import", StaffRole.EDITOR, a_week_on)
    assert isinstance(await services.access_tokens.create_access_token(admin, given), CreateAccessTokenSuccess)
    answered = await data(context_for(services, admin), f"{{ {entry(name)} }}")
    assert answered[name]


@pytest.mark.parametrize("name", LISTS)
async def test_every_field_answers_to_a_portal_user(services: Services, people: People, name: str) -> None:
    await people.orders_for(1)
    caller = (await people.login()).caller
    answered = await data(context_for(services, caller), f"{{ {entry(name)} }}")
    assert answered[name]


async def test_a_node_is_found_again_whatever_it_is(services: Services, people: People, admin: StaffUser) -> None:
    (reference,) = await people.orders_for(1)
    context = context_for(services, admin)
    found = await data(
        context,
        "{ customers { edges { node { id } } } staff { id } internetOrderSettings { id } viewer { sessions { id } } "
        "auditEvents { edges { node { id } } } }",
    )
    wanted = {
        "Reference": reference,
        "Customer": found["customers"]["edges"][0]["node"]["id"],
        "StaffMember": found["staff"][0]["id"],
        "InternetOrderSettings": found["internetOrderSettings"][0]["id"],
        "Session": found["viewer"]["sessions"][0]["id"],
        "AuditEvent": found["auditEvents"]["edges"][0]["node"]["id"],
    }
    for name, public_id in wanted.items():
        document = f"query($id: ID!) {{ {entry('node', '(id: $id)', 3)} }}"
        node = (await data(context, document, {"id": public_id}))["node"]
        assert (node["__typename"], node[f"{name}_id"]) == (name, public_id)
    assert await data(context, '{ node(id: "nothing") { id } }') == {"node": None}


async def test_one_field_under_several_names_is_read_for_each(
    services: Services, people: People, admin: StaffUser
) -> None:
    await people.orders_for(1)
    answered = await data(
        context_for(services, admin),
        "query($none: ReferenceFilter) { customers { edges { node { all: references { totalCount } "
        "none: references(filter: $none) { totalCount edges { cursor } } } } } }",
        {"none": {"passwordStatus": "NONE"}},
    )
    node = answered["customers"]["edges"][0]["node"]
    assert node == {"all": {"totalCount": 1}, "none": {"totalCount": 0, "edges": []}}


async def test_a_customer_is_asked_for_in_one_way(services: Services, people: People, admin: StaffUser) -> None:
    context = context_for(services, admin)
    customer = await people.world.customer()
    assert (await data(context, '{ customer(number: "1000") { id } }'))["customer"] == {"id": customer}
    assert (await data(context, "query($i: ID) { customer(id: $i) { number } }", {"i": customer})) == {
        "customer": {"number": "1000"}
    }
    assert await data(context, '{ customer(id: "") { id } }') == {"customer": None}
    for arguments in ("", '(id: "a", number: "b")', "(id: null)"):
        answered, errors = await run(context, f"{{ customer{arguments} {{ id }} }}")
        assert answered == {"customer": None}
        assert errors[0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_customers_number_is_found_in_either_spelling(
    services: Services, people: People, admin: StaffUser
) -> None:
    customer = await people.world.customer()
    await services.register.update_customer(OFFICE, UpdateCustomer(customer, number="A\u030a-1"))
    document, context = "query($n: String) { customer(number: $n) { id } }", context_for(services, admin)
    for number, found in (("A\u030a-1", customer), (" \u00c5-1 ", customer), ("A" + "\u030a" * 100_000, None)):
        answered = (await data(context, document, {"n": number}))["customer"]
        assert answered == (found and {"id": found})


async def test_a_preview_names_the_problem_a_save_would_end_in(
    services: Services, people: People, admin: StaffUser
) -> None:
    (reference,) = await people.orders_for(1)
    document = """query($i: PreviewReferenceInput!) { previewReference(input: $i) {
        username effect sessionsRevoked references { id } refusedBy { __typename code message }
    } }"""
    context = context_for(services, admin)
    cleared = await data(
        context, document, {"i": {"customerId": await people.world.customer(), "email": EMAIL, "setsPassword": False}}
    )
    assert cleared["previewReference"]["effect"] == "PASSWORD_CLEARED"
    assert cleared["previewReference"]["references"] == [{"id": reference}]
    assert cleared["previewReference"]["refusedBy"] is None
    taken = await data(
        context, document, {"i": {"customerId": people.world.customers[0], "email": EMAIL, "setsPassword": False}}
    )
    assert taken["previewReference"]["refusedBy"]["code"] == "ALREADY_EXISTS"
    _, errors = await run(
        context_for(services, Nobody(CLIENT)), document, {"i": {"id": reference, "setsPassword": False}}
    )
    assert errors[0]["extensions"]["code"] == "NOT_LOGGED_IN"


async def test_a_query_that_cannot_be_null_is_an_error_with_the_problems_code(
    services: Services, people: People
) -> None:
    await people.orders_for(1)
    portal = (await people.login()).caller
    assert isinstance(portal, PortalUser)
    for caller, code in ((Nobody(CLIENT), "NOT_LOGGED_IN"), (portal, "NOT_ALLOWED")):
        for name in OF_ADMINS:
            answered, errors = await run(context_for(services, caller), f"{{ {entry(name)} }}")
            assert answered is None
            assert [error["extensions"] for error in errors] == [{"code": code}]
            assert errors[0]["path"] == [name]
