"""A caller's address is the connection's own, and a browser's name can't upset who reads it."""

import pytest

from app.http.client import MAX_USER_AGENT
from tests.support.requests import request


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
    assert request(peer=host).client.address == address


def test_a_unix_socket_has_no_address() -> None:
    assert request().client.address is None


def test_no_header_can_claim_another_address() -> None:
    claimed = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.7", "X-Real-IP": "198.51.100.7"}
    assert request(*claimed.items(), peer="192.0.2.1").client.address == "192.0.2.1"


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
    assert request(("User-Agent", header)).client.user_agent == shown


def test_a_client_may_have_no_user_agent() -> None:
    assert request().client.user_agent is None
