"""Saving references."""

from typing import Any

from app.services.inputs import CreateReference, PreviewReference, UpdateReference
from resolvers.context import Info
from resolvers.inputs import given, or_none


async def preview_reference(info: Info, input: object) -> object:
    credentials = info.context.services.credentials
    return await credentials.preview_reference(info.context.caller, given(input, PreviewReference))


async def create_reference(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.credentials.create_reference(caller, given(input, CreateReference))


async def update_reference(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.credentials.update_reference(caller, given(input, UpdateReference))


async def delete_reference(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.credentials.delete_reference(caller, input.id, or_none(input.expected_version))
