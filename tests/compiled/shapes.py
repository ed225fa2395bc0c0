"""What the compiled form of a document consists of, but for the names and literals that are bound to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.reading.composer import Statement
from app.reading.templates import Constant, Edges, Made, Part, Relation, Template, Text, Value
from app.services import Services
from app.services.caller import Caller
from schema.compiled.query import Asking, Prepared
from tests.compiled.both import SCHEMA, context_of

Shape: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Compiled:
    """The statements that a document was answered by, and the shapes of the templates that they filled."""

    statements: list[Statement]
    templates: list[Shape]


async def compiled_form(
    services: Services, caller: Caller, document: str, variables: Mapping[str, Any] | None = None
) -> Compiled:
    """What a document is answered by, once it has been."""
    context = context_of(services, caller)
    assert await SCHEMA.compiled.answer(document, variables, None, context) is not None
    prepared = list(_prepared(context.document.compiled))
    return Compiled(
        [statement for each in prepared for statement in each.reading._statements.values()],
        [shape_of(each) for made in prepared for each in (*made.rows.values(), *made.pages.values())],
    )


def _prepared(operations: Mapping[str | None, Any]) -> Iterator[Prepared]:
    for operation in operations.values():
        for form in operation._forms.values():
            for field in form._fields.values():
                if isinstance(field, Asking):
                    yield from field.prepared.values()


def shape_of(template: Template) -> Shape:
    """The kinds of a template's parts in their order, and which fields fill them: all but the names of the answer."""
    return tuple(map(_kind, template.parts.values()))


def _kind(part: Part) -> Shape:
    match part:
        case Template():
            return (Template, shape_of(part))
        case Edges(each=each):
            return (Edges, shape_of(each))
        case Text(name=name) | Value(name=name) | Made(name=name):
            return (type(part), name)
        case Relation(required=required, many=many):
            return (Relation, required, many)
        case Constant(value=value):
            return (Constant, value)
        case _:
            return (part,)
