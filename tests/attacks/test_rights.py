"""What isn't the caller's to see or to do, by whatever path they ask for it: attacks 26 to 30."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from app import ids
from tests.attacks.databases import everything_stored
from tests.attacks.firm import (
    OTHER_PASSWORD,
    PASSWORD,
    STAFF_PASSWORD,
    WRONG,
    Client,
    Firm,
    Person,
    in_turn,
    said,
    with_an_admin,
)
from tests.attacks.target import Target, serving
from tests.attacks.walking import everything, fields_of, least, mutation, questions, soon
from tests.support.databases import SqliteFiles

WORD = "ZZTOP"
OWN_DEEDS = frozenset(
    {
        "login",
        "chooseCustomer",
        "switchCustomer",
        "changePassword",
        "staffLogin",
        "confirmStaffLogin",
        "logout",
        "revokeSession",
        "endOtherSessions",
    }
)
"""What a portal user may do, and who is nobody may try."""
OF_STAFF_IN_PERSON = frozenset({"changeStaffPassword", "enrolTotp", "confirmTotp", "removeTotp", "renewRecoveryCodes"})
OF_THE_ADMIN_IN_PERSON = frozenset({"createStaff", "updateStaff", "createAccessToken", "revokeAccessToken"})
OF_THE_ADMIN = OF_THE_ADMIN_IN_PERSON | {
    "createInternetOrderSettings",
    "updateInternetOrderSettings",
    "deleteInternetOrderSettings",
}


async def things_of_others(firm: Firm) -> dict[str, str]:
    """One thing of each type, by type."""
    eva = await firm.person()
    session = await firm.logged_in(eva)
    own = (await session.ask("{ viewer { sessions { id } } }"))["sessions"][0]["id"]
    given = {"name": f"Andres {own}", "permissions": ["CREATE_ORDERS"]}
    settings = await firm.made("createInternetOrderSettings", given, "settings { id }")
    tool = {"name": "Import", "role": "AUDITOR", "expiresAt": soon()}
    token = await firm.made("createAccessToken", tool, "accessToken { id }")
    admin = await firm.admin()
    events = await admin.ask("{ auditEvents(first: 1) { edges { node { id } } } }")
    return {
        "Customer": eva.customers[0],
        "Reference": eva.references[0],
        "InternetOrderSettings": settings["settings"]["id"],
        "Session": own,
        "AccessToken": token["accessToken"]["id"],
        "StaffMember": (await admin.ask("{ staff { id } }"))[0]["id"],
        "AuditEvent": events["edges"][0]["node"]["id"],
    }


async def test_26_foreign_ids(firm: Firm) -> None:
    """Ids of other people's things are read off somewhere, and asked for."""
    things, ida = await things_of_others(firm), await firm.person()
    portal, nobody, admin = await firm.logged_in(ida), await firm.client(), await firm.admin()
    node = "query($id: ID!) { node(id: $id) { __typename id } }"
    for kind, thing in things.items():
        for client in (portal, nobody):
            assert await client.ask(node, {"id": thing}) is None, kind
            for field in ("customer", "reference"):
                found = await client.ask(f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}", {"id": thing})
                assert found is None, kind
        if kind != "Session":
            assert await admin.ask(node, {"id": thing}) == {"__typename": kind, "id": thing}
    revoke = "mutation($id: ID!) { revokeSession(id: $id) { __typename } }"
    for client in (portal, admin):
        assert said(await client.ask(revoke, {"id": things["Session"]})) == "NotFound"


async def test_26_ids_that_are_counted_through(firm: Firm) -> None:
    """Ids are numbers in disguise: all of them are asked for, one after another."""
    await things_of_others(firm)
    ida = await firm.person()
    portal, nobody = await firm.logged_in(ida), await firm.client()
    sessions = (await portal.ask("{ viewer { sessions { id } } }"))["sessions"]
    own = {*ida.customers, *ida.references, *(session["id"] for session in sessions)}
    newest = max(found.key for found in map(ids.decode, own) if found is not None)
    seen = set()
    for kind in ("Customer", "Reference", "StaffMember", "Session", "AuditEvent", "AccessToken"):
        names = [f"a{n}" for n in range(30)]
        document = "query(" + ", ".join(f"${name}: ID!" for name in names) + ") {"
        document += " ".join(f"{name}: node(id: ${name}) {{ __typename id }}" for name in names) + "}"
        for first in range(1, newest + 30, 30):
            variables = {name: ids.encode(kind, first + number) for number, name in enumerate(names)}
            seen |= {each["id"] for each in (await portal.body(document, variables))["data"].values() if each}
            assert not any((await nobody.body(document, variables))["data"].values())
    assert seen == own


