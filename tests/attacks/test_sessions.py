"""Sessions and tickets that are planted, stolen, used twice or left behind: attacks 19 to 25."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import ids
from app.database import open_database
from tests.attacks.databases import everything_stored, on_both_databases
from tests.attacks.firm import OTHER_PASSWORD, PASSWORD, STAFF_PASSWORD, Client, Firm, said
from tests.attacks.target import Target
from tests.support.services import make_settings

SESSION, STAFF_SESSION, TICKET = "__Host-adgang", "__Host-adgang-staff", "__Host-adgang-ticket"
DONE, EXPIRED = "LoginSuccess", "TicketExpired"
WHO = "{ viewer { __typename name } }"
AT = "{ viewer { ... on PortalViewer { reference { id } } } }"
SWITCH = """mutation($i: SwitchCustomerInput!) { switchCustomer(input: $i) { __typename
  ... on NotFound { id } } }"""


async def with_cookie(firm: Firm, value: str, name: str = SESSION, **headers: str) -> dict[str, Any]:
    """What a browser is told that shows this cookie alone."""
    browser = await firm.browser()
    browser.cookies = {name: value}
    return await browser.body(WHO, headers=headers)


async def is_dead(firm: Firm, value: str) -> bool:
    """Whether a session's cookie is worth nothing."""
    body = await with_cookie(firm, value)
    assert (body["data"]["viewer"] is None) == ("session" in body["extensions"])
    return body["data"]["viewer"] is None


async def test_19_fixation(firm: Firm) -> None:
    """A session that the attacker knows is planted with a victim, who then logs in to it."""
    ida = await firm.person(2)
    victim = await firm.browser()
    victim.cookies = {SESSION: "attacker"}
    choice = await victim.login(ida.email, transport="COOKIE")
    assert said(await victim.choose(choice["ticket"], ida.references[0])) == DONE
    first = victim.cookies[SESSION]
    assert first != "attacker"
    assert await is_dead(firm, "attacker")
    assert not await is_dead(firm, first)

    choice = await victim.login(ida.email, transport="COOKIE")
    assert said(await victim.choose(choice["ticket"], ida.references[0])) == DONE
    second = victim.cookies[SESSION]
    assert second != first
    assert await is_dead(firm, first), "a log-in ends the session that its request carried"

    assert said(await victim.change(PASSWORD, OTHER_PASSWORD)) == "ChangePasswordSuccess"
    third = victim.cookies[SESSION]
    assert third not in {first, second}
    assert await is_dead(firm, second)
    assert await victim.viewer()


async def test_19_fixation_of_staff(firm: Firm) -> None:
    """The same with a member of staff, and with a portal user's session in their browser."""
    ida = await firm.person()
    await firm.staff("EDITOR")
    browser = await firm.browser()
    assert said(await browser.login(ida.email, transport="COOKIE")) == DONE
    assert said(await browser.staff_login("editor@firma.example", transport="COOKIE")) == "StaffLoginSuccess"
    planted = browser.cookies[STAFF_SESSION]
    assert said(await browser.staff_login("editor@firma.example", transport="COOKIE")) == "StaffLoginSuccess"
    assert browser.cookies[STAFF_SESSION] != planted


