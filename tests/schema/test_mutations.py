"""Changes run: payloads are read as who the caller is by then, each change asks anew, problems show what they mean."""

from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLScalarType,
    is_list_type,
    is_non_null_type,
)

from app import ids
from app.models.enums import SessionTransport
from app.services import Services
from app.services.caller import Caller, Nobody, StaffUser
from app.services.results import CustomerChoice
from resolvers.context import Cookie, CookieOrder
from tests.schema.running import SCHEMA, context_for, data, run
from tests.support.people import ADMIN, ANOTHER, CLIENT, EMAIL, PASSWORD, People

NOBODY = Nobody(CLIENT)

LOGIN = """mutation($i: LoginInput!) { login(input: $i) {
    __typename
    ... on LoginSuccess { accessToken expiresAt viewer { name email menu choices { referenceId current } } }
    ... on CustomerChoice { ticket options { referenceId customerName current } }
    ... on Problem { code message }
} }"""


def credentials(password: str = PASSWORD, transport: SessionTransport | None = None) -> dict[str, Any]:
    given = {"username": EMAIL, "password": password}
    return {"i": given if transport is None else {**given, "transport": transport}}


async def test_a_log_in_is_answered_as_who_is_logged_in(services: Services, people: People) -> None:
    (reference,) = await people.orders_for(1)
    context = context_for(services, NOBODY)
    answered = (await data(context, LOGIN, credentials()))["login"]
    assert answered["__typename"] == "LoginSuccess"
    assert answered["viewer"]["email"] == EMAIL
    assert answered["viewer"]["choices"] == [{"referenceId": reference, "current": True}]
    assert await people.caller(answered["accessToken"]) == context.caller
    assert list(context.cookies) == []


async def test_a_session_travels_as_a_cookie_where_that_was_asked_for(services: Services, people: People) -> None:
    await people.orders_for(1)
    context = context_for(services, NOBODY)
    answered = (await data(context, LOGIN, credentials(transport=SessionTransport.COOKIE)))["login"]
    assert answered["accessToken"] is None
    order, device = context.cookies
    assert (order.cookie, device.cookie) == (Cookie.PORTAL_SESSION, Cookie.DEVICE)
    assert order.secret is not None
    assert order.secret not in repr(order)
    assert await people.caller(order.secret, "portal cookie") == context.caller


async def test_nobody_is_told_why_they_cannot_log_in(services: Services, people: People) -> None:
    await people.orders_for(1)
    context = context_for(services, NOBODY)
    answered = (await data(context, LOGIN, credentials("etwas ganz anderes")))["login"]
    assert answered == {"__typename": "NoUserFound", "code": "NO_USER_FOUND", "message": "No users found"}
    assert context.caller == NOBODY


CHOOSE = """mutation($i: ChooseCustomerInput!) { chooseCustomer(input: $i) {
    __typename ... on LoginSuccess { accessToken viewer { reference { id } } }
} }"""


@pytest.mark.parametrize("transport", SessionTransport)
async def test_a_choice_is_made_with_its_ticket(
    services: Services, people: People, transport: SessionTransport
) -> None:
    references = await people.orders_for(2)
    asking = context_for(services, NOBODY)
    choice = (await data(asking, LOGIN, credentials(transport=transport)))["login"]
    assert [option["referenceId"] for option in choice["options"]] == references
    beside = next((order.secret for order in asking.cookies if order.cookie is Cookie.TICKET), None)
    assert (beside is not None) == (transport is SessionTransport.COOKIE)
    answering = context_for(services, NOBODY, ticket_cookie=beside)
    chosen = {"i": {"ticket": choice["ticket"], "referenceId": references[1]}}
    answered = (await data(answering, CHOOSE, chosen))["chooseCustomer"]
    assert answered["viewer"]["reference"]["id"] == references[1]
    assert (answered["accessToken"] is None) == (transport is SessionTransport.COOKIE)
    orders = {order.cookie: order for order in answering.cookies}
    if transport is SessionTransport.COOKIE:
        assert orders[Cookie.TICKET] == CookieOrder(Cookie.TICKET)
        assert orders[Cookie.PORTAL_SESSION].secret is not None
    else:
        assert orders == {}
    again = context_for(services, NOBODY, ticket_cookie=beside)
    assert (await data(again, CHOOSE, chosen))["chooseCustomer"] == {"__typename": "TicketExpired"}


