"""Who is logged in, and how people log in and change their own password."""

from datetime import datetime
from typing import Any

from app import i18n
from app.security.policy import PasswordPolicy
from app.services.inputs import ChangePassword, Login, StaffLogin
from app.services.problems import NotLoggedIn, Refused
from app.services.results import (
    ChangePasswordSuccess,
    ChangeStaffPasswordSuccess,
    ConfirmTotpSuccess,
    CustomerChoice,
    IssuedToken,
    LoginSuccess,
    RemoveTotpSuccess,
    SecondFactorRequired,
    StaffLoginSuccess,
    SwitchCustomerSuccess,
)
from resolvers.context import Context, Cookie, Info
from resolvers.inputs import given
from resolvers.reading import ask


async def payload_viewer(root: Any, info: Info) -> Any:
    """The viewer in the answer to a log-in: whoever the caller is by then.

    Raises:
        Refused: NotLoggedIn, where somebody has already ended the session again.
    """
    found = await ask(info, "viewer")
    if found is None:
        raise Refused(NotLoggedIn())
    return found


def access_token(root: Any) -> str | None:
    """A new session's token, where it travels in the answer."""
    token: IssuedToken = root.token
    return token.access_token


def expires_at(root: Any) -> datetime:
    token: IssuedToken = root.token
    return token.expires_at


def password_policy(info: Info) -> PasswordPolicy:
    return PasswordPolicy.of(info.context.services.resources.settings)


def password_rules(root: Any, info: Info) -> list[str]:
    return i18n.password_rules(root, info.context.locale)


async def login(info: Info, input: object) -> object:
    context = info.context
    caller = await context.fresh_caller()
    answer = await context.services.sign_in.login(caller, given(input, Login), context.device_cookie)
    return settled(context, answer)


async def choose_customer(info: Info, input: Any) -> object:
    context = info.context
    caller = await context.fresh_caller()
    answer = await context.services.sign_in.choose_customer(
        caller, input.ticket, input.reference_id, context.ticket_cookie, context.device_cookie
    )
    if context.ticket_cookie is not None:
        context.cookies.clear(Cookie.TICKET)
    return settled(context, answer)


async def switch_customer(info: Info, input: Any) -> object:
    caller = await info.context.fresh_caller()
    return settled(info.context, await info.context.services.sign_in.switch_customer(caller, input.reference_id))


async def staff_login(info: Info, input: object) -> object:
    context = info.context
    caller = await context.fresh_caller()
    answer = await context.services.sign_in.staff_login(caller, given(input, StaffLogin), context.staff_device_cookie)
    return settled(context, answer)


async def change_password(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    sign_in = info.context.services.sign_in
    return settled(info.context, await sign_in.change_password(caller, given(input, ChangePassword)))


async def change_staff_password(info: Info, input: object) -> object:
    caller = await info.context.fresh_caller()
    sign_in = info.context.services.sign_in
    return settled(info.context, await sign_in.change_staff_password(caller, given(input, ChangePassword)))


def settled(context: Context, answer: object) -> object:
    """Has the rest of the operation, and the transport, act on what an answer says about who the caller is now."""
    match answer:
        case LoginSuccess() | ChangePasswordSuccess():
            context.deliver(answer.token, Cookie.PORTAL_SESSION)
            context.know_again(answer.device, Cookie.DEVICE)
            context.become(answer.caller)
        case StaffLoginSuccess() | ChangeStaffPasswordSuccess():
            context.deliver(answer.token, Cookie.STAFF_SESSION)
            context.know_again(answer.device, Cookie.STAFF_DEVICE)
            context.become(answer.caller)
        case (
            SwitchCustomerSuccess(caller=caller) | ConfirmTotpSuccess(caller=caller) | RemoveTotpSuccess(caller=caller)
        ):
            context.become(caller)
        case CustomerChoice(cookie_secret=str() as secret, expires_at=expires_at):
            context.cookies.set(Cookie.TICKET, secret, expires_at)
        case SecondFactorRequired(cookie_secret=str() as secret, expires_at=expires_at):
            context.cookies.set(Cookie.STAFF_TICKET, secret, expires_at)
    return answer
