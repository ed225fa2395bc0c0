"""The log-ins that the demo gives away. Their passwords are new at each start and stored nowhere but as hashes."""

from dataclasses import dataclass, field
from typing import Final

from app import ids
from app.demo.fill import CALLER
from app.demo.register import PORTAL_LOGINS
from app.models.enums import StaffRole
from app.services import Services
from app.services.inputs import CreateStaff, NewPassword, UpdateReference, UpdateStaff
from app.services.results import CreateStaffSuccess, UpdateReferenceSuccess, UpdateStaffSuccess
from app.services.usernames import canonical

GENERATED: Final = NewPassword(generate=True)
STAFF: Final = (
    ("anne@vognmand.example", "Anne Vognmand", StaffRole.ADMIN),
    ("bo@vognmand.example", "Bo Disponent", StaffRole.EDITOR),
    ("clara@vognmand.example", "Clara Revisor", StaffRole.AUDITOR),
)


@dataclass(frozen=True, slots=True)
class Given:
    """A log-in that is given away: a role's or, without one, a portal user's, and what that one is there to show."""

    username: str
    password: str = field(repr=False)
    role: StaffRole | None
    shows: str = ""


async def renew(services: Services) -> list[Given]:
    """Gives every demo log-in that the register still has a new password, and makes the staff where there are none."""
    staff = [await _staff(services, *member) for member in STAFF]
    portal = [await _portal(services, login.email, login.shows) for login in PORTAL_LOGINS]
    return [given for given in (*staff, *portal) if given is not None]


async def _portal(services: Services, email: str, shows: str) -> Given | None:
    rows = await services.resources.database.fetch(
        "SELECT r.id FROM reference r JOIN login l ON l.id = r.login_id WHERE l.username_key = $1 ORDER BY r.id",
        canonical(email),
    )
    if not rows:
        return None
    change = UpdateReference(ids.encode("Reference", rows[0]["id"]), new_password=GENERATED)
    answer = await services.credentials.update_reference(CALLER, change)
    assert isinstance(answer, UpdateReferenceSuccess), answer
    assert answer.generated_password is not None
    return Given(email, answer.generated_password, None, shows)


async def _staff(services: Services, email: str, name: str, role: StaffRole) -> Given:
    rows = await services.resources.database.fetch("SELECT id FROM staff_member WHERE email_key = $1", canonical(email))
    answer: object
    if rows:
        change = UpdateStaff(ids.encode("StaffMember", rows[0]["id"]), new_password=GENERATED)
        answer = await services.staff.update_staff(CALLER, change)
    else:
        answer = await services.staff.create_staff(CALLER, CreateStaff(name, email, role, GENERATED))
    assert isinstance(answer, CreateStaffSuccess | UpdateStaffSuccess), answer
    assert answer.generated_password is not None
    return Given(email, answer.generated_password, role)
