"""What a supervisor and a load balancer ask. Anybody may, so the answers name no host, path or version."""

from collections.abc import Awaitable, Callable
from typing import Final

from app.database import DatabaseUnavailable
from app.database.migrate import pending
from app.http.answers import Answer, Refusal, json_answer
from app.http.request import Request
from app.services import Services

METHODS: Final = ("GET", "HEAD")


async def healthz(request: Request) -> Answer:
    """This process answers; whether it can do its work is for `/readyz` to say."""
    _require_reading(request)
    return json_answer({"status": "ok"})


def readyz(services: Callable[[], Services]) -> Callable[[Request], Awaitable[Answer]]:
    """An endpoint that says whether requests can be served here: the database can be written to and is up to date."""

    async def answer(request: Request) -> Answer:
        _require_reading(request)
        database = services().resources.database
        try:
            await database.ready()
            behind = await pending(database)
        except DatabaseUnavailable:
            return _unready("The database can't be written to.")
        if behind:
            return _unready("The database's migrations are behind.")
        return json_answer({"status": "ready"})

    return answer


def _require_reading(request: Request) -> None:
    """Lets a request pass that changes nothing.

    Raises:
        Refusal: 405.
    """
    if request.method not in METHODS:
        raise Refusal(405, "NOT_FOUND", "unknown_page", headers={"Allow": ", ".join(METHODS)})


def _unready(reason: str) -> Answer:
    return json_answer({"status": "unready", "reason": reason}, 503)
