"""Text that is taken for something else: a name, a password, a header, a line of the log, SQL, Python. Attacks 31 to
36, 40, 44 and 46."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any
from unicodedata import normalize

import pytest

from tests.attacks.databases import everything_stored, on_both_databases
from tests.attacks.firm import OTHER_PASSWORD, PASSWORD, Client, Firm, said
from tests.attacks.target import Target, serving
from tests.support.databases import SqliteFiles

DONE, FAILED = "LoginSuccess", "NoUserFound"


async def test_31_unicode_usernames(firm: Firm) -> None:
    """An e-mail that looks like somebody's, or that is folded into it, shares or shadows their log-in."""
    name = f"ida{token_hex(4)}"
    customer = await firm.customer()
    await firm.reference(customer, f"{name}@kunde.example")
    other = await firm.customer()
    twins = (
        f"{name}\u200b@kunde.example",
        f"\ufeff{name}@kunde.example",
        f"{name[:2]}\u202e{name[2:]}@kunde.example",
        f"{name[:2]}\u00ad{name[2:]}@kunde.example",
        f"ｉｄａ{name[3:]}@kunde.example",
        f"Ⓘda{name[3:]}@kunde.example",
        f"{name}@kunde\uff0eexample",
        f"{name}\uff20kunde.example",
        f"{name}\u00a0@kunde.example",
        f"{name} @kunde.example",
        f"{name}\u2024x@kunde.example",
        f"{name}\ue000@kunde.example",
        f"{name}@kunde.example\0",
        f"{name}@x@kunde.example",
        f"{name}@kunde.example" + "x" * 250,
    )
    for twin in twins:
        given = {"customerId": other, "name": "Bo", "email": twin}
        assert said(await firm.mutate("createReference", given)) == "InvalidInput", twin
        assert said(await (await firm.client()).login(twin)) == FAILED, twin
    for look_alike in (f"іdа{name[3:]}@kunde.example", f"İda{name[3:]}@kunde.example", f"ıda{name[3:]}@kunde.example"):
        assert said(await (await firm.client()).login(look_alike)) == FAILED, look_alike
    for same in (f"{name.upper()}@KUNDE.example", f"  {name}@kunde.example "):
        assert said(await (await firm.client()).login(same)) == DONE, same


async def test_31_unicode_usernames_that_differ_by_a_letter(firm: Firm) -> None:
    """Two mailboxes are made one by what upper case or compatibility does to letters."""
    tag = token_hex(4)
    await firm.reference(await firm.customer(), f"weiß{tag}@kunde.example")
    assert said(await (await firm.client()).login(f"weiss{tag}@kunde.example")) == FAILED
    assert said(await (await firm.client()).login(f"WEISS{tag}@kunde.example")) == FAILED
    await firm.reference(await firm.customer(), f"weiss{tag}@kunde.example", OTHER_PASSWORD)
    assert said(await (await firm.client()).login(f"weiß{tag}@kunde.example")) == DONE, "they share no password"
    await firm.reference(await firm.customer(), f"åse{tag}@kunde.example")
    decomposed = normalize("NFD", f"ÅSE{tag}@kunde.example")
    assert said(await (await firm.client()).login(decomposed)) == DONE
    assert said(await (await firm.client()).login(f"ase{tag}@kunde.example")) == FAILED


async def test_32_password_form(firm: Firm) -> None:
    """Passwords are made alike, trimmed or cut before they are compared, so that there are fewer to guess."""
    ida = await firm.person(password=" ﬁre grå får på marken i ålborg ")
    client = await firm.client()
    assert said(await client.login(ida.email, normalize("NFD", " ﬁre grå får på marken i ålborg "))) == DONE
    wrong = (
        " fire grå får på marken i ålborg ",
        "ﬁre grå får på marken i ålborg",
        " ﬁre grå får på marken i ålborg",
        " ﬁre gra far pa marken i alborg ",
        " FIRE GRÅ FÅR PÅ MARKEN I ÅLBORG ",
    )
    for password in wrong:
        assert said(await (await firm.client()).login(ida.email, password)) == FAILED, password
    head = "ni glade mørkeblå elefanter danser på taget om natten, mens månen synger 417 viser for uglen"
    bo = await firm.person(password=f"{head} X")
    assert said(await client.login(bo.email, f"{head} X")) == DONE
    for password in (head, f"{head} Y", f"{head} X" + "\0", f"{head} XX"):
        assert said(await (await firm.client()).login(bo.email, password)) == FAILED, password


