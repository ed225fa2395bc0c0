"""Requests that are dear to answer, and names that are found out by what errors say: attacks 3 to 7, 15 and 16."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.attacks.firm import LOGIN, OTHER_PASSWORD, PASSWORD, WRONG, Firm, said
from tests.attacks.target import EARNEST, Target, command

T = TypeVar("T")

MARKS = "\u0300\u0316"
SOON = 5.0
"""Seconds, on a machine that is busy with something else. Each of these attacks took many times that."""
GROWTH_MIB = 60


async def while_others_are_served(firm: Firm, attack: Awaitable[T]) -> T:
    """The outcome of an attack that must end soon, and during which somebody else is answered time and again."""
    other = await firm.client()
    assert await other.viewer() is None
    began = time.perf_counter()
    running = asyncio.ensure_future(attack)
    longest, answered = 0.0, 0
    while not running.done():
        asked = time.perf_counter()
        assert await other.viewer() is None
        longest, answered = max(longest, time.perf_counter() - asked), answered + 1
        await asyncio.sleep(0.01)
    assert time.perf_counter() - began < SOON
    assert longest < SOON / 2
    assert answered > 0
    return await running


def refused(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The errors of a document of which nothing was executed."""
    assert "data" not in body
    errors: list[dict[str, Any]] = body["errors"]
    assert 1 <= len(errors) <= 5
    return errors


BOMBS = {
    "lists in lists": """{ customers(first: 500) { edges { node { references(first: 500) { edges { node {
        sharedWith { id } } } } } } } }""",
    "through variables": """query($n: Int = 500) { customers(first: $n) { edges { node { references(last: $n) { edges {
        node { permissions { label } } } } } } } }""",
    "thirty times the same": "{"
    + "".join(f"a{n}: customers(first: 500) {{ edges {{ node {{ ownSettings {{ id }} }} }} }} " for n in range(30))
    + "}",
    "in circles": """{ references(first: 50) { edges { node { sharedWith { sharedWith { sharedWith { customer { name } }
        } } } } } }""",
}


@pytest.mark.parametrize("name", BOMBS)
async def test_03_cost_bomb(firm: Firm, name: str) -> None:
    """One short document asks for millions of objects, until the server has no memory left."""
    admin, before = await firm.admin(), firm.target.memory_mib()
    body = await while_others_are_served(firm, admin.body(BOMBS[name]))
    (error,) = refused(body)
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert error["extensions"]["cost"] > error["extensions"]["maxCost"] == 25_000
    assert body["extensions"] == {key: error["extensions"][key] for key in ("cost", "maxCost")}
    assert firm.target.memory_mib() - before < GROWTH_MIB


DOUBLED = {
    "under two names": "fragment F{n} on Reference {{ a: sharedWith {{ ...F{m} }} b: sharedWith {{ ...F{m} }} }}",
    "under one name": "fragment F{n} on Reference {{ sharedWith {{ ...F{m} }} ... {{ sharedWith {{ ...F{m} }} }} }}",
    "side by side": "fragment F{n} on Reference {{ ...F{m} ...F{m} sharedWith {{ ...F{m} }} }}",
}


@pytest.mark.parametrize("name", DOUBLED)
async def test_03_fragments_that_double(firm: Firm, name: str) -> None:
    """Fragments spread one another twice, thirty times over: written out, a billion fields."""
    spread = " ".join(DOUBLED[name].format(n=n, m=m) for n, m in pairwise(range(31)))
    document = f"{{ reference(id: 1) {{ ...F0 }} }} {spread} fragment F30 on Reference {{ id }}"
    refused(await while_others_are_served(firm, (await firm.admin()).body(document)))


def many(part: str, times: int) -> str:
    return " ".join(part.format(n=n) for n in range(times))


PAGE = "references(first: 1) { edges { node {"
DEEP = f"{{ customers(first: 1) {{ edges {{ node {{ {PAGE} sharedWith {{ customer {{ {PAGE}"
BOUNDS = {
    "2000": [f"{{auditEvents(filter:{{actions:[{'LOGGED_OUT ' * n}]}}){{edges{{cursor}}}}}}" for n in (1981, 1982)],
    "30": [f"{{ {many('a{n}: __typename', n)} }}" for n in (30, 31)],
    "50": [f"{{ {'__typename @skip(if: true) ' * n} }}" for n in (50, 51)],
    "12": [DEEP + " id " + "}" * 12, DEEP + " customer { id } " + "}" * 12],
    "20": [
        f"mutation {{ {many('a{n}: unlockLogin(input: {{referenceId: 1}}) {{ __typename }}', n)} }}" for n in (20, 21)
    ],
}
"""Of tokens, aliases, directives, levels and changes as many as there may be, and one more."""


