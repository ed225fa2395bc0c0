"""How much a document may hold: counted before it is validated, and however it is hidden in fragments."""

import time
from collections.abc import Iterator

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, get_introspection_query
from structlog.testing import capture_logs

from app import refusals
from schema import Limits, create_schema
from schema.limits import RuleBroken
from schema.operations import Documents

SCHEMA = create_schema(introspection=False)
SLOWEST = 1.0
"""Seconds of work that a refusal may take on a slow machine; it takes some hundredths, and validating took ten times
that."""


def errors(document: str, *, introspection: bool = False) -> list[GraphQLError]:
    try:
        return list(Documents(introspection=introspection).read(SCHEMA._schema, document).errors)
    except GraphQLError as error:
        return [error]


def broken(document: str, *, introspection: bool = False) -> list[tuple[str, object]]:
    """The bounds that a document is beyond; nothing else is wrong with it."""
    found = errors(document, introspection=introspection)
    assert all(isinstance(error, RuleBroken) for error in found), found
    return [(error.key, error.values["limit"]) for error in found if isinstance(error, RuleBroken)]


def fragments(bodies: Iterator[str], kind: str = "Query") -> str:
    """Fragments F0, F1 and so on."""
    return " ".join(f"fragment F{number} on {kind} {{ {body} }}" for number, body in enumerate(bodies))


def test_so_many_tokens() -> None:
    def document(arguments: int) -> str:
        return f"{{ customers(filter: {{}}, {'filter: {} ' * arguments}) {{ totalCount }} }}"

    exact = "{" + "...on Query{__typename}" * 333 + "}"  # 2 and 6 each
    assert errors(exact)[0].message != "too_many_tokens"
    assert broken(exact + "{") == [("too_many_tokens", 2000)]
    assert broken("{ __typename " + ", # nothing\n" * 2001 + "}") == [("too_many_tokens", 2000)]
    assert broken("{ __typename " + ", # nothing\n" * 2000 + "}") == []
    assert broken(document(100_000)) == [("too_many_tokens", 2000)]


def test_so_many_aliases_whatever_they_are_for() -> None:
    many = [f"a{number}: __typename" for number in range(31)]
    assert broken(f"{{ {' '.join(many[:30])} }}") == []
    assert broken(f"{{ {' '.join(many)} }}") == [("too_many_aliases", 30)]
    apart = f"query A {{ {' '.join(many[:16])} ...F }} query B {{ ... {{ {many[16]} }} ...F }}"
    assert broken(f"{apart} fragment F on Query {{ {' '.join(many[17:30])} }}") == []
    assert broken(f"{apart} fragment F on Query {{ {' '.join(many[17:])} }}") == [("too_many_aliases", 30)]


def test_so_many_directives_wherever_they_stand() -> None:
    skipped = "__typename @skip(if: true) "
    assert broken(f"{{ {skipped * 50} }}") == []
    assert broken(f"{{ {skipped * 51} }}") == [("too_many_directives", 50)]
    assert broken("{ __typename " + "@aa" * 51 + "}") == [("too_many_directives", 50)]
    everywhere = "query($a: Int @aa) @aa { ... @aa { ...F @aa } } fragment F on Query @aa { __typename @aa }"
    assert broken(everywhere.replace("@aa", "@aa" * 9)) == [("too_many_directives", 50)]
    assert "Unknown directive" in str(errors(everywhere.replace("@aa", "@aa" * 8)))


DEEP = "customers { edges { node { references { edges { node { sharedWith { customer { references { edges { node {"


def test_fields_so_deep_in_one_another() -> None:
    assert broken(f"{{ {DEEP} id {'}' * 11} }}".replace("customers", "customers(first: 1)")) == []
    assert broken(f"{{ {DEEP} settings {{ id }} {'}' * 11} }}") == [("too_deep", 12)]


def test_fragments_make_no_depth_and_hide_none() -> None:
    flat = "{ " + "... { " * 100 + "__typename " + "} " * 100 + "}"
    assert broken(flat) == []
    hidden = (
        "{ customers { edges { node { references { edges { node { ...A } } } } } } }"
        " fragment A on Reference { customer { ... { references { edges { node { ...B } } } } } }"
        " fragment B on Reference { settings { id } }"
    )
    assert broken(hidden.replace("settings { id }", "id")) == []
    assert broken(hidden) == []
    assert broken(hidden.replace("settings { id }", "customer { settings: ownSettings { id } }")) == [("too_deep", 12)]
    assert broken(f"query Unused {{ __typename }} query Deep {{ {DEEP} settings {{ id }} {'}' * 11} }}") == [
        ("too_deep", 12)
    ]


def test_a_fragment_that_spreads_itself_further_down_ends() -> None:
    assert broken("{ reference(id: 1) { ...F } } fragment F on Reference { sharedWith { ...F } }") == [("too_deep", 12)]
    assert "within itself" in errors("{ ...F } fragment F on Query { ...F }")[0].message


