"""What an operation costs: about how many objects its answer may hold."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.enums import PortalPermission
from app.services.caller import StaffUser
from schema import Limits, create_schema, present
from schema.cost import LIST_SIZE, MOST
from schema.operations import Documents
from tests.schema.running import context_for
from tests.support.people import People

SCHEMA = create_schema(introspection=True)
DOCUMENTS = Documents(introspection=True)
PERMISSIONS = len(PortalPermission)


def cost(document: str, variables: dict[str, Any] | None = None, name: str | None = None) -> int:
    read = DOCUMENTS.read(SCHEMA._schema, document)
    assert read.errors == ()
    return read.costs[name].of(variables)


def customers(below: str, arguments: str = "") -> str:
    return f"{{ customers{arguments} {{ edges {{ node {{ {below} }} }} }} }}"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 0),
        ("{ viewer { name email __typename } }", 1),
        ("{ viewer { name } passwordPolicy { minLength } }", 2),
        ('{ node(id: "x") { id } }', 1),
        # Pages: their rows, and once.
        (customers("id"), 50),
        (customers("id", "(first: 7)"), 7),
        (customers("id", "(last: 7)"), 7),
        (customers("id", "(first: null)"), 50),
        (customers("id", "(first: 0)"), 1),
        ("{ customers(first: 7) { edges { cursor } } }", 7),
        ("{ customers(first: 7) { pageInfo { endCursor } } }", 7),
        ("{ customers(first: 7) { edges { cursor node { id } } pageInfo { endCursor } totalCount } }", 7),
        ("{ customers(first: 7) { totalCount } }", 1),
        ("{ customers(first: 7) { __typename } }", 1),
        (customers("ownSettings { name }", "(first: 7)"), 14),
        (customers("references { totalCount }", "(first: 7)"), 14),
        (
            customers("references(first: 10) { edges { node { id settings { id } } } }", "(first: 50)"),
            50 * (1 + 10 * 2),
        ),
        # Plain lists.
        ("{ staff { name } }", LIST_SIZE),
        ("{ internetOrderSettings { name permissions } }", LIST_SIZE),
        ("{ portalPermissions { label } }", PERMISSIONS),
        ('{ reference(id: "x") { sharedWith { customer { id } } } }', 1 + LIST_SIZE * 2),
        ('{ reference(id: "x") { permissions { label } } }', 1 + PERMISSIONS),
        # The dearest of the types.
        ("{ viewer { ... on StaffViewer { role } ... on PortalViewer { reference { id } customer { id } } } }", 3),
        ('{ node(id: "x") { ... on Reference { settings { id } } ... on Session { customer { id } } id } }', 2),
        ('{ node(id: "x") { ... on Node { id } ... on Customer { references(first: 3) { edges { cursor } } } } }', 4),
        # Put together as when it runs.
        ("{ viewer { name } viewer { email } ...V } fragment V on Query { viewer { sessions { id } } }", 1 + LIST_SIZE),
        ("{ a: viewer { name } b: viewer { email } }", 2),
        (customers("...C ...C") + "fragment C on Customer { ownSettings { id } }", 100),
        # What a literal takes away.
        ("{ viewer @skip(if: true) { name } }", 0),
        ("{ viewer @include(if: false) { name } }", 0),
        ("{ viewer @include(if: true) @skip(if: false) { name } }", 1),
        ("{ viewer { name } ... @skip(if: true) { staff { id } } }", 1),
        ("{ ...F @include(if: false) ...F } fragment F on Query { viewer { name } }", 1),
        # Introspection is about the schema, which everybody may have.
        ("{ __schema { types { fields { name } } } viewer { name } }", 1),
        # Changes.
        (
            'mutation { deleteCustomer(input: {id: "x"}) { ... on Problem { message } ... on InUse { references } } }',
            1,
        ),
        (
            'mutation { updateCustomer(input: {id: "x"}) { ... on UpdateCustomerSuccess { customer { id } } '
            "... on AlreadyExists { existing { ... on Customer { ownSettings { id } } } } } }",
            3,
        ),
    ],
)
def test_what_costs_how_much(document: str, expected: int) -> None:
    assert cost(document) == expected


BOMB = customers("references(first: 500) { edges { node { sharedWith { id } } } }", "(first: 500)")


def test_the_bomb_of_the_attack_list() -> None:
    assert cost(BOMB) == 500 * (1 + 500 * (1 + LIST_SIZE))


PAGE = (
    "query($a: Int, $b: Int = 10, $skip: Boolean = false) { customers(first: $a) { edges { node { "
    "references(last: $b) @skip(if: $skip) { edges { node { id } } } } } } }"
)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (None, 50 * 11),
        ({}, 50 * 11),
        ({"a": None}, 50 * 11),
        ({"a": 3}, 3 * 11),
        ({"a": 3.0}, 3 * 11),
        ({"a": 3, "b": None}, 3 * 51),
        ({"a": 3, "b": 500}, 3 * 501),
        ({"a": 3, "b": 0}, 3 * 2),
        ({"a": 0, "b": 500}, 1),
        ({"a": 3, "skip": True}, 3),
        ({"a": 3, "skip": False}, 3 * 11),
        # What doesn't fit is refused with words of its own, and counts until then.
        ({"a": 3, "skip": "yes"}, 3 * 11),
        ({"a": "many"}, 50 * 11),
        ({"a": True}, 50 * 11),
        # The reading refuses these, and reads nothing.
        ({"a": -1}, 1),
        ({"a": 501}, 1),
        ({"a": 2**63}, 1),
        ({"a": 1e300}, 1),
        ({"a": 3, "b": 501}, 3 * 2),
    ],
)
def test_variables_and_their_defaults_count(variables: dict[str, Any] | None, expected: int) -> None:
    assert cost(PAGE, variables) == expected


CONDITIONS = (
    "query($a: Boolean!, $b: Boolean!) { viewer @include(if: $a) { name ... on PortalViewer { customer { id } } } "
    "...F @skip(if: $b) passwordPolicy @include(if: $a) @skip(if: $b) { minLength } } "
    "fragment F on Query { viewer { ... on PortalViewer { reference { id } } } }"
)


@pytest.mark.parametrize(
    ("a", "b", "expected"), [(True, True, 2), (True, False, 4), (False, False, 2), (False, True, 0), (None, None, 4)]
)
def test_a_field_asked_for_in_two_places_hangs_on_both(a: Any, b: Any, expected: int) -> None:
    assert cost(CONDITIONS, {"a": a, "b": b}) == expected


def test_each_operation_has_its_own_cost() -> None:
    document = "query A { viewer { name } } query B($n: Int = 5) { customers(first: $n) { edges { cursor } } }"
    assert (cost(document, None, "A"), cost(document, None, "B"), cost(document, {"n": 2}, "B")) == (1, 5, 2)


def test_no_cost_is_too_large_to_be_said() -> None:
    deep = "sharedWith { " * 5 + "id " + "} " * 5
    assert cost(customers(f"references(first: 500) {{ edges {{ node {{ {deep} }} }} }}", "(first: 500)")) == MOST


NAMES = st.sampled_from(["$a", "$b", "true", "false"])
LEAF = st.sampled_from(["viewer { name }", "staff { id }", "portalPermissions { label }", "viewer { sessions { id } }"])


def _conditional(selection: str, directive: str, name: str) -> str:
    return f"... @{directive}(if: {name}) {{ {selection} }}"


SELECTIONS = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.builds(_conditional, inner, st.sampled_from(["skip", "include"]), NAMES),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(selection=SELECTIONS, a=st.booleans(), b=st.booleans())
def test_a_variable_counts_as_its_value_written_there_would(selection: str, a: bool, b: bool) -> None:
    head = f"query($a: Boolean = {str(a).lower()}, $b: Boolean = {str(b).lower()})"
    used = "".join(f" {name}: __typename @skip(if: ${name})" for name in "ab")
    written = selection.replace("$a", str(a).lower()).replace("$b", str(b).lower())
    limits = Limits(directives=1000)
    read = Documents(introspection=False, limits=limits).read(SCHEMA._schema, f"{head} {{ {selection}{used} }}")
    expected = Documents(introspection=False, limits=limits).read(SCHEMA._schema, f"{{ {written} __typename }}")
    assert read.errors == expected.errors == ()
    assert read.costs[None].of(None) == read.costs[None].of({"a": a, "b": b}) == expected.costs[None].of(None)


async def test_every_answer_says_what_it_cost(people: People, admin: StaffUser) -> None:
    context = context_for(people.services, admin)
    for document, expected in (("{ viewer { name } }", 1), ("{ customers(first: -1) { edges { cursor } } }", 1)):
        result = await SCHEMA.execute(document, context_value=context)
        assert result.extensions == {"cost": expected}
    for document in ("{ nothing }", "{ viewer "):
        assert not (await SCHEMA.execute(document, context_value=context)).extensions


WORDS = {"da": "højst 25000", "en": "at most 25000", "sv": "högst 25000", "nb": "høyst 25000"}


@pytest.mark.parametrize("locale", WORDS)
async def test_what_costs_too_much_is_refused_before_anything_runs(locale: str) -> None:
    result = await SCHEMA.execute(BOMB, context_value=None)  # a resolver would miss its context
    assert result.data is None
    assert result.extensions == {"cost": 5_250_500, "maxCost": 25_000}
    (error,) = [present(error, locale, "r") for error in result.errors or ()]
    assert error["extensions"] == {"code": "TOO_COSTLY", "cost": 5_250_500, "maxCost": 25_000}
    assert "5250500" in error["message"]
    assert WORDS[locale] in error["message"]
    assert error["locations"] == [{"line": 1, "column": 1}]


async def test_the_highest_cost_can_be_chosen(people: People, admin: StaffUser) -> None:
    schema = create_schema(introspection=False, limits=Limits(cost=100))
    context = context_for(people.services, admin)
    at_most = await schema.execute(customers("id", "(first: 100)"), context_value=context)
    beyond = await schema.execute(customers("id", "(first: 101)"), context_value=context)
    assert at_most.errors is None
    assert beyond.extensions == {"cost": 101, "maxCost": 100}
