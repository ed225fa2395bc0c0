"""Passwords, codes and tokens that are guessed, one by one and by the hundred: attacks 1, 2, 11 to 14, 17 and 18."""

import asyncio
import re
import secrets
import time
from collections import Counter
from typing import Any

import httpx
import pytest
from pyotp import TOTP

from tests.attacks.databases import on_both_databases
from tests.attacks.firm import LOGIN, OTHER_PASSWORD, PASSWORD, STAFF_PASSWORD, WRONG, Client, Firm, in_turn, said
from tests.attacks.target import HOST

FAILED, DONE, WAITS = "NoUserFound", "LoginSuccess", "TooManyAttempts 15 min"
LONGEST_WAIT = "TooManyAttempts 1440 min"
DEVICE = "__Host-adgang-device"

GUESS = f'login(input: {{username: "%s", password: "{WRONG}"}}) {{ __typename }}'
BATCHES = {
    "two names": "mutation {{ a: {guess} b: {guess} }}",
    "a fragment": "mutation {{ a: {guess} ...more }} fragment more on Mutation {{ b: {guess} }}",
    "an inline fragment": "mutation {{ a: {guess} ... on Mutation {{ b: {guess} }} }}",
    "one that is skipped": "mutation {{ a: {guess} b: {guess} @skip(if: true) }}",
    "beside another change": "mutation {{ {guess} deleteCustomer(input: {{id: 1}}) {{ __typename }} }}",
    "beside the end of the session": "mutation {{ logout {{ __typename }} {guess} }}",
    "thirty names": "mutation {{ " + " ".join(f"a{number}: {{guess}}" for number in range(30)) + " }}",
}


async def looked_at(client: Client, username: str, most: int = 8) -> list[str]:
    """What so many more guesses are answered with."""
    return [said(await client.login(username, WRONG)) for _ in range(most)]


async def test_01_alias_brute_force(firm: Firm) -> None:
    """Many guesses are put into one document under different names, so that they pass for one request."""
    ida, client = await firm.person(), await firm.client()
    for name, batch in BATCHES.items():
        body = await client.body(batch.format(guess=GUESS % ida.email))
        assert "data" not in body, name
        assert body["errors"], name
    assert await looked_at(client, ida.email) == [FAILED] * 5 + [WAITS] * 3, "none of them was looked at or counted"


async def test_02_array_batching(firm: Firm) -> None:
    """Many guesses are posted as an array of operations."""
    ida, client = await firm.person(), await firm.client()
    one = {"query": LOGIN, "variables": {"i": {"username": ida.email, "password": WRONG}}}
    for batch in ([one], [one] * 10, [{"query": "{__typename}"}] * 2, []):
        answer = await client.send("POST", "/graphql", json=batch)
        assert answer.status_code == 400
        assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_REQUEST"]
        assert "data" not in answer.json()
    assert await looked_at(client, ida.email, 6) == [FAILED] * 5 + [WAITS]


async def guesses_at_once(clients: list[Client], username: str, field: str = "login") -> Counter[str]:
    """What guesses are answered with that are all under way at the same time."""
    if field == "login":
        payloads = await asyncio.gather(*(client.login(username, WRONG) for client in clients))
    else:
        payloads = await asyncio.gather(*(client.staff_login(username, WRONG) for client in clients))
    return Counter(said(payload) for payload in payloads)


@on_both_databases
async def test_11_throttle_race(firm: Firm) -> None:
    """Forty guesses are sent at once over connections to both workers, to be looked at before any is counted."""
    ida = await firm.person()
    for username in (ida.email, "ingen@kunde.example"):
        client = await firm.client()
        assert await guesses_at_once([client] * 40, username) == {FAILED: 5, WAITS: 35}
    await firm.staff("EDITOR")
    for username in ("editor@firma.example", "ingen@firma.example"):
        client = await firm.client()
        assert await guesses_at_once([client] * 40, username, "staffLogin") == {FAILED: 5, WAITS: 35}


@on_both_databases
async def test_11_throttle_race_within_a_session(firm: Firm) -> None:
    """Whoever has somebody's token guesses the password forty times at once through the change of it."""
    ida = await firm.person()
    thief = await firm.logged_in(ida)
    payloads = await asyncio.gather(*(thief.change(WRONG, OTHER_PASSWORD) for _ in range(40)))
    told = Counter(payload["__typename"] for payload in payloads)
    assert set(told) <= {"WrongPassword", "TooManyAttempts", "NotLoggedIn"}
    assert told["WrongPassword"] <= 4
    assert told["TooManyAttempts"] >= 1
    assert await thief.viewer() is None
    assert said(await (await firm.client()).login(ida.email)) == DONE


