"""Reading a request's document: parsing and validating it, once for as long as it keeps coming.

Two rules of ours are checked here, before anything runs. What changes who the caller is stands alone in its operation,
or the fields beside it would run as somebody that nobody has checked; and an operation holds only so many changes
("Who may do what" 5). How large a document may be is in `limits`, and what it costs in `cost`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    ValidationRule,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError

from app import refusals
from resolvers.context import Context
from resolvers.root import selected_at_root
from schema.cost import OperationCost, costs_of
from schema.limits import Limits, RuleBroken, broken_limit, parsed

ALONE: Final = frozenset(
    {
        "login",
        "staffLogin",
        "confirmStaffLogin",
        "chooseCustomer",
        "switchCustomer",
        "changePassword",
        "changeStaffPassword",
        "enrolTotp",
        "confirmTotp",
        "removeTotp",
        "renewRecoveryCodes",
        "logout",
        "endOtherSessions",
        "revokeSession",
    }
)
MOST_MUTATIONS: Final = 20

REMEMBERED: Final = 200
LONGEST_REMEMBERED: Final = 16_384


class RootFieldsRule(ValidationRule):
    """Holds what the root of a mutation may select."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: Any) -> None:
        if node.operation is not OperationType.MUTATION:
            return
        fields = {
            (field.alias or field.name).value: field.name.value
            for field in selected_at_root(node, self.context.get_fragment)
            if field.name.value != "__typename"
        }
        alone = next((name for name in fields.values() if name in ALONE), None)
        if alone is not None and len(fields) > 1:
            self.report_error(RuleBroken("alone", node, field=alone))
        elif len(fields) > MOST_MUTATIONS:
            self.report_error(RuleBroken("too_many_mutations", node, limit=MOST_MUTATIONS))


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, what is wrong with it, and where nothing is, what its operations cost by name.

    `compiled` is where its compiled operations are kept, by name, for as long as the document is.
    """

    document: DocumentNode
    errors: tuple[GraphQLError, ...] = ()
    costs: Mapping[str | None, OperationCost] = field(default_factory=dict)
    compiled: dict[str | None, Any] = field(default_factory=dict, compare=False)


class _Invalid(Exception):
    """Keeps a document that can't run from being remembered."""

    def __init__(self, read: ReadDocument) -> None:
        super().__init__()
        self.read = read


class Documents:
    """Reads the documents of one schema."""

    def __init__(self, *, introspection: bool, limits: Limits | None = None, trusted: bool = False) -> None:
        """Without introspection no error suggests a name either: suggestions tell the schema name by name. Of `trusted`
        texts it is known who wrote them."""
        own = (RootFieldsRule,) if introspection else (RootFieldsRule, NoSchemaIntrospectionCustomRule)
        self.limits = limits or Limits()
        self._rules: tuple[type[ASTValidationRule], ...] = (*specified_rules, *own)
        self._hide_suggestions = not introspection
        self._trusted = trusted
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._valid)

    def read(self, schema: GraphQLSchema, text: str) -> ReadDocument:
        """The document in a text.

        One that can't run, or holds a text literal and isn't trusted, is read anew each time: what was written there
        may be a password, which is not to stay in memory. Clients that send values as variables get the benefit.

        Raises:
            GraphQLSyntaxError: it is no document.
            RuleBroken: it is too long to be read.
        """
        if ('"' in text and not self._trusted) or len(text) > LONGEST_REMEMBERED:
            return self._read(schema, text)
        try:
            return self._remembered(schema, text)
        except _Invalid as invalid:
            return invalid.read

    def _valid(self, schema: GraphQLSchema, text: str) -> ReadDocument:
        read = self._read(schema, text)
        if read.errors:
            raise _Invalid(read)
        return read

    def _read(self, schema: GraphQLSchema, text: str) -> ReadDocument:
        document = parsed(text, self.limits)
        beyond = broken_limit(document, self.limits)
        if beyond is not None:
            return ReadDocument(document, (beyond,))
        # At one error more than this validation stops, and says so as the last.
        most = self.limits.errors - 1
        errors = validate(schema, document, self._rules, max_errors=most, hide_suggestions=self._hide_suggestions)
        if errors:
            return ReadDocument(document, tuple(map(_of_the_document, errors)))
        try:
            return ReadDocument(document, costs=costs_of(schema, document, self.limits.fields))
        except RuleBroken as broken:
            return ReadDocument(document, (broken,))


class ReadDocuments(SchemaExtension):
    """Puts our reading of documents in the place of Strawberry's, and says what the operation costs."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._read: ReadDocument | None = None
        self._told: dict[str, int] = {}

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        assert context.query is not None
        try:
            read = context.context.document if isinstance(context.context, Context) else None
            self._read = read or self._documents.read(context.schema._schema, context.query)
        except RuleBroken as broken:
            _note(broken)
            raise
        context.graphql_document = self._read.document
        # Strawberry would run the first of several; GraphQL has it that one must be named.
        if context._provided_operation_name is None and len(_operations(self._read.document)) > 1:
            raise CannotGetOperationTypeError(None)
        yield

    def on_validate(self) -> Iterator[None]:
        assert self._read is not None
        # A list, even an empty one, tells Strawberry that the document was validated.
        errors = list(self._read.errors) or self._too_costly(self._read)
        for error in errors:
            if isinstance(error, RuleBroken):
                _note(error)
        self.execution_context.pre_execution_errors = errors
        yield

    def on_execute(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        # Values of variables that don't fit are errors before anything ran, each of them.
        if result is not None and result.data is None and result.errors and result.errors[0].path is None:
            result.errors = result.errors[: self._documents.limits.errors]

    def get_results(self) -> dict[str, Any]:
        """What every answer to a valid document says beside its data."""
        return dict(self._told)

    def _too_costly(self, read: ReadDocument) -> list[GraphQLError]:
        context = self.execution_context
        operation = read.costs[context.operation_name]
        cost, most = operation.of(context.variables), self._documents.limits.cost
        self._told = {"cost": cost}
        if cost <= most:
            return []
        self._told["maxCost"] = most
        told = {"code": "TOO_COSTLY", **self._told}
        return [RuleBroken("too_costly", operation.node, told=told, cost=cost, limit=most)]


def _of_the_document(error: GraphQLError) -> GraphQLError:
    """A mistake in the document, even where a scalar choked on a literal, such as a number of 5,000 digits."""
    return error if error.original_error is None else GraphQLError(error.message, error.nodes)


def _note(broken: RuleBroken) -> None:
    refusals.note(refusals.Kind.LIMIT, bound=broken.key)


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]