async def test_20_cookie_tossing(firm: Firm) -> None:
    """A second credential is planted beside the victim's, so that one part reads the one and another the other."""
    ida, eva = await firm.person(), await firm.person()
    await firm.staff("EDITOR")
    browser, staff = await firm.browser(), await firm.browser()
    assert said(await browser.login(ida.email, transport="COOKIE")) == DONE
    assert said(await staff.staff_login("editor@firma.example", transport="COOKIE")) == "StaffLoginSuccess"
    own, of_staff = browser.cookies[SESSION], staff.cookies[STAFF_SESSION]
    bearer = str((await firm.logged_in(eva)).token)
    browser.cookies = {}

    for cookie in (
        f"{SESSION}={own}; {SESSION}=b",
        f"{SESSION}=b; {SESSION}={own}",
        f"{SESSION}={own}; {SESSION}={own}",
    ):
        answer = await browser.post(WHO, headers={"Cookie": cookie})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["extensions"]["code"] == "TWO_CREDENTIALS"
    twice = [("Authorization", f"Bearer {bearer}"), ("Authorization", f"Bearer {bearer}")]
    answer = await browser.http.post("/graphql", json={"query": WHO}, headers=twice)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "TWO_CREDENTIALS"

    for shown in ("Bearer dead", "Basic aWRhOnB3", "Bearer", ""):
        body = await with_cookie(firm, own, Authorization=shown)
        assert body["data"]["viewer"] is None, "beside an Authorization header no cookie is looked at"
    both = await with_cookie(firm, own, Authorization=f"Bearer {bearer}")
    assert both["data"]["viewer"]["__typename"] == "PortalViewer"
    mine = await with_cookie(firm, own)
    assert mine["data"]["viewer"]["__typename"] == "PortalViewer"

    for name in (SESSION, "__Host-adgang-ticket", "adgang-demo", "adgang-demo-staff", "adgang", "__host-adgang-staff"):
        assert (await with_cookie(firm, of_staff, name))["data"]["viewer"] is None, name
    for name in (STAFF_SESSION, "__Host-adgang-device", "adgang-demo", "adgang-demo-staff", "__HOST-adgang"):
        assert (await with_cookie(firm, own, name))["data"]["viewer"] is None, name
    as_bearer = await browser.body(WHO, headers={"Authorization": f"Bearer {own}"})
    assert as_bearer["data"]["viewer"] is None, "nor is a cookie's value a token"
    assert (await with_cookie(firm, bearer))["data"]["viewer"] is None


@on_both_databases
async def test_21_ticket_replay(firm: Firm) -> None:
    """One ticket is used for twenty sessions at once."""
    ida, client = await firm.person(2), await firm.client()
    ticket = (await client.login(ida.email))["ticket"]
    payloads = await asyncio.gather(*(client.choose(ticket, ida.references[n % 2]) for n in range(20)))
    assert Counter(map(said, payloads)) == {DONE: 1, EXPIRED: 19}
    (won,) = [payload for payload in payloads if said(payload) == DONE]
    reader = (await firm.client()).become(won)
    assert len((await reader.ask("{ viewer { sessions { id } } }"))["sessions"]) == 1
    assert said(await client.choose(ticket, ida.references[0])) == EXPIRED


async def test_21_ticket_for_a_company_that_was_not_offered(firm: Firm) -> None:
    """A ticket is used for somebody else's reference, or for one that the person has lost meanwhile."""
    ida, eva, client = await firm.person(2), await firm.person(), await firm.client()
    for foreign in (eva.references[0], ida.customers[0], "x", ""):
        ticket = (await client.login(ida.email))["ticket"]
        assert said(await client.choose(ticket, foreign)) == EXPIRED
        assert said(await client.choose(ticket, ida.references[0])) == EXPIRED, "it is used up"
    ticket = (await client.login(ida.email))["ticket"]
    await firm.made("updateReference", {"id": ida.references[1], "internetUser": False}, "reference { id }")
    assert said(await client.choose(ticket, ida.references[1])) == EXPIRED
    await firm.made("updateReference", {"id": ida.references[1], "internetUser": True}, "reference { id }")
    ticket = (await client.login(ida.email))["ticket"]
    await firm.made("endSessions", {"referenceId": ida.references[0]}, "sessionsRevoked")
    assert said(await client.choose(ticket, ida.references[0])) == EXPIRED, "it was made under another epoch"


