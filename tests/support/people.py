"""Portal users and staff who come, move and leave: a register of a few people, driven through the services."""

from dataclasses import dataclass, field
from typing import Any

from app import ids
from app.models.enums import SessionTransport, SharedUsernameRule, StaffRole
from app.security.passwords import Argon2Parameters, PasswordHasher
from app.services import Services
from app.services.caller import Caller, Client, CommandLine, Nobody, PortalUser, StaffUser
from app.services.inputs import ChangePassword, CreateStaff, Login, NewPassword, StaffLogin, UpdateReference
from app.services.problems import Problem
from app.services.results import (
    CreateReferenceSuccess,
    CreateStaffSuccess,
    CustomerChoice,
    LoginSuccess,
    StaffLoginSuccess,
    UpdateReferenceSuccess,
)
from app.services.sessions import Kind
from tests.support.world import World

EMAIL = "ida@example.dk"
PASSWORD = "korrekt hest batteri klammer"
ANOTHER = "tolv grønne cykler i regnvejr"
ADMIN = "signe@vognmand.example"
OFFICE = CommandLine()
CLIENT = Client("192.0.2.7", "Prøvebrowser/1.0")


class WatchedHasher(PasswordHasher):
    """Hashes cheaply, and remembers which stored hashes it was asked about."""

    def __init__(self) -> None:
        super().__init__(Argon2Parameters(8, 1, 1), threads=2, queue=1024)
        self.verified: list[str | None] = []

    async def verify(self, stored: str | None, password: str, *, address: str | None = None) -> bool:
        self.verified.append(stored)
        return await super().verify(stored, password, address=address)


@dataclass
class People:
    """People who work for the customers of a small register."""

    services: Services
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(self.services)

    async def orders_for(self, companies: int = 1, *, email: str = EMAIL, password: str | None = PASSWORD) -> list[str]:
        """A person who may log in for so many new companies; the ids of the references, in the order of the names."""
        references = []
        for number in range(companies):
            made = await self.world.create(
                await self.world.customer(), email, None if number else password, SharedUsernameRule.KEEP_PASSWORD
            )
            assert isinstance(made, CreateReferenceSuccess)
            references.append(ids.encode("Reference", made.reference_key))
        return references

    async def untick(self, reference: str) -> None:
        """Takes the tick Internet user from a reference."""
        given = UpdateReference(reference, internet_user=False)
        assert isinstance(await self.services.credentials.update_reference(OFFICE, given), UpdateReferenceSuccess)

    async def try_login(
        self,
        username: str = EMAIL,
        password: str = PASSWORD,
        transport: SessionTransport = SessionTransport.BEARER,
        caller: Caller | None = None,
    ) -> LoginSuccess | CustomerChoice | Problem:
        """Whatever a log-in is answered with."""
        return await self.services.sign_in.login(caller or Nobody(CLIENT), Login(username, password, transport))

    async def login(
        self, username: str = EMAIL, password: str = PASSWORD, caller: Caller | None = None
    ) -> LoginSuccess:
        """A log-in that ends in a session."""
        answer = await self.try_login(username, password, caller=caller)
        assert isinstance(answer, LoginSuccess), answer
        return answer

    async def choice(
        self, transport: SessionTransport = SessionTransport.BEARER, caller: Caller | None = None
    ) -> CustomerChoice:
        """A log-in that ends in a choice."""
        answer = await self.try_login(transport=transport, caller=caller)
        assert isinstance(answer, CustomerChoice), answer
        return answer

    async def choose(
        self, choice: CustomerChoice, reference: str, cookie_secret: str | None = None
    ) -> LoginSuccess | Problem:
        """Whatever going on to one of the companies is answered with."""
        return await self.services.sign_in.choose_customer(Nobody(CLIENT), choice.ticket, reference, cookie_secret)

    async def login_at(self, reference: str) -> LoginSuccess:
        """A log-in of somebody with several companies that ends in a session at one of them."""
        answer = await self.choose(await self.choice(), reference)
        assert isinstance(answer, LoginSuccess), answer
        return answer

    async def change(self, caller: Caller, new_password: str = ANOTHER, current_password: str = PASSWORD) -> object:
        """Whatever a change of one's own password is answered with."""
        return await self.services.sign_in.change_password(caller, ChangePassword(current_password, new_password))

    async def hire(
        self, email: str = ADMIN, role: StaffRole = StaffRole.ADMIN, password: str = PASSWORD, name: str = "Signe Holm"
    ) -> str:
        """A new member of staff; their id."""
        given = CreateStaff(name, email, role, NewPassword(plaintext=password))
        made = await self.services.staff.create_staff(OFFICE, given)
        assert isinstance(made, CreateStaffSuccess), made
        return ids.encode("StaffMember", made.staff_key)

    async def staff_login(
        self, email: str = ADMIN, password: str = PASSWORD, caller: Caller | None = None
    ) -> StaffLoginSuccess:
        """A staff log-in that ends in a session."""
        given = StaffLogin(email, password)
        answer = await self.services.sign_in.staff_login(caller or Nobody(CLIENT), given)
        assert isinstance(answer, StaffLoginSuccess), answer
        return answer

    async def caller(self, secret: str, kind: Kind = "bearer") -> Caller:
        """Who shows this secret."""
        return await self.services.sessions.caller_of(secret, kind, CLIENT)

    async def lives(self, answer: LoginSuccess | StaffLoginSuccess) -> bool:
        """Whether the session of a log-in is still one."""
        return isinstance(await self.caller(answer.token.secret), PortalUser | StaffUser)

    async def session_row(self, answer: LoginSuccess | StaffLoginSuccess) -> dict[str, Any]:
        """What is stored of the session of a log-in."""
        rows = await self.services.resources.database.fetch(
            "SELECT * FROM session WHERE id = $1", answer.caller.session_id
        )
        return dict(rows[0])

    async def actions(self) -> list[str]:
        """What the audit says has happened, in order."""
        rows = await self.services.resources.database.fetch("SELECT action FROM audit_event ORDER BY id")
        return [row["action"] for row in rows]
