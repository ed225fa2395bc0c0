"""Where a request comes from, as far as it can be believed."""

import ipaddress
import unicodedata

from starlette.requests import Request

from app.services.caller import Client

MAX_USER_AGENT = 256

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_of(request: Request) -> Client:
    """The caller's address and browser, as its session and the audit will show them."""
    return Client(address_of(request), user_agent_of(request.headers.get("user-agent")))


def address_of(request: Request) -> str | None:
    """The client's address: the peer's, or the one that a trusted proxy gave for it (`app.http.proxies`)."""
    address = parse_address(request.client.host) if request.client is not None else None
    return str(address) if address is not None else None


def parse_address(text: str) -> Address | None:
    """An address as we write it: no zone, and an IPv4 address as such however it came."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or ipaddress.IPv6Address(int(address))
    return address


def user_agent_of(header: str | None) -> str | None:
    """What a browser calls itself, as far as it can be shown."""
    return printable(header, MAX_USER_AGENT).strip() or None if header is not None else None


def printable(text: str, longest: int) -> str:
    """The beginning of a text without the control and format characters that could upset a log or a terminal."""
    return "".join(letter for letter in text[:longest] if not unicodedata.category(letter).startswith("C"))
