"""What the proxies in front of us say of a request: for whom they forward it, and whether it came to them over TLS.

Anybody can write these headers. They are believed from the addresses in `ADGANG_TRUSTED_PROXIES` alone, and of a chain
of addresses the right-most one counts that is no trusted proxy's: whatever stands to the left of it came with the
request. The server's own reading of them is off, as it believes every process on the machine and takes any text for an
address.
"""

import ipaddress
from collections.abc import Iterable
from typing import Final

from app import refusals
from app.http.client import Address, parse_address
from app.http.request import Request

FOR: Final = "x-forwarded-for"
PROTO: Final = "x-forwarded-proto"
CLAIMS: Final = (FOR, PROTO, "forwarded", "x-real-ip")
"""The headers by which somebody says that they forward. The last two are believed from nobody."""


class Proxies:
    """The trusted proxies, and what they tell."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(network) for network in trusted]
        self._warned: set[str] = set()

    def believe(self, request: Request) -> str | None:
        """Puts the client's address and scheme in place of the proxy's, where a trusted proxy tells them.

        The scheme is returned too: one that was told is another thing than the peer's own, which may be a proxy's.
        What can't be read leaves the peer's in place. A claim that isn't believed is worth one warning in a process:
        most often a proxy has been forgotten in the setting, and it claims something with every request.
        """
        headers = request.headers
        claimed = [name for name in CLAIMS if name in headers]
        if not claimed:
            return None
        if not self.trusts(request.address):
            self._warn("a header of a proxy that ADGANG_TRUSTED_PROXIES doesn't name was ignored", claimed[0])
            return None
        if chain := headers.every(FOR):
            client = self._client_in(",".join(chain))
            if client is None:
                self._warn("a trusted proxy's header couldn't be read", FOR)
            else:
                request.address = client
        scheme = None
        if schemes := headers.every(PROTO):
            scheme = _scheme_in(",".join(schemes))
            if scheme is None:
                self._warn("a trusted proxy's header couldn't be read", PROTO)
            else:
                request.scheme = scheme
        return scheme

    def trusts(self, address: Address | None) -> bool:
        """True for the address of a trusted proxy."""
        return address is not None and any(address in network for network in self._networks)

    def _client_in(self, chain: str) -> Address | None:
        """The right-most address that is no trusted proxy's; the first where all are. None where it is no address."""
        while True:
            chain, _, last = chain.rpartition(",")
            address = parse_address(last.strip())
            if address is None or not chain or not self.trusts(address):
                return address

    def _warn(self, why: str, header: str) -> None:
        if why not in self._warned:
            self._warned.add(why)
            refusals.note(refusals.Kind.PROXY, why=why, header=header)


def _scheme_in(told: str) -> str | None:
    """The scheme that proxies tell: https where each of them says so, None where one says neither."""
    schemes = {part.strip().lower() for part in told.split(",")}
    if not schemes <= {"http", "https"}:
        return None
    return "https" if schemes == {"https"} else "http"
