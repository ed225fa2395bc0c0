"""What a client is known by, as far as it can be shown: its address and its browser."""

import ipaddress
import unicodedata
from typing import Final

from app.http.headers import remembered

MAX_USER_AGENT: Final = 256

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@remembered
def parse_address(text: str) -> Address | None:
    """An address as we write it: no zone, and an IPv4 address as such however it came."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or ipaddress.IPv6Address(int(address))
    return address


@remembered
def user_agent_of(header: str | None) -> str | None:
    """What a browser calls itself, as far as it can be shown."""
    return printable(header, MAX_USER_AGENT).strip() or None if header is not None else None


def printable(text: str, longest: int) -> str:
    """The beginning of a text without the control and format characters that could upset a log or a terminal."""
    beginning = text[:longest]
    if beginning.isprintable():
        return beginning
    return "".join(letter for letter in beginning if not unicodedata.category(letter).startswith("C"))
