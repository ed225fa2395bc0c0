"""Documents that nobody wrote: schemathesis and hypothesis-graphql make them from the schema, the same ones each time.

A document that was made up asks for things which no register has, and so sees little of it. So the values in it become
variables, which are then filled again and again: mostly with what the register really holds.
"""

from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, Final, TypeVar

import schemathesis
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    is_non_null_type,
    parse,
    parse_type,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, nodes
from hypothesis_graphql import strategies as documents_of
from schemathesis import GenerationMode

from app import ids
from schema import create_schema, printed
from tests.support.story import OTHER_PASSWORD, PASSWORD, STAFF_PASSWORD

T = TypeVar("T")

SCHEMA: Final = create_schema(introspection=False)._schema
MOMENT: Final = st.sampled_from(["2026-11-24T08:30:00Z", "2027-06-30T00:00:00.000+02:00"]).map(nodes.String)
SCALARS: Final = {"DateTime": MOMENT}
SECRETS: Final = {
    "password": (PASSWORD, STAFF_PASSWORD, "x"),
    "currentPassword": (PASSWORD, STAFF_PASSWORD, "x"),
    "newPassword": (OTHER_PASSWORD, PASSWORD, "x"),
    "plaintext": (OTHER_PASSWORD, "x"),
    "code": ("000000", "x"),
}
"""What is secret is one of a few words, also where another one was made up: no other text of a run is to be one."""


MEANT: Final = {
    "Customer": ("customer",),
    "Reference": ("reference",),
    "InternetOrderSettings": ("settings",),
    "StaffMember": ("staff",),
    "Session": ("session",),
    "AccessToken": ("token",),
}
"""What fields are called that take an id of a type."""


def drawn(strategy: st.SearchStrategy[T], number: int) -> list[T]:
    """So many examples, the same in each run."""
    found: list[T] = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found


@cache
def of_each_field(kind: str, number: int, *, fitting: bool = True) -> tuple[str, ...]:
    """So many documents for each field of a root type, made by schemathesis to fit the schema or not to."""
    schemathesis.graphql.scalar("DateTime", MOMENT)
    loaded: Any = schemathesis.graphql.from_file(printed())
    mode = GenerationMode.POSITIVE if fitting else GenerationMode.NEGATIVE
    strategies = [loaded[kind][name].as_strategy(generation_mode=mode) for name in loaded[kind]]
    return tuple(discreet(case.body) for strategy in strategies for case in drawn(strategy, number))


@cache
def of_many_fields(number: int, *, fitting: bool = True) -> tuple[str, ...]:
    """So many queries of several root fields, made by hypothesis-graphql to fit the schema or not to."""
    mode = Mode.POSITIVE if fitting else Mode.NEGATIVE
    return tuple(map(discreet, drawn(documents_of.queries(SCHEMA, custom_scalars=SCALARS, mode=mode), number)))


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable that stands where a value stood."""

    variable: str
    called: str
    field: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A document whose values are left to be filled in."""

    document: DocumentNode
    slots: tuple[Slot, ...]

    @property
    def text(self) -> str:
        """The document as clients send it."""
        return print_ast(self.document)