async def test_the_answer_to_a_switch_is_read_at_the_other_company(services: Services, people: People) -> None:
    references = await people.orders_for(2)
    choice = await people.choice()
    assert isinstance(choice, CustomerChoice)
    asked = {"i": {"ticket": choice.ticket, "referenceId": references[0]}}
    context = context_for(services, NOBODY)
    await data(context, CHOOSE, asked)
    document = (
        "mutation($i: SwitchCustomerInput!) { switchCustomer(input: $i) "
        "{ ... on SwitchCustomerSuccess { viewer { reference { id } customer { number } } } } }"
    )
    answered = await data(context_for(services, context.caller), document, {"i": {"referenceId": references[1]}})
    viewer = answered["switchCustomer"]["viewer"]
    assert viewer == {"reference": {"id": references[1]}, "customer": {"number": "1001"}}


async def test_a_changed_password_is_answered_with_a_new_token(services: Services, people: People) -> None:
    (reference,) = await people.orders_for(1)
    first = await people.login()
    context = context_for(services, first.caller)
    answered = await data(
        context,
        "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { ... on ChangePasswordSuccess "
        "{ accessToken viewer { reference { id } } impact { effect references { id } sessionsRevoked } } } }",
        {"i": {"currentPassword": PASSWORD, "newPassword": ANOTHER}},
    )
    changed = answered["changePassword"]
    assert not await people.lives(first)
    assert await people.caller(changed["accessToken"]) == context.caller
    assert changed["viewer"]["reference"]["id"] == reference
    assert changed["impact"]["references"] == [{"id": reference}]


@pytest.mark.parametrize("cookie", [True, False])
async def test_who_logs_out_is_nobody_afterwards(services: Services, people: People, *, cookie: bool) -> None:
    await people.orders_for(1)
    context = context_for(services, (await people.login()).caller, cookie=cookie)
    answered = await data(context, "mutation { logout { ... on LogoutSuccess { sessionsRevoked } } }")
    assert answered == {"logout": {"sessionsRevoked": 1}}
    assert context.caller == NOBODY
    assert list(context.cookies) == ([CookieOrder(Cookie.PORTAL_SESSION)] if cookie else [])


async def test_revoking_the_session_that_asks_is_a_log_out(services: Services, people: People) -> None:
    await people.orders_for(1)
    here, there = await people.login(), await people.login()
    context = context_for(services, here.caller, cookie=True)
    document = "mutation($i: ID!) { revokeSession(id: $i) { ... on RevokeSessionSuccess { sessionId } } }"
    for login, caller in ((there, here.caller), (here, NOBODY)):
        session = ids.encode("Session", login.caller.session_id)
        assert (await data(context, document, {"i": session}))["revokeSession"] == {"sessionId": session}
        assert context.caller == caller
    assert list(context.cookies) == [CookieOrder(Cookie.PORTAL_SESSION)]


async def test_the_caller_is_worked_out_again_before_each_change(
    services: Services, people: People, admin: StaffUser
) -> None:
    await people.hire("anden@vognmand.example", name="Den Anden")
    login = await people.staff_login()

    async def renew() -> Caller:
        return await people.caller(login.token.secret)

    answered = await data(
        context_for(services, login.caller, renew=renew),
        "mutation($i: UpdateStaffInput!) {"
        ' before: createInternetOrderSettings(input: {name: "A", permissions: []}) { __typename }'
        " leaving: updateStaff(input: $i) { __typename ... on UpdateStaffSuccess { sessionsRevoked } }"
        ' after: createInternetOrderSettings(input: {name: "B", permissions: []}) { __typename } }',
        {"i": {"id": ids.encode("StaffMember", login.caller.staff_id), "active": False}},
    )
    assert answered["before"]["__typename"] == "CreateInternetOrderSettingsSuccess"
    assert answered["leaving"]["__typename"] == "UpdateStaffSuccess"
    assert answered["after"]["__typename"] == "NotLoggedIn"


async def test_what_one_change_wrote_the_next_answer_reads(
    services: Services, people: People, admin: StaffUser
) -> None:
    """An answer goes by one reading of each login, but not beyond a write."""
    (reference,) = await people.orders_for(1)
    answered = await data(
        context_for(services, admin),
        "mutation($r: ID!) { a: unlockLogin(input: {referenceId: $r}) { ...P } "
        "b: clearPassword(input: {referenceId: $r}) { __typename } c: unlockLogin(input: {referenceId: $r}) { ...P } } "
        "fragment P on UnlockLoginSuccess { reference { passwordStatus } }",
        {"r": reference},
    )
    assert answered["a"]["reference"] == {"passwordStatus": "ENCRYPTED"}
    assert answered["c"]["reference"] == {"passwordStatus": "NONE"}


