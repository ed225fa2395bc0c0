"""The second factor of staff: the second step of their log-in, and the authenticator app they have."""

from app.services.inputs import ConfirmTotp, EnrolTotp, RemoveTotp, RenewRecoveryCodes
from resolvers.context import Info
from resolvers.inputs import given
from resolvers.viewer import settled


async def enrol_totp(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.second_factor.enrol_totp(caller, given(input, EnrolTotp))


async def confirm_totp(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    care = info.context.services.second_factor
    return settled(info.context, await care.confirm_totp(caller, given(input, ConfirmTotp)))


async def remove_totp(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    care = info.context.services.second_factor
    return settled(info.context, await care.remove_totp(caller, given(input, RemoveTotp)))


async def renew_recovery_codes(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    return await info.context.services.second_factor.renew_recovery_codes(caller, given(input, RenewRecoveryCodes))
