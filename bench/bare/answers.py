"""From rows to the JSON of an answer. It is the same on both databases."""

import base64
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

import orjson
from starlette.responses import Response

from bench.bare.permissions import effective, menu, states

Json = dict[str, Any]
Fields = Callable[[Any], Json]
"""The fields of a reference, from its row."""


def page(rows: Sequence[Any], first: int, each: int, fields: Fields, *, paged: bool, counted: bool = False) -> Response:
    """The answer with a page of customers; a row is a reference with its customer. Without any row nobody may ask."""
    if not rows:
        return Response(status_code=401)
    edges = (
        [] if rows[0]["customer_id"] is None else [customer(of_one, each, fields, counted) for of_one in grouped(rows)]
    )
    customers = connection(edges, first, has_previous=paged)
    if counted:
        customers["totalCount"] = rows[0]["total"]
    return answer({"customers": customers})


def viewer(row: Any) -> Response:
    """The answer with who is logged in; without a row it is nobody."""
    if row is None:
        return answer({"viewer": None})
    return answer(
        {
            "viewer": {
                "name": row["name"],
                "email": row["email"],
                "customer": {"name": row["customer_name"]},
                "menu": menu(effective(row["permissions"], row["denied_permissions"])),
            }
        }
    )


def answer(data: Json) -> Response:
    return Response(orjson.dumps({"data": data}), media_type="application/json")


def grouped(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """The rows of each customer."""
    return (list(of_one) for _, of_one in groupby(rows, lambda row: row["customer_id"]))


def customer(rows: list[Any], each: int, fields: Fields, counted: bool) -> Json:
    """A customer with its references, as an edge."""
    one = rows[0]
    key = one["customer_id"]
    edges = [] if one["id"] is None else [reference(row, key, fields) for row in rows]
    references = connection(edges, each, has_previous=False)
    if counted:
        references["totalCount"] = one["reference_count"]
    node = {"id": public_id("Customer", key), "name": one["customer_name"], "references": references}
    return {"cursor": cursor("customers", "NUMBER", None, one["number_key"], key), "node": node}


def reference(row: Any, customer_key: int, fields: Fields) -> Json:
    """A reference, as an edge."""
    return {
        "cursor": cursor("Customer.references", "NAME", customer_key, row["name_key"], row["id"]),
        "node": fields(row),
    }


def plain(row: Any) -> Json:
    """The fields of a reference that every page has."""
    has_password = row["has_password"]
    return {
        "id": public_id("Reference", row["id"]),
        "name": row["name"],
        "passwordStatus": "ENCRYPTED" if has_password else "NONE",
        "canLogIn": bool(row["internet_user"] and has_password and row["active"]),
    }


def with_permissions(row: Any) -> Json:
    """The same, with what the person may do."""
    return {
        **plain(row),
        "permissions": states(row["permissions"], row["denied_permissions"]),
        "settings": {"name": row["settings_name"]},
    }


def with_shared(row: Any) -> Json:
    """The same, with the companies of the other references that have the username."""
    return {**plain(row), "sharedWith": [{"customer": {"name": name}} for name in row["shared"]]}


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


def place(after: str | None) -> tuple[str, int]:
    """Where the page behind a cursor begins."""
    if not after:
        return "", 0
    *_, name, key = orjson.loads(base64.urlsafe_b64decode(after))
    return name, key
