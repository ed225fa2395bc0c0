"""Compiled documents: a query that keeps coming is made, once, into a statement and a straight-line assembly.

Stock execution stays the reference: whatever a compiled document doesn't know entirely, and every exception in one, is
left to it, so errors are its own by construction. Queries only; a mutation must never be run a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Answer:
    """What a compiled document answered: the JSON of `data`, and what the operation costs."""

    data: bytes
    cost: int


class CompiledDocuments:
    """Answers the queries of one schema that it has compiled, or can compile."""

    async def answer(
        self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None, context: Context
    ) -> Answer | None:
        """The answer to an operation, or None where stock execution has to answer."""
        return None
