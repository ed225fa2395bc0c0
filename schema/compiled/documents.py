"""The documents that are compiled, each once for as long as it is remembered, and who answers what by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from graphql import GraphQLError, GraphQLSchema, OperationType

from app.database import DatabaseUnavailable
from app.logs import describe
from app.reading import ArgumentError
from app.reading.templates import Unexpected
from app.services.problems import Refused
from resolvers.context import Context
from schema.compiled.completing import NotCompilable
from schema.compiled.counts import Outcome, count
from schema.compiled.operation import CompiledOperation
from schema.compiled.query import Askable
from schema.operations import Documents

EXPECTED: Final = (Unexpected, ArgumentError, Refused, GraphQLError, DatabaseUnavailable)
"""What is no fault of a compiled document, but for stock execution to say."""

log: structlog.stdlib.BoundLogger = structlog.get_logger("adgang.compiled")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a compiled document answered: the JSON of `data`, and what the operation costs."""

    data: bytes
    cost: int


class CompiledDocuments:
    """Answers the queries of one schema that it has compiled, or can compile."""

    def __init__(self, schema: GraphQLSchema, askable: Askable, documents: Documents) -> None:
        self._schema = schema
        self._askable = askable
        self._documents = documents

    async def answer(
        self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None, context: Context
    ) -> Answer | None:
        """The answer to an operation, or None where stock execution has to answer."""
        outcome, answer = await self._answer(query, variables, operation_name, context)
        count(outcome)
        return answer

    async def _answer(
        self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None, context: Context
    ) -> tuple[Outcome, Answer | None]:
        try:
            read = context.document = self._documents.read(self._schema, query)
        except GraphQLError:
            return Outcome.NOT_COMPILABLE, None
        found = read.costs.get(operation_name)
        if operation_name is None and len(read.costs) == 1:
            (found,) = read.costs.values()
        if found is None:
            return Outcome.NOT_COMPILABLE, None
        if found.node.operation is not OperationType.QUERY:
            return Outcome.MUTATION, None
        cost = found.of(variables)
        if cost > self._documents.limits.cost:
            return Outcome.LEFT, None
        name = found.node.name.value if found.node.name is not None else None
        compiled: CompiledOperation | None = read.compiled.get(name)
        if compiled is None:
            compiled = read.compiled[name] = CompiledOperation(self._schema, self._askable, read.document, found.node)
        try:
            return Outcome.COMPILED, Answer(await compiled.answer(context, variables or {}), cost)
        except NotCompilable:
            return Outcome.NOT_COMPILABLE, None
        except EXPECTED:
            return Outcome.LEFT, None
        except Exception as error:
            log.error("a compiled document failed", **describe(error))
            return Outcome.FAILED, None
