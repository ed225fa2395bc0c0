"""What a document may hold: who-is-the-caller mutations alone, not too many changes; and how documents are kept."""

from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSyntaxError

from schema import create_schema, present
from schema.limits import RuleBroken
from schema.operations import ALONE, LONGEST_REMEMBERED, MOST_MUTATIONS, Documents

SCHEMA = create_schema(introspection=False)._schema


def errors(document: str, *, introspection: bool = False) -> tuple[GraphQLError, ...]:
    return Documents(introspection=introspection).read(SCHEMA, document).errors


def broken(document: str) -> list[tuple[str, dict[str, object]]]:
    """The rules of ours that a document breaks. It breaks no other."""
    found = errors(document)
    assert all(isinstance(error, RuleBroken) for error in found), found
    return [(error.key, error.values) for error in found if isinstance(error, RuleBroken)]


def test_what_changes_the_caller_is_known_by_name() -> None:
    assert SCHEMA.mutation_type is not None
    assert set(SCHEMA.mutation_type.fields) >= ALONE


@pytest.mark.parametrize("field", sorted(ALONE))
def test_it_stands_alone(field: str) -> None:
    assert SCHEMA.mutation_type is not None
    arguments = {name: given.type for name, given in SCHEMA.mutation_type.fields[field].args.items()}
    variables = ", ".join(f"${name}: {kind}" for name, kind in arguments.items())
    call = f"{field}({', '.join(f'{name}: ${name}' for name in arguments)})" if arguments else field
    head = f"mutation({variables})" if variables else "mutation"
    wanted = f"{call} {{ __typename }}"
    assert broken(f"{head} {{ {wanted} }}") == []
    assert broken(f"{head} {{ __typename {wanted} of: __typename }}") == []
    assert broken(f"{head} {{ {wanted} other: {wanted} }}") == [("alone", {"field": field})]


@pytest.mark.parametrize(
    "document",
    [
        "mutation { logout { __typename } endSessions(input: {referenceId: 1}) { __typename } }",
        "mutation { endSessions(input: {referenceId: 1}) { __typename } logout { __typename } }",
        "mutation { logout @skip(if: true) { __typename } a: endOtherSessions { __typename } }",
        "mutation($no: Boolean!) { logout { __typename } a: logout @include(if: $no) { __typename } }",
        "mutation { ...Leave a: logout { __typename } } fragment Leave on Mutation { logout { __typename } }",
        "mutation { ...A a: logout { __typename } } fragment A on Mutation { ...B } "
        "fragment B on Mutation { b: logout { __typename } }",
        "mutation { ... on Mutation { logout { __typename } } ... { ... { a: logout { __typename } } } }",
        "mutation { ... @skip(if: true) { logout { __typename } } a: logout { __typename } }",
    ],
)
def test_it_stands_alone_however_it_is_written(document: str) -> None:
    assert [key for key, _ in broken(document)] == ["alone"]


def test_a_field_that_is_written_twice_is_one_field() -> None:
    assert broken("mutation { logout { __typename } ...L } fragment L on Mutation { logout { __typename } }") == []


def test_each_operation_of_a_document_is_looked_at_by_itself() -> None:
    apart = "mutation A { logout { __typename } } mutation B { endOtherSessions { __typename } }"
    assert broken(apart) == []
    assert broken(apart + " mutation C { logout { __typename } a: logout { __typename } }") == [
        ("alone", {"field": "logout"})
    ]


def test_fragments_in_a_circle_are_refused_and_end() -> None:
    circle = "mutation { ...A } fragment A on Mutation { ...B logout { __typename } } fragment B on Mutation { ...A }"
    assert "within itself" in errors(circle)[0].message


def test_a_document_holds_so_many_changes() -> None:
    changes = [f"a{number}: endSessions(input: {{referenceId: 1}}) {{ __typename }}" for number in range(21)]
    assert MOST_MUTATIONS == 20
    assert broken(f"mutation {{ __typename {' '.join(changes[:20])} }}") == []
    assert broken(f"mutation {{ {' '.join(changes)} }}") == [("too_many_mutations", {"limit": 20})]


def test_queries_hold_as_many_fields_as_they_like() -> None:
    many = " ".join(f"a{number}: viewer {{ name }}" for number in range(30))
    assert broken(f"{{ {many} }}") == []


@pytest.mark.parametrize("document", ["{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'])
def test_the_schema_is_described_where_that_is_switched_on(document: str) -> None:
    assert "introspection" in errors(document)[0].message
    assert errors(document, introspection=True) == ()
    assert errors("{ __typename }") == ()


@pytest.mark.parametrize(
    "document",
    [
        "{ viewr { name } }",
        "{ customer(nmber: 1) { id } }",
        "{ viewer { ... on PortalViewr { name } } }",
        "{ customers(direction: ASK) { totalCount } }",
        "{ customers(filter: {serch: 1}) { totalCount } }",
    ],
)
def test_names_are_suggested_only_where_the_schema_is_described(document: str) -> None:
    assert "Did you mean" in errors(document, introspection=True)[0].message
    assert "Did you mean" not in errors(document)[0].message


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("query($d: Direction!) { customers(direction: $d) { totalCount } }", {"d": "ASK"}),
        ("query($f: CustomerFilter) { customers(filter: $f) { totalCount } }", {"f": {"serch": "x"}}),
        ("query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }", {"f": {"actions": ["LOGED_OUT"]}}),
    ],
)
async def test_no_name_is_suggested_for_a_variables_value(document: str, variables: dict[str, Any]) -> None:
    result = await create_schema(introspection=False).execute(document, variables)
    assert result.errors
    for error in result.errors:
        told = present(error, "en", "r")["message"]
        assert "mean" not in told
        assert not any(name in told for name in ("ASC", "search", "LOGGED_OUT"))


def test_a_document_is_read_once_unless_it_holds_text_that_may_be_a_password() -> None:
    documents = Documents(introspection=False)
    plain = "query($n: String) { customer(number: $n) { id } }"
    assert documents.read(SCHEMA, plain) is documents.read(SCHEMA, plain)
    literal = '{ customer(number: "10432") { id } }'
    assert documents.read(SCHEMA, literal) is not documents.read(SCHEMA, literal)
    trusted = Documents(introspection=False, trusted=True)
    assert trusted.read(SCHEMA, literal) is trusted.read(SCHEMA, literal)
    long = "{ viewer { name } }" + " " * LONGEST_REMEMBERED
    assert documents.read(SCHEMA, long) is not documents.read(SCHEMA, long)


def test_a_document_that_cannot_run_is_not_remembered() -> None:
    documents = Documents(introspection=False)
    unquoted = "mutation { login(input: {username: ida, password: hunter2hunter2}) { __typename } }"
    assert documents.read(SCHEMA, unquoted).errors
    assert documents.read(SCHEMA, unquoted) is not documents.read(SCHEMA, unquoted)


def test_what_is_no_document_is_refused_each_time() -> None:
    documents = Documents(introspection=False)
    for _ in range(2):
        with pytest.raises(GraphQLSyntaxError):
            documents.read(SCHEMA, "{ viewer ")