@pytest.mark.parametrize("bound", BOUNDS)
async def test_04_bounds_of_documents(firm: Firm, bound: str) -> None:
    """A document is all tokens, aliases, directives, levels or changes, for the work that they make."""
    within, beyond = BOUNDS[bound]
    admin = await firm.admin()
    assert "errors" not in await admin.body(within)
    (error,) = refused(await while_others_are_served(firm, admin.body(beyond)))
    assert bound in error["message"]


async def test_04_error_amplification(firm: Firm) -> None:
    """Each of many short mistakes is answered with a long error."""
    client = await firm.client()
    refused(await client.body("query { __typename " + "@aa" * 10 + " }"))
    refused(await client.body("{ " + many("x{n}", 400) + " }"))
    too_many = {"f": {"actions": ["X"] * 500}}
    refused(await client.body("query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }", too_many))
    answer = await client.send("POST", "/graphql", json={"query": "{__typename}", "x": "y" * 256 * 1024})
    assert answer.status_code == 413


async def test_05_normalisation_bomb(firm: Firm) -> None:
    """Tens of thousands of combining marks are sent as a text, which take minutes to put in order."""
    anybody, admin = await firm.client(), await firm.admin()
    ida = await firm.person()
    marks = "qzxj" + MARKS * 60_000
    for username, password in ((marks, "x"), (ida.email, marks)):
        told = await while_others_are_served(firm, anybody.login(username, password))
        assert said(told) == "NoUserFound"
        told = await while_others_are_served(firm, anybody.staff_login(username, password))
        assert said(told) == "NoUserFound"
    session = await firm.logged_in(ida)
    assert said(await while_others_are_served(firm, session.change(PASSWORD, marks))) == "WeakPassword"
    assert said(await while_others_are_served(firm, session.change(marks, OTHER_PASSWORD))) == "WrongPassword"
    for field in ("name", "email", "phone"):
        given = {"customerId": ida.customers[0], "name": "Bo", field: marks}
        assert said(await while_others_are_served(firm, firm.mutate("createReference", given))) == "InvalidInput"
    for search in (
        "references(filter: {search: $s})",
        "references(filter: {username: $s})",
        "customers(filter: {search: $s})",
    ):
        asked = admin.body(f"query($s: String!) {{ {search} {{ edges {{ cursor }} }} }}", {"s": marks})
        body = await while_others_are_served(firm, asked)
        assert "errors" in body or body["data"] == {search.partition("(")[0]: {"edges": []}}


GOOD = "ni glade mørkeblå elefanter danser på taget om natten, mens månen synger 417 viser for uglen i Øster Hurup; "


async def test_06_strength_as_a_weapon(firm: Firm) -> None:
    """Long passwords are judged at length, or are more than what judges them was written for."""
    ida = await firm.person()
    session, current = await firm.logged_in(ida), PASSWORD
    for length in (64, 72, 73, 200, 256):
        new = (GOOD * 10)[-length:]
        payload = await while_others_are_served(firm, session.change(current, new))
        assert said(payload) == "ChangePasswordSuccess", length
        session.become(payload)
        current = new
        given = {"customerId": ida.customers[0], "name": "Bo", "email": f"langt{length}@kunde.example"}
        made = firm.mutate("createReference", {**given, "newPassword": {"plaintext": new}})
        assert said(await while_others_are_served(firm, made)) == "CreateReferenceSuccess", length
    for length in (257, 1024, 100_000):
        payload = await while_others_are_served(firm, session.change(current, (GOOD * 2000)[:length]))
        assert said(payload) == "WeakPassword"
        assert [reason["code"] for reason in payload["reasons"]] == ["TOO_LONG"]


async def test_06_strength_judged_many_times_at_once(firm: Firm) -> None:
    """Twenty long passwords are sent to be judged at once, none of which will be taken."""
    ida = await firm.person()
    session = await firm.logged_in(ida)
    weak = "adgangskode" * 23
    payloads = await while_others_are_served(firm, asyncio.gather(*(session.change(PASSWORD, weak) for _ in range(20))))
    assert {said(payload).partition(" ")[0] for payload in payloads} <= {
        "WeakPassword",
        "TooManyAttempts",
        "Overloaded",
    }
    assert await session.viewer(), "nothing was wrong with the present password"


