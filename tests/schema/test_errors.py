"""What goes out of an error: a problem with its code, the position of a mistake, and never a value."""

import json
import re
from typing import Any

import pytest
import structlog
from graphql import GraphQLError, located_error, specified_rules

from app.database import DatabaseUnavailable
from app.models.enums import FieldProblemCode
from app.services.problems import FieldProblem, InvalidInput, NotAllowed, NotFound, Refused, TooManyAttempts
from schema import create_schema, present
from schema.document_errors import UNFIT, UNREADABLE, about_argument, about_document

SECRET = "hunter2hunter2"
SCHEMA = create_schema(introspection=False)
LOGIN = "mutation($i: LoginInput!) { login(input: $i) { __typename } }"


async def answer(document: str, variables: dict[str, Any] | None = None, name: str | None = None) -> list[Any]:
    """The errors that go out for a document which isn't executed."""
    result = await SCHEMA.execute(document, variables, operation_name=name)
    return [present(error, "en", "r1") for error in result.errors or []]


def located(problem: Exception) -> GraphQLError:
    """An exception as it comes out of a field."""
    return located_error(problem, None, ["viewer", "name"])


BROKEN = {
    "Cannot query field 'nme' on type 'Viewer'.": "{ viewer { nme } }",
    "Unknown argument 'nmber' on field 'Query.customer'.": '{ customer(nmber: "S") { id } }',
    "Unknown argument 'when' on directive '@skip'.": '{ viewer @skip(if: true, when: "S") { name } }',
    "Unknown type 'Nobody'.": "query($x: Nobody) { viewer { name } }",
    "Unknown fragment 'F'.": "{ viewer { ...F } }",
    "Unknown directive '@live'.": '{ viewer @live(x: "S") { name } }',
    "Argument 'Query.node(id:)' of type 'ID!' is required, but it was not provided.": "{ node { id } }",
    "Argument '@skip(if:)' of type 'Boolean!' is required, but it was not provided.": "{ viewer @skip { name } }",
    "Directive '@skip' may not be used on query.": "query @skip(if: true) { viewer { name } }",
    "The directive '@skip' can only be used once at this location.": (
        "{ viewer @skip(if: true) @skip(if: true) { name } }"
    ),
    "Field 'name' must not have a selection since type 'String!' has no subfields.": "{ viewer { name { x } } }",
    "Field 'viewer' of type 'Viewer' must have a selection of subfields.": "{ viewer }",
    "Fields 'a' conflict because 'name' and 'email' are different fields. Use different aliases on the fields to fetch "
    "both if this was intentional.": "{ viewer { a: name a: email } }",
    "Fields 'customer' conflict because they have differing arguments. Use different aliases on the fields to fetch "
    "both if this was intentional.": '{ customer(number: "S") { id } customer(number: "T") { id } }',
    "Fragment cannot be spread here as objects of type 'Viewer' can never be of type 'Customer'.": (
        "{ viewer { ... on Customer { id } } }"
    ),
    "Fragment 'F' cannot be spread here as objects of type 'Viewer' can never be of type 'Customer'.": (
        "{ viewer { ...F } } fragment F on Customer { id }"
    ),
    "Fragment cannot condition on non composite type 'String'.": "{ viewer { ... on String { x } } }",
    "Fragment 'F' cannot condition on non composite type 'String'.": "{ viewer { ...F } } fragment F on String { x }",
    "Fragment 'F' is never used.": "{ viewer { name } } fragment F on Viewer { name }",
    "Cannot spread fragment 'F' within itself.": "{ viewer { ...F } } fragment F on Viewer { ...F }",
    "Cannot spread fragment 'F' within itself via 'G'.": (
        "{ viewer { ...F } } fragment F on Viewer { ...G } fragment G on Viewer { ...F }"
    ),
    "There can be only one operation named 'A'.": "query A { viewer { name } } query A { viewer { name } }",
    "There can be only one fragment named 'F'.": (
        "{ viewer { ...F } } fragment F on Viewer { name } fragment F on Viewer { name }"
    ),
    "There can be only one argument named 'id'.": '{ node(id: "S", id: "S") { id } }',
    "There can be only one variable named '$x'.": "query($x: ID!, $x: ID!) { node(id: $x) { id } }",
    "There can be only one input field named 'password'.": (
        'mutation { login(input: {username: "a", password: "S", password: "S"}) { __typename } }'
    ),
    "This anonymous operation must be the only defined operation.": "{ viewer { name } } query B { viewer { name } }",
    "The 'Nothing' definition is not executable.": "{ viewer { name } } type Nothing { x: Int }",
    "The schema definition is not executable.": "{ viewer { name } } schema { query: Query }",
    "The subscription operation is not supported by the schema.": "subscription { x }",
    "Variable '$x' is not defined.": "{ node(id: $x) { id } }",
    "Variable '$x' is not defined by operation 'A'.": "query A { node(id: $x) { id } }",
    "Variable '$x' is never used.": 'query($x: String = "S") { viewer { name } }',
    "Variable '$x' is never used in operation 'A'.": "query A($x: String) { viewer { name } }",
    "Variable '$x' cannot be non-input type 'Customer'.": "query($x: Customer) { viewer { name } }",
    "Variable '$x' of type 'Int' used in position expecting type 'ID!'.": "query($x: Int) { node(id: $x) { id } }",
    "Expected value of type 'String'.": "{ customer(number: 12) { id } }",
    "Expected value of type 'ID'.": "{ node(id: 1.5) { id } }",
    "Expected value of type 'Int'.": '{ customers(first: "S") { totalCount } }',
    "Expected value of type 'Boolean'.": 'mutation { logout(everywhere: "S") { __typename } }',
    "Expected value of type 'Direction'.": "{ customers(direction: S) { totalCount } }",
    "Expected value of type 'CustomerFilter' to be an object.": '{ customers(filter: "S") { totalCount } }',
    "Expected value of type 'CustomerFilter' not to include unknown field 'x'.": (
        '{ customers(filter: {x: "S"}) { totalCount } }'
    ),
    "Expected value of type 'LoginInput' to include required field 'username'.": (
        'mutation { login(input: {password: "S"}) { __typename } }'
    ),
    "Expected value of non-null type 'ID!' not to be None.": "{ node(id: null) { id } }",
    "DateTime must be a moment with an offset, such as 2026-11-24T08:30:00.000Z.": (
        '{ auditEvents(filter: {since: "S"}) { edges { cursor } } }'
    ),
    "Within OneOf Input Object type 'NewPasswordInput', exactly one field must be specified, and the value for that "
    "field must be non-null.": (
        'mutation { createStaff(input: {name: "a", email: "b", role: ADMIN, '
        'newPassword: {plaintext: "S", generate: true}}) { __typename } }'
    ),
    "Variable '$p' is of type 'String' but must be non-nullable to be used for OneOf Input Object "
    "'NewPasswordInput'.": (
        'mutation($p: String) { createReference(input: {customerId: "a", name: "b", newPassword: {plaintext: $p}}) '
        "{ __typename } }"
    ),
}


