"""One document, answered by its compiled form and by stock execution, at one moment over the same rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import GraphQLError

from app.services import Services
from app.services.caller import Caller
from resolvers.context import Context
from schema import Schema, create_schema
from schema.compiled.documents import Answer
from tests.compiled.hostile import CLIENT
from tests.schema.running import UNBOUNDED

SCHEMA = create_schema(introspection=True, limits=UNBOUNDED)


@dataclass(frozen=True)
class Both:
    """What both answered to one document."""

    compiled: Answer | None
    data: Any
    errors: list[GraphQLError]
    cost: int

    @property
    def agree(self) -> bool:
        """Whether nothing that the compiled document says differs from what stock execution says."""
        if self.compiled is None:
            return True
        stock = orjson.dumps(self.data)
        return not self.errors and self.compiled.data == stock and self.compiled.cost == self.cost


def context_of(services: Services, caller: Caller, locale: str = "en") -> Context:
    """A context as the transport makes it for a query."""

    async def same() -> Caller:
        return caller

    return Context(services, caller, locale=locale, client=CLIENT, renew=same)


async def compiled(
    services: Services,
    caller: Caller,
    document: str,
    variables: Mapping[str, Any] | None = None,
    locale: str = "en",
    schema: Schema = SCHEMA,
) -> Answer | None:
    """What the compiled document answers."""
    return await schema.compiled.answer(document, variables, None, context_of(services, caller, locale))


async def both(
    services: Services,
    caller: Caller,
    document: str,
    variables: Mapping[str, Any] | None = None,
    locale: str = "en",
    schema: Schema = SCHEMA,
) -> Both:
    """What both answer."""
    answer = await compiled(services, caller, document, variables, locale, schema)
    result = await schema.execute(document, dict(variables or {}), context_of(services, caller, locale))
    told = result.extensions or {}
    return Both(answer, result.data, list(result.errors or ()), told.get("cost", 0))
