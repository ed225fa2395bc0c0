"""How much a document may hold ("The door" 4).

It is counted before the document is validated, because validating is where a hostile one takes its time: fields of one
name are compared each with each, and fragments that spread fragments are gone through again and again. So beside what
is written down, what it comes to is bounded: the fields there are once all fragments stand where they are spread, and
the pairs of them that answer under one name and have to agree.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    SelectionNode,
    SelectionSetNode,
    TokenKind,
)

from resolvers.document import MOST_TOKENS, parse_document

TOO_LONG: Final = "Syntax Error: Document contains more than "
DESCRIBES: Final = ("__schema", "__type")
DEEPEST_DESCRIPTION: Final = 40
"""Below those fields so many levels more are allowed: the usual introspection query has 13, and of lists in lists
graphql-core's own rule allows few."""


class RuleBroken(GraphQLError):
    """A document that breaks a rule of ours: `key` and `values` are a text of `app.i18n`, and name no value."""

    def __init__(self, key: str, node: Node | None, *, told: dict[str, Any] | None = None, **values: object) -> None:
        """`told` is for programs: the error's extensions."""
        super().__init__(key, node, extensions=told)
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one schema's documents. An operator chooses the cost alone."""

    tokens: int = MOST_TOKENS
    aliases: int = 30
    directives: int = 50
    depth: int = 12
    fields: int = 5_000
    pairs: int = 4_000
    errors: int = 5
    cost: int = 25_000


def parsed(text: str, limits: Limits) -> DocumentNode:
    """The document in a text.

    Raises:
        GraphQLSyntaxError: It is none.
        RuleBroken: It is too long to be read.
    """
    try:
        return parse_document(text, limits.tokens)
    except GraphQLSyntaxError as error:
        if not error.message.startswith(TOO_LONG):
            raise
    raise RuleBroken("too_many_tokens", None, limit=limits.tokens)


def broken_limit(document: DocumentNode, limits: Limits) -> RuleBroken | None:
    """What a document holds too much of."""
    try:
        _Counting(document, limits).all()
    except RuleBroken as broken:
        return broken
    return None


@dataclass
class _Counting:
    """One document, gone through."""

    document: DocumentNode
    limits: Limits
    fragments: Mapping[str, FragmentDefinitionNode] = field(init=False)
    visited: int = 0
    pairs: int = 0

    def __post_init__(self) -> None:
        self.fragments = {
            node.name.value: node for node in self.document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def all(self) -> None:
        """Counts everything.

        Raises:
            RuleBroken: There is too much of something.
        """
        self._written()
        for definition in self.document.definitions:
            if isinstance(definition, ExecutableDefinitionNode):
                # How deep a fragment is, is seen where it is spread.
                depth = 1 - DEEPEST_DESCRIPTION if isinstance(definition, FragmentDefinitionNode) else 1
                self._below(definition, [definition.selection_set], depth)

    def _written(self) -> None:
        """Counts what is bounded as it is written: each alias and each directive once, however often it is spread."""
        aliases = 0
        for node in written_fields(self.document):
            if node.alias is not None:
                aliases += 1
                if aliases > self.limits.aliases:
                    raise RuleBroken("too_many_aliases", node, limit=self.limits.aliases)
        directives = 0
        token = self.document.loc.start_token if self.document.loc else None
        while token is not None:
            directives += token.kind is TokenKind.AT
            token = token.next
        if directives > self.limits.directives:
            raise RuleBroken("too_many_directives", self.document.definitions[0], limit=self.limits.directives)

    def _below(self, parent: Node, sets: list[SelectionSetNode], depth: int) -> None:
        """Counts what these selection sets, which are answered together, come to."""
        for fields in self._together(sets).values():
            first = fields[0]
            if depth > self.limits.depth:
                raise RuleBroken("too_deep", first, limit=self.limits.depth)
            self.pairs += len(fields) * (len(fields) - 1) // 2
            if self.pairs > self.limits.pairs:
                raise RuleBroken("too_many_fields", parent, limit=self.limits.fields)
            below = [node.selection_set for node in fields if node.selection_set is not None]
            if below:
                described = first.name.value in DESCRIBES
                self._below(first, below, depth + 1 - DEEPEST_DESCRIPTION if described else depth + 1)

    def _together(self, sets: list[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields of selection sets and of the fragments in them, whatever their types, by the answer's names."""
        fields: dict[str, list[FieldNode]] = defaultdict(list)
        spread: set[str] = set()
        pending = list(sets)
        while pending:
            for selection in pending.pop().selections:
                self._visit(selection)
                match selection:
                    case FieldNode():
                        fields[(selection.alias or selection.name).value].append(selection)
                    case FragmentSpreadNode(name=name):
                        if name.value not in spread and name.value in self.fragments:
                            spread.add(name.value)
                            pending.append(self.fragments[name.value].selection_set)
                    case InlineFragmentNode(selection_set=inline):
                        pending.append(inline)
        return fields

    def _visit(self, selection: SelectionNode) -> None:
        self.visited += 1
        if self.visited > self.limits.fields:
            raise RuleBroken("too_many_fields", selection, limit=self.limits.fields)


def written_fields(document: DocumentNode) -> Iterator[FieldNode]:
    """Every field as it is written, those of fragments once."""
    pending = [node.selection_set for node in document.definitions if isinstance(node, ExecutableDefinitionNode)]
    while pending:
        for selection in pending.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection
            below = getattr(selection, "selection_set", None)
            if below is not None:
                pending.append(below)
