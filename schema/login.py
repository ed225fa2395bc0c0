"""Logging in, moving on to another company, and changing one's own password."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.services import results
from resolvers import viewer as resolve
from resolvers.context import Info
from schema import problems
from schema.credentials import CredentialImpact
from schema.enums import SessionTransport
from schema.fields import secret, shown_as
from schema.registry import shows
from schema.viewer import CustomerChoiceOption, PortalViewer, StaffViewer

_TRANSPORT = "How the session's token is to travel. COOKIE is for browser applications on the portal's own pages."
_ONCE = (
    "The token of the session: send it as `Authorization: Bearer …` with every request. It is shown this once. "
    "null with COOKIE."
)
_EXPIRES_AT = "When the session ends if it isn't used; using it puts that off, up to a limit."


@strawberry.input(description="What a portal user logs in with.")
class LoginInput:
    username: str = strawberry.field(description="The reference's e-mail, for example `anna@jensen-transport.dk`.")
    password: str = secret("The password, as the person typed it.")
    transport: SessionTransport | None = strawberry.field(default=SessionTransport.BEARER, description=_TRANSPORT)


@strawberry.input(description="What a member of staff logs in with.")
class StaffLoginInput:
    email: str = strawberry.field(description="For example `admin@example.com`.")
    password: str = secret("The password, as the person typed it.")
    transport: SessionTransport | None = strawberry.field(default=SessionTransport.BEARER, description=_TRANSPORT)


@strawberry.input(description="The company that a person chose.")
class ChooseCustomerInput:
    ticket: str = secret("The `ticket` of the CustomerChoice.")
    reference_id: strawberry.ID = strawberry.field(description="The `referenceId` of the option that was chosen.")


@strawberry.input(description="The company to go on as.")
class SwitchCustomerInput:
    reference_id: strawberry.ID = strawberry.field(description="The `referenceId` of one of `viewer.choices`.")


@strawberry.input(description="A change of one's own password.")
class ChangePasswordInput:
    current_password: str = secret("The password the person has now.")
    new_password: str = secret("The one to have from now on. It has to keep to `passwordPolicy`.")


@shows(results.LoginSuccess, description="The person is logged in.")
class LoginSuccess:
    access_token: str | None = strawberry.field(resolver=resolve.access_token, description=_ONCE)
    expires_at: datetime = strawberry.field(resolver=resolve.expires_at, description=_EXPIRES_AT)
    viewer: PortalViewer = strawberry.field(resolver=resolve.payload_viewer, description="Who is logged in now.")


@shows(
    results.CustomerChoice,
    description=(
        "The password was right, and the person may order for several companies: ask which one, and send the answer "
        "with the ticket to `chooseCustomer`."
    ),
)
class CustomerChoice:
    ticket: str = strawberry.field(description="Good for one choice, for five minutes.")
    expires_at: datetime = strawberry.field(description="Until when.")
    options: list[CustomerChoiceOption] = strawberry.field(description="The companies to choose from, by name.")


@shows(results.StaffLoginSuccess, description="The member of staff is logged in.")
class StaffLoginSuccess:
    access_token: str | None = strawberry.field(resolver=resolve.access_token, description=_ONCE)
    expires_at: datetime = strawberry.field(resolver=resolve.expires_at, description=_EXPIRES_AT)
    viewer: StaffViewer = strawberry.field(resolver=resolve.payload_viewer, description="Who is logged in now.")


@shows(
    results.SecondFactorRequired,
    description=(
        "The password was right, and the member of staff has an authenticator app: ask for its code, and send it with "
        "the ticket to `confirmStaffLogin`."
    ),
)
class SecondFactorRequired:
    ticket: str = strawberry.field(description="Good for one log-in, for five minutes.")
    expires_at: datetime = strawberry.field(description="Until when.")


@shows(
    results.SwitchCustomerSuccess,
    description="The session stands at the other company now. The token and when it ends stay the same.",
)
class SwitchCustomerSuccess:
    viewer: PortalViewer = strawberry.field(
        resolver=resolve.payload_viewer, description="The person, as they are at the other company."
    )


@shows(
    results.ChangePasswordSuccess,
    description=(
        "The password is another one, for every company the person orders for. Go on with the new token: the one that "
        "asked is dead, and so is every other session of the username."
    ),
)
class ChangePasswordSuccess:
    access_token: str | None = strawberry.field(resolver=resolve.access_token, description=_ONCE)
    expires_at: datetime = strawberry.field(resolver=resolve.expires_at, description=_EXPIRES_AT)
    viewer: PortalViewer = strawberry.field(resolver=resolve.payload_viewer, description="The person.")
    impact: CredentialImpact = strawberry.field(
        description="What it did. For which companies the password counts is in `viewer.choices`."
    )


@shows(
    results.ChangeStaffPasswordSuccess,
    description="The password is another one. Go on with the new token: the one that asked is dead.",
)
class ChangeStaffPasswordSuccess:
    access_token: str | None = strawberry.field(resolver=resolve.access_token, description=_ONCE)
    expires_at: datetime = strawberry.field(resolver=resolve.expires_at, description=_EXPIRES_AT)
    viewer: StaffViewer = strawberry.field(resolver=resolve.payload_viewer, description="The member of staff.")
    sessions_revoked: int = strawberry.field(description="How many other sessions of theirs ended.")


LoginResult = Annotated[
    LoginSuccess
    | CustomerChoice
    | problems.NoUserFound
    | problems.TooManyAttempts
    | problems.TicketExpired
    | problems.Overloaded,
    strawberry.union("LoginResult", description="What `login` and `chooseCustomer` can end in."),
]

SwitchCustomerResult = Annotated[
    SwitchCustomerSuccess | problems.NotLoggedIn | problems.NotAllowed | problems.NotFound,
    strawberry.union("SwitchCustomerResult", description="What `switchCustomer` can end in."),
]

ChangePasswordResult = Annotated[
    ChangePasswordSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.WrongPassword
    | problems.WeakPassword
    | problems.TooManyAttempts
    | problems.Overloaded,
    strawberry.union("ChangePasswordResult", description="What `changePassword` can end in."),
]

StaffLoginResult = Annotated[
    StaffLoginSuccess | SecondFactorRequired | problems.NoUserFound | problems.TooManyAttempts | problems.Overloaded,
    strawberry.union("StaffLoginResult", description="What `staffLogin` can end in."),
]

ChangeStaffPasswordResult = Annotated[
    ChangeStaffPasswordSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.WrongPassword
    | problems.WeakPassword
    | problems.TooManyAttempts
    | problems.Overloaded,
    strawberry.union("ChangeStaffPasswordResult", description="What `changeStaffPassword` can end in."),
]


@strawberry.type
class LoginMutations:
    @shown_as(
        LoginResult,
        "Logs a portal user in. Who orders for several companies gets a CustomerChoice and goes on with "
        '`chooseCustomer`. With GraphiQL, put the `accessToken` in the Headers pane: `{"Authorization": "Bearer '
        '…"}`. It stands alone in its operation.',
    )
    async def login(
        self,
        info: Info,
        input: Annotated[LoginInput, strawberry.argument(description="The username and the password.")],
    ) -> object:
        return await resolve.login(info, input)

    @shown_as(
        LoginResult,
        "The answer to a CustomerChoice: logs the person in for the company they chose. The ticket is used "
        "up, whatever the answer. It stands alone in its operation.",
    )
    async def choose_customer(
        self,
        info: Info,
        input: Annotated[ChooseCustomerInput, strawberry.argument(description="The ticket, and the company.")],
    ) -> object:
        return await resolve.choose_customer(info, input)

    @shown_as(
        SwitchCustomerResult,
        "Goes on as another of the companies a portal user orders for, without the password. The token "
        "stays the same. Staff get NotAllowed. It stands alone in its operation.",
    )
    async def switch_customer(
        self,
        info: Info,
        input: Annotated[SwitchCustomerInput, strawberry.argument(description="The company to go on as.")],
    ) -> object:
        return await resolve.switch_customer(info, input)

    @shown_as(
        ChangePasswordResult,
        "A portal user's change of their own password, for every company they order for. It needs the menu item "
        "SETTINGS. Every other session of the username ends, and this one goes on with a new token. It stands alone in "
        "its operation.",
    )
    async def change_password(
        self,
        info: Info,
        input: Annotated[
            ChangePasswordInput, strawberry.argument(description="The password they have, and the one they want.")
        ],
    ) -> object:
        return await resolve.change_password(info, input)

    @shown_as(
        StaffLoginResult,
        "Logs a member of staff in. Who has an authenticator app gets a SecondFactorRequired and goes on with "
        "`confirmStaffLogin`. With GraphiQL, put the `accessToken` in the Headers pane: "
        '`{"Authorization": "Bearer …"}`. It stands alone in its operation.',
    )
    async def staff_login(
        self,
        info: Info,
        input: Annotated[StaffLoginInput, strawberry.argument(description="The e-mail and the password.")],
    ) -> object:
        return await resolve.staff_login(info, input)

    @shown_as(
        ChangeStaffPasswordResult,
        "A staff member's change of their own password. Every other session of theirs ends, and this one "
        "goes on with a new token. It stands alone in its operation.",
    )
    async def change_staff_password(
        self,
        info: Info,
        input: Annotated[
            ChangePasswordInput, strawberry.argument(description="The password they have, and the one they want.")
        ],
    ) -> object:
        return await resolve.change_staff_password(info, input)
