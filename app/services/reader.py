"""Reading, as callers ask for it: the public schema's questions, and what an operation's answer names by its key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from app import ids, refusals
from app.models.enums import FieldProblemCode
from app.reading import Answer, ArgumentError, ArgumentFault, Reading, Row, Selected, View
from app.reading.selection import given
from app.services.caller import Caller, PortalUser, require
from app.services.problems import FieldProblem, InvalidInput, NotFound, Refused
from app.services.questions import QUESTIONS, One, PageOf, Rows, by_key
from app.services.resources import Resources
from app.services.tables import TABLES
from app.services.tables.views import Spans, Viewpoint, view_of
from app.services.validation import public_name

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

    def __init__(self, resources: Resources, answer: Answer | None = None, spans: Spans | None = None) -> None:
        self._resources = resources
        self._spans = spans or Spans.of(resources.settings)
        self._reading = Reading(TABLES, resources.database)
        self._answer = answer

    def for_one_answer(self) -> "Reader":
        """A reader for the fields of one answer that is made without a write in between.

        Within it a password's status comes from one reading of each login, whichever field met it first.
        """
        return Reader(self._resources, Answer(), self._spans)

    async def ask(self, question: str, caller: Caller, selected: Selected) -> Any:
        """The answer to one of `QUESTIONS`: a row or None, a list, or a page.

        Raises:
            Refused: NotLoggedIn or NotAllowed, where the caller may not ask it.
        """
        wanted = QUESTIONS[question]
        require(wanted.right, caller)
        match wanted.asked(caller, given(selected.arguments, None)):
            case None:
                return None
            case One() as asked:
                return await self._one(caller, asked, selected)
            case Rows(table=table):
                with problems_of_arguments():
                    return await self._reading.all(table, selected.of(table), self.view_of(caller))
            case PageOf(list_name=list_name, table=table):
                with problems_of_arguments():
                    return await self._reading.page(list_name, table, selected, self.view_of(caller))

    async def node(self, caller: Caller, id: str, selected: Selected) -> Row | None:
        """Anything by its public id."""
        asked = QUESTIONS["node"].asked(caller, {"id": id})
        return await self._one(caller, asked, selected) if isinstance(asked, One) else None

    async def by_key(self, caller: Caller, type_name: str, key: int, selected: Selected) -> Row:
        """What an operation's answer names by its key.

        Raises:
            Refused: NotFound, where somebody removed it meanwhile or the caller may not see it.
        """
        asked = by_key(type_name, key)
        with problems_of_arguments():
            row = await self._reading.one(type_name, selected.of(type_name), self.view_of(caller), asked.condition)
        if row is None:
            raise Refused(NotFound(ids.encode(type_name, key)))
        return row

    async def by_keys(self, caller: Caller, type_name: str, keys: Sequence[int], selected: Selected) -> list[Row]:
        """What an operation's answer names by keys, as far as the caller may see it; references by customer name."""
        order = "CUSTOMER" if type_name == "Reference" else None
        with problems_of_arguments():
            return await self._reading.with_keys(type_name, keys, selected.of(type_name), self.view_of(caller), order)

    async def _one(self, caller: Caller, asked: One, selected: Selected) -> Row | None:
        """The one row. A portal user meets only ids of their own: another is worth a line in the log."""
        selection = selected.of(TABLES[asked.table].row.type_name)
        with problems_of_arguments():
            row = await self._reading.one(asked.table, selection, self.view_of(caller), asked.condition)
        if row is None and asked.key is not None and isinstance(caller, PortalUser):
            refusals.note(refusals.Kind.FOREIGN_ID, type=asked.table, id=asked.key, session=caller.session_id)
        return row

    def view_of(self, caller: Caller) -> View:
        """What a caller looks through."""
        resources = self._resources
        viewpoint = Viewpoint(caller, resources.clock.now(), resources.settings, self._spans, resources.audit)
        return view_of(viewpoint, self._answer or Answer())


@contextmanager
def problems_of_arguments() -> Iterator[None]:
    """Turns a wrong argument into the problem that says so, by the argument's public name."""
    try:
        yield
    except ArgumentError as error:
        field = FieldProblem(public_name(error.argument), _CODES[error.fault])
        raise Refused(InvalidInput((field,))) from error
