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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from graphql import (
    BooleanValueNode,
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
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)

from app.models.enums import PortalPermission
from app.reading.page import DEFAULT_SIZE, MAX_SIZE
from schema.limits import RuleBroken

LIST_SIZE: Final = 20
OF_EACH_PERMISSION: Final = ("PermissionState", "PortalPermissionInfo")
MOST: Final = 10**9
"""What dearer operations are said to cost; JSON's numbers end somewhere."""

Values: TypeAlias = Mapping[str, Any]
Cost: TypeAlias = int | Callable[[Values], int]
"""A number, or what makes one of the variables' values."""
Deciding: TypeAlias = frozenset[tuple[str, bool]]
"""Variables, and what each must be for something to be in the answer."""
Selections: TypeAlias = list[tuple[SelectionSetNode, Deciding]]

ALWAYS: Final[Deciding] = frozenset()


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
            yield definition.variable.name.value, _literal(definition.default_value)


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
            return _dearest(self.selected(possible, sets) for possible in self._possible(kind))
        assert isinstance(kind, GraphQLObjectType)
        costs: dict[bool, list[Cost]] = {True: [], False: []}
        for nodes in self._together(kind, sets).values():
            name = nodes[0][0].name.value
            if not name.startswith("__"):
                costs[name == "edges"].append(self._field(kind, nodes))
        # `pageInfo` has the rows read as well as `edges`, but not once more.
        return _dearest((_sum(costs[True]), _sum(costs[False])))

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
        return _when(ways, self._counted(parent, node, definition, self.selected(kind, sets)))

    def _counted(self, parent: GraphQLObjectType, node: FieldNode, definition: GraphQLField, below: Cost) -> Cost:
        kind = get_named_type(definition.type).name
        if parent.name.endswith("Edge"):
            return below
        if kind.endswith("Connection"):
            given = {argument.name.value: argument.value for argument in node.arguments or ()}
            sizes = [_literal(given[name]) for name in ("first", "last") if name in given]
            return _rows(sizes, below)
        if is_list_type(get_nullable_type(definition.type)) and not parent.name.endswith("Connection"):
            return _times(len(PortalPermission) if kind in OF_EACH_PERMISSION else LIST_SIZE, _sum((1, below)))
        return _sum((1, below))

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
        value = _literal(_condition(directive))
        if isinstance(value, Variable):
            found.add((value.name, wanted))
        elif value is not wanted:
            return None
    return frozenset(found)


def _condition(directive: DirectiveNode) -> ValueNode:
    (argument,) = directive.arguments or ()  # `if`, and the document is valid
    return argument.value


@dataclass(frozen=True, slots=True)
class Variable:
    """The value that a variable has."""

    name: str


def _literal(node: ValueNode) -> Any:
    """A number, a truth value or a variable as it is written; None for anything else."""
    match node:
        case VariableNode(name=name):
            return Variable(name.value)
        case IntValueNode(value=digits):
            return int(digits)
        case BooleanValueNode(value=value):
            return value
    return None


def _sum(parts: Iterable[Cost]) -> Cost:
    return _folded(sum, 0, parts)


def _dearest(parts: Iterable[Cost]) -> Cost:
    return _folded(max, 0, parts)


def _folded(fold: Callable[[list[int]], int], least: int, parts: Iterable[Cost]) -> Cost:
    """What is known by now is worked out now."""
    known, open_ = [least], []
    for part in parts:
        if isinstance(part, int):
            known.append(part)
        else:
            open_.append(part)
    number = fold(known)
    if not open_:
        return number
    if len(open_) == 1 and number == least:
        return open_[0]
    return lambda values: fold([number, *(part(values) for part in open_)])


def _times(number: int, cost: Cost) -> Cost:
    if isinstance(cost, int):
        return number * cost
    return lambda values: number * cost(values)


def _when(ways: set[Deciding], cost: Cost) -> Cost:
    if ALWAYS in ways or cost == 0:
        return cost
    each = tuple(tuple(way) for way in ways)

    def decided(values: Values) -> int:
        if any(all(_holds(values.get(name), wanted) for name, wanted in way) for way in each):
            return cost if isinstance(cost, int) else cost(values)
        return 0

    return decided


def _holds(value: Any, wanted: bool) -> bool:
    """What is no truth value will be refused, and counts until then."""
    return value is wanted or not isinstance(value, bool)


def _rows(sizes: list[Any], below: Cost) -> Cost:
    """What a page costs: its rows, and 1 at least."""
    if below == 0:
        return 1
    if not any(isinstance(size, Variable) for size in sizes):
        return _dearest((1, _times(_size(sizes), below)))
    return partial(_rows_then, sizes, below)


def _rows_then(sizes: list[Any], below: Cost, values: Values) -> int:
    size = _size([values.get(size.name) if isinstance(size, Variable) else size for size in sizes])
    return max(1, size * (below if isinstance(below, int) else below(values)))


def _size(asked: list[Any]) -> int:
    """How many rows are asked for. A page that can't be is refused when it is read, and nothing below it is read."""
    numbers = [int(number) for number in asked if isinstance(number, int | float) and not isinstance(number, bool)]
    if not numbers:
        return DEFAULT_SIZE
    return max(numbers) if all(0 <= number <= MAX_SIZE for number in numbers) else 0
