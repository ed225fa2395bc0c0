"""Whose word counts for where a request comes from: the rules, "The door" 3."""

import pytest
from structlog.testing import capture_logs

from app.http.proxies import Proxies
from app.http.request import Request
from tests.support.requests import request

TRUSTED = ("10.0.0.0/8", "192.0.2.1/32", "2001:db8:1::/48")
PROXY = "10.0.0.1"
CLIENT = "198.51.100.7"


def sent(*headers: tuple[str, str], peer: str | None = PROXY) -> Request:
    return request(*headers, scheme="http", peer=peer)


def believed(*chain: str, peer: str | None = PROXY, trusted: tuple[str, ...] = TRUSTED) -> str | None:
    """The client's address, where these X-Forwarded-For headers came."""
    seen = sent(*(("X-Forwarded-For", value) for value in chain), peer=peer)
    Proxies(trusted).believe(seen)
    return seen.client.address


@pytest.mark.parametrize(
    ("chain", "address"),
    [
        ([CLIENT], CLIENT),
        (["1.1.1.1, 198.51.100.7"], CLIENT),
        (["garbage<script>, 198.51.100.7"], CLIENT),
        (["1.1.1.1, 198.51.100.7, 10.1.2.3,192.0.2.1"], CLIENT),
        (["1.1.1.1", "198.51.100.7", "10.1.2.3"], CLIENT),
        (["2001:DB8::7"], "2001:db8::7"),
        (["2001:db8::7, 2001:db8:1::1"], "2001:db8::7"),
        (["::ffff:198.51.100.7"], CLIENT),
        (["::ffff:198.51.100.7, ::ffff:10.0.0.2"], CLIENT),
        (["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        (["fe80::1%<script>"], "fe80::1"),
    ],
)
def test_the_right_most_address_that_is_no_trusted_proxy_counts(chain: list[str], address: str) -> None:
    assert believed(*chain) == address


@pytest.mark.parametrize(
    "chain",
    ["", ",", "garbage<script>", "1.1.1.1, garbage", "1.1.1.1,", "1.1.1.1, , 10.0.0.2", "unknown", "1.1.1.1:80"],
)
def test_what_is_no_address_leaves_the_peers(chain: str) -> None:
    assert believed(chain) == PROXY


@pytest.mark.parametrize("peer", ["127.0.0.1", "192.0.2.2", "2001:db8::1", "garbage"])
def test_nobody_else_is_believed(peer: str) -> None:
    assert believed(CLIENT, peer=peer) == (None if peer == "garbage" else peer)
    assert believed(CLIENT, peer=PROXY, trusted=()) == PROXY


def test_a_peer_without_an_address_is_no_proxy() -> None:
    assert believed(CLIENT, peer=None) is None


def test_other_headers_are_believed_from_nobody() -> None:
    seen = sent(("Forwarded", f"for={CLIENT};proto=https"), ("X-Real-IP", CLIENT))
    assert Proxies(TRUSTED).believe(seen) is None
    assert (seen.client.address, seen.scheme) == (PROXY, "http")


@pytest.mark.parametrize(
    ("told", "scheme"),
    [
        (["https"], "https"),
        (["HTTPS "], "https"),
        (["http"], "http"),
        (["https, http"], "http"),
        (["http", "https"], "http"),
        (["https", "https"], "https"),
        (["wss"], None),
        ([""], None),
        (["https, <script>"], None),
    ],
)
def test_the_scheme_is_https_where_every_proxy_says_so(told: list[str], scheme: str | None) -> None:
    seen = sent(*(("X-Forwarded-Proto", value) for value in told))
    assert Proxies(TRUSTED).believe(seen) == scheme
    assert seen.scheme == (scheme or "http")


def test_a_strangers_scheme_does_not_count() -> None:
    seen = sent(("X-Forwarded-Proto", "https"), peer="127.0.0.1")
    assert Proxies(TRUSTED).believe(seen) is None
    assert seen.scheme == "http"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP"])
def test_a_header_of_a_proxy_from_anyone_else_is_warned_of_once(header: str) -> None:
    proxies = Proxies(())
    with capture_logs() as lines:
        for _ in range(3):
            proxies.believe(sent((header, "HEMMELIG")))
            proxies.believe(sent())
    (line,) = lines
    assert (line["log_level"], line["kind"], line["header"]) == ("warning", "proxy", header.lower())
    assert "ADGANG_TRUSTED_PROXIES" in line["why"]
    assert "HEMMELIG" not in str(line)


def test_what_a_trusted_proxy_says_in_no_way_we_know_is_warned_of_once() -> None:
    proxies = Proxies(TRUSTED)
    with capture_logs() as lines:
        for _ in range(3):
            proxies.believe(sent(("X-Forwarded-For", "HEMMELIG"), ("X-Forwarded-Proto", "HEMMELIG")))
    assert [line["kind"] for line in lines] == ["proxy"]
    assert "HEMMELIG" not in str(lines)
