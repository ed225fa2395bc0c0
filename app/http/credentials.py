"""What a request shows to say who asks. Nothing here looks anything up or decides what the caller may do.

A tool sends `Authorization: Bearer …`, and then no cookie is looked at, however dead the token. A browser sends
cookies by itself, also on behalf of a page of somebody else's; so they count only on a POST of JSON, which no page may
send to another origin without asking, and only from our own origin or one that the operator allows.

The portal and the staff application live on one origin and have a cookie each. An application that sends
`Adgang-Session: portal` or `Adgang-Session: staff` is answered as that one alone; without the header the portal's
cookie is read where there is one, else staff's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Final
from urllib.parse import urlsplit

from app import refusals
from app.http.answers import Refusal
from app.http.body import require_json
from app.http.cookies import CookieNames, ours_among, read_cookies
from app.http.request import Request
from app.refusals import Kind
from resolvers.context import Cookie

CHOICE_HEADER: Final = "adgang-session"
LONGEST_SECRET: Final = 200


class Application(StrEnum):
    """The two browser applications, by what `Adgang-Session` calls them."""

    PORTAL = auto()
    STAFF = auto()


SESSION_COOKIES: Final = {
    Application.PORTAL: Cookie.PORTAL_SESSION,
    Application.STAFF: Cookie.STAFF_SESSION,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows. `application` is None for a token of the Authorization header, else whose cookie it is.

    `cookies` are all that count of the request's.
    """

    secret: str | None = field(default=None, repr=False)
    application: Application | None = None
    cookies: Mapping[Cookie, str] = field(default_factory=dict, repr=False)

    @property
    def is_cookie(self) -> bool:
        return self.application is not None


def shown_by(request: Request, names: CookieNames) -> Shown:
    """The credentials of a request whose body, if it is a POST, is known to be JSON.

    Raises:
        Refusal: 400 for two credentials of one kind or an unknown `Adgang-Session`, 403 for a cookie from elsewhere.
    """
    headers = request.headers.every("authorization")
    if len(headers) > 1:
        refusals.note(Kind.CREDENTIALS, header="authorization")
        raise Refusal(400, "TWO_CREDENTIALS", "two_credentials")
    if headers:
        return Shown(bearer_token(headers[0]))
    wanted = wanted_application(request)
    if request.method != "POST":
        return Shown()
    sent = read_cookies(request.headers.every("cookie"), names)
    if sent:
        require_known_origin(request)
    cookies = {cookie: bounded(secret) for cookie, secret in sent.items()}
    for application, cookie in SESSION_COOKIES.items():
        if cookie in cookies and wanted in (None, application):
            return Shown(cookies[cookie], application, cookies)
    return Shown(cookies=cookies)


def require_json_of(request: Request, names: CookieNames) -> None:
    """Lets a POST pass whose body is said to be JSON. With a cookie of ours, a form's body is how requests are forged.

    Raises:
        Refusal: 415.
    """
    try:
        require_json(request.headers.every("content-type"))
    except Refusal:
        if any(ours_among(request.headers.every("cookie"), names)):
            refusals.note(Kind.CSRF, header="content-type")
        raise


def bearer_token(header: str) -> str:
    """The token of an Authorization header. Another scheme, or nothing, is a token that nobody has."""
    scheme, _, token = header.strip().partition(" ")
    return bounded(token.strip()) if scheme.lower() == "bearer" else ""


def bounded(secret: str) -> str:
    """A secret as it came, or nothing where it is longer than any of ours."""
    return secret if len(secret) <= LONGEST_SECRET else ""


def wanted_application(request: Request) -> Application | None:
    """The application that `Adgang-Session` names, if it is there.

    Raises:
        Refusal: 400 for any other value.
    """
    values = request.headers.every(CHOICE_HEADER)
    if not values:
        return None
    if len(values) == 1 and values[0] in set(Application):
        return Application(values[0])
    raise Refusal(400, "BAD_REQUEST", "unknown_application")


def require_known_origin(request: Request) -> None:
    """Lets a request pass that a page of ours or of an allowed origin sent, or that no browser's page did.

    A page can't forge `Origin` or `Sec-Fetch-Site`; a browser too old to send either has no `__Host-` cookie that
    `SameSite=Lax` wouldn't keep home.

    Raises:
        Refusal: 403.
    """
    sent = request.headers.every("origin")
    if sent:
        known = request.origin is not None or (
            len(sent) == 1 and is_own_origin(sent[0], request.headers.every("host"), request.scheme)
        )
    else:
        known = request.headers.get("sec-fetch-site") in (None, "same-origin")
    if not known:
        refusals.note(Kind.CSRF, header="origin" if sent else "sec-fetch-site")
        raise Refusal(403, "FOREIGN_ORIGIN", "foreign_origin")


def is_own_origin(origin: str, hosts: list[str], scheme: str) -> bool:
    """True where an `Origin` has the host and port that the request was sent to, and TLS if the request had it.

    A request that seems to be without TLS may have had it, up to a proxy that doesn't tell. Then a page without TLS on
    our host counts as ours: its browser takes it for another origin and stops at the preflight.
    """
    if len(hosts) != 1:
        return False
    try:
        sent_from, sent_to = urlsplit(origin), urlsplit(f"//{hosts[0]}")
        if sent_from.scheme not in {"https", scheme} or not sent_from.hostname:
            return False
        default = {"http": 80, "https": 443}[sent_from.scheme]
        return (sent_from.hostname, sent_from.port or default) == (sent_to.hostname, sent_to.port or default)
    except ValueError:
        return False
