"""What every request and every answer has: an id, a line in the log, the headers that browsers are told to obey, and
somebody who catches what nobody expected.

Nothing of a request is logged but its method, path, status, duration and operation name: a document or a variable may
hold a password.
"""

import re
import secrets
import time
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.answers import Refusal, refused
from app.http.client import printable
from app.http.door import Door
from app.logs import describe

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
REQUEST_ID: Final = "request_id"
OPERATION: Final = "operation"
LONGEST_IN_LOG: Final = 64

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.access")


class Access:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        state = scope.setdefault("state", {})
        state[REQUEST_ID] = request_id
        status = 0
        told: dict[str, str] = {**HEADERS}

        async def send_complete(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in told.items():
                    headers.setdefault(name, value)
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                entry = self._door.enter(scope)
                told.update(entry.headers)
                await (entry.answer or self._app)(scope, receive, send_complete)
            except Exception as error:
                log_unexpected(error)
                if status:
                    raise
                await internal_error(scope, request_id)(scope, receive, send_complete)
            finally:
                log.info(
                    "request",
                    method=scope["method"],
                    path=printable(scope["path"], LONGEST_IN_LOG),
                    status=status or None,
                    ms=round((time.perf_counter() - started) * 1000, 1),
                    operation=state.get(OPERATION),
                )


def note_operation(scope: Scope, name: str | None) -> None:
    """Has the log name the operation, where the client's name for it is a GraphQL name of a sane length."""
    if name is not None and len(name) <= LONGEST_IN_LOG and _NAME.fullmatch(name):
        scope.setdefault("state", {})[OPERATION] = name


def internal_error(scope: Scope, request_id: str) -> ASGIApp:
    """The answer to a request that ended in an exception: how to report it, and nothing else."""
    refusal = Refusal(
        500, "INTERNAL_ERROR", "internal_error", {"request_id": request_id}, extensions={"requestId": request_id}
    )
    return refused(refusal, Headers(scope=scope).get("accept-language"))


def log_unexpected(error: BaseException) -> None:
    """Logs an exception that nobody expected, without its text."""
    log.error("unexpected exception", **describe(error))
