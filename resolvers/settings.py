"""Internet order settings: reading and changing them."""

from typing import Any

from app.services.inputs import CreateInternetOrderSettings, UpdateInternetOrderSettings
from resolvers.context import Info
from resolvers.inputs import given, or_none


async def create_settings(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.order_settings.create(caller, given(input, CreateInternetOrderSettings))


async def update_settings(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.order_settings.update(caller, given(input, UpdateInternetOrderSettings))


async def delete_settings(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.order_settings.delete(caller, input.id, or_none(input.expected_version))
