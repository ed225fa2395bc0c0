"""The rules, "Who may do what" 2: what a portal user can see, by whatever path.

All that Ida may not know of holds a word in its texts. The whole schema is walked as her, and it never comes back.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import get_named_type

from app import ids
from app.asgi import create_app
from app.services import Services
from app.settings import Settings
from schema.operations import ALONE
from tests.rules.rights import MUTATIONS, STRANGE
from tests.schema.running import SCHEMA, UNBOUNDED, everything
from tests.support.api import Api, serving
from tests.support.callers import EVA, IDA, Column, Register
from tests.support.hidden import IDA_ELSEWHERE, WORD, Watch, everything_there_is, own_ids, register_with_secrets
from tests.support.story import OTHER_PASSWORD, PASSWORD, Story

DEPTH = 6


@pytest.fixture
async def api(settings: Settings, services: Services) -> AsyncIterator[Api]:
    """The application without bounds on documents: these ask for everything at once."""
    async with serving(create_app(settings, services=services, limits=UNBOUNDED)) as opened:
        yield opened


@pytest.fixture
async def register(story: Story) -> Register:
    return await register_with_secrets(story)


@pytest.fixture
async def token(register: Register) -> str:
    found = await register.credential(Column.PORTAL)
    assert found is not None
    return found


@pytest.fixture
async def watch(register: Register, token: str) -> Watch:
    database = register.story.services.resources.database
    return Watch(await everything_there_is(database) - await own_ids(register, token))


def walked(field: str, arguments: str = "", depth: int = DEPTH) -> str:
    """A query field with every field below it."""
    assert SCHEMA._schema.query_type is not None
    kind = get_named_type(SCHEMA._schema.query_type.fields[field].type)
    return f"{field}{arguments} {{ {everything(kind, depth)} }}"


async def test_nothing_of_others_is_anywhere_below_what_can_be_asked(
    register: Register, token: str, watch: Watch
) -> None:
    api = register.story.api
    for field in ("viewer", "customers", "references", "internetOrderSettings", "portalPermissions"):
        body = await api.run(f"{{ {walked(field)} }}", token=token)
        assert "errors" not in body, body["errors"]
        watch.over(body)
    for field, own in (("customer", "nord"), ("reference", "ida")):
        document = f"query($id: ID!) {{ {walked(field, '(id: $id)')} }}"
        body = await api.run(document, {"id": register.known[own]}, token=token)
        assert body["data"][field]["__typename"] == field.title()
        watch.over(body)
    for own in await own_ids(register, token):
        body = await api.run(f"query($id: ID!) {{ {walked('node', '(id: $id)', 4)} }}", {"id": own}, token=token)
        assert body["data"]["node"] is not None
        watch.over(body)


async def test_by_its_id_nothing_of_others_is_there(register: Register, token: str) -> None:
    api = register.story.api
    hidden = await everything_there_is(register.story.services.resources.database) - await own_ids(register, token)
    document = """query($id: ID!) { node(id: $id) { __typename ...N } ... on Query { reference(id: $id) { id }
        customer(id: $id) { id } } } fragment N on Node { id }"""
    for id in hidden:
        body = await api.run(document, {"id": id}, token=token)
        assert "errors" not in body, body
        assert body["data"] == {"node": None, "reference": None, "customer": None}, ids.decode(id)
    for number in ("10002", f"{WORD}-1"):
        assert await api.data("query($n: String) { customer(number: $n) { id } }", {"n": number}, token=token) == {
            "customer": None
        }


async def test_no_filter_tells_of_others(register: Register, token: str) -> None:
    """Lists hold Ida's own or nothing: how many there are must not answer a question about anything else."""
    known, api = register.known, register.story.api
    own = ("{}", '{search: "ida"}', "{shared: false}", '{username: "IDA@kunde.example"}', "{canLogIn: true}")
    none = (
        "{shared: true}",
        '{search: "hemmelig"}',
        f'{{customerId: "{known["syd"]}"}}',
        f'{{username: "{EVA}"}}',
        f'{{settingsId: "{known["settings"]}"}}',
        f'{{customerId: "{known["nord"]}", search: "kollega"}}',
        "{internetUser: false}",
        "{lockedOut: true}",
    )
    for filters, total in ((own, 1), (none, 0)):
        for given in filters:
            document = f"""{{ references(filter: {given}) {{ totalCount edges {{ node {{ id }} }} }}
                customers {{ edges {{ node {{ references(filter: {given}) {{ totalCount }} }} }} }} }}"""
            data = await api.data(document, token=token)
            assert data["references"]["totalCount"] == total, given
            assert len(data["references"]["edges"]) == total, given
            assert data["customers"]["edges"][0]["node"]["references"]["totalCount"] == total, given
    for given, total in (
        ("{}", 1),
        ('{search: "Nord"}', 1),
        ('{search: "syd"}', 0),
        ('{search: "hemmelig"}', 0),
        ("{active: false}", 0),
        (f'{{settingsId: "{known["settings"]}"}}', 0),
    ):
        data = await api.data(f"{{ customers(filter: {given}) {{ totalCount }} }}", token=token)
        assert data["customers"]["totalCount"] == total, given