async def test_problems_show_what_they_are_about(services: Services, people: People, admin: StaffUser) -> None:
    (reference,) = await people.orders_for(1)
    customer = people.world.customers[0]
    context = context_for(services, admin)
    create = "mutation($i: CreateReferenceInput!) { createReference(input: $i) { __typename ...P } }"
    update = "mutation($i: UpdateReferenceInput!) { updateReference(input: $i) { __typename ...P } }"
    shown = """fragment P on Problem {
        code message
        ... on InvalidInput { fields { field code message } }
        ... on AlreadyExists { existing { __typename id } }
        ... on VersionConflict { currentVersion current { __typename id ... on Reference { name } } }
        ... on SharedUsername { references { id } }
        ... on WeakPassword { reasons { code message } }
        ... on NotFound { id }
    }"""

    async def problem(document: str, **given: Any) -> dict[str, Any]:
        (answered,) = (await data(context, document + shown, {"i": given})).values()
        assert answered["message"]
        return dict(answered)

    invalid = await problem(create, customerId=customer, name="", email="nobody")
    assert {(wrong["field"], wrong["code"]) for wrong in invalid["fields"]} == {
        ("input.name", "REQUIRED"),
        ("input.email", "MALFORMED"),
    }
    existing = await problem(create, customerId=customer, name="Ida", email=EMAIL.upper())
    assert existing["existing"] == {"__typename": "Reference", "id": reference}
    conflict = await problem(update, id=reference, expectedVersion=99, name="Ida")
    assert conflict["current"]["id"] == reference
    other = await people.world.customer()
    refused = await problem(create, customerId=other, name="Ida", email=EMAIL, sharedUsername="REJECT")
    assert refused["references"] == [{"id": reference}]
    weak = await problem(update, id=reference, newPassword={"plaintext": "short"})
    assert [reason["code"] for reason in weak["reasons"]] == ["TOO_SHORT"]
    missing = await problem(update, id=ids.encode("Reference", 999), name="Ida")
    assert missing["id"] == ids.encode("Reference", 999)


async def test_staff_log_in_by_themselves(services: Services, people: People) -> None:
    await people.hire()
    context = context_for(services, NOBODY)
    document = """mutation($i: StaffLoginInput!) { staffLogin(input: $i) {
        ... on StaffLoginSuccess { accessToken viewer { name email role sessions { current } } }
    } }"""
    given = {"i": {"email": ADMIN, "password": PASSWORD, "transport": "COOKIE"}}
    answered = (await data(context, document, given))["staffLogin"]
    assert answered["accessToken"] is None
    assert answered["viewer"]["role"] == "ADMIN"
    assert [order.cookie for order in context.cookies] == [Cookie.STAFF_SESSION, Cookie.STAFF_DEVICE]


def filled(kind: GraphQLInputType, text: str, public_id: str) -> Any:
    """A value of an input type with all its fields, made of one text and one id."""
    if is_non_null_type(kind) or is_list_type(kind):
        inner = filled(kind.of_type, text, public_id)
        return [inner] if is_list_type(kind) else inner
    if isinstance(kind, GraphQLInputObjectType):
        fields = {name: filled(field.type, text, public_id) for name, field in kind.fields.items()}
        return {"plaintext": text} if kind.is_one_of else fields
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    assert isinstance(kind, GraphQLScalarType)
    return {"ID": public_id, "Int": 7, "Boolean": True, "DateTime": "2026-12-01T00:00:00Z"}.get(kind.name, text)


@pytest.mark.parametrize("who", ["admin", "portal user", "nobody"])
async def test_every_change_answers_with_something_of_its_union(
    services: Services, people: People, admin: StaffUser, who: str
) -> None:
    (reference,) = await people.orders_for(1)
    portal = (await people.login()).caller
    callers: dict[str, Caller] = {"admin": admin, "portal user": portal, "nobody": NOBODY}
    caller = callers[who]
    mutation = SCHEMA._schema.mutation_type
    assert mutation is not None
    for public_id in ("nothing", ids.encode("Customer", 999), reference, ids.encode("Reference", 999)):
        for name, field in mutation.fields.items():
            head = ", ".join(f"${argument}: {given.type}" for argument, given in field.args.items())
            call = ", ".join(f"{argument}: ${argument}" for argument in field.args)
            document = (
                f"mutation {f'({head})' if head else ''} {{ {name}{f'({call})' if call else ''} {{ __typename }} }}"
            )
            for text in ("", "x", "\0", "en lang og rolig tekst om ingenting"):
                variables = {argument: filled(given.type, text, public_id) for argument, given in field.args.items()}
                _, errors = await run(context_for(services, caller), document, variables)
                assert errors == [], (name, text, public_id)
