"""No byte of a document is in generated code: it is made of a few fixed words and of numbered places."""

import re
from typing import Final

import pytest
from graphql import FieldNode, IntValueNode, NameNode, StringValueNode, Visitor, parse, print_ast, visit

from app.services import Services
from tests.compiled.both import both
from tests.compiled.hostile import ADMIN, PORTAL, TEXTS, Hostile
from tests.compiled.shapes import sources
from tests.compiled.variations import ALIASES, varied
from tests.properties.documents import of_each_field

WHOLE: Final = re.compile(
    r"def made\(constants, columns, count\):\n"
    r"    (?:(?:c\d+, )+= constants|pass)\n"
    r"    return \[[cv\d{}:, ]+ for (?:_ in range\(count\)|v0 in columns\[0\]|v\d+(?:, v\d+)+ in zip\(\*columns\))\]\n"
)
PAGE: Final = """query Page($n: Int, $text: String) {
    customers(last: $n) {
        totalCount
        pageInfo { endCursor hasNextPage }
        edges { cursor node {
            id name
            references(first: 3, filter: {search: $text}) { edges { node {
                name permissions { permission effective } sharedWith { customer { name } }
            } } }
        } }
    }
    references(first: 4, filter: {search: "tame"}) { edges { node { email loginChecks { check passed } } } }
    viewer { name ... on PortalViewer { menu customer { name } } }
}"""

OTHER_NAMES: Final = PAGE.replace("query Page", "query lambda").replace("$n", "$None").replace("$text", "$__import__")


class _Renamed(Visitor):
    """Gives every field an alias, and every literal another value."""

    def __init__(self, words: tuple[str, ...], text: str, number: int) -> None:
        super().__init__()
        self._words = words
        self._text = text
        self._number = number
        self._fields = 0

    def leave_field(self, node: FieldNode, *_args: object) -> FieldNode:
        word, self._fields = self._words[self._fields % len(self._words)], self._fields + 1
        return FieldNode(
            name=node.name,
            alias=NameNode(value=word if self._fields <= len(self._words) else f"{word}_{self._fields}"),
            arguments=node.arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def enter_string_value(self, _node: StringValueNode, *_args: object) -> StringValueNode:
        return StringValueNode(value=self._text)

    def enter_int_value(self, _node: IntValueNode, *_args: object) -> IntValueNode:
        return IntValueNode(value=str(self._number))


def renamed(document: str, words: tuple[str, ...], text: str, number: int) -> str:
    """The same document by other names and with other literals."""
    return print_ast(visit(parse(document), _Renamed(words, text, number)))


@pytest.mark.parametrize("reader", [ADMIN, PORTAL])
async def test_documents_that_differ_in_names_and_literals_alone_are_the_same_code(
    services: Services, hostile: Hostile, reader: str
) -> None:
    caller = hostile.callers[reader]
    tame = await sources(services, caller, PAGE, {"n": 5, "text": None})
    assert len(tame) > 5
    for text in TEXTS:
        other = renamed(OTHER_NAMES, ALIASES, text, 2)
        assert await sources(services, caller, other, {"None": 2, "__import__": text}) == tame


async def test_documents_that_nobody_wrote_are_made_of_numbered_places_alone(
    services: Services, hostile: Hostile
) -> None:
    filling, seen = hostile.filling(), set[str]()
    for base in of_each_field("Query", 8):
        case = varied(base, filling)
        for caller in hostile.callers.values():
            seen.update(await sources(services, caller, case.document, case.variables))
    assert len(seen) > 10
    for source in seen:
        assert WHOLE.fullmatch(source), source


async def test_any_name_may_be_an_alias(services: Services, hostile: Hostile) -> None:
    for alias in ALIASES:
        document = f"""query {alias}(${alias}: Int) {{
            {alias}: customers(first: ${alias}) {{ {alias}: edges {{ {alias}: node {{ {alias}: references {{
                {alias}: edges {{ {alias}: node {{ {alias}: name }} {alias}_: cursor }}
            }} }} }} }}
        }}"""
        for caller in (hostile.callers[ADMIN], hostile.callers[PORTAL]):
            answer = await both(services, caller, document, {alias: 3})
            assert answer.compiled is not None
            assert answer.agree
