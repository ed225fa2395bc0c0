"""What is settled about a request before any of it is looked at: whose it is, what it was sent to, and over what.

A request for another host is somebody's DNS name that leads here, so that their page would be on one origin with ours
(rebinding), or a scanner's. One that came to the proxy over plain HTTP may have been read on the way, its token and its
password too: it isn't served, and neither sent on to https, so that the mistake is seen (OWASP ASVS 5.0, 4.1.2 and
12.2.1). Health is told to whoever asks: who asks may know us by an address alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from app import refusals
from app.http.answers import Refusal, refused
from app.http.cookies import is_loopback
from app.http.origins import Origins, is_preflight, preflight
from app.http.proxies import Proxies
from app.refusals import Kind
from app.settings import Settings

HEALTH: Final = frozenset({"/healthz", "/readyz"})
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
MAX_HEADER_BYTES: Final = 32 * 1024
"""As much as a proxy lets through; the server's parser has no bound of its own."""

_HOST: Final = re.compile(r"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{0,5})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """What every answer to a request says besides, and the answer itself where the request gets no further."""

    headers: Mapping[str, str]
    answer: Response | None


class Door:
    """Where every request comes in."""

    def __init__(self, settings: Settings) -> None:
        self._demo = settings.demo
        self._hosts = frozenset(settings.allowed_hosts)
        self._origins = Origins(settings.cors_origins)
        self._proxies = Proxies(settings.trusted_proxies)

    def enter(self, scope: Scope) -> Entry:
        """Settles in the scope who asks and over what, and whether the request may go on."""
        over = self._proxies.believe(scope)
        headers = Headers(scope=scope)
        origin = self._origins.allowed(headers)
        told = {**self._origins.headers(origin), **(HSTS if scope["scheme"] == "https" else {})}
        try:
            _require_sane_headers(headers)
            if scope["path"] in HEALTH:
                _require_one_host(headers)
            else:
                self._require_our_host(headers)
                self._require_tls(over, headers)
        except Refusal as refusal:
            return Entry(told, refused(refusal, headers.get("accept-language")))
        return Entry(told, preflight() if origin is not None and is_preflight(scope, headers) else None)

    def _require_our_host(self, headers: Headers) -> None:
        """Lets a request pass that was sent to one of our hosts.

        Raises:
            Refusal: 400.
        """
        _require_one_host(headers)
        host = headers.get("host", "")
        found = _HOST.fullmatch(host)
        if found is not None and self._hosts:
            ours = found[1].strip("[]").lower() in self._hosts
        else:
            ours = found is not None and (not self._demo or is_loopback(host))
        if not ours:
            raise unknown_host("another")

    def _require_tls(self, over: str | None, headers: Headers) -> None:
        """Lets a request pass that no trusted proxy says came over plain HTTP; a demo on loopback has no TLS.

        Raises:
            Refusal: 403.
        """
        if over == "http" and not (self._demo and is_loopback(headers.get("host", ""))):
            refusals.note(Kind.PLAIN_HTTP)
            raise Refusal(403, "PLAIN_HTTP", "plain_http")


def _require_one_host(headers: Headers) -> None:
    """Lets a request pass that doesn't name two hosts, of which proxies and we might each take another.

    Raises:
        Refusal: 400.
    """
    if len(headers.getlist("host")) > 1:
        raise unknown_host("several")


def _require_sane_headers(headers: Headers) -> None:
    """Lets a request pass whose headers can be read in no time.

    Raises:
        Refusal: 431.
    """
    if sum(len(name) + len(value) for name, value in headers.raw) > MAX_HEADER_BYTES:
        refusals.note(Kind.LIMIT, bound="header_bytes", most=MAX_HEADER_BYTES)
        raise Refusal(431, "HEADERS_TOO_LARGE", "headers_too_large", {"limit": MAX_HEADER_BYTES})


def unknown_host(named: str) -> Refusal:
    """The refusal of a request that was sent elsewhere."""
    refusals.note(Kind.HOST, named=named)
    return Refusal(400, "UNKNOWN_HOST", "unknown_host")