@pytest.mark.parametrize(("message", "document"), BROKEN.items())
async def test_a_mistake_in_a_document_is_named_without_values(message: str, document: str) -> None:
    named = re.search(r"query ([AB]) ", document)
    sent = document.replace('"S"', f'"{SECRET}"').replace(": S)", f": {SECRET})")
    errors = await answer(sent, name=named and named[1])
    assert message in [error["message"] for error in errors]
    assert SECRET not in json.dumps(errors)
    assert all(error["locations"] for error in errors)


def test_every_rule_of_graphql_has_its_words() -> None:
    """A new rule, or new words in an old one, show here: its errors would only say that something is wrong."""
    covered = {
        *("FieldsOnCorrectTypeRule", "KnownArgumentNamesRule", "KnownTypeNamesRule", "KnownFragmentNamesRule"),
        *("KnownDirectivesRule", "ProvidedRequiredArgumentsRule", "UniqueDirectivesPerLocationRule", "ScalarLeafsRule"),
        *("OverlappingFieldsCanBeMergedRule", "PossibleFragmentSpreadsRule", "FragmentsOnCompositeTypesRule"),
        *("NoUnusedFragmentsRule", "NoFragmentCyclesRule", "UniqueOperationNamesRule", "UniqueFragmentNamesRule"),
        *("UniqueArgumentNamesRule", "UniqueVariableNamesRule", "UniqueInputFieldNamesRule", "KnownOperationTypesRule"),
        *("LoneAnonymousOperationRule", "ExecutableDefinitionsRule", "NoUndefinedVariablesRule"),
        *("NoUnusedVariablesRule", "VariablesAreInputTypesRule", "VariablesInAllowedPositionRule"),
        *("ValuesOfCorrectTypeRule", "MaxIntrospectionDepthRule"),
    }
    # They need what the schema hasn't: subscriptions, @defer and @stream.
    impossible = {
        *("SingleFieldSubscriptionsRule", "DeferStreamDirectiveOnRootField", "DeferStreamDirectiveLabel"),
        *("DeferStreamDirectiveOnValidOperationsRule", "StreamDirectiveOnListField"),
    }
    assert {rule.__name__ for rule in specified_rules} - covered - impossible == set()