async def test_what_is_there_for_a_portal_user(register: Register, token: str) -> None:
    viewer = await register.story.run(
        """{ viewer { sessions { current customerName customer { id } } ... on PortalViewer {
            reference { sharedWith { id } settings { name usedBy } ownSettings { name } sessions { current } }
            customer { ownSettings { name } references { totalCount } }
            choices { referenceId customerName customerNumber referenceName current } } } }""",
        token=token,
    )
    nord, known = register.known["nord"], register.known
    assert viewer == {
        "sessions": [
            {"current": True, "customerName": "Nord", "customer": {"id": nord}},
            {"current": False, "customerName": "Syd", "customer": None},
        ],
        "reference": {
            "sharedWith": [],
            "settings": {"name": "Idas", "usedBy": None},
            "ownSettings": {"name": "Idas"},
            "sessions": [{"current": True}],
        },
        "customer": {"ownSettings": None, "references": {"totalCount": 1}},
        "choices": [
            {
                "referenceId": known["ida"],
                "customerName": "Nord",
                "customerNumber": "10001",
                "referenceName": "Ida Dam",
                "current": True,
            },
            {
                "referenceId": known["idaAtSyd"],
                "customerName": "Syd",
                "customerNumber": "10002",
                "referenceName": "Ida Syd",
                "current": False,
            },
        ],
    }


async def test_no_payload_and_no_problem_tells_of_others(register: Register, token: str, watch: Watch) -> None:
    mutation = SCHEMA._schema.mutation_type
    assert mutation is not None
    somebody_else = ("login", "staffLogin", "confirmStaffLogin", "switchCustomer")  # as whom these answer
    for field in (*(name for name in MUTATIONS if name not in (*somebody_else, "changePassword")), "changePassword"):
        row = MUTATIONS[field]
        if field in ALONE:
            token = await register.credential(Column.PORTAL) or ""
            register.known["ticket"] = (await register.story.login(IDA))["ticket"]
        declared = mutation.fields[field]
        head = ", ".join(f"${name}: {declared.args[name].type}" for name in row.given[0])
        call = ", ".join(f"{name}: ${name}" for name in row.given[0])
        selection = everything(get_named_type(declared.type), 3)
        document = f"mutation{f'({head})' if head else ''} {{ {field}{f'({call})' if call else ''} {{ {selection} }} }}"
        body = await register.story.api.run(document, register.filled(row.given[0]), token=token)
        assert "errors" not in body, body["errors"]
        watch.over(body, sent=json.dumps(register.filled(row.given[0])))
        if field == "changePassword":
            impact = body["data"][field]["ChangePasswordSuccess_impact"]
            own = [each["Reference_id"] for each in impact["CredentialImpact_references"]]
            assert own == [register.known["ida"]]


async def test_after_a_switch_the_former_company_is_another_one(register: Register, token: str) -> None:
    story, known = register.story, register.known
    moved = await story.mutate(
        "switchCustomer",
        {"referenceId": known["idaAtSyd"]},
        "... on SwitchCustomerSuccess { viewer { reference { id email customer { name } } } }",
        token=token,
    )
    assert moved["viewer"]["reference"]["customer"] == {"name": "Syd"}
    assert moved["viewer"]["reference"]["email"] == IDA_ELSEWHERE
    document = "query($c: ID!, $r: ID!) { customer(id: $c) { id } reference(id: $r) { id } }"
    gone = await story.api.data(document, {"c": known["nord"], "r": known["ida"]}, token=token)
    assert gone == {"customer": None, "reference": None}
    there = await story.api.data(document, {"c": known["syd"], "r": known["idaAtSyd"]}, token=token)
    assert there == {"customer": {"id": known["syd"]}, "reference": {"id": known["idaAtSyd"]}}


async def test_a_refused_password_tells_of_no_company_that_may_not_be_seen(register: Register, token: str) -> None:
    """Only the names of companies that the person may see are looked for in a new password."""
    story, nord = register.story, register.known["nord"]
    await story.mutate("updateCustomer", {"id": nord, "name": "Vestkystens Kølevogne"}, "__typename")

    async def reasons(new_password: str, current: str = PASSWORD) -> Any:
        given = {"currentPassword": current, "newPassword": new_password}
        return await story.mutate(
            "changePassword", given, "... on ChangePasswordSuccess { accessToken }", "WeakPassword", token=token
        )

    seen = await reasons("vestkystens kølevogne")
    assert [reason["code"] for reason in seen["reasons"]] == ["TOO_LITTLE_BESIDE_NAMES"]
    unseen = await reasons(f"{WORD} firma {WORD} kollega".lower(), STRANGE)
    assert unseen["__typename"] == "WrongPassword"
    unseen = await reasons(f"xyz firma {WORD} {OTHER_PASSWORD[:5]}".lower())
    assert unseen["__typename"] == "ChangePasswordSuccess", unseen
