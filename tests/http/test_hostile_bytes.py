"""Bytes that no friendly client sends, to a real server: a 4xx each, in time, while everybody else is served.

What is only a wrong document or wrong variables is answered as GraphQL answers, with `errors`.
"""

import json
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from subprocess import Popen

import httpx
import orjson
import pytest

from tests.cli.running import ROOT, listening, running, stopped
from tests.support.databases import SqliteFiles

PATIENCE = 30
MARKS = "\u0300\u0316"
LOGIN = "mutation($u: String!, $p: String!) { login(input: {username: $u, password: $p}) { __typename } }"
TYPENAME = b'{"query":"{__typename}"}'


@pytest.fixture(scope="module")
def server(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Popen[str]]:
    """A server process; what it logs is looked through at its end."""
    folder = tmp_path_factory.mktemp("hostile")
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "ADGANG_DATABASE_URL": sqlite_files.copy(folder)}
    with running("serve", "--port", "0", cwd=folder, env=env) as process:
        yield process
        code, _, logged = stopped(process, signal.SIGTERM)
    assert code == 0
    assert "HEMMELIG" not in logged
    for line in logged.splitlines():
        assert line.isprintable(), line
        assert json.loads(line)["level"] != "error"


@pytest.fixture(scope="module")
def port(server: Popen[str]) -> int:
    return int(listening(server).rpartition(":")[2])


