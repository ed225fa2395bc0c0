"""Reading a request's document: parsing and validating it, once for as long as it keeps coming.

Two rules of ours are checked here, before anything runs. What changes who the caller is stands alone in its operation,
or the fields beside it would run as somebody that nobody has checked; and an operation holds only so many changes
("Who may do what" 5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError

from resolvers.root import selected_at_root

ALONE: Final = frozenset(
    {
        "login",
        "staffLogin",
        "chooseCustomer",
        "switchCustomer",
        "changePassword",
        "changeStaffPassword",
        "logout",
        "endOtherSessions",
        "revokeSession",
    }
)
MOST_MUTATIONS: Final = 20

REMEMBERED: Final = 500
LONGEST_REMEMBERED: Final = 16_384


class RuleBroken(GraphQLError):
    """A document that breaks a rule of ours: `key` and `values` are a text of `app.i18n`, and name no value."""

    def __init__(self, key: str, node: Node, **values: object) -> None:
        super().__init__(key, node)
        self.key = key
        self.values = values


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
    """A document, and what is wrong with it."""

    document: DocumentNode
    errors: tuple[GraphQLError, ...]


class _Invalid(Exception):
    """Keeps a document that can't run from being remembered."""

    def __init__(self, read: ReadDocument) -> None:
        super().__init__()
        self.read = read


class Documents:
    """Reads the documents of one schema."""

    def __init__(self, *, introspection: bool) -> None:
        """Without introspection no error suggests a name either: suggestions tell the schema name by name."""
        own = (RootFieldsRule,) if introspection else (RootFieldsRule, NoSchemaIntrospectionCustomRule)
        self._rules: tuple[type[ASTValidationRule], ...] = (*specified_rules, *own)
        self._hide_suggestions = not introspection
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._valid)

    def read(self, schema: GraphQLSchema, text: str) -> ReadDocument:
        """The document in a text.

        One that holds a text literal, or can't run, is read anew each time: what was written there may be a password,
        which is not to stay in memory. Clients that send values as variables get the benefit.

        Raises:
            GraphQLSyntaxError: it is no document.
        """
        if '"' in text or len(text) > LONGEST_REMEMBERED:
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
        document = parse(text)
        errors = validate(schema, document, self._rules, hide_suggestions=self._hide_suggestions)
        return ReadDocument(document, tuple(errors))


class ReadDocuments(SchemaExtension):
    """Puts our reading of documents in the place of Strawberry's."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._read: ReadDocument | None = None

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        assert context.query is not None
        self._read = self._documents.read(context.schema._schema, context.query)
        context.graphql_document = self._read.document
        # Strawberry would run the first of several; GraphQL has it that one must be named.
        if context._provided_operation_name is None and len(_operations(self._read.document)) > 1:
            raise CannotGetOperationTypeError(None)
        yield

    def on_validate(self) -> Iterator[None]:
        assert self._read is not None
        # A list, even an empty one, tells Strawberry that the document was validated.
        self.execution_context.pre_execution_errors = list(self._read.errors)
        yield


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]