NAMED = {"name": "Bo Holm", "email": "bo.holm@spedition.example"}


async def judged(firm: Firm, password: str, **more: str) -> str:
    """What a password is answered with that staff give a new reference."""
    given = {"customerId": await firm.customer("Nordisk Spedition"), "name": "Per", **more}
    given.setdefault("email", f"per{token_hex(4)}@kunde.example")
    return said(await firm.mutate("createReference", {**given, "newPassword": {"plaintext": password}}))


async def test_32_password_out_of_ones_names(firm: Firm) -> None:
    """A person's name, e-mail and company are all that their password is made of."""
    for password in (
        "bo holm bo holm bo holm",
        "Nordisk Spedition 1",
        "bo.holm@spedition.example 1",
        "spedition2026holm",
    ):
        assert await judged(firm, password, **NAMED) == "WeakPassword", password
    assert await judged(firm, "en bog om både og blomster", **NAMED) == "CreateReferenceSuccess"


COMMON = (
    "passwordpassword",
    "123456789012345",
    "adgangskode12345",
    "Adgangskode!2026",
    "Sommer2026Sommer2026",
    "portalportalportal",
    "hundekathundekat",
    "aaaaaaaaaaaaaaaaaaaa",
    "qwertyuiopasdfghjkl",
    "sommarsommarsommar",
    "lösenordlösenord",
    "kjærlighet123456",
)


async def test_33_common_passwords(firm: Firm) -> None:
    """A list of common passwords is tried, doubled and with digits until they are long enough."""
    for password in COMMON:
        assert await judged(firm, password) == "WeakPassword", password
    ida = await firm.person()
    session = await firm.logged_in(ida)
    for password in COMMON[:3]:
        changed = await session.change(PASSWORD, password)
        assert [reason["code"] for reason in changed["reasons"]] == ["TOO_COMMON"]
    staff = {"name": "Kim", "email": f"kim{token_hex(4)}@firma.example", "role": "AUDITOR"}
    assert said(await firm.mutate("createStaff", {**staff, "newPassword": {"plaintext": COMMON[0]}})) == "WeakPassword"


async def test_34_header_injection(firm: Firm) -> None:
    """A name ends the line of a mail or a header in which it will stand one day, and begins another."""
    ida = await firm.person()
    for text in ("A\r\nBcc: x@y.example", "A\nB", "A\rB", "A\0B", "A\u2028B", "A\x85B", "A\x0bB"):
        for field, given, name in (
            ("createCustomer", {"number": "N1", "name": "A"}, "name"),
            ("createCustomer", {"number": "N1", "name": "A"}, "number"),
            ("createReference", {"customerId": ida.customers[0], "name": "A"}, "name"),
            ("createReference", {"customerId": ida.customers[0], "name": "A"}, "email"),
            ("createReference", {"customerId": ida.customers[0], "name": "A"}, "mobile"),
            ("createInternetOrderSettings", {"name": "A", "permissions": []}, "name"),
            ("createAccessToken", {"name": "A", "role": "AUDITOR", "expiresAt": "2020-01-01T00:00:00Z"}, "name"),
        ):
            payload = await firm.mutate(field, {**given, name: text})
            assert said(payload) == "InvalidInput", (field, name, text)
            assert f"input.{name}" in [problem["field"] for problem in payload["fields"]]


