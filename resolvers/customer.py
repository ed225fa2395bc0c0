"""Customers: reading and changing them."""

from typing import Any

from app.services.inputs import CreateCustomer, UpdateCustomer
from resolvers.context import Info
from resolvers.inputs import given, or_none
from resolvers.selection import selected


async def customer(info: Info, id: str | None, number: str | None) -> object:
    reader = info.context.reader
    return await reader.customer(info.context.caller, or_none(id), or_none(number), selected(info))


async def customers(info: Info) -> object:
    return await info.context.reader.customers(info.context.caller, selected(info))


async def create_customer(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.register.create_customer(caller, given(input, CreateCustomer))


async def update_customer(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.register.update_customer(caller, given(input, UpdateCustomer))


async def delete_customer(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.register.delete_customer(caller, input.id, or_none(input.expected_version))
