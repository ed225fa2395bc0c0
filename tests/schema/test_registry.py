"""Domain classes are shown as GraphQL types by one registry: no union and no interface has to look at what it shows."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType

from app.services import problems, results
from schema import create_schema
from schema.registry import TYPES, shows

SCHEMA = create_schema(introspection=False)._schema


def told_apart() -> set[GraphQLObjectType]:
    """The types that a union or an interface can turn out to be."""
    return {
        possible
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType)
        for possible in SCHEMA.get_possible_types(kind)
    }


def test_every_type_that_must_be_told_apart_shows_one_domain_class() -> None:
    shown = [cls.__name__ for cls in TYPES.values()]
    assert len(shown) == len(set(shown))
    assert {kind.name for kind in told_apart()} <= set(shown)


def test_every_problem_is_a_type() -> None:
    declared = {cls for cls in vars(problems).values() if isinstance(cls, type) and issubclass(cls, problems.Problem)}
    assert declared - {problems.Problem} <= set(TYPES)


def test_every_success_is_a_type() -> None:
    successes = [cls for name, cls in vars(results).items() if name.endswith("Success")]
    assert len(successes) > 20
    assert set(successes) <= set(TYPES)


def test_a_value_is_of_the_type_that_shows_its_class_and_of_no_other() -> None:
    value = problems.NotFound("QQ==")
    assert [kind.name for kind in told_apart() if kind.is_type_of(value, None)] == ["NotFound"]  # type: ignore[misc, arg-type]  # graphql-core types the hook as optional, and its info as required


def test_a_domain_class_has_one_type() -> None:
    class Another:
        pass

    with pytest.raises(ValueError, match="NotFound is shown as NotFound already"):
        shows(problems.NotFound, description="Another.")(Another)
