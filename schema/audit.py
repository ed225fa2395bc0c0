"""The audit: what happened, and who did it."""

from datetime import datetime

import strawberry

from app.models.enums import ActorKind, AuditAction
from app.services.tables import AuditEventRow
from resolvers import audit as resolve
from schema.connection import Connection, Edge
from schema.enums import described
from schema.node import Node
from schema.registry import shows

described(
    ActorKind,
    "What kind of caller did something.",
    {
        "STAFF": "A member of staff.",
        "PORTAL": "A portal user.",
        "TOKEN": "A tool with an access token.",
        "COMMAND_LINE": "Somebody at the command line of the machine, with `adgang`.",
        "NOBODY": "Somebody who wasn't logged in: whoever tries to log in.",
        "SYSTEM": "The service itself.",
    },
)

described(
    AuditAction,
    "What happened.",
    {
        "CUSTOMER_CREATED": "A customer was created.",
        "CUSTOMER_UPDATED": "A customer's fields were changed.",
        "CUSTOMER_DELETED": "A customer was deleted.",
        "REFERENCE_CREATED": "A reference was created.",
        "REFERENCE_UPDATED": "A reference's fields were changed.",
        "REFERENCE_DELETED": "A reference was deleted.",
        "PASSWORD_SET": "A username that had no password got one.",
        "PASSWORD_CLEARED": "A username's password was removed.",
        "PASSWORD_CHANGED": "A username's password was replaced, by staff or by the person.",
        "PASSWORD_RESTORED": "A password that had been removed was put back.",
        "LOGIN_UNLOCKED": "A wait after too many wrong passwords was lifted.",
        "LOGIN_SUCCEEDED": "Somebody logged in.",
        "CHOICE_OFFERED": "Somebody gave the right password and was asked which company they work for.",
        "LOGIN_FAILED": "Somebody tried to log in and was told “Ingen brugere findes”; or, of staff, that their "
        "code was wrong.",
        "LOGIN_THROTTLED": "Somebody tried too often and has to wait. Written once for each wait.",
        "CUSTOMER_SWITCHED": "A portal user went on as another company.",
        "LOGGED_OUT": "Somebody logged out, here or everywhere.",
        "SESSION_REVOKED": "Somebody ended one of their own sessions.",
        "SESSIONS_ENDED": "All sessions of a username were ended, or all but the one that asked.",
        "SETTINGS_CREATED": "Internet order settings were created.",
        "SETTINGS_UPDATED": "Internet order settings were changed.",
        "SETTINGS_DELETED": "Internet order settings were deleted.",
        "STAFF_CREATED": "A member of staff was created.",
        "STAFF_UPDATED": "A member of staff's fields were changed.",
        "STAFF_PASSWORD_CHANGED": "A member of staff changed their own password, or got one from an administrator.",
        "SECOND_FACTOR_ENABLED": "A member of staff added an authenticator app to their log-in.",
        "SECOND_FACTOR_REMOVED": "A member of staff removed their authenticator app.",
        "SECOND_FACTOR_RESET": "A member of staff's authenticator app was taken away at the command line.",
        "RECOVERY_CODE_USED": "A member of staff used one of their recovery codes in place of the app.",
        "RECOVERY_CODES_RENEWED": "A member of staff got new recovery codes, and the old ones are worthless.",
        "ACCESS_TOKEN_CREATED": "An access token was made.",
        "ACCESS_TOKEN_REVOKED": "An access token was revoked.",
        "IMPORT_APPLIED": "A file of customers and references was taken into the register.",
        "PERSON_EXPORTED": "All that is known about a person was written out for them.",
        "PERSON_ERASED": "A person was erased, from here too: what names them is gone, that it happened stays.",
        "AUDIT_PRUNED": "The oldest events were cut off.",
    },
)


@strawberry.type(description="A field and its values before and after. Never a secret.")
class Change:
    field: str = strawberry.field(description="The field's name, for example `email`.")
    before: str | None = strawberry.field(description="The value it had; null: none.")
    after: str | None = strawberry.field(description="The value it has since; null: none.")


@shows(
    AuditEventRow,
    description="Something that happened, written together with what it tells of: neither is there without the other.",
)
class AuditEvent(Node):
    at: datetime = strawberry.field(description="When.")
    action: AuditAction = strawberry.field(description="What.")
    actor: str | None = strawberry.field(
        description="Who did it: an e-mail, or a token's name. null for somebody who wasn't logged in, and where the "
        "person was erased."
    )
    actor_kind: ActorKind = strawberry.field(description="What kind of caller that was.")
    username: str | None = strawberry.field(
        description="The username it concerns. null where it concerns none, where nobody has the username that was "
        "typed (people type passwords there), and where the person was erased."
    )
    subjects: list[strawberry.ID] = strawberry.field(
        description="The ids of what it touched: references, customers, settings, staff, tokens. They may be gone by "
        "now."
    )
    changes: list[Change] = strawberry.field(description="The fields it changed. Never a secret.")
    ip_address: str | None = strawberry.field(description="Where the request came from, for example `192.0.2.17`.")
    detail: str = strawberry.field(
        resolver=resolve.detail, description="All of it in a sentence, in the caller's language. Never a secret."
    )
    digest: str = strawberry.field(
        description="A digest of this event and the one before it in its lane, so that none can be changed or taken "
        "away unseen. `adgang audit verify` checks them all."
    )


@strawberry.type(description="An audit event's place in a list.")
class AuditEventEdge(Edge):
    node: AuditEvent = strawberry.field(description="The event.")


@strawberry.type(description="A page of audit events. How many there are isn't counted: there are too many.")
class AuditEventConnection(Connection):
    edges: list[AuditEventEdge] = strawberry.field(description="The events of this page, the newest first.")


@strawberry.input(description="Which events to list: those for which all that is given holds.")
class AuditFilter:
    actions: list[AuditAction] | None = strawberry.field(
        default=strawberry.UNSET, description="Only these, for example `[PASSWORD_CLEARED, PASSWORD_CHANGED]`."
    )
    actor: str | None = strawberry.field(
        default=strawberry.UNSET, description="Only what this person or tool did: an e-mail, or a token's name."
    )
    username: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only what concerns this username, for example `anna@jensen-transport.dk`. Usernames that nobody "
        "has are found as well, by whoever knows them.",
    )
    subject_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Only what touched the thing with this id."
    )
    since: datetime | None = strawberry.field(default=strawberry.UNSET, description="Only from this moment on.")
    until: datetime | None = strawberry.field(default=strawberry.UNSET, description="Only before this moment.")
