"""The second factor of staff: the second step of their log-in, and the authenticator app they have."""

from app.services.inputs import ConfirmStaffLogin, ConfirmTotp, EnrolTotp, RemoveTotp, RenewRecoveryCodes
from app.services.problems import TooManyAttempts, WrongCode
from resolvers.context import Cookie, Info
from resolvers.inputs import given
from resolvers.viewer import settled


async def confirm_staff_login(info: Info, input: object) -> object:
    """The cookie beside the ticket goes when the ticket is good for nothing any more: a wrong code leaves both."""
    context = info.context
    caller = await context.fresh_caller()
    answer = await context.services.sign_in.confirm_staff_login(
        caller, given(input, ConfirmStaffLogin), context.staff_ticket_cookie, context.staff_device_cookie
    )
    if context.staff_ticket_cookie is not None and not isinstance(answer, WrongCode | TooManyAttempts):
        context.cookies.clear(Cookie.STAFF_TICKET)
    return settled(context, answer)


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
