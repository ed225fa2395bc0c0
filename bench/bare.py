"""The base of the first measurement: the page as somebody would write it by hand who needed nothing else.

Starlette, asyncpg's pool as it comes, one SQL statement that also looks the token up, dicts, orjson. It answers the
very JSON that GraphQL answers, so it makes the same public ids and cursors, and shares no code with the service.

BENCH_DATABASE_URL=… python -m bench.bare PORT
"""

import base64
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any, Final

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Json = dict[str, Any]

# One row a reference, and one row more of each list than its page shows. No row at all: no such token.
PAGE: Final = """
WITH tool AS (
    SELECT t.id FROM access_token t JOIN staff_member m ON m.id = t.created_by_id
    WHERE t.secret_hash = $1 AND t.expires_at > now() AND m.active AND m.role = 'ADMIN'
)
SELECT c.id AS customer_id, c.name AS customer_name, c.number_key, c.active,
    r.id, r.name, r.name_key, r.has_password, r.internet_user
FROM tool
LEFT JOIN LATERAL (
    SELECT id, name, number_key, active FROM customer
    WHERE (number_key, id) > ($2, $3) ORDER BY number_key, id LIMIT $4 + 1
) c ON TRUE
LEFT JOIN LATERAL (
    SELECT id, name, name_key, has_password, internet_user FROM reference
    WHERE customer_id = c.id ORDER BY name_key, id LIMIT $5 + 1
) r ON TRUE
ORDER BY c.number_key, c.id, r.name_key, r.id
"""


async def customers(request: Request) -> Response:
    """GET /customers?first=50&references=10&after=CURSOR."""
    parameters = request.query_params
    first, each, after = int(parameters["first"]), int(parameters["references"]), parameters.get("after")
    number_key, key = orjson.loads(base64.urlsafe_b64decode(after))[-2:] if after else ("", 0)
    token = request.headers["authorization"].removeprefix("Bearer ")
    digest = hashlib.sha256(token.encode()).digest()
    rows = await request.app.state.pool.fetch(PAGE, digest, number_key, key, first, each)
    if not rows:
        return Response(status_code=401)
    edges = [] if rows[0]["customer_id"] is None else [customer(of_one, each) for of_one in grouped(rows)]
    page = connection(edges, first, has_previous=after is not None)
    content = {"data": {"customers": page}, "extensions": {"cost": first * (1 + each)}}
    return Response(orjson.dumps(content), media_type="application/json")


def grouped(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """The rows of each customer."""
    return (list(of_one) for _, of_one in groupby(rows, lambda row: row["customer_id"]))


def customer(rows: list[Any], each: int) -> Json:
    """A customer with its references, as an edge."""
    one = rows[0]
    key, active = one["customer_id"], one["active"]
    edges = [] if one["id"] is None else [reference(row, key, active) for row in rows]
    node = {
        "id": public_id("Customer", key),
        "name": one["customer_name"],
        "references": connection(edges, each, has_previous=False),
    }
    return {"cursor": cursor("customers", "NUMBER", None, one["number_key"], key), "node": node}


def reference(row: Any, customer_key: int, active: bool) -> Json:
    """A reference, as an edge."""
    key, has_password = row["id"], row["has_password"]
    node = {
        "id": public_id("Reference", key),
        "name": row["name"],
        "passwordStatus": "ENCRYPTED" if has_password else "NONE",
        "canLogIn": row["internet_user"] and has_password and active,
    }
    return {"cursor": cursor("Customer.references", "NAME", customer_key, row["name_key"], key), "node": node}


def connection(edges: list[Json], size: int, *, has_previous: bool) -> Json:
    """A page of these edges, of which there may be one too many."""
    more = len(edges) > size
    if more:
        edges.pop()
    info = {
        "hasNextPage": more,
        "hasPreviousPage": has_previous,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "pageInfo": info}


def public_id(type_name: str, key: int) -> str:
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def cursor(list_name: str, order: str, parent: int | None, name: str, key: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([list_name, order, "ASC", parent, name, key])).decode()


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BENCH_DATABASE_URL"], min_size=0, max_size=10) as pool:
        app.state.pool = pool
        yield


if __name__ == "__main__":
    uvicorn.run(
        Starlette(routes=[Route("/customers", customers)], lifespan=lifespan),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
