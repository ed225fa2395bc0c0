"""The code that the compiled form of a document was made into."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.reading.source import source_of
from app.reading.templates import Edges, Template
from app.services import Services
from app.services.caller import Caller
from schema.compiled.query import Asking
from tests.compiled.both import SCHEMA, context_of


async def sources(
    services: Services, caller: Caller, document: str, variables: Mapping[str, Any] | None = None
) -> list[str]:
    """The text of every function that a document is answered by, in the order in which they were made."""
    context = context_of(services, caller)
    await SCHEMA.compiled.answer(document, variables, None, context)
    return [
        source_of(template.shape)
        for operation in context.document.compiled.values()
        for form in operation._forms.values()
        for field in getattr(form, "_fields", {}).values()
        if isinstance(field, Asking)
        for prepared in field.prepared.values()
        for each in (*prepared.rows.values(), *prepared.pages.values())
        for template in _templates(each)
    ]


def _templates(template: Template) -> Iterator[Template]:
    yield template
    for part in template.parts.values():
        if isinstance(part, Edges):
            yield from _templates(part.each)
