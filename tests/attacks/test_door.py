"""What comes to the door in another dress: forged requests, sockets, proxies' headers, framings, silence, JSON that is
read two ways. Attacks 8 to 10, 41 to 43 and 45."""

import asyncio
import json
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.attacks.firm import LOGIN, PASSWORD, WRONG, Client, Firm, said
from tests.attacks.target import FRIENDS, HOST, PATIENCE, PROXY, Target

SESSION = "__Host-adgang"
WHO = "{ viewer { name } }"
HEAD = f"POST /graphql HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
LOG_OUT = "mutation { logout(everywhere: true) { __typename } }"


@pytest.fixture
async def victim(firm: Firm) -> Client:
    """A browser that is logged in. It sends nothing of where it stands but what a test says."""
    ida = await firm.person()
    browser = await firm.browser()
    assert said(await browser.login(ida.email, transport="COOKIE")) == "LoginSuccess"
    browser.cookies = {SESSION: browser.cookies[SESSION]}
    del browser.http.headers["Origin"]
    return browser


async def alive(victim: Client) -> bool:
    """Whether the victim is still logged in."""
    return await victim.viewer() is not None


def as_multipart(document: str) -> tuple[str, str]:
    parts = {"operations": json.dumps({"query": document}), "map": "{}"}
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in parts.items()
    )
    return "multipart/form-data; boundary=x", f"{body}--x--\r\n"


FORMS = {
    "text": ("text/plain", json.dumps({"query": LOG_OUT})),
    "text with a comma": ("text/plain, application/json", json.dumps({"query": LOG_OUT})),
    "a form": ("application/x-www-form-urlencoded", urlencode({"query": LOG_OUT})),
    "a form's files": as_multipart(LOG_OUT),
    "no type": ("", json.dumps({"query": LOG_OUT})),
    "GraphQL": ("application/graphql", LOG_OUT),
    "UTF-7": ("application/json; charset=utf-7", json.dumps({"query": LOG_OUT})),
    "a blob's": ("application/json-patch+json", json.dumps({"query": LOG_OUT})),
}


@pytest.mark.parametrize("name", FORMS)
async def test_08_csrf_by_forms(victim: Client, name: str) -> None:
    """A page elsewhere posts a form to the service, which a browser sends with the cookie and without asking."""
    content_type, body = FORMS[name]
    for origin in ({"Origin": f"http://{HOST}"}, {"Origin": "https://evil.example"}):
        answer = await victim.send("POST", "/graphql", content=body, headers={"Content-Type": content_type, **origin})
        assert answer.status_code == 415
        assert "data" not in answer.json()
    assert await alive(victim)


async def test_08_csrf_by_get(victim: Client) -> None:
    """A link or a picture asks by GET, which a browser sends with the cookie."""
    for document, status in ((LOG_OUT, 405), (WHO, 200)):
        for method in ("GET", "HEAD"):
            answer = await victim.send(method, f"/graphql?{urlencode({'query': document})}")
            assert answer.status_code in {status, 405}
            if answer.status_code == 200:
                assert answer.json()["data"] == {"viewer": None}
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await victim.send(method, "/graphql", json={"query": LOG_OUT})).status_code == 405
    assert await alive(victim)


ELSEWHERE = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"https://{HOST}.evil.example"},
    {"Origin": f"https://evil-{HOST}"},
    {"Origin": f"http://{HOST}:8080"},
    {"Origin": f"https://evil.example/{HOST}"},
    {"Origin": f"https://{HOST}@evil.example"},
    {"Origin": f"{FRIENDS}.evil.example"},
    {"Origin": FRIENDS.replace("https", "http")},
    {"Origin": ""},
    {"Origin": "", "Sec-Fetch-Site": "cross-site"},
)
WITHOUT_ORIGIN = ("cross-site", "same-site", "none", "x", "")


async def test_08_csrf_from_another_origin(victim: Client) -> None:
    """A page elsewhere sends JSON from a script, in the hope that the answer or the deed comes through."""
    for headers in ELSEWHERE:
        answer = await victim.post(LOG_OUT, headers=headers)
        assert answer.status_code == 403, headers
        assert answer.json()["errors"][0]["extensions"]["code"] == "FOREIGN_ORIGIN"
        assert "data" not in answer.json()
        assert "access-control-allow-origin" not in answer.headers
    for site in WITHOUT_ORIGIN:
        headers = {"Sec-Fetch-Site": site, "Cookie": f"{SESSION}={victim.cookies[SESSION]}"}
        answer = await victim.http.post("/graphql", json={"query": LOG_OUT}, headers=headers)
        assert answer.status_code == 403, site
    assert await alive(victim)


