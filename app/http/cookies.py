"""The cookies of browser clients, for the portal and for staff: the session's, one beside the ticket of a log-in that
isn't finished yet, and one by which a browser is known that has logged in before.

Their names differ so that nothing of the one application is ever taken for the other's. `__Host-` makes a browser
refuse them from another host, from a path, and over plain HTTP; a demo on loopback has no TLS, so it uses names of its
own.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from app import refusals
from app.http.answers import Refusal
from app.refusals import Kind


@dataclass(frozen=True, slots=True)
class CookieNames:
    """What the cookies are called, and whether they may travel over TLS alone."""

    portal: str
    staff: str
    ticket: str
    staff_ticket: str
    device: str
    staff_device: str
    secure: bool

    @property
    def all(self) -> tuple[str, ...]:
        """Every name of ours."""
        return (self.portal, self.staff, self.ticket, self.staff_ticket, self.device, self.staff_device)


def _names(prefix: str, *, secure: bool) -> CookieNames:
    return CookieNames(
        portal=prefix,
        staff=f"{prefix}-staff",
        ticket=f"{prefix}-ticket",
        staff_ticket=f"{prefix}-staff-ticket",
        device=f"{prefix}-device",
        staff_device=f"{prefix}-staff-device",
        secure=secure,
    )


HOST_NAMES: Final = _names("__Host-adgang", secure=True)
LOOPBACK_NAMES: Final = _names("adgang-demo", secure=False)


def names_for(request: Request, *, demo: bool) -> CookieNames:
    """The names to use with this request: the demo's own on plain-HTTP loopback, the safe ones everywhere else."""
    if demo and request.scope["scheme"] == "http" and is_loopback(request.headers.get("host", "")):
        return LOOPBACK_NAMES
    return HOST_NAMES


def is_loopback(host: str) -> bool:
    """True for the names and addresses by which a machine calls itself, with a port or without."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def read_cookies(headers: Iterable[str], wanted: Iterable[str]) -> dict[str, str]:
    """The wanted ones of a request's cookies.

    Raises:
        Refusal: 400, where one comes twice. Somebody has planted the other, and which is which can't be told.
    """
    names = frozenset(wanted)
    found: dict[str, str] = {}
    for header in headers:
        for pair in header.split(";"):
            name, separator, value = pair.partition("=")
            if not separator or (name := name.strip()) not in names:
                continue
            if name in found:
                refusals.note(Kind.CREDENTIALS, header="cookie")
                raise Refusal(400, "TWO_CREDENTIALS", "two_credentials")
            found[name] = value.strip()
    return found


def set_cookie(name: str, value: str, *, max_age: int, secure: bool) -> str:
    """A `Set-Cookie` header. The values are ours, base64url, and need no quoting; an age of 0 clears the cookie."""
    attributes = [f"{name}={value}", "Path=/", f"Max-Age={max_age}", "HttpOnly", "SameSite=Lax"]
    if secure:
        attributes.append("Secure")
    return "; ".join(attributes)