@pytest.fixture
def talkative_target(sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[Target]:
    """A server that logs for people, and all that it can."""
    url = sqlite_files.copy(tmp_path)
    with serving(tmp_path, url, ADGANG_LOG_FORMAT="console", ADGANG_LOG_LEVEL="debug") as target:
        yield target


FORGED = 'x{"event":"login_succeeded"} [2J'
AGENTS = (b"x\x9b2J\x85forged", "x\u202e\u2028forged".encode(), b"a" * 5000, b'"}\t{"event":"forged"}')


async def inject(client: Client) -> int:
    """Sends what would forge a line of the log or steer a terminal wherever something is logged; says how often."""
    names = ('a\n{"event":"forged"}', "a\x1b[2J", "a\r\nforged", "a\u202e\u2028forged", FORGED)
    sent = 0
    for name in names:
        await client.login(name, "x")
        await client.send("POST", "/graphql", json={"query": "query A { __typename }", "operationName": name})
        await client.send("POST", "/graphql", json={"query": name})
        sent += 3
    for agent in AGENTS:
        for header in ("User-Agent", "X-Request-Id", "Referer", "Accept-Language", "X-Forwarded-For"):
            await client.http.post("/graphql", json={"query": "{__typename}"}, headers=[(header.encode(), agent)])
            sent += 1
    for path in ("/%1b[2J", "/%0a%0dforged", "/%e2%80%aeforged", "/a%00b"):
        await client.send("GET", path)
        sent += 1
    return sent


@pytest.mark.parametrize("target", ["sqlite", "talkative"], indirect=True)
async def test_35_log_injection(firm: Firm) -> None:
    """What somebody typed ends its line in the log and begins one that the service never wrote."""
    client, before = await firm.client(), firm.target.log()
    sent = await inject(client)
    lines: list[str] = []
    for _ in range(100):  # a line is written after its answer has gone
        lines = firm.target.log().removeprefix(before).splitlines()
        if len([line for line in lines if '"event":"request"' in line or " request " in line]) >= sent:
            break
        await asyncio.sleep(0.02)
    assert all(line.isprintable() for line in lines)
    if "ADGANG_LOG_FORMAT" in firm.target.settings:
        assert all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in lines)
        events = [match[1] for line in lines if (match := re.search(r"\] (\w+) ", line))]
    else:
        events = [json.loads(line)["event"] for line in lines]
    assert events.count("request") == sent
    assert set(events) <= {"request", "refused", "audit checkpoint"}


@on_both_databases
async def test_36_a_password_typed_as_the_username(firm: Firm, target: Target) -> None:
    """Somebody types their password in the wrong box; whoever reads the log, the audit or the database has it."""
    typed = f"korrekt hest {token_hex(6)} batteri"
    for client in (await firm.client(), await firm.browser()):
        for _ in range(6):
            await client.login(typed, "x")
            await client.staff_login(typed, "x")
    admin = await firm.admin()
    page = await admin.ask(
        "{ auditEvents(first: 100) { edges { node { action actor username detail changes { before after } } } } }"
    )
    assert {"LOGIN_FAILED", "LOGIN_THROTTLED"} <= {edge["node"]["action"] for edge in page["edges"]}
    assert typed not in json.dumps(page, ensure_ascii=False)
    assert not [table for table, text in await everything_stored(target.database_url) if typed in text]
    assert typed not in target.log()
    if target.database_url.startswith("sqlite"):
        assert not [file for file in target.folder.glob("adgang.db*") if typed.encode() in file.read_bytes()]


ALIASES = ("None", "class", "self", "lambda", "import", "True", "exec", "print", "_", "a", "root", "data", "__import__")
TEXTS = (
    "'", '"', '"""', "\\", "{}", "{0}", "%s", "${x}", "\u2028", "\u2029", "#{x}", "__import__('os')", "\\u0027", "]]>",
    "'+exit()+'", "\n", "\t",
)  # fmt: skip


