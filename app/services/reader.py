"""Reading, as callers ask for it: the queries of the public schema, with the rights that each of them needs.

What a caller may see of each type is in `app.services.tables`. Here is only who may ask at all. A query for a single
thing that the caller may not ask for answers None, as if there were no such thing; one for a list refuses (the rules,
"Who may do what" 4).
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from app import ids, refusals
from app.models.enums import FieldProblemCode
from app.reading import Answer, ArgumentError, ArgumentFault, Condition, Page, Reading, Row, Selected, View
from app.services.caller import (
    ADMINS,
    AUDITORS,
    Caller,
    Nobody,
    PortalUser,
    StaffUser,
    TokenUser,
    is_held,
    require_person_with_role,
    require_role,
    require_somebody,
)
from app.services.problems import FieldProblem, InvalidInput, NotFound, Refused
from app.services.resources import Resources
from app.services.tables import NODES, TABLES
from app.services.tables.filters import storable
from app.services.tables.views import Viewpoint, view_of
from app.services.validation import NUMBER_LENGTH, public_name

LONGEST_NUMBER: Final = 4 * NUMBER_LENGTH
"""Looked at before normalising; NFC may have made a stored number longer than it was typed."""

_CODES = {
    ArgumentFault.OUT_OF_RANGE: FieldProblemCode.OUT_OF_RANGE,
    ArgumentFault.NOT_TOGETHER: FieldProblemCode.NOT_TOGETHER,
    ArgumentFault.MALFORMED: FieldProblemCode.MALFORMED,
    ArgumentFault.UNKNOWN_ID: FieldProblemCode.UNKNOWN_ID,
}


class Reader:
    """Reads for callers. `selected` is always the field that is being answered, with what was asked for below it.

    Every method raises `Refused` with `InvalidInput` where an argument of a list, however deep, is wrong.
    """

    def __init__(self, resources: Resources, answer: Answer | None = None) -> None:
        self._resources = resources
        self._reading = Reading(TABLES, resources.database)
        self._answer = answer

    def for_one_answer(self) -> "Reader":
        """A reader for the fields of one answer that is made without a write in between.

        Within it a password's status comes from one reading of each login, whichever field met it first.
        """
        return Reader(self._resources, Answer())

    async def viewer(self, caller: Caller, selected: Selected) -> Row | None:
        """Who asks; None for nobody."""
        match caller:
            case PortalUser():
                table = "PortalViewer"
            case StaffUser():
                table = "StaffViewer"
            case TokenUser():
                table = "ToolViewer"
            case _:
                return None
        with _problems():
            rows = await self._reading.all(table, selected.of(TABLES[table].row.type_name), self._view(caller))
        return rows[0] if rows else None

    async def node(self, caller: Caller, id: str, selected: Selected) -> Row | None:
        """Anything by its public id."""
        found = ids.decode(id)
        if is_held(caller) or found is None or found.type not in NODES:
            return None
        return await self._asked_for(caller, found.type, found.key, selected)

    async def customer(self, caller: Caller, id: str | None, number: str | None, selected: Selected) -> Row | None:
        """A customer by its public id or by its number."""
        if isinstance(caller, Nobody) or is_held(caller):
            return None
        if (id is None) == (number is None):
            code = FieldProblemCode.REQUIRED if id is None else FieldProblemCode.NOT_TOGETHER
            raise Refused(InvalidInput((FieldProblem("id", code), FieldProblem("number", code))))
        if id is not None:
            return await self._by_id(caller, "Customer", id, selected)
        if number is None or len(number) > LONGEST_NUMBER or not storable(number):
            return None
        stored = unicodedata.normalize("NFC", number.strip())
        condition = Condition("customer.number = :number", values={"number": stored})
        return await self._one(caller, "Customer", condition, selected)

    async def reference(self, caller: Caller, id: str, selected: Selected) -> Row | None:
        """A reference by its public id."""
        return await self._by_id(caller, "Reference", id, selected)

    async def customers(self, caller: Caller, selected: Selected) -> Page:
        """A page of customers."""
        require_somebody(caller)
        return await self._page(caller, "customers", "Customer", selected)

    async def references(self, caller: Caller, selected: Selected) -> Page:
        """A page of references."""
        require_somebody(caller)
        return await self._page(caller, "references", "Reference", selected)

    async def audit_events(self, caller: Caller, selected: Selected) -> Page:
        """A page of the audit."""
        require_role(caller, AUDITORS)
        return await self._page(caller, "auditEvents", "AuditEvent", selected)

    async def internet_order_settings(self, caller: Caller, selected: Selected) -> list[Row]:
        """All internet order settings."""
        require_somebody(caller)
        return await self._all(caller, "InternetOrderSettings", selected)

    async def staff(self, caller: Caller, selected: Selected) -> list[Row]:
        """All staff."""
        require_person_with_role(caller, ADMINS)
        return await self._all(caller, "StaffMember", selected)

    async def access_tokens(self, caller: Caller, selected: Selected) -> list[Row]:
        """All access tokens."""
        require_person_with_role(caller, ADMINS)
        return await self._all(caller, "AccessToken", selected)

    async def by_key(self, caller: Caller, type_name: str, key: int, selected: Selected) -> Row:
        """What an operation's answer names by its key.

        Raises:
            Refused: NotFound, where somebody removed it meanwhile or the caller may not see it.
        """
        row = await self._by_key(caller, type_name, key, selected)
        if row is None:
            raise Refused(NotFound(ids.encode(type_name, key)))
        return row

    async def by_keys(self, caller: Caller, type_name: str, keys: Sequence[int], selected: Selected) -> list[Row]:
        """What an operation's answer names by keys, as far as the caller may see it; references by customer name."""
        order = "CUSTOMER" if type_name == "Reference" else None
        with _problems():
            return await self._reading.with_keys(type_name, keys, selected.of(type_name), self._view(caller), order)

    async def _by_id(self, caller: Caller, type_name: str, id: str, selected: Selected) -> Row | None:
        key = None if is_held(caller) else ids.key_of(id, type_name)
        return None if key is None else await self._asked_for(caller, type_name, key, selected)

    async def _asked_for(self, caller: Caller, type_name: str, key: int, selected: Selected) -> Row | None:
        """What somebody asks for by its id. A portal user meets only ids of their own: another is worth a line."""
        row = await self._by_key(caller, type_name, key, selected)
        if row is None and isinstance(caller, PortalUser):
            refusals.note(refusals.Kind.FOREIGN_ID, type=type_name, id=key, session=caller.session_id)
        return row

    async def _by_key(self, caller: Caller, type_name: str, key: int, selected: Selected) -> Row | None:
        condition = Condition(f"{TABLES[type_name].key} = :key", values={"key": key})
        return await self._one(caller, type_name, condition, selected)

    async def _one(self, caller: Caller, type_name: str, condition: Condition, selected: Selected) -> Row | None:
        with _problems():
            return await self._reading.one(type_name, selected.of(type_name), self._view(caller), condition)

    async def _all(self, caller: Caller, type_name: str, selected: Selected) -> list[Row]:
        with _problems():
            return await self._reading.all(type_name, selected.of(type_name), self._view(caller))

    async def _page(self, caller: Caller, list_name: str, type_name: str, selected: Selected) -> Page:
        with _problems():
            return await self._reading.page(list_name, type_name, selected, self._view(caller))

    def _view(self, caller: Caller) -> View:
        resources = self._resources
        viewpoint = Viewpoint(caller, resources.clock.now(), resources.settings, resources.audit)
        return view_of(viewpoint, self._answer or Answer())


@contextmanager
def _problems() -> Iterator[None]:
    """Turns a wrong argument into the problem that says so, by the argument's public name."""
    try:
        yield
    except ArgumentError as error:
        field = FieldProblem(public_name(error.argument), _CODES[error.fault])
        raise Refused(InvalidInput((field,))) from error
