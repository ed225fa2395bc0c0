"""What clients see: the schema object, and its text.

Types are declared in one module a noun, with the words that people read in GraphiQL. Reading and changing is done by
`resolvers`, one module a noun as well.
"""

import textwrap
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import strawberry
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_specified_scalar_type,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import ExecutionContext

from app.services.questions import QUESTIONS
from app.services.tables import TABLES
from schema.compiled.documents import CompiledDocuments
from schema.compiled.query import Askable
from schema.errors import present
from schema.limits import Limits
from schema.mutation import Mutation
from schema.operations import Documents, ReadDocuments
from schema.query import Query
from schema.scalars import DATE_TIME

__all__ = ["PRINTED", "Limits", "Schema", "create_schema", "present", "printed"]

PRINTED: Final = Path(__file__).with_name("schema.graphql")
WIDTH: Final = 110
BACKREF: Final = GraphQLCoreConverter.DEFINITION_BACKREF


ABOUT: Final = """Adgang: who may log in to a firm's customer portal, and what they may do there.

The firm's customers have references, the people who order for them. A reference's e-mail is its username; all \
references with the same username share one password, and the person chooses the company at log-in. Log in with \
`staffLogin` (the firm's own people) or `login` (portal users); `{ viewer { name } }` says who you are."""


class Schema(strawberry.Schema):
    """The schema. It logs no error by itself: `present` does, and says what may be said.

    `compiled` are the documents that need no stock execution.
    """

    compiled: CompiledDocuments

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        pass


@cache
def create_schema(*, introspection: bool, limits: Limits | None = None, trusted: bool = False) -> Schema:
    """The schema, which describes itself to clients or doesn't, how much a document may hold, and whether all that come
    are trusted.

    It takes a tenth of a second to make and never changes, so that applications in one process share it.
    """
    documents = Documents(introspection=introspection, limits=limits, trusted=trusted)
    schema = Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map={datetime: DATE_TIME}),
        extensions=[lambda: ReadDocuments(documents)],
    )
    schema.compiled = CompiledDocuments(schema._schema, Askable(TABLES, QUESTIONS), documents)
    schema._schema.description = wrapped(ABOUT)
    for declared in _described(schema._schema):
        declared.description = wrapped(declared.description or "")
    for declared in schema._schema.type_map.values():
        if isinstance(declared, GraphQLInputObjectType) and declared.extensions[BACKREF].is_one_of:
            # Strawberry checks `@oneOf` by itself; graphql-core's check says which variable, and where in it.
            declared.is_one_of = True
    return schema


def printed() -> str:
    """The schema's text, as it is kept in `schema.graphql`."""
    return create_schema(introspection=False).as_str() + "\n"


def wrapped(text: str) -> str:
    """A description in lines that can be read in the printed schema; Markdown makes paragraphs of them again."""
    lines = (textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.splitlines())
    return "\n".join(lines)


def _described(schema: GraphQLSchema) -> Iterator[Any]:
    """Everything in the schema that has a description of ours."""
    for declared in schema.type_map.values():
        if is_introspection_type(declared) or is_specified_scalar_type(declared):
            continue
        yield declared
        for field in getattr(declared, "fields", {}).values():
            yield field
            yield from getattr(field, "args", {}).values()
        yield from getattr(declared, "values", {}).values()
