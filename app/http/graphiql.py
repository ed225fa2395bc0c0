"""GraphiQL, for people with a browser: Strawberry's page, which loads GraphiQL itself from a public CDN.

What the page remembers is taken out of it: it would write the Authorization header, queries and variables, passwords
among them, to the browser's storage and into the address bar.
"""

import base64
import hashlib
import json
import re
from functools import cache
from typing import Final

from starlette.datastructures import QueryParams
from strawberry.http.ides import get_graphql_ide_html

from app.http.answers import Answer, encoded
from app.http.negotiation import prefers_html
from app.http.request import Request

CDN: Final = "https://unpkg.com"

WELCOME: Final = """\
# Adgang: who may log in to the customer portal, and what they may do there.
#
# Log in with one of the mutations below (put the cursor in it and press Ctrl-Enter), with a username and password of
# your own. With the transport COOKIE this browser is logged in from then on, for 30 minutes at a time as staff.
# With BEARER, which tools use, the answer holds an accessToken instead. Send it in the Headers pane down here:
#
#     {"Authorization": "Bearer THE_TOKEN"}
#
# While that header is there, no cookie is looked at. The book at the top left describes every type and field.

mutation StaffLogin {
  staffLogin(input: {email: "staff@example.com", password: "…", transport: COOKIE}) {
    __typename
    ... on StaffLoginSuccess { expiresAt viewer { name role } }
    ... on Problem { message }
  }
}

mutation PortalLogin {
  login(input: {username: "person@example.com", password: "…", transport: COOKIE}) {
    __typename
    ... on LoginSuccess { expiresAt viewer { name customer { name } menu } }
    ... on CustomerChoice { ticket options { referenceId customerName } }
    ... on Problem { message }
  }
}

query Me {
  viewer { name email sessions { id current lastSeenAt userAgent } }
}

query Register {
  customers(first: 5) {
    totalCount
    edges { node { number name references(first: 5) { edges { node { name email passwordStatus canLogIn } } } } }
  }
}

mutation LogOut {
  logout { ... on LogoutSuccess { sessionsRevoked } ... on Problem { message } }
}
"""

# What of the page is replaced: each must be there once, or the installed Strawberry has another page.
_REPLACED: Final = (
    (r"<title>[^<]*</title>", "<title>Adgang · GraphiQL</title>"),
    (r"const EXAMPLE_QUERY = `[^`]*`;", f"const EXAMPLE_QUERY = {json.dumps(WELCOME)};"),
    (r"history\.replaceState\(null, null, newSearch\);", "/* Nothing is put into the address. */"),
    (r"shouldPersistHeaders: true,", "shouldPersistHeaders: false, storage: null,"),
)


def is_asked_for(request: Request) -> bool:
    """True for a browser that opens the endpoint's address."""
    return (
        request.method == "GET"
        and prefers_html(request.headers.get("accept"))
        and "query" not in QueryParams(request.query_string)
    )


def page() -> Answer:
    """The page, with the policy that lets it and nothing else run."""
    html, policy = _page()
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Answer(200, html.encode(), encoded(headers))


@cache
def _page() -> tuple[str, str]:
    html = get_graphql_ide_html("graphiql")
    for pattern, replacement in _REPLACED:
        found = re.findall(pattern, html)
        if len(found) != 1:
            raise RuntimeError(f"Strawberry's GraphiQL page has changed: {pattern} is in it {len(found)} times.")
        html = html.replace(found[0], replacement)
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
    return html, "; ".join(
        (
            "default-src 'none'",
            f"script-src {CDN} {hashes}",
            f"style-src {CDN} 'unsafe-inline'",
            f"font-src {CDN} data:",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
