"""Staff and their tools."""

from app.services.inputs import CreateAccessToken, CreateStaff, UpdateStaff
from resolvers.context import Info
from resolvers.inputs import given


async def create_staff(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.staff.create_staff(caller, given(input, CreateStaff))


async def update_staff(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.staff.update_staff(caller, given(input, UpdateStaff))


async def create_access_token(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.access_tokens.create_access_token(caller, given(input, CreateAccessToken))


async def revoke_access_token(info: Info, id: str) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.access_tokens.revoke_access_token(caller, id)
