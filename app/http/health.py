"""What a supervisor and a load balancer ask. Anybody may, so the answers name no host, path or version."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.database import DatabaseUnavailable
from app.database.migrate import pending
from app.http.answers import json_response
from app.services import Services


async def healthz(_request: Request) -> Response:
    """This process answers; whether it can do its work is for `/readyz` to say."""
    return json_response({"status": "ok"})


def readyz(services: Callable[[], Services]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that says whether requests can be served here: the database can be written to and is up to date."""

    async def answer(_request: Request) -> Response:
        database = services().resources.database
        try:
            await database.ready()
            behind = await pending(database)
        except DatabaseUnavailable:
            return json_response({"status": "unready", "reason": "The database can't be written to."}, status=503)
        if behind:
            return json_response({"status": "unready", "reason": "The database's migrations are behind."}, status=503)
        return json_response({"status": "ready"})

    return answer
