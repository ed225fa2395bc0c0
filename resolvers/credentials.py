"""Passwords and log-ins of references, as staff handle them."""

from typing import Any

from resolvers.context import Info


async def clear_password(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    login_care = info.context.services.login_care
    return await login_care.clear_password(caller, input.reference_id, bool(input.forget))


async def restore_password(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.login_care.restore_password(caller, input.reference_id)


async def unlock_login(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.login_care.unlock_login(caller, input.reference_id)


async def end_sessions(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.login_care.end_sessions(caller, input.reference_id)
