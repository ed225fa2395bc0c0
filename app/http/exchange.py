"""One request on its way to its answer: what has been found out about it, and what every answer to it then says."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from app.http.answers import CONTENT_LANGUAGES, Answer, AnswerType, Header, Refusal, header, locale_of, written_answer
from app.http.cookies import names_for, set_cookie
from app.http.credentials import SESSION_COOKIES, Shown
from app.http.request import Request
from app.models.enums import ProblemCode
from app.services.caller import Caller, Nobody
from app.settings import Settings
from resolvers.context import Context, Cookie

Present = Callable[[GraphQLError, str, str], dict[str, Any]]
"""Says what goes out of an error, given the language and the request's id."""


class CompiledAnswer(Protocol):
    """What a compiled document answered: the JSON of `data`, and what the operation costs."""

    @property
    def data(self) -> bytes: ...
    @property
    def cost(self) -> int: ...


class CompiledDocuments(Protocol):
    """Queries that need no stock execution."""

    async def answer(
        self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None, context: Context
    ) -> CompiledAnswer | None:
        """The answer to an operation, or None where stock execution has to answer."""


CLEAR_SITE_DATA: Final = header("Clear-Site-Data", '"cache", "storage"')


class Exchange:
    """Builds the answer, whether the operation ran or not."""

    def __init__(self, request: Request, settings: Settings) -> None:
        self.locale = locale_of(request.headers.get("accept-language"))
        self.media_type = AnswerType.JSON
        self.names = names_for(request, demo=settings.demo)
        self._request = request
        self._shown = Shown()
        self._ended = False
        self._set_cookies: dict[Cookie, str] = {}
        self._headers: list[Header] = [CONTENT_LANGUAGES[self.locale]]

    def found(self, shown: Shown, caller: Caller) -> None:
        """Notes who asks. A credential that is nobody's is dead: the answer says so, and takes a dead cookie away."""
        self._shown = shown
        self._ended = shown.secret is not None and isinstance(caller, Nobody)
        if self._ended and shown.application is not None:
            self._set_cookie(SESSION_COOKIES[shown.application], "", max_age=0)

    def refused(self, refusal: Refusal) -> Answer:
        """The answer to a request of which nothing ran, or that was given up."""
        self._headers += refusal.headers
        status = 200 if refusal.well_formed and self.media_type is AnswerType.JSON else refusal.status
        return self._answer(refusal.body(self.locale), status)

    def compiled(self, answer: CompiledAnswer) -> Answer:
        """The answer to a query that a compiled document answered: it went well, and orders no cookie."""
        self._request.compiled = True
        extensions = {"cost": answer.cost, **self._told_of_session()}
        return self._written(b'{"data":%b,"extensions":%b}' % (answer.data, orjson.dumps(extensions)), 200)

    def executed(self, result: ExecutionResult, context: Context, present: Present) -> Answer:
        """The answer to an operation, with the cookies it ordered.

        A document that can't be executed has no `data`; the newer media type has a status for that, the older one
        always says 200.
        """
        self._request.compiled = False
        self._carry_out(context)
        errors = [present(error, self.locale, self._request.id) for error in result.errors or []]
        body: dict[str, Any] = {"errors": errors} if errors else {}
        status = 200
        if has_run(result):
            body["data"] = result.data
        elif self.media_type is AnswerType.GRAPHQL:
            status = 400
        if result.extensions:
            body["extensions"] = dict(result.extensions)
        if (retry_after := retry_after_of(errors)) is not None:
            status = 503
            self._headers.append(header("Retry-After", str(retry_after)))
        return self._answer(body, status)

    def _carry_out(self, context: Context) -> None:
        now = context.services.resources.clock.now()
        for order in context.cookies:
            if order.secret is None or order.expires_at is None:
                self._set_cookie(order.cookie, "", max_age=0)
            else:
                age = max(math.ceil((order.expires_at - now).total_seconds()), 1)
                self._set_cookie(order.cookie, order.secret, max_age=age)
        if self._shown.secret and not self._ended and isinstance(context.caller, Nobody):
            self._headers.append(CLEAR_SITE_DATA)

    def _set_cookie(self, cookie: Cookie, secret: str, *, max_age: int) -> None:
        self._set_cookies[cookie] = set_cookie(self.names.of[cookie], secret, max_age=max_age, secure=self.names.secure)

    def _told_of_session(self) -> dict[str, str]:
        return {"session": "ENDED"} if self._ended else {}

    def _answer(self, body: dict[str, Any], status: int) -> Answer:
        if told := self._told_of_session():
            body["extensions"] = {**body.get("extensions", {}), **told}
        return self._written(orjson.dumps(body), status)

    def _written(self, body: bytes, status: int) -> Answer:
        cookies = [header("Set-Cookie", cookie) for cookie in self._set_cookies.values()]
        return written_answer(body, status, self.media_type, [*self._headers, *cookies])


def has_run(result: ExecutionResult) -> bool:
    """Whether a document could be executed: whatever went wrong then, went wrong at a field of it."""
    return result.data is not None or any(error.path is not None for error in result.errors or ())


def retry_after_of(errors: Iterable[Mapping[str, Any]]) -> int | None:
    """How long to wait, in seconds, where the database couldn't serve part of an operation."""
    told = (error.get("extensions", {}) for error in errors)
    waits = (extensions["retryAfterSeconds"] for extensions in told if extensions.get("code") == ProblemCode.OVERLOADED)
    return max(waits, default=None)
