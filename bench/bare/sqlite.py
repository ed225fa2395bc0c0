"""The answers on SQLite: one connection of aiosqlite's.

BENCH_DATABASE_URL=… python -m bench.bare.sqlite PORT
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiosqlite
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.bare import answers
from bench.bare.serving import serve, token_hash

PAGE: Final = """
WITH tool AS (
    SELECT t.id FROM access_token t JOIN staff_member m ON m.id = t.created_by_id
    WHERE t.secret_hash = ?1 AND t.expires_at > ?2 AND m.active AND m.role = 'ADMIN'
), c AS (
    SELECT id AS customer_id, name AS customer_name, number_key, active FROM customer
    WHERE (number_key, id) > (?3, ?4) ORDER BY number_key, id LIMIT ?5 + 1
)
SELECT c.*, r.id, r.name, r.name_key, r.has_password, r.internet_user
FROM tool
LEFT JOIN c
LEFT JOIN reference r ON r.id IN (
    SELECT id FROM reference WHERE customer_id = c.customer_id ORDER BY name_key, id LIMIT ?6 + 1
)
ORDER BY c.number_key, c.customer_id, r.name_key, r.id
"""
VIEWER: Final = """
SELECT r.name, r.email, c.name AS customer_name, o.permissions, r.denied_permissions
FROM session s
JOIN login l ON l.id = s.login_id AND l.epoch = s.epoch
JOIN reference r ON r.id = s.reference_id
JOIN customer c ON c.id = r.customer_id
JOIN internet_order_settings o ON o.id = COALESCE(
    r.settings_id, c.settings_id, (SELECT id FROM internet_order_settings WHERE is_default)
)
WHERE s.token_hash = ?1 AND NOT s.cookie AND s.expires_at > ?2 AND s.last_seen_at > ?3
"""
IDLE: Final = timedelta(minutes=480)


async def customers(request: Request) -> Response:
    """GET /customers?first=50&references=10&after=CURSOR."""
    parameters = request.query_params
    first, each, after = int(parameters["first"]), int(parameters["references"]), parameters.get("after")
    name, key = answers.place(after)
    values = (token_hash(request), written(datetime.now(UTC)), name, key, first, each)
    rows = list(await request.app.state.connection.execute_fetchall(PAGE, values))
    return answers.page(rows, first, each, answers.plain, paged=after is not None)


async def viewer(request: Request) -> Response:
    """GET /viewer."""
    now = datetime.now(UTC)
    values = (token_hash(request), written(now), written(now - IDLE))
    rows = list(await request.app.state.connection.execute_fetchall(VIEWER, values))
    return answers.viewer(rows[0] if rows else None)


def written(moment: datetime) -> str:
    """A moment as the tables hold it."""
    return moment.isoformat(" ", timespec="microseconds")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    path: Any = os.environ["BENCH_DATABASE_URL"].removeprefix("sqlite:///")
    async with aiosqlite.connect(path) as connection:
        connection.row_factory = aiosqlite.Row
        app.state.connection = connection
        yield


if __name__ == "__main__":
    serve(Starlette(routes=[Route("/customers", customers), Route("/viewer", viewer)], lifespan=lifespan))