WRONG_VARIABLES: list[tuple[Any, str]] = [
    (None, "Variable '$i' has invalid value: Expected value of non-null type 'LoginInput!' not to be None."),
    (SECRET, "Variable '$i' has invalid value: Expected value of type 'LoginInput' to be an object."),
    (
        {"username": "ida@example.dk", "passwort": SECRET},
        "Variable '$i' has invalid value: Expected value of type 'LoginInput' to include required field 'password'.",
    ),
    (
        {"username": "ida@example.dk", "password": SECRET, "passwort": SECRET},
        "Variable '$i' has invalid value: Expected value of type 'LoginInput' not to include unknown field 'passwort'.",
    ),
    (
        {"username": "ida@example.dk", "password": "a", SECRET + "'?": 1},
        "Variable '$i' has invalid value: Expected value of type 'LoginInput' not to include unknown fields.",
    ),
    (
        {"username": "ida@example.dk", "password": [SECRET]},
        "Variable '$i' has invalid value at .password: Expected value of type 'String'.",
    ),
    (
        {"username": "ida@example.dk", "password": SECRET, "transport": SECRET},
        "Variable '$i' has invalid value at .transport: Expected value of type 'SessionTransport'.",
    ),
    (
        {"username": "ida@example.dk", "password": SECRET, "transport": f"x' does not exist in '{SECRET}' enum. y"},
        "Variable '$i' has invalid value at .transport: Expected value of type 'SessionTransport'.",
    ),
    (
        {"username": "ida@example.dk", "password": SECRET, "transport": {"a": SECRET}},
        "Variable '$i' has invalid value at .transport: Expected value of type 'SessionTransport'.",
    ),
]


@pytest.mark.parametrize(("given", "message"), WRONG_VARIABLES)
async def test_a_mistake_in_a_variable_is_named_without_values(given: Any, message: str) -> None:
    errors = await answer(LOGIN, {"i": given})
    assert message in [error["message"] for error in errors]
    assert SECRET not in json.dumps(errors)
    assert errors[0]["locations"] == [{"line": 1, "column": 10}]


async def test_a_missing_variable_is_named() -> None:
    errors = await answer(LOGIN)
    assert [error["message"] for error in errors] == [
        "Variable '$i' has invalid value: Expected a value of non-null type 'LoginInput!' to be provided."
    ]


async def test_a_wrong_member_of_a_list_is_named_by_its_place() -> None:
    document = "query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }"
    errors = await answer(document, {"f": {"actions": ["LOGIN_FAILED", SECRET], "since": SECRET}})
    assert [error["message"] for error in errors] == [
        "Variable '$f' has invalid value at .actions[1]: Expected value of type 'AuditAction'.",
        "Variable '$f' has invalid value at .since: "
        "DateTime must be a moment with an offset, such as 2026-11-24T08:30:00.000Z.",
    ]


async def test_two_fields_of_one_are_named_by_their_place() -> None:
    document = "mutation($i: CreateStaffInput!) { createStaff(input: $i) { __typename } }"
    both = {"plaintext": SECRET, "generate": True}
    errors = await answer(document, {"i": {"name": "a", "email": "b", "role": "ADMIN", "newPassword": both}})
    assert [error["message"] for error in errors] == [
        "Variable '$i' has invalid value at .newPassword: Within OneOf Input Object type 'NewPasswordInput', exactly "
        "one field must be specified, and the value for that field must be non-null."
    ]


UNREADABLE_DOCUMENTS = {
    "Syntax Error: Unexpected Name.": f"{{ viewer {{ name }} }} {SECRET}",
    "Syntax Error: Expected '{', found '}'.": "{ viewer { name } ... }",
    "Syntax Error: Expected Name, found String.": f'{{ viewer {{ "{SECRET}" }} }}',
    "Syntax Error: Expected ':', found String.": f'{{ node(id "{SECRET}") {{ id }} }}',
    "Syntax Error: Expected Name, found <EOF>.": "{ viewer { name }",
    "Syntax Error: Expected '$', found Name.": f"query({SECRET}: ID) {{ x }}",
    "Syntax Error: Unterminated string.": f'{{ node(id: "{SECRET}',
    "Syntax Error: Invalid character escape sequence.": f'{{ node(id: "\\q{SECRET}") {{ id }} }}',
    "Syntax Error: Invalid Unicode escape sequence.": f'{{ node(id: "\\u{SECRET}") {{ id }} }}',
    "Syntax Error: Unexpected character.": "{ viewer { name } } ÷",
    "Syntax Error: Invalid number.": "{ customers(first: 01) { totalCount } }",
    "Syntax Error: Document is nested too deeply. Parsing aborted.": "{ a" * 5000,
}


