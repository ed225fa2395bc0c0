"""Sessions: leaving them."""

from app.services.results import LogoutSuccess, RevokeSessionSuccess
from resolvers.context import Info


async def logout(info: Info, everywhere: bool | None) -> object:
    caller = await info.context.fresh_caller()
    answer = await info.context.services.sign_in.logout(caller, bool(everywhere))
    if isinstance(answer, LogoutSuccess):
        info.context.leave()
    return answer


async def end_other_sessions(info: Info) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.sign_in.end_other_sessions(caller)


async def revoke_session(info: Info, id: str) -> object:
    caller = await info.context.fresh_caller()
    answer = await info.context.services.sign_in.revoke_session(caller, id)
    if isinstance(answer, RevokeSessionSuccess) and answer.was_current:
        info.context.leave()
    return answer
