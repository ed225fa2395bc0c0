"""A query, compiled for callers of one standing: what it reads, and how the answer is put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson
from graphql import GraphQLField, GraphQLObjectType, is_non_null_type
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from app.reading import Executor, Reading, Selected, Table, View
from app.reading.prepared import PreparedPage, PreparedRows
from app.reading.selection import given
from app.reading.templates import NULL, Template, TemplateMaker, Unexpected, array
from app.services.caller import PortalUser
from app.services.questions import Asked, One, PageOf, Question
from resolvers.context import Context
from resolvers.selection import Selections
from schema.compiled.completing import CompiledInfo, Complete, Completing, NotCompilable, language_of
from schema.compiled.templating import Templating


@dataclass(frozen=True, slots=True)
class Askable:
    """What a schema's queries can read: the tables, and the questions that its root fields are, by their names."""

    tables: Mapping[str, Table]
    questions: Mapping[str, Question]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What answers a question from one table: the reading of it, and the templates of what is made."""

    reading: PreparedRows | PreparedPage
    rows: Mapping[int, Template]
    pages: Mapping[int, Template]


@dataclass(slots=True)
class Asking:
    """A root field that is a question.

    Which table answers it may hang on the request, so that each is prepared when it is first asked.
    """

    question: Question
    selected: Selected
    definition: GraphQLField
    nodes: list[FieldDetails]
    prepared: dict[str, Prepared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolving:
    """A root field that is worked out in memory, for whoever asks."""

    complete: Complete


RootField: TypeAlias = Asking | Resolving | str


class CompiledQuery:
    """A query whose selection, directives decided, is compiled for one standing."""

    def __init__(self, selections: Selections, root: GraphQLObjectType, askable: Askable, executor: Executor) -> None:
        """Compiles a query.

        Raises:
            NotCompilable: Only stock execution can answer it.
        """
        self._askable = askable
        self._reading = Reading(askable.tables, executor)
        self._templating = Templating(selections, askable.tables)
        self._completing = Completing(selections)
        self._fields: dict[str, RootField] = {
            key: self._field(selections, root, key, nodes) for key, nodes in selections.at_root(root).items()
        }
        self._alone = sum(isinstance(each, Asking) for each in self._fields.values()) == 1

    async def answer(self, context: Context, view: View, variables: VariableValues) -> bytes:
        """The JSON of the answer's data.

        Raises:
            Unexpected: Stock execution has to say what is wrong.
            ArgumentError: An argument is wrong.
            Refused: The arguments contradict one another.
        """
        info = CompiledInfo(context)
        parts = [b"{"]
        for number, (key, root) in enumerate(self._fields.items()):
            match root:
                case str():
                    value = orjson.dumps(root)
                case Resolving(complete=complete):
                    value = orjson.dumps(complete(None, info))
                case Asking():
                    value = await self._ask(root, context, view, variables, info)
            parts += (b"," if number else b"", orjson.dumps(key), b":", value)
        return b"".join((*parts, b"}"))

    def _field(self, selections: Selections, root: GraphQLObjectType, key: str, nodes: list[FieldDetails]) -> RootField:
        name = nodes[0].node.name.value
        if name == "__typename":
            return root.name
        definition = root.fields.get(name)
        if definition is None:
            raise NotCompilable("introspection")
        question = self._askable.questions.get(name)
        if question is None:
            return Resolving(self._completing.resolved(definition, nodes))
        return Asking(question, selections.selected(key, root, nodes), definition, nodes)

    async def _ask(
        self, asking: Asking, context: Context, view: View, variables: VariableValues, info: CompiledInfo
    ) -> bytes:
        caller = context.caller
        if asking.question.right(caller) is not None:
            raise Unexpected("a caller who may not ask")
        asked = asking.question.asked(caller, given(asking.selected.arguments, variables))
        if asked is None:
            found = None
        else:
            found = await self._read(asking, asked, context, view, variables, info)
            if found is None and isinstance(asked, One) and asked.key is not None and isinstance(caller, PortalUser):
                raise Unexpected("an id of somebody else's, which is worth a line in the log")
        if found is None and is_non_null_type(asking.definition.type):
            raise Unexpected("a null that may not be")
        return NULL if found is None else found

    async def _read(
        self,
        asking: Asking,
        asked: Asked,
        context: Context,
        view: View,
        variables: VariableValues,
        info: CompiledInfo,
    ) -> bytes | None:
        prepared = asking.prepared.get(asked.table)
        if prepared is None:
            prepared = asking.prepared[asked.table] = self._prepare(asking, asked, view)
        executor = context.services.resources.database
        maker = TemplateMaker(prepared.rows, prepared.pages, info, language_of(context.locale))
        if isinstance(prepared.reading, PreparedPage):
            page: bytes = await prepared.reading.read(executor, view, maker, variables)
            return page
        condition = None if isinstance(asked, PageOf) else asked.condition
        one = isinstance(asked, One)
        rows: list[bytes] = await prepared.reading.read(executor, view, maker, condition, variables=variables, one=one)
        return (rows[0] if rows else None) if one else array(rows)

    def _prepare(self, asking: Asking, asked: Asked, view: View) -> Prepared:
        rows: dict[int, Template] = {}
        pages: dict[int, Template] = {}
        reading: PreparedRows | PreparedPage
        if isinstance(asked, PageOf):
            reading = self._reading.prepare_page(asked.list_name, asked.table, asking.selected, view, alone=self._alone)
            templates = self._templating.of_page(asked.table, asking.definition.type, asking.nodes)
        else:
            selection = asking.selected.of(self._askable.tables[asked.table].row.type_name)
            reading = self._reading.prepare_rows(asked.table, selection, view, alone=self._alone)
            templates = self._templating.of_rows(asked.table, asking.definition.type, asking.nodes)
        templates.by_plan(reading.plan, rows, pages)
        return Prepared(reading, rows, pages)