async def test_08_csrf_by_a_preflight(victim: Client) -> None:
    """A page elsewhere has its browser ask what it may send."""
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for headers in ELSEWHERE:
        answer = await victim.send("OPTIONS", "/graphql", headers={**headers, **asked})
        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    friend = await victim.send("OPTIONS", "/graphql", headers={"Origin": FRIENDS, **asked})
    assert friend.headers["access-control-allow-origin"] == FRIENDS
    assert friend.headers["vary"] == "Origin"
    answer = await victim.post(WHO, headers={"Origin": FRIENDS})
    assert answer.json()["data"]["viewer"] == {"name": "Ida Dam"}
    assert answer.headers["access-control-allow-origin"] == FRIENDS


async def raw(target: Target, request: str) -> bytes:
    """Everything that is answered to these bytes, until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    try:
        writer.write(request.encode())
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    finally:
        writer.close()


async def test_09_websocket_side_door(target: Target) -> None:
    """A socket is opened beside the door, on which no check of cookies and origins stands."""
    for protocol in ("graphql-transport-ws", "graphql-ws", "graphql-transport-ws, graphql-ws", ""):
        for origin in ("", f"Origin: http://{HOST}\r\n", "Origin: https://evil.example\r\n"):
            for path in ("/graphql", "/", "/graphql/", "/subscriptions"):
                asked = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
                answer = await raw(
                    target,
                    f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    f"{asked}{origin}\r\n",
                )
                assert re.match(rb"HTTP/1\.1 4\d\d ", answer), answer


async def test_10_subscription_exhaustion(firm: Firm, target: Target) -> None:
    """Streams are opened that never end, until there are no more to be had."""
    admin = await firm.admin()
    for document in ("subscription { viewer { name } }", "subscription S { x }"):
        for accept in ("text/event-stream", "multipart/mixed; subscriptionSpec=1.0", "*/*"):
            answer = await admin.post(document, headers={"Accept": accept})
            assert answer.headers["content-type"].startswith("application/")
            assert "data" not in answer.json()
            assert answer.json()["errors"]
    for extra in ("@defer", "@stream(initialCount: 0)"):
        body = await admin.body(f"{{ viewer {{ ... {extra} {{ name }} }} }}")
        assert "data" not in body
    asked = '{"query":"subscription{x}"}'
    framed = f"Accept: text/event-stream\r\nConnection: close\r\nContent-Length: {len(asked)}\r\n\r\n{asked}"
    closed = await raw(target, HEAD + framed)
    assert closed.count(b"HTTP/1.1 ") == 1


async def seen_address(firm: Firm, client: Client, email: str, **headers: str) -> str:
    """From where a log-in with these headers seems to have come: as the person reads in their list of sessions."""
    answer = await client.post(LOGIN, {"i": {"username": email, "password": PASSWORD}}, headers=headers)
    reader = (await firm.client()).become(answer.json()["data"]["login"])
    viewer = await reader.ask("{ viewer { sessions { current ipAddress } } }")
    found: str = next(session["ipAddress"] for session in viewer["sessions"] if session["current"])
    return found


INVENTED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")


async def test_41_forwarded_for_somebody_else(firm: Firm) -> None:
    """Each guess says that it comes from another address, so that none of them is ever counted twice."""
    ida, client = await firm.person(), await firm.client()

    async def guess(number: int) -> str:
        address = f"198.51.100.{number}"
        headers = {name: f"for={address}" if name == "Forwarded" else address for name in INVENTED}
        answer = await client.post(LOGIN, {"i": {"username": ida.email, "password": WRONG}}, headers=headers)
        return said(answer.json()["data"]["login"])

    told = [await guess(number) for number in range(7)]
    assert told == ["NoUserFound"] * 5 + ["TooManyAttempts 15 min"] * 2
    direct = await firm.client()
    for name in INVENTED:
        assert await seen_address(firm, direct, ida.email, **{name: "198.51.100.7"}) == direct.address


async def test_41_forwarded_through_the_proxy(firm: Firm) -> None:
    """What the proxy hands on begins with what the attacker has put there."""
    ida, proxy = await firm.person(), await firm.client(PROXY)
    for chain, address in {
        "198.51.100.7": "198.51.100.7",
        "1.1.1.1, 198.51.100.7": "198.51.100.7",
        "garbage<script>, 198.51.100.7": "198.51.100.7",
        f"1.1.1.1, 198.51.100.7, {PROXY}": "198.51.100.7",
        "1.1.1.1, garbage": PROXY,
        "": PROXY,
    }.items():
        assert await seen_address(firm, proxy, ida.email, **{"X-Forwarded-For": chain}) == address
    for number in range(6):
        headers = {"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.66"}
        answer = await proxy.post(LOGIN, {"i": {"username": ida.email, "password": WRONG}}, headers=headers)
        payload = answer.json()["data"]["login"]
    assert said(payload) == "TooManyAttempts 15 min"


async def test_41_said_to_have_come_over_plain_http(firm: Firm) -> None:
    """A request that came to the proxy in the open is answered as if nobody had listened."""
    proxy, other = await firm.client(PROXY), await firm.client()
    told = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "http"}
    answer = await proxy.post(WHO, headers=told)
    assert answer.status_code == 403
    assert "location" not in answer.headers
    over_tls = await proxy.post(WHO, headers={**told, "X-Forwarded-Proto": "https"})
    assert over_tls.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in (await other.post(WHO, headers={"X-Forwarded-Proto": "https"})).headers


INNER = f"GET /readyz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
SMUGGLED = {
    "length and chunks": f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INNER}",
    "chunks and length": f"{HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{INNER}",
    "two lengths": f"{HEAD}Content-Length: 0\r\nContent-Length: {len(INNER)}\r\n\r\n{INNER}",
    "a length with a sign": f"{HEAD}Content-Length: +0\r\n\r\n{INNER}",
    "a length in a list": f"{HEAD}Content-Length: 0, 0\r\n\r\n{INNER}",
    "a negative length": f"{HEAD}Content-Length: -1\r\n\r\n{INNER}",
    "a hexadecimal length": f"{HEAD}Content-Length: 0x0\r\n\r\n{INNER}",
    "an unknown coding": f"{HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{INNER}",
    "a coding behind another": f"{HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{INNER}",
    "a coding with a tab": f"{HEAD}Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{INNER}",
    "a coding with a space before": f"{HEAD}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{INNER}",
    "a folded line": f"{HEAD}X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{INNER}",
    "chunks that are no number": f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n{INNER}",
    "a chunk beyond all numbers": f"{HEAD}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n{INNER}",
    "a header without a name": f"{HEAD}: x\r\nContent-Length: 0\r\n\r\n{INNER}",
    "a bare return in a header": f"{HEAD}X: a\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n{INNER}",
    "two hosts": f"{HEAD}Host: {HOST}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "a space in the path": f"GET /a b HTTP/1.1\r\nHost: {HOST}\r\n\r\n{INNER}",
    "no HTTP": f"GET /readyz ICE/1.0\r\nHost: {HOST}\r\n\r\n{INNER}",
    "no version": f"GET /readyz HTTP/x\r\nHost: {HOST}\r\n\r\n{INNER}",
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_42_smuggling(target: Target, name: str) -> None:
    """A message is framed so that the proxy sees one request and the service two."""
    answer = await raw(target, SMUGGLED[name])
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
    assert len(statuses) == 1, answer
    assert statuses[0] in {b"400", b"501"}, answer
    assert b"ready" not in answer


async def test_43_rebinding(firm: Firm) -> None:
    """A name of the attacker's leads to the service's address, so that their page is on one origin with it."""
    client = await firm.client()
    for host in (
        "evil.example",
        f"{HOST}.evil.example",
        "127.0.0.1",
        "localhost",
        f"{HOST}@evil.example",
        "",
        "x" * 300,
    ):
        for path in ("/graphql", "/nowhere", "/graphql?query={__typename}"):
            answer = await client.send("POST", path, json={"query": WHO}, headers={"Host": host})
            assert answer.status_code == 400, host
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNKNOWN_HOST"
    assert await client.ask("{ __typename }") == "Query"


async def drip(target: Target) -> bytes:
    """What is answered to a body of which a byte comes now and then, and then none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    try:
        writer.write(f"{HEAD}Content-Length: 1000\r\n\r\n{{".encode())
        answer = asyncio.ensure_future(reader.read())
        for _ in range(8):  # a byte that is sent after the answer would take it away
            await asyncio.wait({answer}, timeout=1)
            writer.write(b" ")
        return await answer
    finally:
        writer.close()