def post(body: bytes, *headers: bytes) -> bytes:
    """A POST as it goes over the wire, at the end of which the connection may be closed."""
    lines = [
        b"POST /graphql HTTP/1.1",
        b"Host: localhost",
        b"Connection: close",
        b"Content-Type: application/json",
        *headers,
        b"Content-Length: %d" % len(body),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def document(text: str, **variables: str) -> bytes:
    return post(json.dumps({"query": text, "variables": variables}, ensure_ascii=False).encode())


def answers(port: int, request: bytes) -> list[tuple[int, bytes]]:
    """The statuses and bodies of all that a server answers to these bytes, up to the end of the connection."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as connection:
        connection.sendall(request)
        return read(connection)


def read(connection: socket.socket) -> list[tuple[int, bytes]]:
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
    found = []
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        size = int(length[1]) if length else 0
        found.append((int(head.split()[1]), rest[:size]))
        received = rest[size:]
    return found


NO_JSON = {
    "nested 20,000 deep": b"[" * 20_000 + b"]" * 20_000,
    "variables nested 20,000 deep": b'{"query":"{__typename}","variables":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    "a number of 5,000 digits": b'{"query":"{__typename}","variables":{"a":' + b"9" * 5000 + b"}}",
    "a number beyond all floats": b'{"query":"{__typename}","variables":{"a":1e999}}',
    "NaN": b'{"query":"{__typename}","variables":{"a":NaN}}',
    "Infinity": b'{"query":"{__typename}","variables":{"a":-Infinity}}',
    "a lone surrogate": rb'{"query":"{__typename}","variables":{"a":"\ud800"}}',
    "a byte order mark": b"\xef\xbb\xbf" + TYPENAME,
    "a batch": b"[" + TYPENAME + b"," + TYPENAME + b"]",
    "UTF-16": TYPENAME.decode().encode("utf-16"),
    "a NUL": TYPENAME.replace(b"_", b"\0"),
    "compressed": b"\x1f\x8b\x08HEMMELIG",
}


@pytest.mark.parametrize("name", NO_JSON)
def test_a_body_that_is_no_json_object(port: int, name: str) -> None:
    ((status, body),) = answers(port, post(NO_JSON[name]))
    assert status == 400
    assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


WRONG_DOCUMENTS = {
    "fields nested 20,000 deep": "{a" * 20_000 + "}" * 20_000,
    "lists nested 20,000 deep": "{customers(first: " + "[" * 20_000 + "]" * 20_000 + ") {totalCount}}",
    "a number of 5,000 digits": "{customers(first: " + "9" * 5000 + ") {totalCount}}",
    "a float beyond all floats": "{customers(first: 1e99999) {totalCount}}",
    "a subscription": "subscription {x}",
}


@pytest.mark.parametrize("name", WRONG_DOCUMENTS)
def test_a_document_that_is_none(port: int, name: str) -> None:
    ((status, body),) = answers(port, document(WRONG_DOCUMENTS[name]))
    assert status == 200
    answer = orjson.loads(body)
    assert answer["errors"]
    assert "data" not in answer


@pytest.mark.parametrize("marks", [20_000, 60_000])
def test_combining_marks_as_a_username_or_password(port: int, marks: int) -> None:
    for username, password in (("a", "HEMMELIG" + MARKS * marks), ("a" + MARKS * marks, "HEMMELIG")):
        ((status, body),) = answers(port, document(LOGIN, u=username, p=password))
        assert (status, orjson.loads(body)["data"]) == (200, {"login": {"__typename": "NoUserFound"}})


def test_400_kb_of_combining_marks_as_a_password(port: int) -> None:
    ((status, body),) = answers(port, document(LOGIN, u="a", p="HEMMELIG" + MARKS * 100_000))
    assert status == 413
    assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"


def test_of_a_key_that_comes_twice_the_last_counts(port: int) -> None:
    """orjson alone reads a body, so nobody behind it can take the other one."""
    ((status, body),) = answers(port, post(b'{"query":"HEMMELIG","query":"{__typename}"}'))
    assert (status, orjson.loads(body)["data"]) == (200, {"__typename": "Query"})


HEADERS: dict[str, tuple[int, list[bytes]]] = {
    "two hosts": (400, [b"Host: localhost"]),
    "two Authorization headers": (400, [b"Authorization: Bearer HEMMELIG", b"Authorization: Bearer HEMMELIG"]),
    "two session cookies": (400, [b"Cookie: __Host-adgang=HEMMELIG; __Host-adgang=b"]),
    "a User-Agent with an escape": (400, [b"User-Agent: x\x1b[2J"]),
    "a User-Agent with a NUL": (400, [b"User-Agent: x\0"]),
    "a User-Agent with C1 controls": (200, [b"User-Agent: x\x9b2J\x85{}"]),
    "a User-Agent in UTF-8 that turns the direction": (200, ["User-Agent: x\u202ey".encode()]),
    "a name with an escape": (400, [b"X\x1b: y"]),
    "a folded line": (400, [b"X: a\r\n b"]),
    "one large header": (431, [b"X: " + b"a" * 100_000]),
    "many headers": (431, [b"X: a"] * 20_000),
    "a type of half a megabyte": (431, [b"Accept: " + b"a/b;q=1," * 60_000]),
    "a type that forms send": (415, [b"Content-Type: text/plain"]),
    "what is compressed": (200, [b"Content-Encoding: gzip"]),
    "another protocol": (400, [b"Connection: upgrade", b"Upgrade: h2c"]),
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_that_no_browser_sends(port: int, name: str) -> None:
    status, headers = HEADERS[name]
    (answer,) = answers(port, post(TYPENAME, *headers))
    assert answer[0] == status


LINES: dict[str, tuple[int, bytes]] = {
    "no host": (400, b"GET /graphql?query={__typename} HTTP/1.1\r\nConnection: close\r\n\r\n"),
    "a path of bytes": (400, b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    "a path with an escape": (404, b"GET /%1b[2J%0a%e2%80%ae HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    "a long path": (400, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    "parameters beyond number": (
        400,
        b"GET /graphql?" + b"a=1&" * 10_000 + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ),
    "TRACE": (405, b"TRACE /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    "CONNECT": (400, b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    "no HTTP": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03HEMMELIG\r\n\r\n"),
}


@pytest.mark.parametrize("name", LINES)
def test_requests_for_nothing_of_ours(port: int, name: str) -> None:
    status, request = LINES[name]
    (answer,) = answers(port, request)
    assert answer[0] == status


def test_half_a_body_and_then_silence_keeps_nobody_waiting(port: int) -> None:
    half = post(TYPENAME).replace(b"Content-Length: ", b"Content-Length: 1")[:-5]
    with ExitStack() as stack:
        silent = [
            stack.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)))
            for _ in range(50)
        ]
        for connection in silent:
            connection.sendall(half)
        others = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE))
        for _ in range(20):
            assert others.post("/graphql", json={"query": "{__typename}"}).json()["data"] == {"__typename": "Query"}
        silent[0].setblocking(False)
        with pytest.raises(BlockingIOError):
            silent[0].recv(1)  # the others were served while these still waited
        silent[0].settimeout(PATIENCE)
        for connection in silent:
            ((status, body),) = read(connection)
            assert status == 408
            assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "REQUEST_TIMEOUT"
