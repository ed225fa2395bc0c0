"""Which company a portal client believes it is ordering for.

Two tabs share one session, and when one of them switches company the other would order for the wrong one. A client that
sends `Adgang-Reference` with the id of the reference it shows is refused instead, before anything runs.
"""

from typing import Final

from graphql import FragmentDefinitionNode, GraphQLError, OperationDefinitionNode

from app import ids
from app.http.answers import Refusal
from app.http.body import Operation
from app.http.request import Request
from app.services.caller import Caller, PortalUser
from resolvers.document import parse_document
from resolvers.root import selected_at_root

HEADER: Final = "adgang-reference"

# These decide where the session stands, or end it: they make sense wherever it stands now.
DECIDES_ITSELF: Final = frozenset({"login", "chooseCustomer", "switchCustomer", "logout", "__typename"})


def require_same_reference(request: Request, caller: Caller, operation: Operation) -> None:
    """Lets a request pass whose client believes what is so, or says nothing about it.

    Raises:
        Refusal: 409, where the session stands elsewhere.
    """
    believed = request.headers.every(HEADER)
    if not believed or not isinstance(caller, PortalUser):
        return
    if all(value == ids.encode("Reference", caller.reference_id) for value in believed):
        return
    fields = root_fields(operation)
    if fields is None or fields <= DECIDES_ITSELF:
        return
    raise Refusal(409, "REFERENCE_CHANGED", "reference_changed")


def root_fields(operation: Operation) -> frozenset[str] | None:
    """The names of the fields at the root of an operation; None where nothing can run, as the executor will say."""
    try:
        document = parse_document(operation.query)
    except GraphQLError:
        return None
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operations = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        if operation.operation_name is None or (node.name is not None and node.name.value == operation.operation_name)
    ]
    if not operations:
        return None
    return frozenset(field.name.value for node in operations for field in selected_at_root(node, fragments.get))
