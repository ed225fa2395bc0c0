"""What is stored under an e-mail: the rows, and the events of the audit that tell of the person.

A reference is a person's while its e-mail is theirs, and once it is deleted if that was its last. What the audit tells
of its fields is then theirs too, from whatever time and under whatever e-mail.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from app.database import Executor
from app.services.person_trail import Entry, Trail, emails_in
from app.services.throttle import Throttle
from app.services.throttle_taken import Application


@dataclass(frozen=True, slots=True)
class PersonsReference:
    """A reference, as somebody who is asked about it is told of it."""

    id: int
    name: str
    customer_name: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What is stored.

    Attributes:
        passed_on: The references that had this e-mail and have another now, or none: somebody else's.
        counted: The log-ins at which tries for the username are counted.
        earlier: The other usernames that the person's references have had; whose they were isn't known.
    """

    username: str
    references: tuple[PersonsReference, ...]
    passed_on: tuple[PersonsReference, ...]
    login_id: int | None
    staff_id: int | None
    entries: tuple[Entry, ...]
    counted: tuple[Application, ...]
    earlier: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing is stored about a portal user."""
        return not (self.references or self.entries or self.counted)

    def but_of_staff(self) -> "Findings":
        """Without what belongs to a member of staff, where one has the e-mail."""
        if self.staff_id is None:
            return self
        entries = tuple(entry for entry in self.entries if entry.describes_reference or not entry.is_of_staff())
        return replace(self, entries=entries, counted=tuple(each for each in self.counted if each != "staff"))


async def find(executor: Executor, throttle: Throttle, username: str, trail: Trail, named: Iterable[Entry]) -> Findings:
    """What is stored under a username, where the audit names it in these events."""
    login_id = await _id(executor, "login", "username_key", username)
    own = await _references(executor, "r.login_id = $1", login_id or 0)
    own_keys = {reference.id for reference in own}
    entries = {entry.id: entry for entry in named}
    once = {key for entry in entries.values() if entry.concerned for key in entry.reference_keys} - own_keys
    passed_on = await _references(executor, executor.dialect.any_of("r.id", "$1"), sorted(once))
    gone = once - {reference.id for reference in passed_on}
    deleted = trail.had_last(await trail.about(executor, gone))
    about = await trail.about(executor, own_keys | deleted)
    entries |= {entry.id: entry for entry in about}
    return Findings(
        username=username,
        references=own,
        passed_on=passed_on,
        login_id=login_id,
        staff_id=await _id(executor, "staff_member", "email_key", username),
        entries=tuple(sorted(entries.values(), key=lambda entry: (entry.at, entry.id))),
        counted=await _counted(executor, throttle, username),
        earlier=tuple(sorted({email for entry in about for email in emails_in(entry)} - {username})),
    )


async def _id(executor: Executor, table: str, column: str, username: str) -> int | None:
    rows = await executor.fetch(f"SELECT id FROM {table} WHERE {column} = $1", username)
    return rows[0]["id"] if rows else None


async def _references(executor: Executor, condition: str, value: int | Collection[int]) -> tuple[PersonsReference, ...]:
    rows = await executor.fetch(
        "SELECT r.id, r.name, c.name AS customer_name FROM reference r JOIN customer c ON c.id = r.customer_id"
        f" WHERE {condition} ORDER BY c.name_key, r.id",
        value,
    )
    return tuple(PersonsReference(row["id"], row["name"], row["customer_name"]) for row in rows)


async def _counted(executor: Executor, throttle: Throttle, username: str) -> tuple[Application, ...]:
    found: list[Application] = []
    applications: tuple[Application, ...] = ("portal", "staff")
    for application in applications:
        key = throttle.username_hash(application, username)
        if await executor.fetch("SELECT 1 FROM throttle WHERE username_hash = $1 LIMIT 1", key):
            found.append(application)
    return tuple(found)
