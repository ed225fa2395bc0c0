"""What an operation knows while it runs: who asks, in which language, and what the transport is to do afterwards."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import Any

import strawberry

from app.models.enums import SessionTransport
from app.services import Services
from app.services.caller import Caller, Client, Nobody, PortalUser, StaffUser
from app.services.results import DeviceCookie, IssuedToken


class Cookie(StrEnum):
    """The cookies there are, by purpose; what they are called on the wire is the transport's business."""

    PORTAL_SESSION = auto()
    STAFF_SESSION = auto()
    TICKET = auto()
    STAFF_TICKET = auto()
    DEVICE = auto()
    STAFF_DEVICE = auto()


@dataclass(frozen=True, slots=True)
class CookieOrder:
    """A cookie for the answer: its secret and how long it may live, or nothing where it is to be taken away."""

    cookie: Cookie
    secret: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None


class Cookies:
    """The cookies an operation wants set and taken away; of several orders for one cookie the last one holds."""

    def __init__(self) -> None:
        self._orders: dict[Cookie, CookieOrder] = {}

    def __iter__(self) -> Iterator[CookieOrder]:
        return iter(self._orders.values())

    def set(self, cookie: Cookie, secret: str, expires_at: datetime) -> None:
        """Orders a cookie to be set."""
        self._orders[cookie] = CookieOrder(cookie, secret, expires_at)

    def clear(self, cookie: Cookie) -> None:
        """Orders a cookie to be taken away."""
        self._orders[cookie] = CookieOrder(cookie)


class Context:
    """One operation's context. The transport makes one for each request and carries out its `cookies` afterwards.

    `caller` is who asked as the transport found it, and `renew` works it out once more from the same credential: a
    mutation may have ended the session that its next field would run under. `locale` is the language of texts.
    `cookie` says that the credential came as a cookie, `ticket_cookie` and `staff_ticket_cookie` are the secrets
    that came beside a ticket, `device_cookie` and `staff_device_cookie` those of a browser that has logged in before.
    `document` is the operation's document, where it has been read already.
    """

    def __init__(
        self,
        services: Services,
        caller: Caller,
        *,
        locale: str,
        client: Client,
        renew: Callable[[], Awaitable[Caller]],
        cookie: bool = False,
        ticket_cookie: str | None = None,
        staff_ticket_cookie: str | None = None,
        device_cookie: str | None = None,
        staff_device_cookie: str | None = None,
    ) -> None:
        self.services = services
        self.locale = locale
        self.client = client
        self.reader = services.reader.for_one_answer()
        self.cookies = Cookies()
        self.document: Any = None
        self.ticket_cookie = ticket_cookie
        self.staff_ticket_cookie = staff_ticket_cookie
        self.device_cookie = device_cookie
        self.staff_device_cookie = staff_device_cookie
        self._caller = caller
        self._renew = renew
        self._cookie = cookie
        self._fresh = True

    @property
    def caller(self) -> Caller:
        """Who asks, as far as the operation has come."""
        return self._caller

    async def fresh_caller(self) -> Caller:
        """Who asks now; every root field of a mutation begins with this.

        The first field finds the caller that the transport has just worked out. What was read so far counts no
        longer: the field is about to write.
        """
        if not self._fresh:
            self._caller = await self._renew()
        self._fresh = False
        self.reader = self.services.reader.for_one_answer()
        return self._caller

    def become(self, caller: Caller) -> None:
        """From here on the answer is read as this caller: who logged in, moved on, or left."""
        self._caller = caller

    def deliver(self, token: IssuedToken, cookie: Cookie) -> None:
        """Has a new session's secret travel as a cookie, where that was asked for; else the payload holds it."""
        if token.transport is SessionTransport.COOKIE:
            self.cookies.set(cookie, token.secret, token.absolute_expires_at)

    def know_again(self, device: DeviceCookie | None, cookie: Cookie) -> None:
        """Has the browser known again by its next log-in, where it takes cookies."""
        if device is not None:
            self.cookies.set(cookie, device.secret, device.expires_at)

    def leave(self) -> None:
        """The caller has logged out: a session cookie they came with is taken away, and nobody reads the answer."""
        cookie = _SESSION_COOKIES.get(type(self._caller))
        if self._cookie and cookie is not None:
            self.cookies.clear(cookie)
        self._caller = Nobody(self.client)


_SESSION_COOKIES: dict[type, Cookie] = {PortalUser: Cookie.PORTAL_SESSION, StaffUser: Cookie.STAFF_SESSION}


Info = strawberry.Info[Context, None]
