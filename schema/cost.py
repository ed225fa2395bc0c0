"""What an operation costs: about how many objects its answer may hold ("The door" 4).

An object counts 1, and scalars nothing. A page counts its rows, as many as `first` or `last` asks for, each with all
that is below it; `edges`, `node` and `pageInfo` add nothing to that. Of other lists nobody knows how long they will be
before they are read, so that each counts as long as it usually is at most. Of the types that an answer may turn out to
have, the dearest counts, and what `@skip` and `@include` take away doesn't, where a literal or a variable says so.

A document is compiled once, into sums and products of numbers and of the variables that decide; a request works these
out. Fields are put together by the answer's names as they are when the document runs, so that a field which two
fragments ask for is counted once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)

from app.models.enums import PortalPermission
from schema.cost_sums import ALWAYS, Cost, Deciding, Values, Variable, dearest, literal, rows, times, total, when
from schema.limits import RuleBroken

LIST_SIZE: Final = 20
"""How long a list without pages counts as: sessions, companies, staff. Of permissions it is known."""
OF_EACH_PERMISSION: Final = ("PermissionState", "PortalPermissionInfo")
MOST: Final = 10**9
"""What dearer operations are said to cost; JSON's numbers end somewhere."""

Selections: TypeAlias = list[tuple[SelectionSetNode, Deciding]]


@dataclass(frozen=True, slots=True)
class OperationCost:
    """What one operation costs, given its variables."""

    node: OperationDefinitionNode
    cost: Cost
    defaults: Values

    def of(self, variables: Values | None) -> int:
        """The cost with these variables, as the request has them."""
        if isinstance(self.cost, int):
            return min(self.cost, MOST)
        return min(self.cost({**self.defaults, **(variables or {})}), MOST)


def costs_of(schema: GraphQLSchema, document: DocumentNode, most_fields: int) -> dict[str | None, OperationCost]:
    """What each operation of a valid document costs, by name.

    Raises:
        RuleBroken: Type by type it holds more fields than may be.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return {
        None if node.name is None else node.name.value: _compiled(schema, fragments, node, most_fields)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def _compiled(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    node: OperationDefinitionNode,
    most_fields: int,
) -> OperationCost:
    root = schema.get_root_type(node.operation)
    assert root is not None, "the document is valid"
    compiler = _Compiler(schema, fragments, node, most_fields)
    cost = compiler.selected(root, [(node.selection_set, ALWAYS)])
    return OperationCost(node, cost, dict(_defaults(node)))


def _defaults(node: OperationDefinitionNode) -> Iterable[tuple[str, Any]]:
    for definition in node.variable_definitions or ():
        if definition.default_value is not None:
            yield definition.variable.name.value, literal(definition.default_value)


class _Compiler:
    """Compiles one operation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        most_fields: int,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._operation = operation
        self._most_fields = most_fields
        self._visited = 0

    def selected(self, kind: GraphQLNamedType, sets: Selections) -> Cost:
        """What the fields cost that are selected of a type."""
        if is_abstract_type(kind):
            return dearest(self.selected(possible, sets) for possible in self._possible(kind))
        assert isinstance(kind, GraphQLObjectType)
        costs: dict[bool, list[Cost]] = {True: [], False: []}
        for nodes in self._together(kind, sets).values():
            name = nodes[0][0].name.value
            if not name.startswith("__"):
                costs[name == "edges"].append(self._field(kind, nodes))
        # `pageInfo` has the rows read as well as `edges`, but not once more.
        return dearest((total(costs[True]), total(costs[False])))

    def _possible(self, kind: GraphQLAbstractType) -> Iterable[GraphQLObjectType]:
        return self._schema.get_possible_types(kind)

    def _field(self, parent: GraphQLObjectType, nodes: list[tuple[FieldNode, Deciding]]) -> Cost:
        """What a field costs that is selected in these places."""
        node = nodes[0][0]
        definition = parent.fields[node.name.value]
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            return 0
        ways = {deciding for _, deciding in nodes}
        # Where all places hang on the same, that is looked at once; else what each adds below hangs on it.
        sets = [
            (place.selection_set, deciding if len(ways) > 1 else ALWAYS)
            for place, deciding in nodes
            if place.selection_set is not None
        ]
        return when(ways, self._counted(parent, node, definition, self.selected(kind, sets)))

    def _counted(self, parent: GraphQLObjectType, node: FieldNode, definition: GraphQLField, below: Cost) -> Cost:
        kind = get_named_type(definition.type).name
        if parent.name.endswith("Edge"):
            return below
        if kind.endswith("Connection"):
            given = {argument.name.value: argument.value for argument in node.arguments or ()}
            sizes = [literal(given[name]) for name in ("first", "last") if name in given]
            return rows(sizes, below)
        if is_list_type(get_nullable_type(definition.type)) and not parent.name.endswith("Connection"):
            return times(len(PortalPermission) if kind in OF_EACH_PERMISSION else LIST_SIZE, total((1, below)))
        return total((1, below))

    def _together(self, kind: GraphQLObjectType, sets: Selections) -> dict[str, list[tuple[FieldNode, Deciding]]]:
        """The fields that are selected of an object, by the answer's names, each with what it hangs on."""
        fields: dict[str, list[tuple[FieldNode, Deciding]]] = defaultdict(list)
        spread: set[tuple[str, Deciding]] = set()
        pending = list(sets)
        while pending:
            selections, inherited = pending.pop()
            for selection in selections.selections:
                self._visit()
                own = _deciding(selection)
                if own is None:
                    continue
                deciding = inherited | own
                match selection:
                    case FieldNode():
                        fields[(selection.alias or selection.name).value].append((selection, deciding))
                    case FragmentSpreadNode(name=name):
                        fragment = self._fragments[name.value]
                        if not spread & {(name.value, deciding), (name.value, ALWAYS)}:
                            spread.add((name.value, deciding))
                            if self._applies(fragment.type_condition.name.value, kind):
                                pending.append((fragment.selection_set, deciding))
                    case InlineFragmentNode(type_condition=condition):
                        if condition is None or self._applies(condition.name.value, kind):
                            pending.append((selection.selection_set, deciding))
        return fields

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        if condition == kind.name:
            return True
        wider = self._schema.type_map[condition]
        return is_abstract_type(wider) and self._schema.is_sub_type(wider, kind)

    def _visit(self) -> None:
        self._visited += 1
        if self._visited > self._most_fields:
            raise RuleBroken("too_many_fields", self._operation, limit=self._most_fields)


def _deciding(selection: SelectionNode) -> Deciding | None:
    """The variables that a selection hangs on; None where it is never in the answer."""
    found: set[tuple[str, bool]] = set()
    for directive in selection.directives or ():
        wanted = {"skip": False, "include": True}.get(directive.name.value)
        if wanted is None:
            continue
        value = literal(_condition(directive))
        if isinstance(value, Variable):
            found.add((value.name, wanted))
        elif value is not wanted:
            return None
    return frozenset(found)


def _condition(directive: DirectiveNode) -> ValueNode:
    (argument,) = directive.arguments or ()  # `if`, and the document is valid
    return argument.value
