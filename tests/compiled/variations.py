"""Documents made anew from others: with aliases and directives, in fragments, with what contradicts itself left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Final

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    parse_type,
    print_ast,
    visit,
)

from tests.properties.documents import SCHEMA, Filling, form_of

ALIASES: Final = (
    *("__import__", "None", "self", "class", "lambda", "True", "exec", "def", "return", "yield", "async"),
    *("c0", "v0", "v1", "made", "constants", "columns", "count", "zip", "for", "_", "__class__", "data", "errors"),
)
FLAGS: Final = ("if", "None", "c0")
"""Variables that decide what is selected."""
AT_EITHER_END: Final = (("first", "after"), ("last", "before"))

_TYPENAME: Final = (FieldNode(name=NameNode(value="__typename")),)


@dataclass(frozen=True, slots=True)
class Case:
    """A document and its variables."""

    document: str
    variables: dict[str, Any]


def varied(base: str, filling: Filling, schema: GraphQLSchema = SCHEMA) -> Case:
    """A document like another one that fits the schema, filled in from a register."""
    chance = filling.random
    form = form_of(visit(_parsed(base), _Fields(chance)), schema)
    (operation,) = form.document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    types = TypeInfo(schema)
    selections = _Selections(types, chance)
    changed = visit(operation, TypeInfoVisitor(types, selections))
    used = [flag for flag in FLAGS if flag in selections.flags]
    definitions = (_with_flags(changed, used), *selections.fragments)
    variables = filling.of(form)
    variables.update((flag, chance.random() < 0.6) for flag in used)
    return Case(print_ast(DocumentNode(definitions=definitions)), variables)


@cache
def _parsed(text: str) -> DocumentNode:
    return parse(text)


class _Fields(Visitor):
    """Leaves arguments out and gives aliases."""

    def __init__(self, chance: Random) -> None:
        super().__init__()
        self._chance = chance
        self._aliases = 0

    def leave_field(self, node: FieldNode, *_args: Any) -> FieldNode:
        alias = node.alias
        if self._chance.random() < 0.3:
            alias = NameNode(value=self._alias())
        return FieldNode(
            name=node.name,
            alias=alias,
            arguments=tuple(self._kept(node.arguments or ())),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def _alias(self) -> str:
        """A name that nothing else has in the document."""
        self._aliases += 1
        number = self._aliases - 1
        word = ALIASES[number % len(ALIASES)]
        return f"{word}{number // len(ALIASES)}" if number >= len(ALIASES) else word

    def _kept(self, arguments: Sequence[ArgumentNode]) -> list[ArgumentNode]:
        """Most documents that were made up ask for both ends of a list at once, and with cursors of none."""
        left_out = set(self._chance.choice(AT_EITHER_END))
        left_out |= {name for name in ("after", "before", "filter", "orderBy") if self._chance.random() < 0.5}
        names = {argument.name.value for argument in arguments}
        if names >= {"id", "number"}:
            left_out.add(self._chance.choice(("id", "number")))
        return [argument for argument in arguments if argument.name.value not in left_out]


class _Selections(Visitor):
    """Puts directives, fragments, repetitions and names of types into selections."""

    def __init__(self, types: TypeInfo, chance: Random) -> None:
        super().__init__()
        self.flags: set[str] = set()
        self.fragments: list[FragmentDefinitionNode] = []
        self._repeated = 0
        self._types = types
        self._chance = chance

    def leave_field(self, node: FieldNode, *_args: Any) -> FieldNode:
        return FieldNode(
            name=node.name,
            alias=node.alias,
            arguments=node.arguments,
            directives=self._directives(),
            selection_set=node.selection_set,
        )

    def leave_inline_fragment(self, node: InlineFragmentNode, *_args: Any) -> InlineFragmentNode:
        return InlineFragmentNode(
            type_condition=node.type_condition, directives=self._directives(), selection_set=node.selection_set
        )

    def leave_selection_set(self, node: SelectionSetNode, *_args: Any) -> SelectionSetNode:
        parent = self._types.get_parent_type()
        assert parent is not None
        kind = NamedTypeNode(name=NameNode(value=parent.name))
        selections = list(node.selections)
        if self._chance.random() < 0.2:
            selections.insert(self._chance.randrange(len(selections) + 1), *_TYPENAME)
        if self._chance.random() < 0.1:
            selections.append(self._chance.choice(selections))
        if self._chance.random() < 0.15:
            selections.append(self._again(self._chance.choice(selections)))
        if self._chance.random() < 0.1:
            inner = SelectionSetNode(selections=tuple(selections[:2]))
            within = InlineFragmentNode(type_condition=kind, directives=self._directives(), selection_set=inner)
            selections = [within, *selections[1:]]
        if self._chance.random() < 0.1:
            name = NameNode(value=f"{ALIASES[len(self.fragments) % len(ALIASES)]}{len(self.fragments)}")
            whole = SelectionSetNode(selections=tuple(selections))
            self.fragments.append(
                FragmentDefinitionNode(name=name, type_condition=kind, directives=(), selection_set=whole)
            )
            selections = [FragmentSpreadNode(name=name, directives=self._directives())]
        return SelectionSetNode(selections=tuple(selections))

    def _again(self, node: SelectionNode) -> SelectionNode:
        """A field once more under a name of its own, with less below it; anything else as it is."""
        if not isinstance(node, FieldNode):
            return node
        self._repeated += 1
        below = node.selection_set
        if below is not None:
            fewer = below.selections[self._chance.randrange(len(below.selections)) :]
            below = SelectionSetNode(selections=(*fewer, *_TYPENAME[: self._chance.randrange(2)]))
        return FieldNode(
            name=node.name,
            alias=NameNode(value=f"again{self._repeated}"),
            arguments=node.arguments,
            directives=node.directives,
            selection_set=below,
        )

    def _directives(self) -> tuple[DirectiveNode, ...]:
        if self._chance.random() > 0.08:
            return ()
        value: VariableNode | BooleanValueNode = BooleanValueNode(value=self._chance.random() < 0.5)
        if self._chance.random() < 0.7:
            flag = self._chance.choice(FLAGS)
            self.flags.add(flag)
            value = VariableNode(name=NameNode(value=flag))
        argument = ArgumentNode(name=NameNode(value="if"), value=value)
        name = NameNode(value=self._chance.choice(("skip", "include")))
        return (DirectiveNode(name=name, arguments=(argument,)),)


def _with_flags(operation: OperationDefinitionNode, flags: Sequence[str]) -> OperationDefinitionNode:
    declared = tuple(
        VariableDefinitionNode(
            variable=VariableNode(name=NameNode(value=flag)), type=parse_type("Boolean!"), directives=()
        )
        for flag in flags
    )
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=(*(operation.variable_definitions or ()), *declared),
        directives=operation.directives,
        selection_set=operation.selection_set,
    )
