"""A caller's address is the connection's own, and a browser's name can't upset who reads it."""

import pytest
from starlette.requests import Request

from app.http.client import MAX_USER_AGENT, client_of


def request(peer: tuple[str, int] | None, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": raw, "client": peer})


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("garbage<script>", None),
        ("", None),
    ],
)
def test_the_address_is_the_peers(host: str, address: str | None) -> None:
    assert client_of(request((host, 1))).address == address


def test_a_unix_socket_has_no_address() -> None:
    assert client_of(request(None)).address is None


def test_no_header_can_claim_another_address() -> None:
    claimed = {"x_forwarded_for": "198.51.100.7", "forwarded": "for=198.51.100.7", "x_real_ip": "198.51.100.7"}
    assert client_of(request(("192.0.2.1", 1), **claimed)).address == "192.0.2.1"


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"),
        ("x\x1b[2J\x9b\xad", "x[2J"),
        ("a" * 1000, "a" * MAX_USER_AGENT),
        ("\x01 ", None),
    ],
)
def test_a_user_agent_is_cut_and_freed_of_control_characters(header: str, shown: str | None) -> None:
    assert client_of(request(None, user_agent=header)).user_agent == shown


def test_a_client_may_have_no_user_agent() -> None:
    assert client_of(request(None)).user_agent is None