async def test_40_names_and_texts_as_code(firm: Firm) -> None:
    """A document's names and texts are put where they run as code."""
    admin = await firm.admin()
    asked = " ".join(f"{alias}: viewer {{ {alias}: name }}" for alias in ALIASES[:-1])
    data = (await admin.body(f"{{ {asked} }}"))["data"]
    assert data == {alias: {alias: "Anne"} for alias in ALIASES[:-1]}
    assert list(data) == list(ALIASES[:-1])
    for alias in ALIASES:
        document = f"query {alias}(${alias}: Int) {{ {alias}: customers(first: ${alias}) {{ {alias}: totalCount }} }}"
        found = (await admin.body(document, {alias: 1}))["data"]
        assert list(found) == [alias]
        assert isinstance(found[alias][alias], int)
    for text in TEXTS:
        literal = json.dumps(text, ensure_ascii=True)
        document = (
            f"{{ customer(number: {literal}) {{ id }} customers(filter: {{search: {literal}}}) {{ totalCount }} }}"
        )
        body = await admin.body(document)
        assert body["data"]["customer"] is None, text
        assert {error["extensions"]["code"] for error in body.get("errors", [])} <= {"INVALID_INPUT"}


INJECTIONS = (
    "%", "_", "%%%", "_%_%_%_%", "\\", "\\%", "'", "''", "' OR '2'='2", "' OR 1=1 --", "'; DROP TABLE customer; --",
    '"; DELETE FROM login; --', "') UNION SELECT 1 --", "$1", "?1", ":name", "%(x)s", "{0}", "1; SELECT pg_sleep(5)",
    "' || (SELECT password_hash FROM login LIMIT 1) || '", "*", "a*", "[a-z]", "^", "NULL", "/*", "--",
)  # fmt: skip


