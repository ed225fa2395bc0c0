"""GraphQL over HTTP: one request, one operation, one answer.

This is an endpoint of our own and not a subclass of `strawberry.asgi.GraphQL`. That one reads bodies with the standard
library's JSON, answers refusals in plain text and every document that can't run with 200, takes batches, form data and
WebSockets, and each of those would have to be overridden away; what would be left of it is the call of
`schema.execute`. Nothing here decides what a caller may: the endpoint finds out who asks and the services do the rest.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Final

import strawberry
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from app import refusals
from app.database import DatabaseUnavailable
from app.http import graphiql
from app.http.access import note_operation
from app.http.answers import Answer, Refusal, overloaded
from app.http.body import Operation, parse_body, parse_url, read_body
from app.http.credentials import Application, Shown, require_json_of, shown_by
from app.http.deadline import Deadline, OutOfTime
from app.http.documents import document_store
from app.http.exchange import CompiledDocuments, Exchange, Present, has_run
from app.http.negotiation import negotiate
from app.http.request import Request
from app.http.standing import require_same_reference
from app.services import Services
from app.services.caller import Caller, Client, Nobody
from app.services.sessions import Kind
from app.settings import Settings
from resolvers.context import Context, Cookie

METHODS: Final = ("GET", "POST")
KINDS: Final[dict[Application | None, Kind]] = {
    None: "bearer",
    Application.PORTAL: "portal cookie",
    Application.STAFF: "staff cookie",
}


class GraphQLEndpoint:
    """What is behind `/graphql`."""

    def __init__(
        self,
        settings: Settings,
        schema: strawberry.Schema,
        compiled: CompiledDocuments,
        present: Present,
        services: Callable[[], Services],
    ) -> None:
        """`compiled` answers what needs no stock execution; `present` says what goes out of an error; `services` gives
        the ones that were opened."""
        self._settings = settings
        self._schema = schema
        self._compiled = compiled
        self._present = present
        self._services = services
        self._deadline = Deadline(settings.request_seconds)
        self._documents = document_store(settings)
        self._has_page = settings.graphiql and not settings.trusted_documents

    async def __call__(self, request: Request) -> Answer:
        exchange = Exchange(request, self._settings)
        try:
            if request.method not in METHODS:
                raise Refusal(405, "METHOD_NOT_ALLOWED", "method", headers={"Allow": ", ".join(METHODS)})
            if self._has_page and graphiql.is_asked_for(request):
                return graphiql.page()
            exchange.media_type = negotiate(request.headers.get("accept"))
            if request.method == "POST":
                require_json_of(request, exchange.names)
            shown = shown_by(request, exchange.names)
            operation = await operation_or_refusal(request)
            return await self._deadline.wait_for(self._run(request, exchange, shown, operation))
        except Refusal as refusal:
            return exchange.refused(refusal)
        except DatabaseUnavailable as unavailable:
            return exchange.refused(overloaded(unavailable.retry_after_seconds))
        except OutOfTime:
            return exchange.refused(out_of_time(math.ceil(self._settings.request_seconds)))

    async def _run(self, request: Request, exchange: Exchange, shown: Shown, operation: Operation | Refusal) -> Answer:
        """Finds out who asks, and runs what they ask.

        A request that can't be read is refused only when it is known who asks, so that every answer can tell of a dead
        session.
        """
        services, client = self._services(), request.client
        look_up = partial(caller_of, services, shown, client)
        caller = await look_up()
        exchange.found(shown, caller)
        if isinstance(operation, Refusal):
            raise operation
        operation = self._documents.found(operation)
        note_operation(request, operation.operation_name)
        require_same_reference(request, caller, operation)
        context = Context(
            services,
            caller,
            locale=exchange.locale,
            client=client,
            renew=look_up,
            cookie=shown.is_cookie,
            ticket_cookie=shown.cookies.get(Cookie.TICKET),
            staff_ticket_cookie=shown.cookies.get(Cookie.STAFF_TICKET),
            device_cookie=shown.cookies.get(Cookie.DEVICE),
            staff_device_cookie=shown.cookies.get(Cookie.STAFF_DEVICE),
        )
        compiled = await self._compiled.answer(operation.query, operation.variables, operation.operation_name, context)
        if compiled is not None:
            self._documents.ran(operation)
            return exchange.compiled(compiled)
        result = await self._execute(request, exchange, operation, context)
        if has_run(result):
            self._documents.ran(operation)
        return exchange.executed(result, context, self._present)

    async def _execute(
        self, request: Request, exchange: Exchange, operation: Operation, context: Context
    ) -> ExecutionResult:
        allowed = {OperationType.QUERY} if request.method == "GET" else set(OperationType)
        try:
            return await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.operation_name,
                allowed_operation_types=allowed,
            )
        except CannotGetOperationTypeError:
            raise Refusal(400, "BAD_REQUEST", "no_such_operation", well_formed=True) from None
        except InvalidOperationTypeError:
            raise Refusal(405, "METHOD_NOT_ALLOWED", "method", headers={"Allow": "POST"}) from None


def out_of_time(seconds: int) -> Refusal:
    """The refusal of a request that took longer than one may."""
    refusals.note(refusals.Kind.LIMIT, bound="seconds", most=seconds)
    return Refusal(503, "OUT_OF_TIME", "out_of_time", headers={"Retry-After": "1"}, seconds=seconds)


async def operation_or_refusal(request: Request) -> Operation | Refusal:
    """The operation of a request, or why it can't be read; the URL's parameters count for a GET alone."""
    try:
        if request.method == "GET":
            return parse_url(request.query_string)
        return parse_body(await read_body(request))
    except Refusal as refusal:
        return refusal


async def caller_of(services: Services, shown: Shown, client: Client) -> Caller:
    """Who shows this credential. One that can't be ours is not looked up."""
    if not shown.secret:
        return Nobody(client)
    return await services.sessions.caller_of(shown.secret, KINDS[shown.application], client)
