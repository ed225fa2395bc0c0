"""Selections written down as GraphQL writes them, without a schema: `ask("customers(first: 5) { edges { … } }")`."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse, value_from_ast_untyped

from app.reading import Selected
from app.services.problems import FieldProblem, InvalidInput, Problem, Refused
from resolvers.selection import snake


def ask(text: str, **variables: Any) -> Selected:
    """The one field that the text selects. Names of enumerations are texts; types make no difference."""
    (document,) = parse(f"{{ {text} }}").definitions
    assert isinstance(document, OperationDefinitionNode)
    (found,) = _fields(document.selection_set, variables)
    return found


def given(text: str, **arguments: Any) -> Selected:
    """The one field that the text selects, with these arguments."""
    return replace(ask(text), arguments=arguments)


def _fields(selection: SelectionSetNode | None, variables: Mapping[str, Any]) -> tuple[Selected, ...]:
    nodes = [node for node in (selection.selections if selection else ()) if isinstance(node, FieldNode)]
    return tuple(
        Selected(
            snake(node.name.value),
            (node.alias or node.name).value,
            {
                snake(argument.name.value): _renamed(value_from_ast_untyped(argument.value, dict(variables)))
                for argument in node.arguments or ()
            },
            _fields(node.selection_set, variables),
        )
        for node in nodes
    )


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {snake(name): _renamed(item) for name, item in value.items()}
    return value


async def refusal(reading: Awaitable[Any]) -> Problem:
    """The problem that a reading is refused for."""
    with pytest.raises(Refused) as refused:
        await reading
    return refused.value.problem


async def wrong(reading: Awaitable[Any]) -> list[FieldProblem]:
    """The arguments that a reading is refused for."""
    problem = await refusal(reading)
    assert isinstance(problem, InvalidInput)
    return list(problem.fields)