@on_both_databases
async def test_11_throttle_race_for_the_second_factor(firm: Firm) -> None:
    """Whoever has a staff member's password guesses forty of the million codes at once, with one ticket."""
    email = f"kode-{secrets.token_hex(4)}@firma.example"
    given = {"name": "Per", "email": email, "role": "AUDITOR", "newPassword": {"plaintext": STAFF_PASSWORD}}
    await firm.made("createStaff", given, "staff { id }")
    owner = (await firm.client()).become(await (await firm.client()).staff_login(email))
    enrol = {"currentPassword": STAFF_PASSWORD}
    secret = (await firm.mutate("enrolTotp", enrol, "secret", by=owner))["secret"]
    app = TOTP(secret)
    assert said(await firm.mutate("confirmTotp", {"code": app.now()}, by=owner)) == "ConfirmTotpSuccess"

    thief = await firm.client()
    asked = await thief.staff_login(email)
    near = {app.at(time.time(), counter_offset=steps) for steps in range(-5, 10)}
    codes = [code for code in (f"{number:06d}" for number in range(100)) if code not in near][:40]
    document = """mutation($i: ConfirmStaffLoginInput!) { confirmStaffLogin(input: $i) { __typename
      ... on TooManyAttempts { retryAfterSeconds } } }"""
    payloads = await asyncio.gather(
        *(thief.ask(document, {"i": {"ticket": asked["ticket"], "code": code}}) for code in codes)
    )
    assert Counter(map(said, payloads)) == {"WrongCode": 5, WAITS: 35}
    assert said(await thief.staff_login(email)) == WAITS, "nor does the password open it anew"


async def test_12_spraying(firm: Firm) -> None:
    """One address tries one common password for many usernames, and logs in as itself between, to wipe its slate."""
    own, client = await firm.person(), await firm.client()

    async def spray(names: range) -> list[str]:
        return [said(await client.login(f"sprayet{number}@kunde.example", WRONG)) for number in names]

    assert await spray(range(25)) == [FAILED] * 25
    assert said(await client.login(own.email)) == DONE
    assert await spray(range(25, 50)) == [FAILED] * 25
    told = await spray(range(50, 60))
    assert set(told) <= {WAITS, "TooManyAttempts 14 min"}, "since the first of the fifty"
    assert said(await client.login(own.email)).startswith("TooManyAttempts")
    assert said(await (await firm.client()).login(own.email)) == DONE


async def keep_the_device_alone(browser: Client) -> str:
    """Loses the session's cookie, as happens, and keeps the one by which the browser is known."""
    browser.cookies = {DEVICE: browser.cookies[DEVICE]}
    return browser.cookies[DEVICE]


async def test_13_lock_out_as_denial_of_service(firm: Firm) -> None:
    """Somebody types wrong passwords for a person, time and again, so that the person can't get in."""
    ida, bo = await firm.person(), await firm.person()
    browser = await firm.browser()
    assert said(await browser.login(ida.email, transport="COOKIE")) == DONE
    device = await keep_the_device_alone(browser)

    stranger = await firm.browser(browser.address)
    assert await looked_at(stranger, ida.email, 6) == [FAILED] * 5 + [WAITS]
    assert said(await stranger.login(ida.email)) == WAITS, "whatever the password"
    assert said(await browser.login(ida.email, transport="COOKIE")) == DONE, "even from the same address"
    await keep_the_device_alone(browser)
    assert said(await (await firm.client()).login(ida.email)) == DONE, "and from any other"

    other = await firm.browser()
    assert said(await other.login(bo.email, transport="COOKIE")) == DONE
    for forged in (other.cookies[DEVICE], device[:-2] + ("AA" if device[-2:] != "AA" else "BB"), "x", "." * 3):
        stranger.cookies = {DEVICE: forged}
        assert said(await stranger.login(ida.email)) == WAITS

    assert await looked_at(browser, ida.email, 6) == [FAILED] * 5 + [WAITS], "its own guesses count on it alone"
    moved = await firm.browser()
    moved.cookies = {DEVICE: device}
    assert said(await moved.login(ida.email)) == WAITS
    assert said(await (await firm.client()).login(ida.email)) == DONE


async def test_13_lock_out_by_a_hundred_from_everywhere(firm: Firm) -> None:
    """A botnet of many addresses, each within its bounds, tries a hundred passwords for one username."""
    ida, browser = await firm.person(), await firm.browser()
    assert said(await browser.login(ida.email, transport="COOKIE")) == DONE
    await keep_the_device_alone(browser)
    bots = [await firm.client() for _ in range(25)]
    assert await asyncio.gather(*(looked_at(bot, ida.email, 4) for bot in bots)) == [[FAILED] * 4] * 25
    assert said(await (await firm.client()).login(ida.email)) == LONGEST_WAIT
    checks = {check["check"]: check["passed"] for check in (await seen_locked(firm, ida.references[0]))["loginChecks"]}
    assert not checks["NOT_LOCKED_OUT"]
    assert said(await browser.login(ida.email, transport="COOKIE")) == DONE


async def seen_locked(firm: Firm, reference: str) -> Any:
    """What the office sees of a log-in that waits."""
    found = await firm.see(reference, "lockedUntil loginChecks { check passed }")
    assert found["lockedUntil"]
    return found


