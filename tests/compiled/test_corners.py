"""A schema full of corners, over hostile rows: a compiled document answers what stock execution does, byte for byte."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, cast

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from app import i18n
from app.services import Services
from schema.compiled import counts
from schema.compiled.counts import Outcome
from tests.compiled.both import both
from tests.compiled.corners.asked import SCHEMA
from tests.compiled.corners.documents import CornerFilling, cases
from tests.compiled.corners.rows import CALLERS, IDS, fill
from tests.compiled.hostile import ADMIN, NOBODY, PORTAL, TEXTS
from tests.compiled.test_same_answers import DOCUMENTS, LEAST_SHARE

THING: Final = cast(GraphQLObjectType, SCHEMA._schema.type_map["Thing"])
READERS: Final = (ADMIN, PORTAL, ADMIN, PORTAL, NOBODY)
LEAVES: Final = [name for name, field in THING.fields.items() if is_leaf_type(get_named_type(field.type))]
CORNERS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "nothing left of a selection": (
        """query($no: Boolean!) {
            things(first: 3) { edges { node { text @skip(if: true) children { id @include(if: $no) } } } }
            shape { ... on ShownDisc { radius } } shelves { ... on Shelf @include(if: $no) { size } }
            named { ... on Thing { text } } anything(id: "1") { __typename @skip(if: true) }
        }""",
        {"no": False},
    ),
    "one field in several places": (
        """{ things { edges { node { id ... on Named { name } } } ... on ThingConnection { totalCount
            edges { cursor node { ...More id parent { text } parent { number parent { id } } } } } edges { cursor } } }
        fragment More on Thing { parent { id } tree(first: 1) { edges { node { id } } } tree(first: 1) { totalCount } }
        """,
        {},
    ),
    "fragments on interfaces and unions, one in the other": (
        """{ nodes: things { edges { node { ... on Named { name ... on Entity { id ... on Thing { neighbours {
            ... on Anything { __typename ... on Named { name } } ... on Entity { id ... on Thing { place {
                ... on Shelf { best { ...E } } ...E } } } } } } } } } }
            links { right { __typename ...E ... on Faulty { big } } left { anyParent { ...E ... on Shelf { id } } } } }
        fragment E on Entity { id ... on Named { name } }""",
        {},
    ),
    "the name of every type": (
        """{ __typename things(first: 2) { __typename pageInfo { __typename } edges { __typename node { __typename
            place { __typename } shapes { __typename ... on ShownBox { inner { __typename } } }
            tree { __typename edges { __typename } } anyParent { __typename } } } }
            links { __typename shelves { __typename named { t: __typename edges { node { __typename } } } } }
            shapes { __typename size } shape { __typename } }""",
        {},
    ),
    "aliases that are other fields' names": (
        """{ things: shelves { edges: things { node: edges { cursor: node { id: text text: id parent: children {
            number: maybeNumber maybeNumber: number } children: parent { __typename: name class: lambda lambda: None
            None: class c0: o0 o0: c0 } } node: cursor } } node: best { best: parent { id } } }
            shelves: links { left: right { right: id } right: left { left: name } } }""",
        {},
    ),
    "edges and nodes of several names that differ in the name of a type alone": (
        """{ things { a: edges { x: node { children { id } tree { edges { node { id parent { id } } } } } }
            b: edges { x: node { children { id __typename } tree { edges { node { id parent { id __typename } } } } }
                y: node { children { __typename id } } } } }""",
        {},
    ),
    "edges and nodes of several names that ask for the same": (
        """{ things { a: edges { x: node { children { id n: number } } y: node { children { id n: number } text } }
            b: edges { node { children { id n: number } } } } }""",
        {},
    ),
    "variables with defaults, and none in their place": (
        """query($n: Int = 2, $w: ShelvesWhere = {colour: GREEN, but: {least: 1}}, $f: ThingFilter, $c: [Colour!] = RED,
            $o: ThingOrder! = SHELF, $d: Direction, $s: [[Int]!] = [[1], [null, 2]], $id: ID! = 3) {
            things(first: $n, filter: $f, orderBy: $o) { edges { node { id } } } named(id: $id) { id }
            a: shelves(where: $w) { id } b: shelves(among: $s, where: null) { id } c: shelves { id }
            d: shelves(where: {colour: null}) { id things(direction: $d, orderBy: $o, filter: {colours: $c}) {
                edges { node { id } } } named(last: 1) { pageInfo { startCursor hasNextPage } } } }""",
        {"f": {"flag": True, "colours": "GREEN"}, "s": 1},
    ),
    "everything that a thing has, and its relatives": (
        "{ a: things { edges { node { ...All children { ...All } parent { ...All shelf: place { id } } } } } } "
        f"fragment All on Thing {{ {' '.join(LEAVES)} }}",
        {},
    ),
    "pages of what only leads somewhere": (
        """{ things { edges { node { someLinks { totalCount pageInfo { endCursor } edges { cursor node { left { id }
            right { id } others { back { __typename } } } } } l: someLinks(first: 1) { totalCount } } } } }""",
        {},
    ),
    "everything that is null": (
        """{ named(id: "none") { id } thing(code: "none") { id } anything(id: "") { __typename }
            links { left { maybeText maybeColours maybeMatrix maybeMoment maybeRatio seldom textAbove
                parent { parent { parent { id } } } twins { id } tree { totalCount edges { cursor } } } }
            shelves(where: null) { best { id } size } }""",
        {},
    ),
}
ERRORS: Final = (
    "query($id: ID!) { named(id: $id) { id } }",
    "query($n: Int!) { things(first: $n) { totalCount } }",
    "{ things(first: 1, last: 1) { totalCount } }",
    '{ things(filter: {text: "!"}) { totalCount } }',
    '{ things(after: "x") { totalCount } }',
    '{ mustThing(code: "none") { id } }',
    '{ entity(id: "none") { id } thing { id } }',
    '{ named(id: "RmF1bHR5OjM=") { id } }',
    "{ faulty { big } }",
    "{ faulty { required } }",
    "{ faulty { requiredColour } }",
    "{ faulty { requiredItems } }",
    "{ faulty { requiredLabel } }",
    "{ faulty { infinite } }",
    "{ faulty { noColour } }",
    "{ faulty { noList } }",
    "{ faulty { refused } }",
    "{ faulty { parent { id } } }",
)
NOT_COMPILED: Final = ("{ later }", '{ echo(text: "\\"") }', "{ __schema { queryType { name } } thing { id } }")


@pytest.fixture
async def corners(services: Services) -> Services:
    await fill(services.resources.database)
    return services


async def test_every_corner_is_compiled_and_answered_alike(corners: Services) -> None:
    for corner, (document, variables) in CORNERS.items():
        for name, caller in CALLERS.items():
            answer = await both(corners, caller, document, variables, schema=SCHEMA)
            assert answer.agree, (corner, name, answer)
            assert not answer.errors, (corner, name, answer.errors)
            assert answer.compiled is not None, (corner, name)


async def test_each_request_is_answered_by_what_it_asks_for(corners: Services) -> None:
    document = """query($id: ID!, $n: Int, $after: String, $d: Direction!, $o: ThingOrder, $f: ThingFilter) {
        anything(id: $id) { __typename ... on Entity { id } ... on Thing { disc { size } parent { id } }
            ... on Shelf { things(first: $n) { totalCount edges { node { id } } } } ... on Faulty { hidden } }
        things(first: $n, after: $after, direction: $d, orderBy: $o, filter: $f) { pageInfo { endCursor hasNextPage }
            edges { node { id tree(filter: $f) { edges { node { id } } } } } }
    }"""
    cursors: list[str | None] = [None]
    answers = set()
    for number, id in enumerate(IDS):
        for name, caller in CALLERS.items():
            variables = {
                "id": id,
                "n": (None, 0, 3)[number % 3],
                "after": cursors[-1] if number % 5 == 3 else None,
                "d": ("ASC", "DESC")[number // 5 % 2],
                "o": (None, "NUMBER", "MOMENT", "SHELF")[number // 10],
                "f": (None, {}, {"flag": True}, {"text": TEXTS[number % len(TEXTS)]})[number % 4],
            }
            answer = await both(corners, caller, document, variables, schema=SCHEMA)
            assert answer.agree, (name, variables, answer)
            if answer.compiled is not None:
                answers.add(answer.compiled.data)
                cursors.append(answer.data["things"]["pageInfo"]["endCursor"])
    assert len(answers) > len(IDS)


async def test_each_request_is_answered_in_its_language(corners: Services) -> None:
    document = (
        "{ nodes { ... on Thing { greeting disc { language } boxes { __typename ... on ShownBox { sides } } } } }"
    )
    answers = set()
    for locale in (*i18n.LOCALES, *i18n.LOCALES):
        answer = await both(corners, CALLERS[ADMIN], document, locale=locale, schema=SCHEMA)
        assert answer.compiled is not None
        assert answer.agree, locale
        answers.add(answer.compiled.data)
    assert len(answers) == len(i18n.LOCALES)


async def test_stock_execution_says_what_is_wrong(corners: Services) -> None:
    before = counts.totals()
    for document in ERRORS:
        answer = await both(corners, CALLERS[ADMIN], document, schema=SCHEMA)
        assert answer.errors, document
        assert answer.compiled is None, document
    assert counts.totals()[Outcome.FAILED] == before[Outcome.FAILED]


async def test_what_can_only_be_executed_is_left_to_stock_execution(corners: Services) -> None:
    for document in NOT_COMPILED:
        answer = await both(corners, CALLERS[ADMIN], document, schema=SCHEMA)
        assert not answer.errors, document
        assert answer.compiled is None, document


async def test_a_document_over_the_corners_is_answered_alike(corners: Services) -> None:
    filling, before = CornerFilling(), counts.totals()
    found: Counter[str] = Counter()
    for number, case in enumerate(cases(filling, DOCUMENTS)):
        locale = i18n.LOCALES[number % len(i18n.LOCALES)]
        name = READERS[number // 2 % len(READERS)]
        answer = await both(corners, CALLERS[name], case.document, case.variables, locale, SCHEMA)
        assert answer.agree, (name, case, answer)
        filling.learn(answer.data)
        found["answered"] += not answer.errors
        found["compiled"] += answer.compiled is not None
    assert found["answered"] > DOCUMENTS / 2, found
    assert found["compiled"] >= LEAST_SHARE * found["answered"], found
    assert counts.totals()[Outcome.FAILED] == before[Outcome.FAILED]
