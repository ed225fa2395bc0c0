"""Who asks. Every service takes one of these first and decides what it may do.

The rights are the table "Who may do what" of the rules. A caller is worked out anew for each request, and before
each field of a mutation; nothing of it is remembered in a token.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app import refusals
from app.models.enums import ActorKind, StaffRole
from app.services.problems import NotAllowed, NotLoggedIn, Problem, Refused


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request came from, as far as the transport knows."""

    address: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Nobody:
    """A caller that proved nothing."""

    client: Client = Client()

    kind = ActorKind.NOBODY
    role: StaffRole | None = None


@dataclass(frozen=True, slots=True)
class PortalUser:
    """A person who is logged in to the portal, at one of the companies they order for."""

    session_id: int
    login_id: int
    reference_id: int
    customer_id: int
    username: str
    must_change_password: bool
    client: Client = Client()

    kind = ActorKind.PORTAL
    role: StaffRole | None = None


@dataclass(frozen=True, slots=True)
class StaffUser:
    """A member of staff with a session of their own. Who `must_enrol` has no second factor where one is required."""

    session_id: int
    staff_id: int
    email: str
    role: StaffRole
    client: Client = Client()
    must_enrol: bool = False

    kind = ActorKind.STAFF

    @property
    def username(self) -> str:
        """What they log in with, by the name that it has for portal users."""
        return self.email


@dataclass(frozen=True, slots=True)
class TokenUser:
    """A tool that shows an access token."""

    token_id: int
    name: str
    role: StaffRole
    client: Client = Client()

    kind = ActorKind.TOKEN


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Whoever can run `adgang` on the machine: all rights."""

    name: str = "adgang"
    client: Client = Client()

    kind = ActorKind.COMMAND_LINE
    role: StaffRole = StaffRole.ADMIN


Person = PortalUser | StaffUser
"""Who has logged in and so has a session."""

Caller = Nobody | Person | TokenUser | CommandLine

READERS = frozenset(StaffRole)
EDITORS = frozenset({StaffRole.ADMIN, StaffRole.EDITOR})
AUDITORS = frozenset({StaffRole.ADMIN, StaffRole.AUDITOR})
ADMINS = frozenset({StaffRole.ADMIN})


def is_held(caller: Caller) -> bool:
    """Whether the caller is logged in, but only to do what is still missing: to choose a password of their own in place
    of a temporary one (the rules, "Passwords" 5), or to add a second factor.

    They may read who they are, do that, change their password, and leave.
    """
    match caller:
        case PortalUser():
            return caller.must_change_password
        case StaffUser():
            return caller.must_enrol
        case _:
            return False


def not_allowed(caller: Caller) -> Refused:
    """The refusal of what a caller may not do. It leaves a trace in the log, but for whoever reads it on the spot."""
    if isinstance(caller, CommandLine):
        return Refused(NotAllowed())
    session = caller.session_id if isinstance(caller, PortalUser | StaffUser) else None
    token = caller.token_id if isinstance(caller, TokenUser) else None
    refusals.note(refusals.Kind.RIGHTS, caller=caller.kind, role=caller.role, session=session, token=token)
    return Refused(NotAllowed())


Right = Callable[[Caller], Problem | None]
"""Who may do something: what stands in a caller's way, or None."""


def anybody(caller: Caller) -> Problem | None:
    """The right of whoever comes."""
    return None


def somebody(caller: Caller) -> Problem | None:
    """The right of everybody who is logged in and not held."""
    if isinstance(caller, Nobody):
        return NotLoggedIn()
    return NotAllowed() if is_held(caller) else None


def with_role(roles: frozenset[StaffRole]) -> Right:
    """The right of staff and tools with one of these roles."""

    def right(caller: Caller) -> Problem | None:
        return somebody(caller) or (None if caller.role in roles else NotAllowed())

    return right


def person_with_role(roles: frozenset[StaffRole]) -> Right:
    """Like `with_role`, but never a tool's: what makes rights is not delegated ("Who may do what" 6)."""
    right = with_role(roles)
    return lambda caller: right(caller) or (NotAllowed() if isinstance(caller, TokenUser) else None)


def require(right: Right, caller: Caller) -> None:
    """Lets everybody pass who has a right.

    Raises:
        Refused: NotLoggedIn, or NotAllowed.
    """
    problem = right(caller)
    if isinstance(problem, NotAllowed):
        raise not_allowed(caller)
    if problem is not None:
        raise Refused(problem)


def require_logged_in(caller: Caller) -> None:
    """Lets everybody pass who is logged in, the held ones too.

    Raises:
        Refused: NotLoggedIn.
    """
    if isinstance(caller, Nobody):
        raise Refused(NotLoggedIn())


def require_somebody(caller: Caller) -> None:
    """Lets everybody pass who is logged in and not held.

    Raises:
        Refused: NotLoggedIn, or NotAllowed.
    """
    require(somebody, caller)


def require_portal_user(caller: Caller) -> PortalUser:
    """The caller, who is a portal user.

    Raises:
        Refused: NotLoggedIn for nobody, NotAllowed for anybody else.
    """
    require_logged_in(caller)
    if not isinstance(caller, PortalUser):
        raise not_allowed(caller)
    return caller


def require_staff_user(caller: Caller) -> StaffUser:
    """The caller, who is a member of staff with a session, a held one too: no tool, and not the command line.

    Raises:
        Refused: NotLoggedIn for nobody, NotAllowed for anybody else.
    """
    require_logged_in(caller)
    if not isinstance(caller, StaffUser):
        raise not_allowed(caller)
    return caller


def require_role(caller: Caller, roles: frozenset[StaffRole]) -> None:
    """Lets staff and tools with one of these roles pass.

    Raises:
        Refused: NotLoggedIn for nobody, NotAllowed for anybody else without the role.
    """
    require(with_role(roles), caller)


def require_person_with_role(caller: Caller, roles: frozenset[StaffRole]) -> None:
    """Like `require_role`, but never for a tool.

    Raises:
        Refused: NotLoggedIn or NotAllowed.
    """
    require(person_with_role(roles), caller)