async def test_43_slow_clients(firm: Firm, target: Target) -> None:
    """A hundred clients send their bodies a byte a second, until nobody else gets in."""
    client = await firm.client()
    slow = asyncio.gather(*(drip(target) for _ in range(100)))
    served = 0
    async with asyncio.timeout(PATIENCE):
        while not slow.done():
            assert await client.ask("{ __typename }") == "Query"
            served += 1
            await asyncio.sleep(0.1)
    answers = await slow
    assert served > 20
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers), answers[0]
    assert all(answer.count(b"HTTP/1.1 ") == 1 for answer in answers)


def hostile_bodies() -> Iterator[tuple[bytes, int]]:
    """Bodies, and the status that each has to have."""
    asked = b'{"query":"{__typename}"'
    yield b"[" * 20_000 + b"]" * 20_000, 400
    yield asked + b',"variables":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001, 400
    yield asked + b',"variables":{"a":' + b"9" * 5000 + b"}}", 400
    yield asked + b',"variables":{"a":1e999}}', 400
    yield asked + b',"variables":{"a":NaN}}', 400
    yield asked + b',"variables":{"a":-Infinity}}', 400
    yield asked + rb',"variables":{"a":"\ud800"}}', 400
    yield asked + b',"variables":{"a":"\x00"}}', 400
    yield asked + b',"variables":{"a":"\xff\xfe"}}', 400
    yield asked + b"}trailing", 400
    yield asked + b",}", 400
    yield asked + b",'a':1}", 400
    yield asked + b"}//", 400
    yield asked.decode().encode("utf-16") + b"}", 400
    yield b"\xef\xbb\xbf" + asked + b"}", 400
    yield b"", 400
    yield b"null", 400
    yield b'"{__typename}"', 400
    yield b'{"query":["{__typename}"]}', 400
    yield b'{"query":{"toString":1}}', 400
    yield asked + b',"variables":[]}', 400
    yield asked + b',"variables":"{}"}', 400
    yield asked + b',"operationName":{}}', 400
    yield asked + b',"__proto__":{"a":1}}', 200