async def test_26_cursors_of_other_lists(firm: Firm) -> None:
    """A cursor of one list is given to another, to come in behind what may be seen there."""
    admin = await firm.admin()
    await firm.person(2)
    page = "query($a: String) {{ {field}(first: 1, after: $a) {{ pageInfo {{ endCursor }} }} }}"
    fields = ("customers", "references", "auditEvents")
    cursors = {field: (await admin.ask(page.format(field=field)))["pageInfo"]["endCursor"] for field in fields}
    for field in fields:
        for source, cursor in cursors.items():
            body = await admin.body(page.format(field=field), {"a": cursor})
            if source == field:
                assert "errors" not in body
            else:
                assert body["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
        for made_up in ("x", "bm9uc2Vuc2U=", "e30=", "W10=", cursors[field][:-4], cursors[field] + "AAAA"):
            body = await admin.body(page.format(field=field), {"a": made_up})
            assert body["errors"][0]["extensions"]["code"] == "INVALID_INPUT"
    portal = await firm.logged_in(await firm.person())
    for field in ("customers", "references"):
        body = await portal.body(page.format(field=field), {"a": cursors[field]})
        assert cursors[field] not in json.dumps(body)


async def others_in_the_register(firm: Firm) -> tuple[Person, set[str]]:
    """Ida, who orders for two companies, in a register where everything else bears a word; and the ids of that."""

    async def settings(name: str) -> str:
        given = {"name": name, "permissions": ["CREATE_ORDERS", "CHANGE_ORDER_DEFAULTS"]}
        made = await firm.made("createInternetOrderSettings", given, "settings { id }")
        found: str = made["settings"]["id"]
        return found

    hidden = await settings(f"{WORD} {soon()}")
    mail = f"ida{token_hex(4)}@kunde.example"
    own = await firm.customer("Nord")
    first = await firm.reference(own, mail, settingsId=await settings(f"Idas {soon()}"))
    more: dict[str, Any] = {"phone": WORD, "mobile": WORD, "sharedUsername": "KEEP_PASSWORD", "settingsId": hidden}
    other = await firm.customer("Syd", settingsId=hidden)
    second = await firm.reference(other, mail.upper(), None, name="Ida Syd", **more)
    third = await firm.customer(f"Vest {WORD}", settingsId=hidden)
    unticked = await firm.reference(third, mail, None, name=WORD, internetUser=False, **more)
    colleague = await firm.reference(own, f"{WORD}{mail}", name=f"Kollega {WORD}", phone=WORD, settingsId=hidden)
    stranger = await firm.reference(other, f"{WORD}2{mail}", name=WORD, phone=WORD)
    for person in (colleague, stranger):
        client = await firm.client()
        client.http.headers["User-Agent"] = WORD
        email = (await firm.see(person, "email"))["email"]
        assert said(await client.login(email)) == "LoginSuccess"
    return Person(mail, [own, other], [first, second]), {hidden, third, unticked, colleague, stranger, other, second}


async def test_27_cross_tenant_fields(firm: Firm) -> None:
    """A portal user asks for everything, in every way: what bears the word belongs to others."""
    ida, hidden = await others_in_the_register(firm)
    client = await firm.client()
    choice = await client.login(ida.email)
    session = client.become(await client.choose(choice["ticket"], ida.references[0]))
    asked = list(questions([*ida.customers, *ida.references, *sorted(hidden)], WORD))
    assert len(asked) > 60

    async def told(document: str, variables: dict[str, Any]) -> str:
        answer = await session.post(document, variables)
        for error in answer.json().get("errors", []):
            assert error["extensions"]["code"] in {"NOT_ALLOWED", "INVALID_INPUT", "NOT_FOUND"}, (error, document)
        return answer.text

    answers = await in_turn(told(document, variables) for document, variables in asked)
    assert any("Ida Dam" in answer for answer in answers)
    for (document, variables), answer in zip(asked, answers, strict=True):
        assert WORD not in answer, (document, variables)
        of_choices = {ida.references[1]} if "choices" in document else set()
        assert not [thing for thing in hidden - of_choices if f'"{thing}"' in answer], (document, variables)

    there = await session.post(
        mutation("switchCustomer", everything("SwitchCustomerResult")), {"input": {"referenceId": ida.references[1]}}
    )
    assert "SwitchCustomerSuccess" in there.text
    assert f'"{ida.customers[0]}"' not in there.text, "the company it has left"
    own = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    back = await session.post(mutation("switchCustomer"), {"input": {"referenceId": ida.references[0]}})
    changed = await session.post(mutation("changePassword", everything("ChangePasswordResult")), {"input": own})
    assert "ChangePasswordSuccess" in changed.text
    assert "SwitchCustomerSuccess" in back.text
    assert WORD not in changed.text


async def told_of_each_mutation(client: Client, thing: str, but: Iterable[str]) -> set[str]:
    """What each mutation but these answers that is asked for the least it takes."""
    return {
        said(await client.ask(mutation(name), least(name, thing))) for name in fields_of("Mutation").keys() - set(but)
    }


REGISTER = {"customer", "reference", "staff_member", "access_token", "internet_order_settings", "login"}


async def register(target: Target) -> list[tuple[str, str]]:
    """What is stored of the register, whenever a token's use is written down."""
    stored = await everything_stored(target.database_url, but={"last_used_at"})
    return [each for each in stored if each[0] in REGISTER]


async def test_28_deeds_of_staff(firm: Firm, target: Target) -> None:
    """Whoever isn't of the staff, or of another role, tries everything that the staff can do."""
    ida, eva = await firm.person(), await firm.person()
    portal, nobody = await firm.logged_in(ida), await firm.client()
    editor, auditor = await firm.staff("EDITOR"), await firm.staff("AUDITOR")
    tool = {"name": "Alt", "role": "ADMIN", "expiresAt": soon()}
    admin_tool = await firm.client()
    admin_tool.token = (await firm.made("createAccessToken", tool, "secret"))["secret"]
    before, thing = await register(target), eva.references[0]

    everywhere = fields_of("Mutation").keys()
    own_of_staff = OWN_DEEDS | OF_STAFF_IN_PERSON
    of_the_register = everywhere - own_of_staff - OF_THE_ADMIN
    assert len(of_the_register) >= 10
    assert await told_of_each_mutation(portal, thing, OWN_DEEDS) == {"NotAllowed"}
    assert await told_of_each_mutation(nobody, thing, OWN_DEEDS) == {"NotLoggedIn"}
    assert await told_of_each_mutation(auditor, thing, own_of_staff) == {"NotAllowed"}
    assert await told_of_each_mutation(editor, thing, own_of_staff | of_the_register) == {"NotAllowed"}
    closed_to_tools = OF_THE_ADMIN_IN_PERSON | {"changeStaffPassword"}
    assert await told_of_each_mutation(admin_tool, thing, everywhere - closed_to_tools) == {"NotAllowed"}
    assert await register(target) == before


async def test_28_mass_assignment(firm: Firm) -> None:
    """Fields are sent that no form has: a role, a tick, somebody's hash."""
    ida = await firm.person()
    portal, admin = await firm.logged_in(ida), await firm.admin()
    own = {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}
    document = "mutation($i: {kind}!) {{ {field}(input: $i) {{ __typename }} }}"
    for client, field, given in (
        (portal, "changePassword", own),
        (portal, "login", {"username": ida.email, "password": PASSWORD}),
        (admin, "updateReference", {"id": ida.references[0]}),
        (admin, "updateCustomer", {"id": ida.customers[0]}),
        (admin, "createReference", {"customerId": ida.customers[0], "name": "Bo"}),
    ):
        kind = f"{field[0].upper()}{field[1:]}Input"
        for extra in ("role", "isAdmin", "passwordHash", "hasPassword", "loginId", "epoch", "__proto__", "canLogIn"):
            body = await client.body(document.format(kind=kind, field=field), {"i": {**given, extra: "ADMIN"}})
            assert "data" not in body, (field, extra)
            assert body["errors"]
    assert said(await portal.login(ida.email)) == "LoginSuccess", "nothing of it was done"


async def test_28_one_address_two_worlds(firm: Firm) -> None:
    """A portal user gets the e-mail of a member of staff, or the other way round."""
    await firm.staff("EDITOR")
    address = "editor@firma.example"
    await firm.reference(await firm.customer(), address, PASSWORD)
    client = await firm.client()
    assert said(await client.staff_login(address, PASSWORD)) == "NoUserFound"
    assert said(await client.login(address, STAFF_PASSWORD)) == "NoUserFound"
    portal = (await firm.client()).become(await client.login(address))
    assert (await portal.viewer())["__typename"] == "PortalViewer"
    body = await portal.body("{ staff { id } }")
    assert body["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"


async def test_29_restoring_a_leaked_password(firm: Firm) -> None:
    """A password that has leaked is cleared, and brought back by somebody who doesn't know why."""
    ida, bo = await firm.person(), await firm.person()
    await firm.made("clearPassword", {"referenceId": ida.references[0], "forget": True}, "impact { effect }")
    assert said(await firm.mutate("restorePassword", {"referenceId": ida.references[0]})) == "NotRestorable"
    assert said(await (await firm.client()).login(ida.email)) == "NoUserFound"

    await firm.made("clearPassword", {"referenceId": bo.references[0]}, "impact { effect }")
    new = {"id": bo.references[0], "newPassword": {"plaintext": OTHER_PASSWORD}}
    await firm.made("updateReference", new, "impact { effect }")
    assert said(await firm.mutate("restorePassword", {"referenceId": bo.references[0]})) == "NotRestorable"
    assert said(await (await firm.client()).login(bo.email)) == "NoUserFound"


@pytest.fixture
async def strict(sqlite_files: SqliteFiles, tmp_path: Path) -> AsyncIterator[Firm]:
    """A firm where a password that staff gave is good for an hour, and for nothing but to change it."""
    url = sqlite_files.copy(tmp_path)
    with_an_admin(url)
    with serving(tmp_path, url, ADGANG_TEMPORARY_PASSWORD_HOURS="1") as target:
        async with AsyncExitStack() as stack:
            yield Firm(target, stack)


async def test_30_staff_who_keep_passwords(strict: Firm) -> None:
    """Whoever set a person's password, or found the letter it was sent in, goes on using it."""
    settings = {"name": "Uden menu", "permissions": []}
    made = await strict.made("createInternetOrderSettings", settings, "settings { id }")
    ida = await strict.person(settingsId=made["settings"]["id"])
    session = await strict.logged_in(ida)
    viewer = await session.ask("{ viewer { ... on PortalViewer { mustChangePassword menu permissions } } }")
    assert viewer == {"mustChangePassword": True, "menu": [], "permissions": []}
    for document in ("{ customers { totalCount } }", "{ references { totalCount } }"):
        assert (await session.body(document))["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    switched = await session.ask(mutation("switchCustomer"), {"input": {"referenceId": ida.references[0]}})
    assert said(switched) == "NotAllowed"
    changed = await session.change(PASSWORD, OTHER_PASSWORD)
    assert said(changed) == "ChangePasswordSuccess", "though there is no menu item Settings"
    assert said(await (await strict.client()).login(ida.email)) == "NoUserFound"
    session.become(changed)
    assert said(await session.change(OTHER_PASSWORD, WRONG)) == "NotAllowed"

    bo = await strict.person()
    kept = await strict.logged_in(bo)
    with closing(sqlite3.connect(strict.target.folder / "adgang.db")) as database:
        long_ago = (datetime.now(UTC) - timedelta(minutes=61)).isoformat(" ", timespec="microseconds")
        database.execute("UPDATE login SET temporary_since = ? WHERE username_key = ?", (long_ago, bo.email))
        database.commit()
    assert await kept.viewer() is None
    assert said(await (await strict.client()).login(bo.email)) == "NoUserFound"
