"""Whoever explores the schema in GraphiQL is told what everything is."""

from collections.abc import Iterator

from graphql import GraphQLSchema, build_schema, is_introspection_type, is_specified_scalar_type

from schema import create_schema, printed


def elements(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument, input field and enum value, with its description."""
    for kind in schema.type_map.values():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield kind.name, kind.description
        for name, field in getattr(kind, "fields", {}).items():
            yield f"{kind.name}.{name}", field.description
            for argument, given in getattr(field, "args", {}).items():
                yield f"{kind.name}.{name}({argument})", given.description
        for name, value in getattr(kind, "values", {}).items():
            yield f"{kind.name}.{name}", value.description


def test_everything_has_a_description() -> None:
    found = dict(elements(build_schema(printed())))
    assert len(found) > 600
    assert [name for name, description in found.items() if not (description or "").strip()] == []


def test_descriptions_are_sentences() -> None:
    found = elements(build_schema(printed()))
    assert [name for name, description in found if description and description.rstrip()[-1] not in ".`”?"] == []


def test_descriptions_say_how_to_log_in_where_people_begin() -> None:
    described = dict(elements(build_schema(printed())))
    for root in ("Query", "Mutation"):
        text = described[root] or ""
        assert "staffLogin" in text
        assert "Headers" in text
        assert '{"Authorization": "Bearer …"}' in text


def test_introspection_tells_the_same_as_the_printed_schema() -> None:
    live = dict(elements(create_schema(introspection=True)._schema))
    assert live == dict(elements(build_schema(printed())))


def test_the_printed_lines_can_be_read() -> None:
    long = [line for line in printed().splitlines() if len(line) > 120 and not line.startswith("union ")]
    assert long == []
