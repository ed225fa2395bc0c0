"""Whose credentials a request's are: the rules, "The door" 1, as far as the request alone tells."""

from collections.abc import Sequence

import pytest

from app.http.answers import Refusal
from app.http.cookies import HOST_NAMES, LOOPBACK_NAMES, CookieNames, is_loopback, names_for, read_cookies, set_cookie
from app.http.credentials import LONGEST_SECRET, Application, Shown, shown_by
from resolvers.context import Cookie
from tests.support.requests import request

HOST = ("host", "portal.example.dk")
PORTAL = ("cookie", "__Host-adgang=p")
STAFF = ("cookie", "__Host-adgang-staff=s")
TICKET = ("cookie", "__Host-adgang-ticket=t")
Header = tuple[str, str]
IN_PORTAL = Shown("p", Application.PORTAL, {Cookie.PORTAL_SESSION: "p"})


def shown(*headers: Header, method: str = "POST") -> Shown:
    return shown_by(request(HOST, *headers, method=method), HOST_NAMES)


def status_of(*headers: Header, method: str = "POST") -> int:
    with pytest.raises(Refusal) as refused:
        shown(*headers, method=method)
    return refused.value.status


def test_nothing_shown() -> None:
    assert shown() == Shown()
    assert not shown().is_cookie


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_a_token(header: str) -> None:
    assert shown(("authorization", header)) == Shown("abc")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "abc", "Bearer " + "x" * (LONGEST_SECRET + 1)])
def test_authorization_that_is_no_token_of_ours_is_one_that_nobody_has(header: str) -> None:
    assert shown(("authorization", header), PORTAL) == Shown("")


def test_beside_authorization_no_cookie_is_looked_at() -> None:
    assert shown(("authorization", "Bearer abc"), PORTAL, PORTAL, TICKET, ("origin", "null")) == Shown("abc")


def test_two_authorizations_are_refused() -> None:
    assert status_of(("authorization", "Bearer a"), ("authorization", "Bearer a")) == 400


@pytest.mark.parametrize(
    "cookies",
    [
        [PORTAL, PORTAL],
        [STAFF, STAFF],
        [TICKET, TICKET],
        [("cookie", "__Host-adgang=p; a=b; __Host-adgang=q")],
    ],
)
def test_two_cookies_of_one_name_are_refused(cookies: Sequence[Header]) -> None:
    assert status_of(*cookies) == 400


def test_each_cookie_counts_for_its_own_application() -> None:
    assert shown(PORTAL) == IN_PORTAL
    assert shown(STAFF) == Shown("s", Application.STAFF, {Cookie.STAFF_SESSION: "s"})
    assert shown(TICKET) == Shown(cookies={Cookie.TICKET: "t"})
    everything = {Cookie.PORTAL_SESSION: "p", Cookie.STAFF_SESSION: "s", Cookie.TICKET: "t"}
    assert shown(PORTAL, STAFF, TICKET) == Shown("p", Application.PORTAL, everything)


def test_an_application_can_say_which_it_is() -> None:
    both = {Cookie.PORTAL_SESSION: "p", Cookie.STAFF_SESSION: "s"}
    assert shown(PORTAL, STAFF, ("adgang-session", "portal")) == Shown("p", Application.PORTAL, both)
    assert shown(PORTAL, STAFF, ("adgang-session", "staff")) == Shown("s", Application.STAFF, both)
    assert shown(PORTAL, ("adgang-session", "staff")).secret is None
    assert status_of(PORTAL, ("adgang-session", "both")) == 400
    assert status_of(PORTAL, ("adgang-session", "staff"), ("adgang-session", "staff")) == 400


def test_no_cookie_counts_on_get() -> None:
    assert shown(PORTAL, STAFF, TICKET, method="GET") == Shown()
    assert shown(PORTAL, ("authorization", "Bearer abc"), method="GET") == Shown("abc")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("origin", "https://portal.example.dk")],
        [("origin", "https://portal.example.dk:443")],
        [("origin", "https://PORTAL.example.dk"), ("sec-fetch-site", "same-origin")],
        [("sec-fetch-site", "same-origin")],
    ],
)
def test_a_cookie_counts_from_our_own_pages_and_from_no_page(headers: Sequence[Header]) -> None:
    assert shown(PORTAL, *headers) == IN_PORTAL


@pytest.mark.parametrize("cookie", [PORTAL, STAFF, TICKET])
@pytest.mark.parametrize(
    "headers",
    [
        [("origin", "https://evil.example")],
        [("origin", "null")],
        [("origin", "")],
        [("origin", "https://portal.example.dk.evil.example")],
        [("origin", "https://portal.example.dk:8443")],
        [("origin", "https://portal.example.dk:x")],
        [("origin", "https://[")],
        [("origin", "file://portal.example.dk")],
        [("origin", "https://portal.example.dk"), ("origin", "https://portal.example.dk")],
        [("origin", "https://portal.example.dk"), ("host", "other.example.dk")],
        [("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("sec-fetch-site", "none")],
    ],
)
def test_a_cookie_from_elsewhere_is_refused(cookie: Header, headers: Sequence[Header]) -> None:
    assert status_of(cookie, *headers) == 403


def test_without_a_cookie_of_ours_the_origin_does_not_matter() -> None:
    assert shown(("origin", "https://evil.example"), ("cookie", "other=1")) == Shown()


def test_no_secret_is_in_the_repr() -> None:
    assert "geheim" not in repr(Shown("geheim", Application.PORTAL, {Cookie.TICKET: "geheim"}))


@pytest.mark.parametrize(
    ("host", "scheme", "demo", "expected"),
    [
        ("127.0.0.1:8000", "http", True, LOOPBACK_NAMES),
        ("localhost:8000", "http", True, LOOPBACK_NAMES),
        ("[::1]:8000", "http", True, LOOPBACK_NAMES),
        ("127.0.0.1:8000", "http", False, HOST_NAMES),
        ("127.0.0.1:8000", "https", True, HOST_NAMES),
        ("portal.example.dk", "http", True, HOST_NAMES),
        ("localhost.example.dk", "http", True, HOST_NAMES),
    ],
)
def test_only_a_demo_on_loopback_has_cookies_without_tls(
    host: str, scheme: str, demo: bool, expected: CookieNames
) -> None:
    assert names_for(request(("host", host), scheme=scheme), demo=demo) == expected


@pytest.mark.parametrize("host", ["", "[", "example.dk", "10.0.0.1", "127.0.0.1.example.dk", "localhost@example.dk"])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_reads_cookies_among_others() -> None:
    headers = ["a=b; adgang-demo = 1 ;; adgang-demo-ticket", "adgang-demo-staff=2; a=c"]
    assert read_cookies(headers, LOOPBACK_NAMES) == {Cookie.PORTAL_SESSION: "1", Cookie.STAFF_SESSION: "2"}


def test_a_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_http() -> None:
    assert set_cookie("__Host-adgang", "v", max_age=60, secure=True) == (
        "__Host-adgang=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    )
    assert "Secure" not in set_cookie("adgang-demo", "v", max_age=60, secure=False)
