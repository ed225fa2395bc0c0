"""What every request and every answer has: an id, a line in the log, the headers that browsers are told to obey, and
somebody who catches what nobody expected.

Nothing of a request is logged but its method, path, status, duration and operation name, and whether a compiled
document answered it: a document or a variable may hold a password.
"""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from app.http.answers import Answer, Refusal, refused
from app.http.client import printable
from app.http.door import Door
from app.http.request import ClientGone, Request
from app.logs import REQUEST_ID, describe

LONGEST_IN_LOG: Final = 64

Endpoint = Callable[[Request], Awaitable[Answer]]

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.access")


class Access:
    """The outermost layer of the application: takes HTTP to the endpoints by their paths, and the rest to `app`."""

    def __init__(self, app: ASGIApp, door: Door, endpoints: Mapping[str, Endpoint]) -> None:
        self._app = app
        self._door = door
        self._endpoints = endpoints
        self._log = log.bind()  # once: it takes as long as a third of the line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request = Request(scope, receive)
        before = REQUEST_ID.set(request.id)
        status = None
        try:
            answer = await self._answer(request)
            status = answer.status
            await say(answer, request, send)
        except ClientGone:
            pass
        finally:
            ms = round((time.perf_counter() - started) * 1000, 1)
            path = printable(request.path, LONGEST_IN_LOG)
            by = {} if request.compiled is None else {"compiled": request.compiled}
            self._log.info(
                "request", method=request.method, path=path, status=status, ms=ms, operation=request.operation, **by
            )
            REQUEST_ID.reset(before)

    async def _answer(self, request: Request) -> Answer:
        """What the door, an endpoint, or whoever stands in for them has to say."""
        try:
            return self._door.enter(request) or await self._endpoints.get(request.path, nothing_here)(request)
        except Refusal as refusal:
            return refused(refusal, request.headers.get("accept-language"))
        except ClientGone:
            raise
        except Exception as error:
            log_unexpected(error)
            return internal_error(request)


async def say(answer: Answer, request: Request, send: Send) -> None:
    """Sends an answer, with what every answer says besides; what it says itself stands."""
    said = {name for name, _ in answer.headers}
    headers = [
        *answer.headers,
        *(told for told in request.told if told[0] not in said),
        (b"x-request-id", request.id.encode()),
    ]
    if answer.status != 204:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def nothing_here(_request: Request) -> Answer:
    """Stands for an address that nothing is behind.

    Raises:
        Refusal: 404.
    """
    raise Refusal(404, "NOT_FOUND", "unknown_page")


def note_operation(request: Request, name: str | None) -> None:
    """Has the log name the operation, where the client's name for it is a GraphQL name of a sane length."""
    if name is not None and len(name) <= LONGEST_IN_LOG and _NAME.fullmatch(name):
        request.operation = name


def internal_error(request: Request) -> Answer:
    """The answer to a request that ended in an exception: how to report it, and nothing else."""
    values = {"request_id": request.id}
    refusal = Refusal(500, "INTERNAL_ERROR", "internal_error", values, extensions={"requestId": request.id})
    return refused(refusal, request.headers.get("accept-language"))


def log_unexpected(error: BaseException) -> None:
    """Logs an exception that nobody expected, without its text."""
    log.error("unexpected exception", **describe(error))