class _Values(Visitor):
    """Goes through the texts and numbers in a document."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.slots: list[Slot] = []
        self._called = ""
        self._field = ""

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        self._called = node.name.value

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        self._field = node.name.value

    def enter_object_field(self, node: ObjectFieldNode, *_args: Any) -> None:
        self._field = node.name.value

    def enter_string_value(self, _node: StringValueNode, *_args: Any) -> VariableNode:
        return self._slot()

    def enter_int_value(self, _node: IntValueNode, *_args: Any) -> VariableNode:
        return self._slot()

    def _slot(self) -> VariableNode:
        kind = self.types.get_input_type()
        assert kind is not None
        # `@oneOf` takes no variable that may be null.
        required = is_non_null_type(kind) or self._field == "plaintext"
        slot = Slot(
            f"v{len(self.slots)}", self._called, self._field, f"{str(kind).rstrip('!')}{'!' * required}", required
        )
        self.slots.append(slot)
        return VariableNode(name=NameNode(value=slot.variable))


class _Discreet(Visitor):
    """Puts words of ours in the place of secrets that were made up."""

    def __init__(self) -> None:
        super().__init__()
        self._field = ""

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        self._field = node.name.value

    def enter_object_field(self, node: ObjectFieldNode, *_args: Any) -> None:
        self._field = node.name.value

    def enter_string_value(self, _node: StringValueNode, *_args: Any) -> StringValueNode | None:
        return StringValueNode(value=SECRETS[self._field][0]) if self._field in SECRETS else None


def discreet(text: str) -> str:
    """The same document without secrets that were made up."""
    return print_ast(visit(parse(text), _Discreet()))


def form_of(made: DocumentNode, schema: GraphQLSchema = SCHEMA) -> Form:
    """A document that fits a schema, with variables in the place of its values."""
    types = TypeInfo(schema)
    values = _Values(types)
    document = visit(made, TypeInfoVisitor(types, values))
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    declared = tuple(
        VariableDefinitionNode(
            variable=VariableNode(name=NameNode(value=slot.variable)), type=parse_type(slot.type), directives=()
        )
        for slot in values.slots
    )
    return Form(DocumentNode(definitions=(_with_variables(operation, declared),)), tuple(values.slots))


def _with_variables(
    operation: OperationDefinitionNode, declared: tuple[VariableDefinitionNode, ...]
) -> OperationDefinitionNode:
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=declared,
        directives=operation.directives,
        selection_set=operation.selection_set,
    )


@cache
def id_type(public_id: str) -> str:
    """The type of what an id is of."""
    found = ids.decode(public_id)
    assert found is not None
    return found.type


@dataclass
class Filling:
    """Fills forms in, from what a register holds and from what answers have told."""

    ids: list[str]
    usernames: list[str]
    cursors: list[str] = field(default_factory=lambda: ["x"])
    tickets: list[str] = field(default_factory=lambda: ["x"])
    random: Random = field(default_factory=lambda: Random(7))

    def of(self, form: Form) -> dict[str, Any]:
        """Values for a form's variables; one that may be null is so now and then."""
        return {slot.variable: self._value(slot) for slot in form.slots if slot.required or self.random.random() < 0.9}

    def learn(self, body: Any) -> None:
        """Takes cursors and tickets from an answer."""
        match body:
            case dict():
                for name, value in body.items():
                    if isinstance(value, str) and name in ("cursor", "startCursor", "endCursor"):
                        self.cursors = [*self.cursors[-20:], value]
                    elif isinstance(value, str) and name == "ticket":
                        self.tickets = [*self.tickets[-20:], value]
                    else:
                        self.learn(value)
            case list():
                for part in body:
                    self.learn(part)

    def _value(self, slot: Slot) -> Any:
        if slot.field in SECRETS:
            return self.random.choice(SECRETS[slot.field])
        if slot.field == "ticket":
            return self.random.choice(self.tickets)
        if slot.field in ("after", "before"):
            return self.random.choice(self.cursors)
        match slot.type.strip("[]!"):
            case "ID":
                return self.random.choice(self._ids(slot))
            case "Int" if slot.field == "expectedVersion":
                return self.random.choice([1, 1, 2])
            case "Int":
                return self.random.choice([0, 1, 2, 3, 5, 20, 50, 500, 501, -1, 2**31 - 1])
            case "DateTime":
                return self.random.choice(["2026-11-24T08:30:00Z", "2027-11-01T00:00:00+14:00", "0001-01-01T00:00:00Z"])
        return self.random.choice(self._texts(slot.field))

    def _ids(self, slot: Slot) -> list[str]:
        """Ids of what is likely meant, of anything, or of nothing."""
        chance = self.random.random()
        if chance < 0.1:
            return ["", "x", ids.encode("Customer", 999)]
        meant = (slot.called if slot.field == "id" else slot.field).lower()
        likely = [id for id in self.ids if any(word in meant for word in MEANT.get(id_type(id), ()))]
        return likely if likely and chance < 0.8 else self.ids

    def _texts(self, name: str) -> list[str]:
        if name in ("username", "email", "actor"):
            return [*self.usernames, "ny@kunde.example", "x"]
        return ["ida", "n", "nord", "10001", "Aa \u00e6", "%_\\", "", " ", "\0", "\ud800", "\u202e", "x" * 300]
