"""The page of customers: one row of columns, spliced to JSON."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from typing import Any, Final

import orjson

# Each list is aggregated from a subquery that is in order. A letter says what follows from a reference's flags.
PAGE: Final = """
WITH tool AS (
    SELECT t.id FROM access_token t JOIN staff_member m ON m.id = t.created_by_id
    WHERE t.secret_hash = $1 AND t.expires_at > now() AND m.active AND m.role = 'ADMIN'
), c AS (
    SELECT row_number() OVER (ORDER BY number_key, customer.id) AS place, customer.* FROM tool, customer
    WHERE (number_key, customer.id) > ($2, $3) ORDER BY number_key, customer.id LIMIT $4 + 1
)
SELECT tools, customers.*, people.*
FROM (SELECT count(*) AS tools FROM tool) authorised,
(SELECT array_agg(id) AS keys, array_agg(name) AS names, array_agg(number_key) AS places
 FROM (SELECT * FROM c ORDER BY place) c) customers,
(SELECT array_agg(customer_id) AS parents, array_agg(id) AS r_keys, array_agg(name) AS r_names,
    array_agg(name_key) AS r_places, string_agg(
        CASE WHEN NOT has_password THEN 'n' WHEN internet_user AND active THEN 'y' ELSE 'e' END, ''
    ) AS flags
 FROM (
    SELECT c.active, r.* FROM c CROSS JOIN LATERAL (
        SELECT customer_id, id, name, name_key, has_password, internet_user FROM reference
        WHERE customer_id = c.id ORDER BY name_key, id LIMIT $5 + 1
    ) r
    WHERE c.place <= $4
    ORDER BY c.place, r.name_key, r.id
 ) r) people
"""

FLAGS: Final = {
    "n": b'"passwordStatus":"NONE","canLogIn":false',
    "y": b'"passwordStatus":"ENCRYPTED","canLogIn":true',
    "e": b'"passwordStatus":"ENCRYPTED","canLogIn":false',
}
BOOLEAN: Final = {False: b"false", True: b"true"}


def place(after: str | None) -> tuple[str, int]:
    """Where the page behind a cursor begins."""
    if not after:
        return "", 0
    name, _, key = a2b_base64(after).decode().removeprefix("customers,NUMBER,ASC,,").rpartition(",")
    return name, int(key)


def render(row: Any, first: int, each: int, *, paged: bool) -> bytes:
    """The answer."""
    keys = row["keys"] or ()
    lists = _references(row, each)
    edges = [
        (
            _base64(b"customers,NUMBER,ASC,,%b,%d" % (place, key)),
            _base64(b"Customer:%d" % key),
            name,
            lists.get(key) or _connection([], each),
        )
        for key, name, place in zip(keys, _texts(row["names"]), _bytes(row["places"]), strict=False)
    ]
    template = b'{"cursor":"%b","node":{"id":"%b","name":"%b","references":%b}}'
    shown = [(edge[0], template % edge) for edge in edges]
    return b'{"data":{"customers":%b}}' % _connection(shown, first, paged=paged)


def _references(row: Any, each: int) -> dict[int, bytes]:
    """The connections of references, by the key of their customer."""
    of: dict[int, list[tuple[bytes, bytes]]] = {key: [] for key in row["keys"] or ()}
    columns = (
        row["parents"] or (),
        row["r_keys"] or (),
        _texts(row["r_names"]),
        _bytes(row["r_places"]),
        row["flags"] or (),
    )
    for parent, key, name, place, flag in zip(*columns, strict=True):
        cursor = _base64(b"Customer.references,NAME,ASC,%d,%b,%d" % (parent, place, key))
        node = b'{"cursor":"%b","node":{"id":"%b","name":"%b",%b}}' % (
            cursor,
            _base64(b"Reference:%d" % key),
            name,
            FLAGS[flag],
        )
        of[parent].append((cursor, node))
    return {key: _connection(edges, each) for key, edges in of.items()}


def _connection(edges: list[tuple[bytes, bytes]], size: int, *, paged: bool = False) -> bytes:
    more = len(edges) > size
    shown = edges[:size] if more else edges
    return b'{"edges":[%b],"pageInfo":{"hasNextPage":%b,"hasPreviousPage":%b,"startCursor":%b,"endCursor":%b}}' % (
        b",".join([node for _, node in shown]),
        BOOLEAN[more],
        BOOLEAN[paged],
        b'"%b"' % shown[0][0] if shown else b"null",
        b'"%b"' % shown[-1][0] if shown else b"null",
    )


def _texts(column: Sequence[str] | None) -> Sequence[bytes]:
    """A column of texts as JSON without the quotes: escaped all at once where nothing in it needs escaping."""
    if not column:
        return ()
    escaped = orjson.dumps(column)
    if b"\\" not in escaped:
        return escaped[2:-2].split(b'","')
    return [orjson.dumps(text)[1:-1] for text in column]


def _bytes(column: Sequence[str] | None) -> Sequence[bytes]:
    """A column of texts, none of which holds a zero, in UTF-8."""
    return "\0".join(column).encode().split(b"\0") if column else ()


def _base64(value: bytes) -> bytes:
    return b2a_base64(value, newline=False)
