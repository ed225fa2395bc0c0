"""The cookies of browser clients, for the portal and for staff: the session's, one beside the ticket of a log-in that
isn't finished yet, and one by which a browser is known that has logged in before.

Their names differ so that nothing of the one application is ever taken for the other's. `__Host-` makes a browser
refuse them from another host, from a path, and over plain HTTP; a demo on loopback has no TLS, so it uses names of its
own.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app import refusals
from app.http.answers import Refusal
from app.http.request import Request
from app.refusals import Kind
from resolvers.context import Cookie

SUFFIXES: Final = {
    Cookie.PORTAL_SESSION: "",
    Cookie.STAFF_SESSION: "-staff",
    Cookie.TICKET: "-ticket",
    Cookie.STAFF_TICKET: "-staff-ticket",
    Cookie.DEVICE: "-device",
    Cookie.STAFF_DEVICE: "-staff-device",
}


@dataclass(frozen=True, slots=True)
class CookieNames:
    """What the cookies are called, and whether they may travel over TLS alone."""

    of: Mapping[Cookie, str]
    secure: bool


def _names(prefix: str, *, secure: bool) -> CookieNames:
    return CookieNames({cookie: f"{prefix}{suffix}" for cookie, suffix in SUFFIXES.items()}, secure)


HOST_NAMES: Final = _names("__Host-adgang", secure=True)
LOOPBACK_NAMES: Final = _names("adgang-demo", secure=False)


def names_for(request: Request, *, demo: bool) -> CookieNames:
    """The names to use with this request: the demo's own on plain-HTTP loopback, the safe ones everywhere else."""
    if demo and request.scheme == "http" and is_loopback(request.headers.get("host") or ""):
        return LOOPBACK_NAMES
    return HOST_NAMES


def is_loopback(host: str) -> bool:
    """True for the names and addresses by which a machine calls itself, with a port or without."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def read_cookies(headers: Iterable[str], names: CookieNames) -> dict[Cookie, str]:
    """Our cookies among a request's.

    Raises:
        Refusal: 400, where one comes twice. Somebody has planted the other, and which is which can't be told.
    """
    found: dict[Cookie, str] = {}
    for cookie, value in ours_among(headers, names):
        if cookie in found:
            refusals.note(Kind.CREDENTIALS, header="cookie")
            raise Refusal(400, "TWO_CREDENTIALS", "two_credentials")
        found[cookie] = value
    return found


def ours_among(headers: Iterable[str], names: CookieNames) -> Iterator[tuple[Cookie, str]]:
    """Our cookies among a request's, as often as they come."""
    ours = {name: cookie for cookie, name in names.of.items()}
    for header in headers:
        for pair in header.split(";"):
            name, separator, value = pair.partition("=")
            if separator and (cookie := ours.get(name.strip())) is not None:
                yield cookie, value.strip()


def set_cookie(name: str, value: str, *, max_age: int, secure: bool) -> str:
    """A `Set-Cookie` header. The values are ours, base64url, and need no quoting; an age of 0 clears the cookie."""
    attributes = [f"{name}={value}", "Path=/", f"Max-Age={max_age}", "HttpOnly", "SameSite=Lax"]
    if secure:
        attributes.append("Secure")
    return "; ".join(attributes)