@on_both_databases
async def test_44_sql_and_like(firm: Firm) -> None:
    """What is searched for says what else the database should do, or matches everything."""
    admin, ida = await firm.admin(), await firm.person()
    tag = token_hex(4)
    await firm.customer(f"100%{tag} _Frisk\\Fisk O'Brien; --")
    everybody = await admin.ask("{ customers { totalCount } }")
    assert everybody["totalCount"] >= 2
    for text in INJECTIONS:
        for document in (
            "query($s: String!) { customers(filter: {search: $s}) { totalCount } }",
            "query($s: String!) { references(filter: {search: $s}) { totalCount } }",
            "query($s: String!) { references(filter: {username: $s}) { totalCount } }",
        ):
            body = await admin.body(document, {"s": text})
            (found,) = body["data"].values()
            assert found == {"totalCount": 0} or text in {"_", "--"}, (document, text)
        for document in (
            "query($s: String!) { customer(number: $s) { id } }",
            "query($s: ID!) { node(id: $s) { id } }",
            "query($s: ID!) { reference(id: $s) { id } }",
        ):
            assert await admin.ask(document, {"s": text}) is None
        for document in (
            "query($s: String!) { auditEvents(filter: {actor: $s}) { edges { cursor } } }",
            "query($s: String!) { auditEvents(filter: {username: $s}) { edges { cursor } } }",
        ):
            assert await admin.ask(document, {"s": text}) == {"edges": []}
        body = await admin.body("query($s: String!) { customers(after: $s) { totalCount } }", {"s": text})
        assert body["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    for text in INJECTIONS[6:12]:
        assert said(await (await firm.client()).login(f"{ida.email}{text}", text)) == FAILED
    for text, hits in ((f"100%{tag}", 1), (f"100_{tag}", 0), ("_Frisk\\", 1), ("%Frisk", 0), ("O'B", 1), ("o_b", 0)):
        found = await admin.ask("query($s: String!) { customers(filter: {search: $s}) { totalCount } }", {"s": text})
        assert found["totalCount"] == hits, text
    assert await admin.ask("{ customers { totalCount } }") == everybody
    assert said(await (await firm.client()).login(ida.email)) == DONE


def misspelt() -> list[tuple[str, dict[str, Any]]]:
    """Documents by clients with a mistake in them, each with a password that bears the word."""
    documents: list[tuple[str, dict[str, Any]]] = []
    for field, kind, right in (
        ("login", "LoginInput", {"username": "ida", "password": "TAVSHED-1"}),
        ("staffLogin", "StaffLoginInput", {"email": "ida", "password": "TAVSHED-1"}),
        ("changePassword", "ChangePasswordInput", {"currentPassword": "TAVSHED-1", "newPassword": "TAVSHED-2"}),
        ("createStaff", "CreateStaffInput", {"newPassword": {"plaintext": "TAVSHED-1"}}),
        ("createReference", "CreateReferenceInput", {"newPassword": {"plaintext": "TAVSHED-1"}}),
        ("updateReference", "UpdateReferenceInput", {"id": 1, "newPassword": {"plaintext": ["TAVSHED-2"]}}),
        ("updateReference", "UpdateReferenceInput", {"id": 1, "newPassword": "TAVSHED-3"}),
        ("updateReference", "UpdateReferenceInput", {"id": 1, "newPassword": {"TAVSHED-4": "TAVSHED-5"}}),
        (
            "updateReference",
            "UpdateReferenceInput",
            {"id": 1, "newPassword": {"plaintext": "TAVSHED", "generate": True}},
        ),
        ("confirmStaffLogin", "ConfirmStaffLoginInput", {"ticket": ["TAVSHED-1"], "code": {"TAVSHED-2": 1}}),
    ):
        document = f"mutation($i: {kind}!) {{ {field}(input: $i) {{ __typename }} }}"
        first = next(iter(right))
        documents += [(document, {"i": {"user": "ida", **right}}), (document, {"i": {**right, first: [right[first]]}})]
        documents += [
            (document, {"i": "TAVSHED-3"}),
            (document, {"i": ["TAVSHED-4"]}),
            (document, {"i": None, "TAVSHED": 1}),
        ]
        documents += [(document, {"i": {f"TAVSHED-{field}": 1}}), (document, {})]
    literals = (
        'mutation { login(input: {user: "ida", password: "TAVSHED-6"}) { __typename } }',
        'mutation { login(input: {username: "ida", password: ["TAVSHED-7"]}) { __typename } }',
        'mutation { login(input: {username: "ida", password: TAVSHED_8}) { __typename } }',
        'mutation { login(input: "TAVSHED-9") { __typename } }',
        'mutation { login(input: {username: "ida", password: "TAVSHED-10") { __typename }',
        'mutation { login(input: {username: "ida", password: "TAVSHED-11}) { __typename } }',
        'mutation { login(input: {username: "ida", password: "TAVSHED-12"}} { __typename }',
        'mutation { login(input: {username: "ida", password: """TAVSHED-13}) { __typename } }',
        "mutation { login(input: {username: \"ida\", password: 'TAVSHED-14'}) { __typename } }",
        'mutation { login(input: {username: "ida", password: "TAVSHED-15", transport: TAVSHED_16}) { __typename } }',
        'mutation($p: String = ["TAVSHED-17"]) { login(input: {username: "ida", password: $p}) { __typename } }',
        'mutation { login(input: {username: "ida", password: "\\uTAVSHED"}) { __typename } }',
        'query TAVSHED18 { viewer(password: "TAVSHED-19") { name } }',
        '{ customers(after: "TAVSHED-20") { totalCount } }',
        '{ customers(first: "TAVSHED-21") { totalCount } }',
        "TAVSHED-22",
    )
    return [*documents, *((literal, {}) for literal in literals)]


async def test_46_the_password_in_an_error(firm: Firm, target: Target) -> None:
    """A client's mistake makes the service quote the request, password and all, to the client and into the log."""
    admin = await firm.admin()
    for document, variables in misspelt():
        for accept in ("application/json", "application/graphql-response+json"):
            answer = await admin.post(document, variables, headers={"Accept": accept})
            body = answer.json()
            assert body.get("errors"), (document, variables)
            assert "TAVSHED" not in answer.text, (document, variables, body)
    for content in (b'{"query":"TAVSHED', b"TAVSHED", b'{"query":1,"variables":"TAVSHED"}'):
        answer = await admin.send("POST", "/graphql", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        assert "TAVSHED" not in answer.text
    answer = await admin.send("GET", "/graphql?query=TAVSHED&variables=TAVSHED")
    assert "TAVSHED" not in answer.text
    assert "TAVSHED" not in target.log()
