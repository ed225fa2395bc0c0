"""Staff with authenticator apps, through the public schema."""

from typing import Any

from pyotp import TOTP

from tests.support.services import FakeClock
from tests.support.story import STAFF_PASSWORD, Story

STEP = 30
"""Seconds that a code is shown for."""

WHO = "viewer { email secondFactor mustEnrolSecondFactor recoveryCodesLeft }"
FINISH = f"""mutation($i: ConfirmStaffLoginInput!) {{ confirmStaffLogin(input: $i) {{
    __typename ... on StaffLoginSuccess {{ accessToken {WHO} }} ... on Problem {{ code message }}
    ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"""
MINE = "{ viewer { ... on StaffViewer { secondFactor mustEnrolSecondFactor recoveryCodesLeft } } }"


class Phone:
    """An authenticator app: it knows a secret and the time."""

    def __init__(self, secret: str, clock: FakeClock) -> None:
        self._totp = TOTP(secret)
        self._clock = clock

    def code(self, steps: int = 0) -> str:
        """What it shows now, or would with a clock that is so many steps off."""
        return self._totp.at(self._clock.now(), counter_offset=steps)

    def next(self) -> str:
        """Waits for a code that it hasn't shown yet."""
        self._clock.advance(seconds=STEP)
        return self.code()

    def wrong(self) -> str:
        """Digits that are none of its codes around now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(text for text in (f"{number:06d}" for number in range(918_273, 918_282)) if text not in near)


class Apps:
    """What staff do with their apps; each method answers the payload."""

    def __init__(self, story: Story, clock: FakeClock) -> None:
        self.story = story
        self.clock = clock

    async def log_in(self, email: str, password: str = STAFF_PASSWORD, **more: Any) -> Any:
        """The first step."""
        return await self.story.run(
            "mutation($i: StaffLoginInput!) { staffLogin(input: $i) { __typename ... on Problem { code message }"
            f" ... on StaffLoginSuccess {{ accessToken {WHO} }} ... on SecondFactorRequired {{ ticket expiresAt }}"
            " ... on TooManyAttempts { retryAfterSeconds } } }",
            {"i": {"email": email, "password": password, **more}},
        )

    async def ticket(self, email: str, **more: Any) -> str:
        """A right password's ticket."""
        asked = await self.log_in(email, **more)
        assert asked["__typename"] == "SecondFactorRequired", asked
        ticket: str = asked["ticket"]
        return ticket

    async def finish(self, ticket: str, code: str, *, token: str | None = None) -> Any:
        """The second step."""
        return await self.story.run(FINISH, {"i": {"ticket": ticket, "code": code}}, token=token)

    async def enrol(self, token: str, password: str = STAFF_PASSWORD) -> Any:
        given = {"currentPassword": password}
        selection = "... on EnrolTotpSuccess { secret provisioningUri }"
        return await self.story.mutate("enrolTotp", given, selection, "TooManyAttempts", token=token)

    async def confirm(self, token: str, code: str) -> Any:
        selection = f"... on ConfirmTotpSuccess {{ recoveryCodes sessionsRevoked {WHO} }}"
        return await self.story.mutate("confirmTotp", {"code": code}, selection, "TooManyAttempts", token=token)

    async def remove(self, token: str, code: str, password: str = STAFF_PASSWORD) -> Any:
        given = {"currentPassword": password, "code": code}
        selection = f"... on RemoveTotpSuccess {{ sessionsRevoked {WHO} }}"
        return await self.story.mutate("removeTotp", given, selection, "TooManyAttempts", token=token)

    async def renew(self, token: str, code: str) -> Any:
        selection = f"... on RenewRecoveryCodesSuccess {{ recoveryCodes {WHO} }}"
        return await self.story.mutate("renewRecoveryCodes", {"code": code}, selection, "TooManyAttempts", token=token)

    async def phone(self, token: str) -> Phone:
        """An app that was given a secret and isn't confirmed yet."""
        enrolled = await self.enrol(token)
        assert enrolled["__typename"] == "EnrolTotpSuccess", enrolled
        return Phone(enrolled["secret"], self.clock)

    async def added(self, token: str) -> tuple[Phone, list[str]]:
        """A confirmed app, whose next code is fresh, and the recovery codes."""
        phone = await self.phone(token)
        confirmed = await self.confirm(token, phone.code())
        assert confirmed["__typename"] == "ConfirmTotpSuccess", confirmed
        self.clock.advance(seconds=STEP)
        codes: list[str] = confirmed["recoveryCodes"]
        return phone, codes

    async def mine(self, token: str) -> Any:
        """What the viewer says of the second factor."""
        return await self.story.run(MINE, token=token)
