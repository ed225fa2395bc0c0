"""Who is logged in: look-ups that arrive while one is in flight share the next statement."""

import asyncio
from functools import lru_cache
from typing import Any, Final

import orjson

from bench.bare.permissions import effective, menu
from bench.raw.connections import Connections

_FROM: Final = """
JOIN login l ON l.id = s.login_id AND l.epoch = s.epoch
JOIN reference r ON r.id = s.reference_id
JOIN customer c ON c.id = r.customer_id
JOIN internet_order_settings o ON o.id = COALESCE(
    r.settings_id, c.settings_id, (SELECT id FROM internet_order_settings WHERE is_default)
)
WHERE NOT s.cookie AND s.expires_at > now() AND s.last_seen_at > now() - interval '480 minutes'
"""
_COLUMNS: Final = (
    "r.name, r.email, c.name AS company, o.permissions::text AS ticked, r.denied_permissions::text AS denied"
)
ONE: Final = f"SELECT {_COLUMNS} FROM session s {_FROM} AND s.token_hash = $1"
MANY: Final = f"""
SELECT q.place, {_COLUMNS} FROM unnest($1::bytea[]) WITH ORDINALITY AS q (hash, place)
JOIN session s ON s.token_hash = q.hash {_FROM}
"""


class Viewers:
    """Looks sessions up."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._waiting: list[tuple[bytes, asyncio.Future[bytes]]] = []
        self._running: asyncio.Task[None] | None = None

    def find(self, digest: bytes) -> asyncio.Future[bytes]:
        """The answer for whoever has a session's token by this hash."""
        found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((digest, found))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return found

    async def _run(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, []
            if len(asked) == 1:
                row = await self._connections.fetchrow(ONE, asked[0][0])
                asked[0][1].set_result(render(row))
                continue
            rows = await self._connections.fetch(MANY, [digest for digest, _ in asked])
            by_place = {row["place"]: row for row in rows}
            for place, (_, found) in enumerate(asked, 1):
                if not found.done():
                    found.set_result(render(by_place.get(place)))
        self._running = None


def render(row: Any) -> bytes:
    """The answer."""
    if row is None:
        return b'{"data":{"viewer":null}}'
    return b'{"data":{"viewer":{"name":%b,"email":%b,"customer":{"name":%b},"menu":%b}}}' % (
        orjson.dumps(row["name"]),
        orjson.dumps(row["email"]),
        orjson.dumps(row["company"]),
        _menu(row["ticked"], row["denied"]),
    )


@lru_cache
def _menu(ticked: str, denied: str) -> bytes:
    return orjson.dumps(menu(effective(ticked, denied)))