async def test_13_lock_out_is_lifted_by_staff(firm: Firm) -> None:
    """A lock that an attacker made is no way to keep a person out once they have called."""
    ida, client = await firm.person(), await firm.client()
    assert await looked_at(client, ida.email, 6) == [FAILED] * 5 + [WAITS]
    await seen_locked(firm, ida.references[0])
    await firm.made("unlockLogin", {"referenceId": ida.references[0]}, "reference { lockedUntil }")
    assert said(await client.login(ida.email)) == DONE

    email = "auditor@firma.example"
    await firm.staff("AUDITOR")
    assert [said(await client.staff_login(email, WRONG)) for _ in range(6)] == [FAILED] * 5 + [WAITS]
    done = firm.target.adgang("staff", "unlock", email)
    assert done.returncode == 0, done
    assert said(await client.staff_login(email)) == "StaffLoginSuccess"


async def told_to_a_guesser(
    client: Client, username: str, *, staff: bool = False
) -> list[tuple[int, tuple[tuple[str, str], ...], bytes]]:
    """Everything of the answers to seven guesses but the request's own id and time."""
    field = client.staff_login if staff else client.login
    seen: list[tuple[int, tuple[tuple[str, str], ...], bytes]] = []
    send = client.http.request

    async def watched(*arguments: Any, **more: Any) -> httpx.Response:
        answer = await send(*arguments, **more)
        told = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
        seen.append(
            (answer.status_code, tuple(sorted(told.items())), re.sub(rb":(900|89\d)\b", b":900", answer.content))
        )
        return answer

    client.http.request = watched  # type: ignore[method-assign] # this client alone: it records what it is told
    for _ in range(7):
        await field(username, WRONG, transport="COOKIE")
    return seen


async def test_14_enumeration(firm: Firm) -> None:
    """Names are tried to see who has a log-in: no answer, header or count may differ for those who have."""
    gone = await firm.person()
    await firm.made("updateCustomer", {"id": gone.customers[0], "active": False}, "customer { id }")
    names = {
        "known": (await firm.person()).email,
        "without a password": (await firm.person(password=None)).email,
        "not ticked": (await firm.person(internetUser=False)).email,
        "of an inactive customer": gone.email,
        "unknown": "helt-ukendt@kunde.example",
        "no e-mail": "helt ukendt",
        "too long": "x" * 9000,
    }
    told = {what: await told_to_a_guesser(await firm.browser(), name) for what, name in names.items()}
    assert [b"NoUserFound" in content for _, _, content in told["unknown"]] == [True] * 5 + [False] * 2
    assert all(answers == told["unknown"] for answers in told.values()), told
    await firm.staff("EDITOR")
    staff = [
        await told_to_a_guesser(await firm.browser(), name, staff=True)
        for name in ("editor@firma.example", "ingen@firma.example", names["known"])
    ]
    assert staff[0] == staff[1] == staff[2]


async def test_17_own_password_as_an_oracle(firm: Firm) -> None:
    """Whoever stole a session guesses the password at leisure through the change of it."""
    ida = await firm.person()
    thief = await firm.logged_in(ida)
    told = [said(await thief.change(WRONG, OTHER_PASSWORD)) for _ in range(6)]
    assert told == ["WrongPassword"] * 4 + ["TooManyAttempts 0 min", "NotLoggedIn"]
    assert await thief.viewer() is None
    assert said(await (await firm.client()).login(ida.email, OTHER_PASSWORD)) == FAILED
    assert said(await (await firm.client()).login(ida.email, PASSWORD)) == DONE


@pytest.mark.parametrize("way", ["bearer", "cookie"])
async def test_18_token_guessing(firm: Firm, way: str) -> None:
    """Tokens are made up: at random, and from a real one by cutting it, going on with it, or changing its letters."""
    real = str((await firm.logged_in(await firm.person())).token)
    made_up = [secrets.token_urlsafe(32) for _ in range(100)]
    made_up += [real[:length] for length in range(1, len(real))] + [real + "A", real + "=", "A" + real, real + " x"]
    made_up += [real[:at] + real[at].swapcase() + real[at + 1 :] for at in range(len(real)) if real[at].isalpha()]
    made_up += ["adg_" + real, "adg_" + secrets.token_urlsafe(32), "null", "undefined", "*", "%", "' OR ''='"]
    client = await firm.client()

    async def viewer_of(token: str) -> tuple[object, object]:
        shown = {"Authorization": f"Bearer {token}"} if way == "bearer" else {"Cookie": f"__Host-adgang={token}"}
        body = await client.body("{ viewer { name } }", headers=shown)
        return body["data"]["viewer"], body["extensions"].get("session")

    found = await in_turn(map(viewer_of, made_up))
    assert set(found) <= {(None, "ENDED"), (None, None)}
    assert found.count((None, "ENDED")) > 100
    alive = await client.body("{ viewer { name } }", headers={"Authorization": f"Bearer {real}", "Host": HOST})
    assert alive["data"]["viewer"]
