"""One operation of a document, in the forms that it has: for each standing, and each way its directives turn out."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_variable_values,
    print_ast,
    visit,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from app.reading import View
from app.reading.selection import Arguments
from app.reading.templates import Unexpected
from resolvers.context import Context
from resolvers.selection import Selections, given_arguments
from schema.compiled.completing import NotCompilable
from schema.compiled.query import Askable, CompiledQuery

MOST_FORMS: Final = 64
NO_VARIABLES: Final = VariableValues({}, {})


class CompiledOperation:
    """Answers one query of a valid document."""

    def __init__(
        self, schema: GraphQLSchema, askable: Askable, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._askable = askable
        self._operation = operation
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._deciding = tuple(_variables_of_directives(document))
        self._forms: dict[Hashable, CompiledQuery | NotCompilable] = {}

    async def answer(self, context: Context, inputs: Mapping[str, Any]) -> bytes:
        """The JSON of the answer's data, given the request's variables as they came.

        Raises:
            NotCompilable: It can only be executed.
            Unexpected: Stock execution has to say what is wrong; so it has where an argument or a right is.
        """
        variables = self._coerced(inputs)
        view = context.reader.view_of(context.caller)
        form = self._form(context, view, variables)
        return await form.answer(context, view, variables)

    def _coerced(self, inputs: Mapping[str, Any]) -> VariableValues:
        definitions = self._operation.variable_definitions
        if not definitions:
            return NO_VARIABLES
        variables = get_variable_values(self._schema, definitions, dict(inputs))
        if isinstance(variables, list):
            raise Unexpected("variables that don't fit")
        return variables

    def _form(self, context: Context, view: View, variables: VariableValues) -> CompiledQuery:
        key = (view.standing, *[variables.coerced.get(name) for name in self._deciding])
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) >= MOST_FORMS:
                self._forms.clear()
            form = self._forms[key] = self._compiled(context, variables)
        if isinstance(form, NotCompilable):
            raise form
        return form

    def _compiled(self, context: Context, variables: VariableValues) -> CompiledQuery | NotCompilable:
        root = self._schema.query_type
        assert root is not None
        selections = RequestSelections(self._schema, self._operation, self._fragments, variables)
        try:
            return CompiledQuery(selections, root, self._askable, context.services.resources.database)
        except NotCompilable as reason:
            return reason


class RequestSelections(Selections):
    """What an operation selects, with arguments that each request makes anew where there are variables in them."""

    def arguments(self, definition: GraphQLField, details: FieldDetails) -> Mapping[str, Any] | Arguments:
        """A field's arguments."""
        if not any(_holds_variable(argument) for argument in details.node.arguments or ()):
            return super().arguments(definition, details)
        return RequestArguments(", ".join(map(print_ast, details.node.arguments or ())), definition, details)


@dataclass(frozen=True, slots=True)
class RequestArguments:
    """Arguments with variables in them. The text is what tells two of them apart."""

    text: str
    definition: GraphQLField = field(compare=False)
    details: FieldDetails = field(compare=False)

    def of(self, variables: VariableValues) -> Mapping[str, Any]:
        """The arguments, with the values of a request's variables.

        Raises:
            GraphQLError: One doesn't fit its type.
        """
        return given_arguments(self.definition, self.details, variables)


class _Variables(Visitor):
    """Gathers the names of variables."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names[node.name.value] = None


def _holds_variable(node: Node) -> bool:
    found = _Variables()
    visit(node, found)
    return bool(found.names)


class _Directives(Visitor):
    """Gathers the names of variables in the directives of selections."""

    def __init__(self) -> None:
        super().__init__()
        self.found = _Variables()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        visit(node, self.found)


def _variables_of_directives(document: DocumentNode) -> list[str]:
    """The variables that decide what is selected at all."""
    directives = _Directives()
    visit(document, directives)
    return list(directives.found.names)
