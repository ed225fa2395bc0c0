"""Customers: reading and changing them."""

from typing import Any

from app.services.inputs import CreateCustomer, UpdateCustomer
from resolvers.context import Info
from resolvers.inputs import given, or_none


async def create_customer(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.register.create_customer(caller, given(input, CreateCustomer))


async def update_customer(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.register.update_customer(caller, given(input, UpdateCustomer))


async def delete_customer(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.register.delete_customer(caller, input.id, or_none(input.expected_version))
