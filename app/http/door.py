"""What is settled about a request before any of it is looked at: whose it is, what it was sent to, and over what.

A request for another host is somebody's DNS name that leads here, so that their page would be on one origin with ours
(rebinding), or a scanner's. One that came to the proxy over plain HTTP may have been read on the way, its token and its
password too: it isn't served, and neither sent on to https, so that the mistake is seen (OWASP ASVS 5.0, 4.1.2 and
12.2.1). Health is told to whoever asks: who asks may know us by an address alone.
"""

import re
from functools import cache
from typing import Final

from app import refusals
from app.http.answers import EVERY_ANSWER, Answer, Header, Refusal, encoded
from app.http.cookies import is_loopback
from app.http.headers import remembered
from app.http.origins import Origins, is_preflight, preflight
from app.http.proxies import Proxies
from app.http.request import Request
from app.refusals import Kind
from app.settings import Settings

HEALTH: Final = frozenset({"/healthz", "/readyz"})
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
MAX_HEADER_BYTES: Final = 32 * 1024
"""As much as a proxy lets through; the server's parser has no bound of its own."""

_HOST: Final = re.compile(r"([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{0,5})?")


class Door:
    """Where every request comes in."""

    def __init__(self, settings: Settings) -> None:
        self._demo = settings.demo
        self._hosts = frozenset(settings.allowed_hosts)
        self._origins = Origins(settings.cors_origins)
        self._proxies = Proxies(settings.trusted_proxies)
        self._is_ours = remembered(self._names_us)
        self._told = cache(self._told_to)

    def enter(self, request: Request) -> Answer | None:
        """Settles who asks and over what, and what the answer says besides; and answers what browsers ask beforehand.

        Raises:
            Refusal: 400, 403 or 431, where the request gets no further.
        """
        over = self._proxies.believe(request)
        request.origin = self._origins.allowed(request)
        request.told = self._told(request.origin, request.scheme)
        _require_sane_headers(request)
        _require_one_host(request)
        if request.path not in HEALTH:
            self._require_our_host(request)
            self._require_tls(over, request)
        return preflight() if request.origin is not None and is_preflight(request) else None

    def _told_to(self, origin: str | None, scheme: str) -> tuple[Header, ...]:
        """What every answer says to a page of that origin, over http or https."""
        told = {**EVERY_ANSWER, **self._origins.headers(origin), **(HSTS if scheme == "https" else {})}
        return tuple(encoded(told))

    def _require_our_host(self, request: Request) -> None:
        """Lets a request pass that was sent to one of our hosts.

        Raises:
            Refusal: 400.
        """
        if not self._is_ours(request.headers.get("host") or ""):
            raise unknown_host("another")

    def _names_us(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is not None and self._hosts:
            return found[1].strip("[]").lower() in self._hosts
        return found is not None and (not self._demo or is_loopback(host))

    def _require_tls(self, over: str | None, request: Request) -> None:
        """Lets a request pass that no trusted proxy says came over plain HTTP; a demo on loopback has no TLS.

        Raises:
            Refusal: 403.
        """
        if over == "http" and not (self._demo and is_loopback(request.headers.get("host") or "")):
            refusals.note(Kind.PLAIN_HTTP)
            raise Refusal(403, "PLAIN_HTTP", "plain_http")


def _require_one_host(request: Request) -> None:
    """Lets a request pass that doesn't name two hosts, of which proxies and we might each take another.

    Raises:
        Refusal: 400.
    """
    if len(request.headers.every("host")) > 1:
        raise unknown_host("several")


def _require_sane_headers(request: Request) -> None:
    """Lets a request pass whose headers can be read in no time.

    Raises:
        Refusal: 431.
    """
    if request.headers.size > MAX_HEADER_BYTES:
        refusals.note(Kind.LIMIT, bound="header_bytes", most=MAX_HEADER_BYTES)
        raise Refusal(431, "HEADERS_TOO_LARGE", "headers_too_large", {"limit": MAX_HEADER_BYTES})


def unknown_host(named: str) -> Refusal:
    """The refusal of a request that was sent elsewhere."""
    refusals.note(Kind.HOST, named=named)
    return Refusal(400, "UNKNOWN_HOST", "unknown_host")
