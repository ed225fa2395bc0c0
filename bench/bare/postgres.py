"""The answers on PostgreSQL: asyncpg's pool as it comes.

BENCH_DATABASE_URL=… python -m bench.bare.postgres PORT
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.bare import answers
from bench.bare.answers import Fields
from bench.bare.serving import serve, token_hash


def statement(*, total: str = "", count: str = "", columns: str = "", joins: str = "") -> str:
    """One row a reference, and one row more of each list than its page shows. No row at all: no such token."""
    return f"""
    WITH tool AS (
        SELECT t.id FROM access_token t JOIN staff_member m ON m.id = t.created_by_id
        WHERE t.secret_hash = $1 AND t.expires_at > now() AND m.active AND m.role = 'ADMIN'
    )
    SELECT c.*, r.* {total}
    FROM tool
    LEFT JOIN LATERAL (
        SELECT id AS customer_id, name AS customer_name, number_key, active, settings_id AS customer_settings_id {count}
        FROM customer WHERE (number_key, id) > ($2, $3) ORDER BY number_key, id LIMIT $4 + 1
    ) c ON TRUE
    LEFT JOIN LATERAL (
        SELECT reference.id, reference.name, reference.name_key, has_password, internet_user {columns}
        FROM reference {joins}
        WHERE customer_id = c.customer_id ORDER BY reference.name_key, reference.id LIMIT $5 + 1
    ) r ON TRUE
    ORDER BY c.number_key, c.customer_id, r.name_key, r.id
    """


DEFAULT: Final = "(SELECT id FROM internet_order_settings WHERE is_default)"

PLAIN: Final = statement()
PERMISSIONS: Final = statement(
    columns=", denied_permissions, s.name AS settings_name, s.permissions",
    joins=f"""JOIN internet_order_settings s
        ON s.id = COALESCE(reference.settings_id, c.customer_settings_id, {DEFAULT})""",
)
SHARED: Final = statement(
    columns=""", ARRAY(
            SELECT company.name FROM reference other JOIN customer company ON company.id = other.customer_id
            WHERE other.login_id = reference.login_id AND other.id <> reference.id
            ORDER BY company.name_key, other.name_key, other.id
        ) AS shared""",
)
COUNTED: Final = statement(
    total=", (SELECT count(*) FROM customer) AS total",
    count=", (SELECT count(*) FROM reference WHERE customer_id = customer.id) AS reference_count",
)
VIEWER: Final = f"""
SELECT r.name, r.email, c.name AS customer_name, o.permissions, r.denied_permissions
FROM session s
JOIN login l ON l.id = s.login_id AND l.epoch = s.epoch
JOIN reference r ON r.id = s.reference_id
JOIN customer c ON c.id = r.customer_id
JOIN internet_order_settings o ON o.id = COALESCE(r.settings_id, c.settings_id, {DEFAULT})
WHERE s.token_hash = $1 AND NOT s.cookie AND s.expires_at > now() AND s.last_seen_at > now() - interval '480 minutes'
"""


def pages(sql: str, fields: Fields, *, counted: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """GET /customers?first=50&references=10&after=CURSOR."""

    async def customers(request: Request) -> Response:
        parameters = request.query_params
        first, each, after = int(parameters["first"]), int(parameters["references"]), parameters.get("after")
        name, key = answers.place(after)
        rows = await request.app.state.pool.fetch(sql, token_hash(request), name, key, first, each)
        return answers.page(rows, first, each, fields, paged=after is not None, counted=counted)

    return customers


async def viewer(request: Request) -> Response:
    """GET /viewer."""
    return answers.viewer(await request.app.state.pool.fetchrow(VIEWER, token_hash(request)))


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=0, max_size=10) as pool:
        app.state.pool = pool
        yield


if __name__ == "__main__":
    routes = [
        Route("/customers", pages(PLAIN, answers.plain)),
        Route("/customers/permissions", pages(PERMISSIONS, answers.with_permissions)),
        Route("/customers/shared", pages(SHARED, answers.with_shared)),
        Route("/customers/counted", pages(COUNTED, answers.plain, counted=True)),
        Route("/viewer", viewer),
    ]
    serve(Starlette(routes=routes, lifespan=lifespan))