def test_the_schema_may_be_asked_for_as_deep_as_tools_ask() -> None:
    assert broken(get_introspection_query(), introspection=True) == []
    of_type = "ofType { " * 11 + "name " + "} " * 11
    assert broken(f"{{ __schema {{ queryType {{ fields {{ type {{ {of_type} }} }} }} }} }}", introspection=True) == []
    circle = "{ __schema { queryType { ...F } } } fragment F on __Type { ofType { ...F } }"
    assert broken(circle, introspection=True) == [("too_deep", 12)]


HOSTILE = {
    "one leaf again and again": "{ viewer {" + " name" * 1990 + "} }",
    "one object again and again": "{" + " viewer{name}" * 490 + "}",
    "one page again and again": "{ customers { edges { node {" + " references{edges{node{id}}}" * 190 + "} } } }",
    "in many fragments": "{"
    + "".join(f"...F{n} " for n in range(60))
    + "}"
    + fragments("viewer{name} " * 5 for _ in range(60)),
    "a chain of fragments": "{ ...F0 }"
    + fragments(f"...F{n + 1}" for n in range(240))
    + "fragment F240 on Query { id }",
    "each fragment spreads the rest": "{ ...F0 }"
    + fragments(
        "".join(f"...F{other} " for other in range(n + 1, min(45, n + 17))) + "viewer{name}" for n in range(45)
    ),
    "twice as many each time": "query("
    + "".join(f"$a{n}:Boolean!" for n in range(44))
    + "){ ...F0 }"
    + fragments(f"...F{n + 1} @include(if:$a{2 * n}) ...F{n + 1} @include(if:$a{2 * n + 1})" for n in range(22))
    + "fragment F22 on Query { viewer{name} }",
    "three times as many each time": "{ references(first: 0) { edges { node { ...F0 } } } }"
    + fragments(
        (f"sharedWith{{...F{n + 1}}} a{n}:sharedWith{{...F{n + 1}}} b{n}:sharedWith{{...F{n + 1}}}" for n in range(8)),
        "Reference",
    )
    + "fragment F8 on Reference { id }",
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_what_a_document_comes_to_is_bounded_and_found_out_quickly(document: str) -> None:
    started = time.process_time()
    assert broken(document) == [("too_many_fields", 5000)]
    assert time.process_time() - started < SLOWEST


def test_what_many_types_have_in_common_counts_for_each() -> None:
    """Resolvers go through a selection once for each type that the answer may have."""
    document = "query($id: ID!) { node(id: $id) { __typename id ... on Node { id } } }"
    assert broken(document) == []
    read = Documents(introspection=False, limits=Limits(fields=20)).read(SCHEMA._schema, document)
    assert [error.message for error in read.errors] == ["too_many_fields"]


def test_at_most_five_errors_come_out() -> None:
    assert len(errors("{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }")) == 5
    many = errors("{ a b c d e f g h }")
    assert len(many) == 5
    assert "Too many validation errors" in many[-1].message
    assert len(errors("{ a b c d }")) == 4


async def test_at_most_five_values_of_variables_are_complained_of() -> None:
    document = "query($f: AuditFilter) { auditEvents(filter: $f) { edges { cursor } } }"
    for wrong, expected in ((["X"] * 40, 5), (["X"] * 3, 3)):
        result = await SCHEMA.execute(document, {"f": {"actions": wrong}})
        assert len(result.errors or ()) == expected


@pytest.mark.parametrize(
    "document",
    [
        "{ customers(first: %s) { totalCount } }",
        "query($n: Int = %s) { customers(first: $n) { totalCount } }",
        "query($n: ID = %s) { node(id: $n) { id } }",
        "{ node(id: %s) { id } }",
        "{ customers(first: 1.%s) { totalCount } }",
    ],
)
def test_a_number_of_5000_digits_is_refused_or_text(document: str) -> None:
    for error in errors(document % ("9" * 5000)):
        assert isinstance(error, GraphQLError)
        assert not isinstance(error.original_error, ValueError)


def test_what_is_beyond_a_bound_is_logged_and_counted_without_the_document() -> None:
    before = refusals.totals()[refusals.Kind.LIMIT]
    with capture_logs() as logs:
        SCHEMA.execute_sync("{ hemmelig " + "@hemmelig" * 51 + "}")
        SCHEMA.execute_sync("{ " + "hemmelig " * 2001 + "}")
    assert refusals.totals()[refusals.Kind.LIMIT] == before + 2
    assert [entry["bound"] for entry in logs] == ["too_many_directives", "too_many_tokens"]
    assert "hemmelig" not in str(logs)


def test_syntax_errors_stay_what_they_are() -> None:
    with pytest.raises(GraphQLSyntaxError):
        Documents(introspection=False).read(SCHEMA._schema, "{ viewer ")