MISTAKES = {
    "{ custmers { totalCount } }": "customers",
    "{ customers(frst: 1) { totalCount } }": "first",
    "{ customers { totalCont } }": "totalCount",
    "{ customers { edges { nod { id } } } }": "node",
    "mutation($i: LoginInpt!) { login(input: $i) { __typename } }": "LoginInput",
    'mutation { login(input: {username: "a", password: "b", transprt: COOKIE}) { __typename } }': "transport",
    'mutation { login(input: {username: "a", password: "b", transport: COOKE}) { __typename } }': "COOKIE",
    "{ viewer { ... on PortalViwer { name } } }": "PortalViewer",
    "{ viewer { ... on StafViewer { name } } }": "StaffViewer",
    "{ __typename @includ(if: true) }": "include",
    "mutation { deletCustomer { __typename } }": "deleteCustomer",
}


async def test_07_introspection_and_suggestions(firm: Firm) -> None:
    """The schema is asked for, or else guessed name by name from what errors suggest."""
    client = await firm.client()
    for document in ("{ __schema { types { name } } }", '{ __type(name: "Customer") { fields { name } } }'):
        assert "SessionTransport" not in str(refused(await client.body(document)))
    for document, name in MISTAKES.items():
        told = " ".join(error["message"] for error in refused(await client.body(document)))
        assert "Did you mean" not in told
        assert name not in told or name in document, told
    wrong = {"i": {"username": "a", "password": "b", "transport": "COOKE"}}
    told = str(refused(await client.body(LOGIN, wrong)))
    assert "COOKIE" not in told
    assert "COOKE" not in told
    told = str(refused(await client.body(LOGIN, {"i": {"username": "a", "password": "b", "transprt": 1}})))
    assert "transport" not in told


async def test_15_hash_queue(firm: Firm) -> None:
    """One address sends two hundred log-ins at once, so that nobody else's password is looked at."""
    ida, crowd, other = await firm.person(), await firm.client(), await firm.client()
    assert said(await crowd.login(ida.email)) == "LoginSuccess"
    before = firm.target.memory_mib()
    attack = asyncio.gather(*(crowd.login(f"mange{number}@kunde.example", WRONG) for number in range(200)))
    began = time.perf_counter()
    assert said(await other.login(ida.email)) == "LoginSuccess"
    assert time.perf_counter() - began < SOON
    told = Counter(said(payload).partition(" ")[0] for payload in await attack)
    assert set(told) <= {"NoUserFound", "TooManyAttempts", "Overloaded"}
    assert told["NoUserFound"] <= 50
    assert told.total() == 200
    assert firm.target.memory_mib() - before < GROWTH_MIB


def test_16_argon2_below_its_floor(tmp_path: Path) -> None:
    """Whoever installs the service is talked into hashing cheaply, or into more memory than the machine has."""
    settings = {**EARNEST, "ADGANG_DATABASE_URL": f"sqlite:///{tmp_path}/adgang.db"}
    for changed in (
        {"ADGANG_ARGON2_MEMORY_KIB": "1024"},
        {"ADGANG_ARGON2_TIME_COST": "1"},
        {"ADGANG_ARGON2_MEMORY_KIB": "4194304", "ADGANG_HASH_MAX_COST": "1048576", "ADGANG_HASH_THREADS": "64"},
    ):
        done = command(tmp_path, {**settings, **changed}, "serve", "--port", "0")
        assert done.returncode == 1
        assert any(name in done.stderr for name in changed)


async def test_16_a_hash_that_asks_for_a_gigabyte(firm: Firm, target: Target) -> None:
    """Whoever can write a row stores a hash that takes seconds and a gigabyte to verify."""
    ida, client = await firm.person(), await firm.client()
    poisoned = "$argon2id$v=19$m=1048576,t=4,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43
    with closing(sqlite3.connect(target.folder / "adgang.db")) as database:
        changed = database.execute(
            "UPDATE login SET password_hash = ? || ? WHERE username_key = ?", ("", poisoned, ida.email)
        )
        assert changed.rowcount == 1
        database.commit()
    before = target.memory_mib()
    assert said(await while_others_are_served(firm, client.login(ida.email))) == "NoUserFound"
    assert target.memory_mib() - before < GROWTH_MIB
    assert "a stored password hash costs too much" in target.log()