async def test_22_ticket_theft(firm: Firm) -> None:
    """A ticket is read off the victim's screen and used elsewhere; or many are hoarded."""
    ida = await firm.person(2)
    victim, thief = await firm.browser(), await firm.browser()
    ticket = (await victim.login(ida.email, transport="COOKIE"))["ticket"]
    for cookies in ({}, {TICKET: ticket}, {TICKET: "x"}, {SESSION: victim.cookies[TICKET]}):
        thief.cookies = cookies
        assert said(await thief.choose(ticket, ida.references[0])) == EXPIRED
        ticket = (await victim.login(ida.email, transport="COOKIE"))["ticket"]
    assert said(await victim.choose(ticket, ida.references[0])) == DONE

    client = await firm.client()
    tickets = [(await client.login(ida.email))["ticket"] for _ in range(6)]
    assert all(len(each) >= 43 for each in tickets)
    assert said(await client.choose(tickets[0], ida.references[0])) == EXPIRED, "at most five live"
    assert said(await client.choose(tickets[1], ida.references[0])) == DONE


@on_both_databases
async def test_22_secrets_in_a_stolen_database(firm: Firm, target: Target) -> None:
    """The database and the log are read for tickets, tokens and cookies that can be used."""
    ida, browser = await firm.person(2), await firm.browser()
    ticket = (await browser.login(ida.email, transport="COOKIE"))["ticket"]
    secrets = {"ticket": ticket, "ticket's cookie": browser.cookies[TICKET]}
    assert said(await browser.choose(ticket, ida.references[0])) == DONE
    secrets |= {name: value for name, value in browser.cookies.items() if value}
    secrets["bearer token"] = str((await firm.logged_in(ida)).token)
    live = (await (await firm.client()).login(ida.email))["ticket"]
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    tool = {"name": "Værktøj", "role": "AUDITOR", "expiresAt": until}
    secrets["access token"] = (await firm.made("createAccessToken", tool, "secret"))["secret"].removeprefix("adg_")
    secrets |= {"live ticket": live, "password": PASSWORD, "staff password": STAFF_PASSWORD}
    stored = await everything_stored(target.database_url)
    assert any(ida.email in text for _, text in stored)
    for name, secret in secrets.items():
        assert not [table for table, text in stored if secret in text], name
        assert secret not in target.log(), name
        if target.database_url.startswith("sqlite"):
            for file in target.folder.glob("adgang.db*"):
                assert secret.encode() not in file.read_bytes(), name


async def test_23_switching_to_somebody_elses_company(firm: Firm) -> None:
    """A session is moved to a reference that isn't the person's, or at which they may not log in."""
    ida, eva = await firm.person(3), await firm.person()
    session = await firm.logged_in(ida)
    await firm.made("updateReference", {"id": ida.references[2], "internetUser": False}, "reference { id }")
    for foreign in (eva.references[0], ida.references[2], ida.customers[0], "x"):
        payload = await session.ask(SWITCH, {"i": {"referenceId": foreign}})
        assert payload == {"__typename": "NotFound", "id": foreign}
    assert (await session.ask(AT))["reference"]["id"] == ida.references[0]
    admin = await firm.admin()
    assert said(await admin.ask(SWITCH, {"i": {"referenceId": ida.references[0]}})) == "NotAllowed"


async def test_23_two_tabs(firm: Firm) -> None:
    """A page is lured to act for the company that another tab has just switched to."""
    ida = await firm.person(2)
    session = await firm.logged_in(ida)
    old = {"Adgang-Reference": ida.references[0]}
    assert said(await session.ask(SWITCH, {"i": {"referenceId": ida.references[1]}})) == "SwitchCustomerSuccess"
    change = {"i": {"currentPassword": PASSWORD, "newPassword": OTHER_PASSWORD}}
    document = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { __typename } }"
    for query, variables in ((document, change), (AT, {}), ("mutation { endOtherSessions { __typename } }", {})):
        answer = await session.post(query, variables, headers=old)
        assert answer.status_code == 409
        assert answer.json()["errors"][0]["extensions"]["code"] == "REFERENCE_CHANGED"
        assert "data" not in answer.json()
    assert said(await (await firm.client()).login(ida.email, OTHER_PASSWORD)) == "NoUserFound"
    right = await session.body(AT, headers={"Adgang-Reference": ida.references[1]})
    assert right["data"]["viewer"]["reference"]["id"] == ida.references[1]


