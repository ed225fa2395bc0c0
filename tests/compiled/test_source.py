"""No byte of a document becomes code: Python is never generated, SQL is the tables' alone, and the rest is bound."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from graphql import FieldNode, IntValueNode, NameNode, StringValueNode, Visitor, parse, print_ast, visit

import app
import resolvers
import schema
from app.services import Services
from tests.compiled.both import both
from tests.compiled.hostile import ADMIN, PORTAL, TEXTS, Hostile
from tests.compiled.shapes import compiled_form
from tests.compiled.variations import ALIASES

PACKAGES: Final = (app, resolvers, schema)
MAKES_CODE: Final = {"exec", "eval", "compile", "__import__", "FunctionType", "CodeType"}
"""Names that code can't be made without."""
NO_CODE: Final = {"re"}
"""Modules whose `compile` makes none."""
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
UNHEARD_OF: Final = "qxzj"
"""A word that nothing of ours has in it."""


def code_made_in(tree: ast.AST) -> Iterator[str]:
    """Where code is made from text, wherever the function for it came from."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=module)) if module in NO_CODE:
                pass
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name) if name in MAKES_CODE:
                yield name


@pytest.mark.parametrize(
    "text",
    ["exec('1')", "f = eval", "import builtins\nbuiltins.compile('1', '', 'eval')", "from types import CodeType"],
)
def test_a_text_that_makes_code_is_noticed(text: str) -> None:
    assert list(code_made_in(ast.parse(text)))


def test_nothing_of_ours_makes_code() -> None:
    paths = [path for package in PACKAGES for path in Path(package.__path__[0]).rglob("*.py")]
    assert len(paths) > 100
    for path in paths:
        assert not list(code_made_in(ast.parse(path.read_text()))), path


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
async def test_documents_that_differ_in_names_and_literals_alone_are_the_same_to_the_database(
    services: Services, hostile: Hostile, reader: str
) -> None:
    caller = hostile.callers[reader]
    tame = await compiled_form(services, caller, PAGE, {"n": 5, "text": "tame"})
    assert len(tame.statements) == 3
    assert len(tame.templates) >= 5
    for text in TEXTS:
        # Of no text at all a search makes no condition, and of one letter or two another one.
        sought = f"tame{text}"
        other = renamed(OTHER_NAMES, ALIASES, sought, 2)
        assert await compiled_form(services, caller, other, {"None": 2, "__import__": sought}) == tame


@pytest.mark.parametrize("reader", [ADMIN, PORTAL])
async def test_no_name_and_no_literal_of_a_document_is_in_its_sql(
    services: Services, hostile: Hostile, reader: str
) -> None:
    document = renamed(PAGE, (UNHEARD_OF,), UNHEARD_OF, 432).replace("$text", f"${UNHEARD_OF}")
    form = await compiled_form(services, hostile.callers[reader], document, {"n": 431, UNHEARD_OF: UNHEARD_OF})
    for statement in form.statements:
        for word in (UNHEARD_OF, "431", "432"):
            assert word not in statement.sql


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
