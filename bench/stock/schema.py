"""The schema: a page of customers, each with its references."""

import base64
from collections import defaultdict
from enum import Enum
from typing import Any, Generic, TypeVar

import orjson
import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info
from tortoise.expressions import Q

from bench.stock.models import Customer, Reference

T = TypeVar("T")


@strawberry.enum
class PasswordStatus(Enum):
    ENCRYPTED = "ENCRYPTED"
    NONE = "NONE"


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo


@strawberry.type(name="Reference")
class ReferenceType:
    row: strawberry.Private[Reference]
    name: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        return public_id("Reference", self.row.id)

    @strawberry.field
    def password_status(self) -> PasswordStatus:
        return PasswordStatus.ENCRYPTED if self.row.has_password else PasswordStatus.NONE

    @strawberry.field
    def can_log_in(self) -> bool:
        return self.row.internet_user and self.row.has_password and self.row.customer.active


@strawberry.type(name="Customer")
class CustomerType:
    row: strawberry.Private[Customer]
    name: str

    @strawberry.field
    def id(self) -> strawberry.ID:
        return public_id("Customer", self.row.id)

    @strawberry.field
    async def references(self, info: Info[dict[str, Any], None], first: int) -> Connection[ReferenceType]:
        rows = await info.context["references"].load(self.row.id)
        edges = [
            Edge(
                cursor=cursor("Customer.references", "NAME", self.row.id, row.name_key, row.id),
                node=ReferenceType(row=row, name=row.name),
            )
            for row in rows[:first]
        ]
        return Connection(edges=edges, page_info=page_info(edges, more=len(rows) > first, after=None))


@strawberry.type
class Query:
    @strawberry.field
    async def customers(
        self, info: Info[dict[str, Any], None], first: int, after: str | None = None
    ) -> Connection[CustomerType]:
        if info.context["tool"] is None:
            raise PermissionError("Not allowed")
        query = Customer.all()
        if after is not None:
            *_, name, key = orjson.loads(base64.urlsafe_b64decode(after))
            query = query.filter(Q(number_key__gt=name) | Q(number_key=name, id__gt=key))
        rows = await query.order_by("number_key", "id").limit(first + 1)
        edges = [
            Edge(
                cursor=cursor("customers", "NUMBER", None, row.number_key, row.id),
                node=CustomerType(row=row, name=row.name),
            )
            for row in rows[:first]
        ]
        return Connection(edges=edges, page_info=page_info(edges, more=len(rows) > first, after=after))


schema = strawberry.Schema(Query)


async def load_references(keys: list[int]) -> list[list[Reference]]:
    """The references of many customers by one query."""
    found = defaultdict(list)
    rows = Reference.filter(customer_id__in=keys).order_by("name_key", "id").prefetch_related("customer")
    for row in await rows:
        found[row.customer_id].append(row)
    return [found[key] for key in keys]


def references_loader() -> DataLoader[int, list[Reference]]:
    return DataLoader(load_references)


def page_info(edges: list[Any], *, more: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )


def public_id(type_name: str, key: int) -> strawberry.ID:
    return strawberry.ID(base64.b64encode(f"{type_name}:{key}".encode()).decode())


def cursor(list_name: str, order: str, parent: int | None, name: str, key: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([list_name, order, "ASC", parent, name, key])).decode()