async def test_24_sessions_without_end(firm: Firm) -> None:
    """Sessions are gathered one by one, to be there when they are needed."""
    ida = await firm.person()
    sessions = [await firm.logged_in(ida) for _ in range(21)]
    assert await sessions[0].viewer() is None
    assert await sessions[1].viewer()
    assert len((await sessions[20].ask("{ viewer { sessions { id } } }"))["sessions"]) == 20


async def of_a_kind(firm: Firm, kind: str) -> Client:
    """A new session of somebody's."""
    if kind == "portal":
        return await firm.logged_in(await firm.person())
    await firm.staff("AUDITOR")
    client = await firm.client()
    return client.become(await client.staff_login("auditor@firma.example"))


async def let_time_pass(session: Client, minutes: int, *, unused: bool) -> None:
    """Has a session's log-in be so long ago; it was used all the time, or never."""
    sessions = (await session.ask("{ viewer { sessions { id current } } }"))["sessions"]
    number = ids.key_of(next(each["id"] for each in sessions if each["current"]), "Session")
    async with open_database(make_settings(database_url=session.target.database_url)) as database:
        moment, ago = database.dialect.moment, timedelta(minutes=minutes)
        (row,) = await database.fetch("SELECT created_at, last_seen_at, expires_at FROM session WHERE id = $1", number)
        changed = await database.execute(
            "UPDATE session SET created_at = $2, last_seen_at = $3, expires_at = $4 WHERE id = $1",
            number,
            moment(row["created_at"]) - ago,
            moment(row["last_seen_at"]) - (ago if unused else timedelta()),
            moment(row["expires_at"]) - ago,
        )
        assert changed == 1


IDLE = {"portal": 8 * 60, "staff": 30}
LONGEST = {"portal": 7 * 24 * 60, "staff": 12 * 60}


@pytest.mark.parametrize("kind", IDLE)
async def test_24_a_session_that_was_left_open(firm: Firm, kind: str) -> None:
    """A stolen session is kept until its owner has long forgotten it, or is kept awake day and night."""
    for minutes, unused in ((IDLE[kind], True), (LONGEST[kind], False)):
        young, old = await of_a_kind(firm, kind), await of_a_kind(firm, kind)
        await let_time_pass(young, minutes - 2, unused=unused)
        await let_time_pass(old, minutes + 1, unused=unused)
        assert await young.viewer()
        body = await old.body(WHO)
        assert (body["data"]["viewer"], body["extensions"]["session"]) == (None, "ENDED")


async def test_25_log_out_leftovers(firm: Firm) -> None:
    """What is left in a browser after a log-out is used by whoever sits down at it next."""
    ida = await firm.person(2)
    browser, elsewhere = await firm.browser(), await firm.logged_in(ida)
    ticket = (await browser.login(ida.email, transport="COOKIE"))["ticket"]
    assert said(await browser.choose(ticket, ida.references[0])) == DONE
    kept = dict(browser.cookies)
    pending = (await (await firm.client()).login(ida.email))["ticket"]
    page = await browser.post(WHO)
    assert page.headers["cache-control"] == "no-store"

    answer = await browser.post("mutation { logout(everywhere: true) { __typename } }")
    assert answer.json()["data"]["logout"]["__typename"] == "LogoutSuccess"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    cleared = [header for header in answer.headers.get_list("set-cookie") if header.startswith(f"{SESSION}=;")]
    assert len(cleared) == 1
    assert "Max-Age=0" in cleared[0]
    assert SESSION not in browser.cookies
    browser.cookies = kept
    assert await browser.viewer() is None
    assert await elsewhere.viewer() is None
    assert said(await (await firm.client()).choose(pending, ida.references[0])) == EXPIRED
