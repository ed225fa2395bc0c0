"""What can be asked."""

from typing import Annotated

import strawberry

from resolvers import reference, reference_saves, viewer
from resolvers.context import Info
from resolvers.reading import ask
from schema.access_token import AccessToken
from schema.audit import AuditEventConnection, AuditFilter
from schema.connection import After, Before, First, Last, Way
from schema.credentials import CredentialImpact
from schema.customer import Customer, CustomerConnection, CustomerFilter
from schema.enums import CustomerOrder, Direction, ReferenceOrder
from schema.fields import shown_as
from schema.node import Node
from schema.reference import (
    REFERENCES_BY,
    WHICH_REFERENCES,
    PortalPermissionInfo,
    Reference,
    ReferenceConnection,
    ReferenceFilter,
)
from schema.reference_saves import PreviewReferenceInput
from schema.settings import InternetOrderSettings
from schema.staff import StaffMember
from schema.viewer import Viewer


@strawberry.type(description="What a new password has to keep to.")
class PasswordPolicy:
    min_length: int = strawberry.field(description="The least number of characters, for example 15.")
    max_length: int = strawberry.field(description="The greatest number of characters.")
    rules: list[str] = strawberry.field(
        resolver=viewer.password_rules,
        description="All of it in sentences, in the caller's language, to show beside the field for a new password.",
    )


@strawberry.type(
    description="""What can be asked. Nearly all of it needs a log-in. In GraphiQL, run the mutation `staffLogin` (or \
`login`, for a portal user), and put the `accessToken` that it answers with in the Headers pane below:

```json
{"Authorization": "Bearer …"}
```

Then `{ viewer { name } }` says who you are, and everything else answers as far as that person may see."""
)
class Query:
    @shown_as(
        Viewer | None,
        "Who is logged in: `... on PortalViewer { menu }` or `... on StaffViewer { role }`; null: nobody.",
    )
    async def viewer(self, info: Info) -> object:
        return await ask(info, "viewer")

    @shown_as(
        Node | None,
        "Anything by its id, whatever type it is; null where the caller can't see such a thing.",
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="An id from an earlier answer.")]
    ) -> object:
        return await ask(info, "node")

    @shown_as(
        Customer | None,
        "A customer, by exactly one of id and number; null where the caller can't see such a customer.",
    )
    async def customer(
        self,
        info: Info,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="Its id.")] = strawberry.UNSET,
        number: Annotated[
            str | None, strawberry.argument(description="Its customer number, for example `10432`.")
        ] = strawberry.UNSET,
    ) -> object:
        return await ask(info, "customer")

    @shown_as(
        CustomerConnection,
        "The customers of the register, page by page; a portal user's list holds just their own.",
    )
    async def customers(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            CustomerFilter | None, strawberry.argument(description="Which of them to list; left out, all.")
        ] = strawberry.UNSET,
        order_by: Annotated[
            CustomerOrder | None, strawberry.argument(description="What to order them by; left out, by number.")
        ] = strawberry.UNSET,
        direction: Way = Direction.ASC,
    ) -> object:
        return await ask(info, "customers")

    @shown_as(
        Reference | None,
        "A reference by its id; null where the caller can't see such a reference.",
    )
    async def reference(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")]
    ) -> object:
        return await ask(info, "reference")

    @shown_as(
        ReferenceConnection,
        "The references of all customers, page by page; a portal user's list holds just their own.",
    )
    async def references(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[ReferenceFilter | None, WHICH_REFERENCES] = strawberry.UNSET,
        order_by: Annotated[ReferenceOrder | None, REFERENCES_BY] = strawberry.UNSET,
        direction: Way = Direction.ASC,
    ) -> object:
        return await ask(info, "references")

    @shown_as(
        list[InternetOrderSettings],
        "All internet order settings: the default ones first, then by name. To a portal user, those that "
        "apply to them.",
    )
    async def internet_order_settings(self, info: Info) -> object:
        return await ask(info, "internetOrderSettings")

    @shown_as(
        list[PortalPermissionInfo],
        "Every permission there is, with its label in the caller's language. Needs no log-in.",
    )
    def portal_permissions(self) -> object:
        return reference.portal_permissions()

    @shown_as(
        PasswordPolicy,
        "What a new password has to keep to. Needs no log-in.",
    )
    def password_policy(self, info: Info) -> object:
        return viewer.password_policy(info)

    @shown_as(
        CredentialImpact,
        "What `createReference` or `updateReference` would do to others' log-ins, without doing it. Ask "
        "before saving, show it, and save with its `effect` and `references` as `expectedEffect` and "
        "`expectedReferences`.",
    )
    async def preview_reference(
        self,
        info: Info,
        input: Annotated[PreviewReferenceInput, strawberry.argument(description="The save to look at beforehand.")],
    ) -> object:
        return await reference_saves.preview_reference(info, input)

    @shown_as(
        AuditEventConnection,
        "What happened, the newest first, page by page. For ADMIN and AUDITOR.",
    )
    async def audit_events(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            AuditFilter | None, strawberry.argument(description="Which events to list; left out, all.")
        ] = strawberry.UNSET,
    ) -> object:
        return await ask(info, "auditEvents")

    @shown_as(list[StaffMember], "Everyone who keeps the register, by name. For ADMIN, never for a tool.")
    async def staff(self, info: Info) -> object:
        return await ask(info, "staff")

    @shown_as(list[AccessToken], "The access tokens that were made for tools, by name. For ADMIN, never for a tool.")
    async def access_tokens(self, info: Info) -> object:
        return await ask(info, "accessTokens")
