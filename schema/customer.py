"""Customers: the companies of the register."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.services import results
from app.services.tables import CustomerRow
from resolvers import customer as resolve
from resolvers.context import Info
from resolvers.reading import by_key, related
from schema import problems
from schema.connection import After, Before, CountedConnection, Edge, First, Last, Way
from schema.enums import Direction, ReferenceOrder
from schema.fields import EXPECTED_VERSION, LEFT_OUT, VERSION, shown_as
from schema.node import Node
from schema.reference import REFERENCES_BY, WHICH_REFERENCES, ReferenceConnection, ReferenceFilter
from schema.registry import shows
from schema.settings import InternetOrderSettings


@shows(
    CustomerRow,
    description=(
        "A company in the register (“kunde”). People order for it as its references. To a portal user there is one "
        "customer: the one they are logged in for."
    ),
)
class Customer(Node):
    number: str = strawberry.field(
        description="The customer number that staff know it by, for example `10432`. Unique."
    )
    name: str = strawberry.field(description="For example `Jensens Vognmandsforretning ApS`.")
    active: bool = strawberry.field(description="Whether its references can log in. An inactive customer's can't.")
    version: int = strawberry.field(description=VERSION)
    created_at: datetime = strawberry.field(description="When it was entered in the register.")
    updated_at: datetime = strawberry.field(description="When its own fields were last changed.")
    own_settings: InternetOrderSettings | None = strawberry.field(
        resolver=related,
        description="The internet order settings its references use, where they have none of their own; "
        "null: the default ones apply.",
    )

    @shown_as(
        ReferenceConnection,
        "The people who order for it, page by page; to a portal user just themselves.",
    )
    def references(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[ReferenceFilter | None, WHICH_REFERENCES] = strawberry.UNSET,
        order_by: Annotated[ReferenceOrder | None, REFERENCES_BY] = strawberry.UNSET,
        direction: Way = Direction.ASC,
    ) -> Any:
        return related(self, info)


@strawberry.type(description="A customer's place in a list.")
class CustomerEdge(Edge):
    node: Customer = strawberry.field(description="The customer.")


@strawberry.type(description="A page of customers.")
class CustomerConnection(CountedConnection):
    edges: list[CustomerEdge] = strawberry.field(description="The customers of this page, in the order asked for.")


@strawberry.input(description="Which customers to list: those for which all that is given holds.")
class CustomerFilter:
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The start of the number, or of any word of the name, whatever the case or the accents: `jens` finds "
            "`Jensens Vognmandsforretning` and `Hans Jensen`."
        ),
    )
    active: bool | None = strawberry.field(default=strawberry.UNSET, description="Only the active, or the inactive.")
    settings_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only those with these internet order settings of their own."
    )


@strawberry.input(description="A new customer. It is active.")
class CreateCustomerInput:
    number: str = strawberry.field(description="A number that no customer has yet, for example `10432`.")
    name: str = strawberry.field(description="For example `Jensens Vognmandsforretning ApS`.")
    settings_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The internet order settings its references are to use; left out, the default ones.",
    )


@strawberry.input(description="What to change of a customer. " + LEFT_OUT)
class UpdateCustomerInput:
    id: strawberry.ID = strawberry.field(description="Which customer.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)
    number: str | None = strawberry.field(
        default=strawberry.UNSET, description="Another number, which no customer has yet. It can't be null."
    )
    name: str | None = strawberry.field(default=strawberry.UNSET, description="Another name. It can't be null.")
    active: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="`false` ends the sessions of its references, and none of them can log in until it is `true`.",
    )
    settings_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Other internet order settings for its references; null: the default ones.",
    )


@strawberry.input(description="Which customer to delete.")
class DeleteCustomerInput:
    id: strawberry.ID = strawberry.field(description="Which customer. It must have no references.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=EXPECTED_VERSION)


@shows(results.CreateCustomerSuccess, description="The customer was created.")
class CreateCustomerSuccess:
    customer: Customer = strawberry.field(resolver=by_key("Customer", "customer_key"), description="The new customer.")


@shows(results.UpdateCustomerSuccess, description="The customer was changed.")
class UpdateCustomerSuccess:
    customer: Customer = strawberry.field(
        resolver=by_key("Customer", "customer_key"), description="The customer as it is now."
    )
    sessions_revoked: int = strawberry.field(
        description="How many people were logged out because the customer is inactive now."
    )


@shows(results.DeleteCustomerSuccess, description="The customer is gone.")
class DeleteCustomerSuccess:
    customer_id: strawberry.ID = strawberry.field(description="The id it had.")


CreateCustomerResult = Annotated[
    CreateCustomerSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.NotFound
    | problems.AlreadyExists,
    strawberry.union("CreateCustomerResult", description="What `createCustomer` can end in."),
]

UpdateCustomerResult = Annotated[
    UpdateCustomerSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.InvalidInput
    | problems.AlreadyExists
    | problems.NotFound
    | problems.VersionConflict,
    strawberry.union("UpdateCustomerResult", description="What `updateCustomer` can end in."),
]

DeleteCustomerResult = Annotated[
    DeleteCustomerSuccess
    | problems.NotLoggedIn
    | problems.NotAllowed
    | problems.NotFound
    | problems.InUse
    | problems.VersionConflict,
    strawberry.union("DeleteCustomerResult", description="What `deleteCustomer` can end in."),
]


@strawberry.type
class CustomerMutations:
    @shown_as(
        CreateCustomerResult,
        "Enters a customer in the register. For ADMIN and EDITOR.",
    )
    async def create_customer(
        self, info: Info, input: Annotated[CreateCustomerInput, strawberry.argument(description="The new customer.")]
    ) -> object:
        return await resolve.create_customer(info, input)

    @shown_as(
        UpdateCustomerResult,
        "Changes a customer. For ADMIN and EDITOR.",
    )
    async def update_customer(
        self,
        info: Info,
        input: Annotated[UpdateCustomerInput, strawberry.argument(description="Which customer, and what to change.")],
    ) -> object:
        return await resolve.update_customer(info, input)

    @shown_as(
        DeleteCustomerResult,
        "Deletes a customer that has no references; with some it is InUse. For ADMIN and EDITOR.",
    )
    async def delete_customer(
        self, info: Info, input: Annotated[DeleteCustomerInput, strawberry.argument(description="Which customer.")]
    ) -> object:
        return await resolve.delete_customer(info, input)