@pytest.mark.parametrize(("message", "document"), UNREADABLE_DOCUMENTS.items())
async def test_what_is_no_document_is_refused_by_its_position(message: str, document: str) -> None:
    errors = await answer(document)
    assert [error["message"] for error in errors] == [message]
    assert SECRET not in json.dumps(errors)
    assert errors[0]["locations"]


@pytest.mark.parametrize(
    "message",
    [
        f"Expected value of type 'A B', found: {SECRET}.",
        f"Something new about {SECRET}.",
        f"Variable '${SECRET} x' has invalid value: {SECRET}",
        f"{SECRET}\nUnknown fragment 'F'.",
        f"Unknown fragment 'F'.\n{SECRET}",
    ],
)
def test_words_that_are_not_known_do_not_go_out(message: str) -> None:
    assert about_document(message) == UNFIT
    assert about_document("Syntax Error: " + message) == UNREADABLE


def test_words_that_are_not_known_do_not_go_out_about_a_variable_either() -> None:
    assert about_document(f"Variable '$i' has invalid value at .a: New words, {SECRET}") == (
        f"Variable '$i' has invalid value at .a: {UNFIT}"
    )


def test_only_an_argument_can_be_wrong_while_fields_run() -> None:
    assert about_argument(f"Argument 'first' has invalid value at [0]: Int cannot represent {SECRET}") == (
        "Argument 'first' has invalid value at [0]: Expected value of type 'Int'."
    )
    assert about_argument(f"Int cannot represent non-integer value: {SECRET}") is None


def test_a_problem_goes_out_with_its_code_in_the_callers_language() -> None:
    assert present(located(Refused(NotAllowed())), "en", "r1") == {
        "message": "You may not do this. Ask an administrator if you need to.",
        "path": ["viewer", "name"],
        "extensions": {"code": "NOT_ALLOWED"},
    }
    danish = present(located(Refused(NotFound("QQ=="))), "da", "r1")
    assert danish["extensions"] == {"code": "NOT_FOUND"}
    assert danish["message"] != present(located(Refused(NotFound("QQ=="))), "en", "r1")["message"]


def test_wrong_fields_and_waits_are_told_to_programs() -> None:
    wrong = InvalidInput((FieldProblem("first", FieldProblemCode.OUT_OF_RANGE),))
    assert present(located(Refused(wrong)), "en", "r1")["extensions"] == {
        "code": "INVALID_INPUT",
        "fields": [
            {
                "field": "first",
                "code": "OUT_OF_RANGE",
                "message": "A page holds at most 500 rows: ask for a number from 0 to 500.",
            }
        ],
    }
    told = present(located(Refused(TooManyAttempts(900))), "en", "r1")["extensions"]
    assert told == {"code": "TOO_MANY_ATTEMPTS", "retryAfterSeconds": 900}


def test_a_database_that_is_down_is_overloaded() -> None:
    error = present(located(DatabaseUnavailable(SECRET, retry_after_seconds=3)), "en", "r1")
    assert error["extensions"] == {"code": "OVERLOADED", "retryAfterSeconds": 3}
    assert "3 seconds" in error["message"]
    assert SECRET not in json.dumps(error)


@pytest.mark.parametrize(
    "mistake",
    [ValueError(SECRET), KeyError(SECRET), GraphQLError(f"Int cannot represent non-integer value: {SECRET}")],
)
def test_a_mistake_of_ours_tells_the_requests_id_and_nothing_else(mistake: Exception) -> None:
    with structlog.testing.capture_logs() as logged:
        error = present(located(mistake), "en", "r1")
    assert error["message"].startswith("Internal error")
    assert "r1" in error["message"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": "r1"}
    assert SECRET not in json.dumps(error)
    assert logged[0]["request_id"] == "r1"
    assert SECRET not in repr(logged)


async def test_rules_of_ours_are_told_in_the_callers_language() -> None:
    result = await SCHEMA.execute("mutation { logout { __typename } a: logout { __typename } }")
    assert result.errors is not None
    assert present(result.errors[0], "en", "r1")["message"].startswith("logout must be the only field")
    assert present(result.errors[0], "da", "r1")["message"].startswith("logout ")
    result = await SCHEMA.execute("{ __schema { types { name } } }")
    assert result.errors is not None
    assert "schema.graphql" in present(result.errors[0], "en", "r1")["message"]


async def test_the_schema_itself_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    await SCHEMA.execute(LOGIN, {"i": {"username": SECRET, "passwort": SECRET}})
    await SCHEMA.execute(f'{{ viewer(x: "{SECRET}") {{ name }} }}')
    await SCHEMA.execute(f'{{ "{SECRET}"')
    assert SECRET not in caplog.text
    assert caplog.records == []