async def test_45_json_tricks(firm: Firm) -> None:
    """Bodies that parsers disagree about, or that break one: none is a fault of the service."""
    client = await firm.client()
    for body, status in hostile_bodies():
        answer = await client.send("POST", "/graphql", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, body[:60]
        assert ("data" in answer.json()) == (status == 200)
        assert answer.json().get("errors", [{"extensions": {"code": "BAD_REQUEST"}}])[0]["extensions"] == {
            "code": "BAD_REQUEST"
        }


async def test_45_two_readings_of_one_request(firm: Firm) -> None:
    """One request holds two operations: in the URL and the body, or twice under one key."""
    ida = await firm.person()
    session = await firm.logged_in(ida)
    answer = await session.send("POST", f"/graphql?{urlencode({'query': LOG_OUT})}", json={"query": WHO})
    assert answer.json()["data"] == {"viewer": {"name": "Ida Dam"}}
    twice = b'{"query":"mutation{logout{__typename}}","query":"{__typename}"}'
    answer = await session.send("POST", "/graphql", content=twice, headers={"Content-Type": "application/json"})
    assert answer.json()["data"] == {"__typename": "Query"}, "the last one counts, and alone"
    assert await session.viewer()


async def test_45_characters_that_cannot_be_stored(firm: Firm) -> None:
    """Text holds what a database or a terminal takes for something else."""
    ida = await firm.person()
    for text in ("B\0o", "B\x1bo", "Bo\u202e", "B\ue000o", "B\uffffo"):
        for field in ("name", "email", "phone"):
            given = {"customerId": ida.customers[0], "name": "Bo", field: text}
            assert said(await firm.mutate("createReference", given)) == "InvalidInput", (field, text)
        assert said(await (await firm.client()).login(text, text)) == "NoUserFound"
