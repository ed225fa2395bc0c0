"""Everybody who may ask: the columns of the table "Who may do what", and a register that they ask about."""

from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any

from app import ids
from app.models.enums import StaffRole
from app.services.caller import CommandLine
from app.services.inputs import CreateStaff, NewPassword
from tests.support.second_factor import Apps
from tests.support.services import FakeClock
from tests.support.story import PASSWORD, STAFF_PASSWORD, Story

IDA = "ida@kunde.example"
EVA = "eva@kunde.example"


class Column(StrEnum):
    """Who asks."""

    ADMIN = auto()
    EDITOR = auto()
    AUDITOR = auto()
    ADMIN_TOKEN = auto()
    EDITOR_TOKEN = auto()
    AUDITOR_TOKEN = auto()
    PORTAL = auto()
    NOBODY = auto()


STAFF = {Column.ADMIN: StaffRole.ADMIN, Column.EDITOR: StaffRole.EDITOR, Column.AUDITOR: StaffRole.AUDITOR}
TOOLS = {
    Column.ADMIN_TOKEN: StaffRole.ADMIN,
    Column.EDITOR_TOKEN: StaffRole.EDITOR,
    Column.AUDITOR_TOKEN: StaffRole.AUDITOR,
}

UNKNOWN = {
    name: ids.encode(name, 999_999)
    for name in ("Customer", "Reference", "InternetOrderSettings", "Session", "StaffMember", "AccessToken")
}
"""Ids of the right kind that nothing has."""


async def access_token(story: Story, role: StaffRole, name: str = "Ordresystem") -> tuple[str, str]:
    """The id and the secret of a new access token."""
    made = await story.mutate(
        "createAccessToken",
        {"name": name, "role": role.value, "expiresAt": "2027-01-01T00:00:00Z"},
        "... on CreateAccessTokenSuccess { secret accessToken { id } }",
        "InvalidInput",
    )
    return made["accessToken"]["id"], made["secret"]


@dataclass
class Register:
    """A small register by the names that inputs call its things, and a way to be anybody.

    Ida orders for Nord and for Syd, Eva for Syd alone.
    """

    story: Story
    known: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def made(cls, story: Story) -> "Register":
        """A new register."""
        self = cls(story)
        nord, syd = await story.customer("Nord"), await story.customer("Syd")
        self.known |= {
            "nord": nord,
            "syd": syd,
            "empty": await story.customer("Tom"),
            "ida": await story.reference(nord, IDA, PASSWORD),
            "idaAtSyd": await story.reference(syd, IDA, sharedUsername="KEEP_PASSWORD"),
            "eva": await story.reference(syd, EVA, PASSWORD, name="Eva Lund"),
            "spare": await story.reference(syd, name="Per Bo"),
            "member": (await self._hire())["staff"]["id"],
            "settings": await self._settings("Storkunder"),
            "spareSettings": await self._settings("Ubrugte"),
        }
        self.known["token"], _ = await access_token(story, StaffRole.AUDITOR, "Gammelt")
        return self

    async def credential(self, column: Column) -> str | None:
        """A token that says one is somebody of this column: a new session of theirs, where they have sessions."""
        if column in STAFF:
            await self.story.staff(STAFF[column])
            return await self.story.staff_login(f"{column.value}@firma.dk")
        if column in TOOLS:
            _, secret = await access_token(self.story, TOOLS[column])
            return secret
        return await self.story.token(IDA, reference=self.known["ida"]) if column is Column.PORTAL else None

    async def prepare(self, token: str | None) -> None:
        """Makes what is used up: tickets, and the id of the session that asks (or of another, where it is none)."""
        self.known["ticket"] = (await self.story.login(IDA))["ticket"]
        if "staffTicket" not in self.known:
            await self._ask_for_a_code()
        asked = "{ viewer { sessions { id current } } }"
        viewer = (await self.story.api.data(asked, token=token))["viewer"]
        if viewer is None or not viewer["sessions"]:
            viewer = (await self.story.api.data(asked, token=await self.story.staff()))["viewer"]
        self.known["session"] = viewer["sessions"][0]["id"]

    def filled(self, given: Any) -> Any:
        """A value in which `$name` stands for the register's thing of that name, or for an unknown id of a type."""
        if isinstance(given, dict):
            return {name: self.filled(value) for name, value in given.items()}
        if isinstance(given, list):
            return [self.filled(value) for value in given]
        if isinstance(given, str) and given.startswith("$"):
            name = given.removeprefix("$")
            return UNKNOWN[name] if name in UNKNOWN else self.known[name]
        return given

    async def _ask_for_a_code(self) -> None:
        """Begins the log-in of a member of staff who has an authenticator app."""
        clock = self.story.services.resources.clock
        assert isinstance(clock, FakeClock)
        apps, email = Apps(self.story, clock), "app@firma.dk"
        given = CreateStaff("Per App", email, StaffRole.AUDITOR, NewPassword(plaintext=STAFF_PASSWORD))
        await self.story.services.staff.create_staff(CommandLine(), given)
        _, codes = await apps.added(await self.story.staff_login(email))
        self.known |= {"staffTicket": await apps.ticket(email), "recoveryCode": codes[0]}

    async def _hire(self) -> Any:
        given = {"name": "Bo Holm", "email": "bo@firma.dk", "role": "EDITOR", "newPassword": {"generate": True}}
        return await self.story.mutate("createStaff", given, "... on CreateStaffSuccess { staff { id } }")

    async def _settings(self, name: str) -> str:
        selection = "... on CreateInternetOrderSettingsSuccess { settings { id } }"
        given = {"name": name, "permissions": ["CREATE_ORDERS"]}
        made = await self.story.mutate("createInternetOrderSettings", given, selection)
        found: str = made["settings"]["id"]
        return found
